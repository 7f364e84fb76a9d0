"""digit.py, and that the committed digit.f32 is what it makes of digit.txt."""

from __future__ import annotations

import struct
import unittest
from pathlib import Path

from digit import to_floats

DIGIT = Path(__file__).parent.parent / "models" / "digit"


class Digit(unittest.TestCase):
    def test_committed_floats_are_those_of_the_text(self) -> None:
        floats = to_floats((DIGIT / "digit.txt").read_text())
        self.assertEqual((DIGIT / "digit.f32").read_bytes(), floats)

    def test_levels(self) -> None:
        text = (".9" * 14 + "\n") * 28
        self.assertEqual(to_floats(text), struct.pack("<2f", 0, 1) * 392)

    def test_bad_text(self) -> None:
        for text, reason in (
            ("", "28 lines"),
            (("." * 28 + "\n") * 27, "28 lines"),
            (("." * 27 + "\n") * 28, "28 characters"),
            (("x" * 28 + "\n") * 28, "'x'"),
        ):
            with self.assertRaisesRegex(ValueError, reason):
                to_floats(text)


if __name__ == "__main__":
    unittest.main()
