"""fuzz.sh refuses what is no time before it builds anything."""

from __future__ import annotations

import subprocess
import unittest
from pathlib import Path

FUZZ = Path(__file__).with_name("fuzz.sh")


class Fuzz(unittest.TestCase):
    def test_wants_a_number(self) -> None:
        for argument in ("", "soon", "-5", "1.5"):
            result = subprocess.run([FUZZ, argument], capture_output=True, text=True, check=False)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn(f'give a number of seconds, not "{argument}"', result.stderr)


if __name__ == "__main__":
    unittest.main()
