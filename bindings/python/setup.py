"""Builds the native module and the `solder` program with CMake, in build/ of the checkout."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"


class CMakeBuild(build_ext):
    def run(self) -> None:
        package = Path(self.build_lib) / "solder"
        program = package / "program"
        shutil.rmtree(program, ignore_errors=True)
        for command in (
            ["--preset", "host", "-S", ROOT] if not (BUILD / "CMakeCache.txt").exists() else [],
            ["-S", ROOT, "-B", BUILD, "-DSOLDER_BUILD_PYTHON=ON",
             f"-DPython_EXECUTABLE={sys.executable}"],
            ["--build", BUILD, "--target", "solder", "solder_python"],
            ["--install", BUILD, "--prefix", program],
            ["--install", BUILD, "--component", "python", "--prefix", package],
        ):  # fmt: skip
            if command:
                subprocess.run(["cmake", *map(str, command)], check=True, cwd=ROOT)


def version() -> str:
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    found = re.search(r"project\(solder VERSION ([0-9.]+)", text)
    assert found, "CMakeLists.txt has no version"
    return found[1]


(BUILD / "python").mkdir(parents=True, exist_ok=True)
setup(
    version=version(),
    packages=["solder"],
    package_data={"solder": ["py.typed", "*.pyi"]},
    ext_modules=[Extension("solder._native", sources=[])],
    cmdclass={"build_ext": CMakeBuild},
    options={
        "build": {"build_base": str(BUILD / "python")},
        "bdist_wheel": {"bdist_dir": str(BUILD / "python" / "wheel")},
        "egg_info": {"egg_base": str(BUILD / "python")},
    },
)
