#!/usr/bin/env python3
"""Turns a digit drawn as text into a network's input: digit.py digit.txt digit.f32

The text has 28 lines of 28 grey levels, from '.' (background) to 9 (full ink); the output is 784
little-endian floats from 0 to 1.
"""

from __future__ import annotations

import struct
import sys
from pathlib import Path

SIZE = 28
LEVELS = ".123456789"


def to_floats(text: str) -> bytes:
    rows = text.splitlines()
    if len(rows) != SIZE or any(len(row) != SIZE for row in rows):
        raise ValueError(f"should have {SIZE} lines of {SIZE} characters")
    if strange := set("".join(rows)) - set(LEVELS):
        raise ValueError(f"has {min(strange)!r}, only {LEVELS} are grey levels")
    values = [LEVELS.index(level) / 9 for row in rows for level in row]
    return struct.pack(f"<{len(values)}f", *values)


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: digit.py TEXT FLOATS")
    source, target = (Path(name) for name in sys.argv[1:])
    try:
        target.write_bytes(to_floats(source.read_text(encoding="utf-8")))
    except OSError as error:
        sys.exit(f"digit.py: {error}")
    except ValueError as error:
        sys.exit(f"digit.py: {source}: {error}")


if __name__ == "__main__":
    main()
