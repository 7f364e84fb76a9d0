"""Reads MNIST from its four idx files, plain or gzip, with the standard library only."""

from __future__ import annotations

import gzip
import math
import struct
import urllib.request
import zlib
from dataclasses import dataclass
from pathlib import Path

DOWNLOAD = "https://ossci-datasets.s3.amazonaws.com/mnist/"
PARTS = ("train-images", "train-labels", "t10k-images", "t10k-labels")
UNSIGNED_BYTE = 0x08  # the only element type that MNIST uses


class DataError(Exception):
    """The data cannot be used; the message is one line that says which file, why, and what to do."""


@dataclass(frozen=True)
class Array:
    shape: tuple[int, ...]
    values: bytes


@dataclass(frozen=True)
class Mnist:
    train_images: Array
    train_labels: Array
    test_images: Array
    test_labels: Array


def read_array(path: Path) -> Array:
    """Reads one idx file of unsigned bytes: 0, 0, type, rank, then big-endian sizes, then values."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rb") as file:
            content = file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise damaged(path, str(error)) from error

    if len(content) < 4 or content[:3] != bytes((0, 0, UNSIGNED_BYTE)):
        raise damaged(path, "not an idx file of unsigned bytes")
    rank = content[3]
    header = 4 + 4 * rank
    if len(content) < header:
        raise damaged(path, "ends inside its header")
    shape = struct.unpack(f">{rank}I", content[4:header])
    expected = header + math.prod(shape)
    if len(content) != expected:
        raise damaged(path, f"should have {expected} bytes but has {len(content)}")
    return Array(shape, content[header:])


def fetch_mnist(folder: Path, source: str = DOWNLOAD) -> None:
    """Downloads what the folder lacks of the four files; raises DataError when that fails."""
    for part in PARTS:
        if find(folder, part) is not None:
            continue
        url = f"{source}{file_names(part)[0]}.gz"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with urllib.request.urlopen(url, timeout=30) as reply:
                content = reply.read()
            (folder / f"{file_names(part)[0]}.gz").write_bytes(content)
        except OSError as error:
            raise DataError(
                f"{url}: cannot be fetched ({error}): put MNIST's four files into {folder}"
            ) from error


def load_mnist(folder: Path) -> Mnist:
    """Finds and checks the four files; raises DataError when they are missing or do not fit."""
    paths = [find(folder, part) for part in PARTS]
    missing = [file_names(part)[0] for part, path in zip(PARTS, paths) if path is None]
    if missing:
        raise DataError(
            f"{folder}: {', '.join(missing)} (or .gz) not found: download from {DOWNLOAD}"
        )
    train_images, train_labels, test_images, test_labels = (read_array(path) for path in paths)
    check_pair(paths[0], train_images, paths[1], train_labels)
    check_pair(paths[2], test_images, paths[3], test_labels)
    return Mnist(train_images, train_labels, test_images, test_labels)


def check_pair(images_path: Path, images: Array, labels_path: Path, labels: Array) -> None:
    if images.shape[1:] != (28, 28) or not images.values:
        raise damaged(images_path, f"should hold 28x28 images but has shape {images.shape}")
    if labels.shape != images.shape[:1]:
        raise damaged(labels_path, f"should hold {images.shape[0]} labels, shape {labels.shape}")
    if max(labels.values) > 9:
        raise damaged(labels_path, f"has label {max(labels.values)}, the largest digit is 9")


def file_names(part: str) -> list[str]:
    """The names under which the file is handed around; the first is the original one."""
    rank = 3 if part.endswith("images") else 1
    return [f"{part}{dot}idx{rank}-ubyte{end}" for end in ("", ".gz") for dot in "-."]


def find(folder: Path, part: str) -> Path | None:
    return next((folder / name for name in file_names(part) if (folder / name).is_file()), None)


def damaged(path: Path, reason: str) -> DataError:
    return DataError(f"{path}: {reason}: download it again from {DOWNLOAD}")
