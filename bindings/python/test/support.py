"""What the tests of the package share. They run with the package installed, see
scripts/check_python.sh, and none of its sources on the path."""

from __future__ import annotations

import subprocess
import tempfile
import unittest
from collections.abc import Callable
from pathlib import Path

import numpy as np
import solder

ROOT = Path(__file__).resolve().parents[3]
MNIST = ROOT / "models" / "mnist" / "mnist.onnx"
DIGIT = np.fromfile(ROOT / "models" / "digit" / "digit.f32", np.float32).reshape(28, 28)


def some_digits(count: int) -> np.ndarray:
    """The digit in several places and strengths, (count, 28, 28)."""
    return np.stack(
        [np.roll(DIGIT, (i % 5 - 2, i % 3 - 1), (0, 1)) * (1 - i % 4 / 10) for i in range(count)]
    ).astype(np.float32)


def run_program(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [solder.program(), *map(str, arguments)], capture_output=True, text=True, check=False
    )


class InFolder(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def assert_error(self, pattern: str, action: Callable[[], object]) -> None:
        """One line, which says what is wrong."""
        with self.assertRaisesRegex(solder.Error, pattern) as caught:
            action()
        self.assertNotIn("\n", str(caught.exception))


def field(number: int, content: int | str | bytes) -> bytes:
    """A field of a Protocol Buffers message."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    data = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value: int) -> bytes:
    low = value & 0x7F
    return bytes([low]) if value < 0x80 else bytes([low | 0x80]) + varint(value >> 7)


def onnx_of(operator: str, inputs: int, size: int, outputs: int = 1) -> bytes:
    """An ONNX file of one operator on vectors (1, size) of floats, as often as it has outputs."""

    def value(name: str) -> bytes:
        shape = b"".join(field(1, field(1, dimension)) for dimension in (1, size))
        return field(1, name) + field(2, field(1, field(1, 1) + field(2, shape)))

    names = [f"x{i}" for i in range(inputs)]
    graph = field(2, "graph") + b"".join(field(11, value(name)) for name in names)
    for output in (f"y{i}" for i in range(outputs)):
        node = b"".join(field(1, name) for name in names) + field(2, output) + field(4, operator)
        graph += field(1, node) + field(12, value(output))
    return field(1, 7) + field(8, field(1, "") + field(2, 13)) + field(7, graph)
