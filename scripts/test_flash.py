"""flash.sh with stand-ins for the tools that talk to the board."""

from __future__ import annotations

import subprocess
import tempfile
import unittest
from pathlib import Path

FLASH = Path(__file__).with_name("flash.sh")


class Flash(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.elf = self.folder / "image.elf"
        self.elf.touch()
        (self.folder / "image.bin").touch()
        for tool in ("bash", "dirname", "grep", "realpath", "cat"):
            self.script(tool, f'exec /usr/bin/{tool} "$@"')

    def script(self, name: str, body: str) -> None:
        file = self.folder / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)

    def flash(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [FLASH, *arguments],
            env={"PATH": str(self.folder / "bin")},
            capture_output=True,
            text=True,
            check=False,
        )

    def assert_fails(self, result: subprocess.CompletedProcess[str], message: str) -> None:
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(message, result.stderr)

    def test_says_that_the_tool_is_missing(self) -> None:
        self.assert_fails(self.flash(self.elf), "st-flash not found: install the package stlink-tools")
        self.assert_fails(self.flash(self.elf, "--openocd"), "openocd not found")

    def test_says_that_the_board_is_missing(self) -> None:
        self.script("st-flash", "exit 1")
        self.script("st-info", "echo Found 0 stlink programmers")
        self.script("openocd", "echo Error: open failed; exit 1")
        self.assert_fails(self.flash(self.elf), "no board found")
        self.assert_fails(self.flash(self.elf, "--openocd"), "no board found")

    def test_says_that_the_image_is_missing(self) -> None:
        self.assert_fails(self.flash(self.folder / "none.elf"), "none.elf is not there")
        self.assert_fails(self.flash("--fast"), "unknown option --fast")

    def test_writes_the_bin_with_st_flash_and_the_elf_with_openocd(self) -> None:
        self.script("st-info", "echo Found 1 stlink programmers")
        for tool in ("st-flash", "openocd"):
            self.script(tool, f'echo "$@" >>{self.folder}/{tool}.log')
        self.assertEqual(self.flash(self.elf).returncode, 0)
        self.assertEqual(self.flash(self.elf, "--openocd").returncode, 0)
        self.assertIn("image.bin 0x08000000", (self.folder / "st-flash.log").read_text())
        self.assertIn("image.elf", (self.folder / "openocd.log").read_text())

    def test_writes_weights_in_the_qspi_flash_with_openocd_alone(self) -> None:
        (self.folder / "image-qspi.bin").touch()
        self.script("st-flash", "exit 0")
        self.script("openocd", f'echo "$@" >>{self.folder}/openocd.log')
        self.assert_fails(self.flash(self.elf), "which st-flash cannot write: add --openocd")
        self.assertEqual(self.flash(self.elf, "--openocd").returncode, 0)
        self.assertIn("board/stm32f746g-disco.cfg", (self.folder / "openocd.log").read_text())


if __name__ == "__main__":
    unittest.main()
