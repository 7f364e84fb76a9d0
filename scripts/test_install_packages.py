"""install_packages.sh with made-up package tools, so that nothing is installed."""

from __future__ import annotations

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).with_name("install_packages.sh")


class InstallPackages(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.tools = Path(temporary.name)
        self.tool("apt-get", 'echo "apt-get $*"')
        self.tool("id", "echo 1000")
        self.tool("sudo", '"$@"')
        for name in ("bash", "awk", "grep", "xargs", "dirname", "env"):
            (self.tools / name).symlink_to(f"/usr/bin/{name}")

    def tool(self, name: str, command: str) -> None:
        (self.tools / name).write_text(f"#!/bin/sh\n{command}\n")
        (self.tools / name).chmod(0o755)

    def run_script(self, *groups: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PATH": str(self.tools)}
        command = ["/bin/bash", str(SCRIPT), *groups]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def test_nothing_missing_needs_no_apt(self) -> None:
        self.tool("dpkg-query", "echo installed")
        result = self.run_script("demo", "test", "training")
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, "", ""))

    def test_installs_only_what_is_missing(self) -> None:
        self.tool("dpkg-query", '[ "$4" = cmake ] || echo installed')
        result = self.run_script("demo")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("--no-install-recommends cmake\n", result.stdout)

    def test_neither_root_nor_sudo(self) -> None:
        self.tool("dpkg-query", '[ "$4" = cmake ] || echo installed')
        (self.tools / "sudo").unlink()
        result = self.run_script("demo")
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"\A.*as root run: apt-get install .* cmake\n\Z")

    def test_no_apt(self) -> None:
        (self.tools / "apt-get").unlink()
        result = self.run_script("demo")
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, r"\A.*no apt here.*\n\Z")

    def test_unknown_group(self) -> None:
        self.tool("dpkg-query", "echo installed")
        result = self.run_script("nothing")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr, "install_packages.sh: packages.txt has no group [nothing]\n")


if __name__ == "__main__":
    unittest.main()
