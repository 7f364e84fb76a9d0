"""The idx reader on good and damaged files, and a short training on made-up digits."""

from __future__ import annotations

import gzip
import json
import random
import struct
import subprocess
import sys
import tempfile
import unittest
from importlib.util import find_spec
from pathlib import Path

from idx import Array, DataError, fetch_mnist, load_mnist, read_array


def idx(shape: tuple[int, ...], values: bytes) -> bytes:
    return struct.pack(f">4B{len(shape)}I", 0, 0, 8, len(shape), *shape) + values


def write_mnist(folder: Path, count: int) -> None:
    """Digits that a network can tell apart at once: class n lights up rows 2n and 2n+1."""
    labels = bytes(random.Random(1).randrange(10) for _ in range(count))
    images = b"".join(
        bytes(255 if row // 2 == label else 0 for row in range(28) for _ in range(28))
        for label in labels
    )
    for part in ("train", "t10k"):
        (folder / f"{part}-images-idx3-ubyte").write_bytes(idx((count, 28, 28), images))
        (folder / f"{part}-labels.idx1-ubyte.gz").write_bytes(
            gzip.compress(idx((count,), labels))
        )


class InFolder(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)


class ReadArray(InFolder):
    def read(self, content: bytes, name: str = "file") -> Array:
        path = self.folder / name
        path.write_bytes(content)
        return read_array(path)

    def test_plain_and_gzip(self) -> None:
        content = idx((2, 3), b"abcdef")
        self.assertEqual(self.read(content), Array((2, 3), b"abcdef"))
        self.assertEqual(self.read(gzip.compress(content), "file.gz"), Array((2, 3), b"abcdef"))

    def test_every_truncation_is_refused(self) -> None:
        for name, content in (
            ("file", idx((2, 3), b"abcdef")),
            ("file.gz", gzip.compress(idx((2, 3), b"abcdef"))),
        ):
            for length in range(len(content)):
                with self.subTest(name=name, length=length):
                    with self.assertRaisesRegex(DataError, f"{name}: .* download it again"):
                        self.read(content[:length], name)

    def test_trailing_bytes_are_refused(self) -> None:
        with self.assertRaisesRegex(DataError, "should have 18 bytes but has 19"):
            self.read(idx((2, 3), b"abcdefg"))

    def test_wrong_magic(self) -> None:
        floats = b"\0\0\x0d\x01" + struct.pack(">I", 1) + bytes(4)
        for content in (b"PK\3\4" + bytes(20), floats, b"<html>not found</html>"):
            with self.assertRaisesRegex(DataError, "not an idx file"):
                self.read(content)

    def test_not_gzip_despite_its_name(self) -> None:
        with self.assertRaisesRegex(DataError, "file.gz: "):
            self.read(idx((2, 3), b"abcdef"), "file.gz")


class LoadMnist(InFolder):
    def test_loads(self) -> None:
        write_mnist(self.folder, 20)
        data = load_mnist(self.folder)
        self.assertEqual(data.train_images.shape, (20, 28, 28))
        self.assertEqual(data.test_labels.shape, (20,))

    def test_missing_files_are_named(self) -> None:
        write_mnist(self.folder, 20)
        (self.folder / "t10k-images-idx3-ubyte").unlink()
        with self.assertRaisesRegex(DataError, r": t10k-images-idx3-ubyte \(or .gz\) not found"):
            load_mnist(self.folder)

    def test_files_that_do_not_fit(self) -> None:
        for name, content in (
            ("train-labels-idx1-ubyte", idx((19,), bytes(19))),
            ("train-labels-idx1-ubyte", idx((20,), bytes([10] * 20))),
            ("train-images-idx3-ubyte", idx((20, 27, 28), bytes(20 * 27 * 28))),
            ("train-images-idx3-ubyte", idx((0, 28, 28), b"")),
        ):
            with self.subTest(name=name, size=len(content)):
                write_mnist(self.folder, 20)
                (self.folder / name).write_bytes(content)
                with self.assertRaisesRegex(DataError, name):
                    load_mnist(self.folder)


class FetchMnist(InFolder):
    def test_fetches_what_is_missing(self) -> None:
        offered, kept = self.folder / "offered", self.folder / "kept"
        offered.mkdir()
        write_mnist(offered, 20)
        for path in list(offered.iterdir()):
            name = path.name.replace("labels.idx1", "labels-idx1").removesuffix(".gz")
            content = path.read_bytes()
            packed = content if path.suffix == ".gz" else gzip.compress(content)
            (offered / f"{name}.gz").write_bytes(packed)
        fetch_mnist(kept, offered.as_uri() + "/")
        self.assertEqual(load_mnist(kept).train_images.shape, (20, 28, 28))
        fetch_mnist(kept, "file:///nowhere/")  # has them all

    def test_says_what_to_do_without_a_network(self) -> None:
        with self.assertRaisesRegex(DataError, "train-images.* cannot be fetched .*: put MNIST's"):
            fetch_mnist(self.folder / "new", "file:///nowhere/")


class Training(InFolder):
    SCRIPT = Path(__file__).with_name("mnist.py")

    def run_script(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, self.SCRIPT, *arguments], capture_output=True, text=True, check=False
        )

    @unittest.skipUnless(find_spec("torch") and find_spec("tqdm"), "PyTorch or tqdm not installed")
    def test_smoke(self) -> None:
        write_mnist(self.folder, 300)
        models = []
        for name in "ab":
            output = self.folder / name
            result = self.run_script(
                "--data", str(self.folder), "--epochs", "10", "--seed", "3",
                "--output", str(output), "--limit", "256",
            )  # fmt: skip
            self.assertEqual(result.returncode, 0, result.stderr)
            report = json.loads((output / "mnist.json").read_text())
            self.assertEqual((report["test_images"], report["parameters"]), (256, 93322))
            self.assertGreater(report["accuracy"], 0.9)
            models.append((output / "mnist.onnx").read_bytes())
        self.assertEqual(models[0], models[1], "the same seed must give the same network")

    @unittest.skipUnless(find_spec("torch") and find_spec("tqdm"), "PyTorch or tqdm not installed")
    def test_one_line_without_data(self) -> None:
        result = self.run_script("--data", str(self.folder))
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"\Amnist.py: .* not found: download from .*\n\Z")


if __name__ == "__main__":
    unittest.main()
