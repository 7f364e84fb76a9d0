"""What lies in the package beside its Python: the `solder` program and what it compiles."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ._native import Error

FOLDER = Path(__file__).parent / "program"
FIRMWARE_BAUD = 2_000_000


def installed(path: Path, what: str) -> Path:
    if path.exists():
        return path
    raise Error(f"{path}: {what} is not there; build the package anew, as docs/python.md says")


def program() -> Path:
    """The `solder` program that came with the package."""
    return installed(FOLDER / "bin" / "solder", "the program")


def sources() -> Path:
    """The folder that has runtime/ and firmware/: what compiled models are built with."""
    return installed(FOLDER / "share" / "solder", "the folder of the runtime's sources")


def firmware() -> Path:
    """Firmware for the STM32F746G-Discovery that takes models by `Board.upload`, an ELF file whose
    port for messages runs at 2,000,000 baud. It comes with the package when it was there as the
    package was built."""
    image = FOLDER / "share" / "solder" / "images" / "mnist-interpreter-2mbaud.elf"
    return installed(image, "the image")


def main() -> None:
    """The `solder` command of a virtual environment."""
    try:
        path = str(program())
    except Error as error:
        sys.exit(f"solder: {error}")
    os.execv(path, [path, *sys.argv[1:]])
