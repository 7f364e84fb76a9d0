#!/usr/bin/env python3
"""Checks that no folder includes what it may not: check_includes.py [ROOT]"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

BASE = "runtime/base"
KERNELS = "runtime/kernels"
PLAN = "runtime/plan"
ANYTHING = ""  # a prefix of every path

# The architecture: which folder may include which others. Its own files it always may.
MAY_INCLUDE = {
    BASE: (),
    KERNELS: (BASE,),
    PLAN: (KERNELS, BASE),
    "runtime/interpreter": (PLAN, KERNELS, BASE, "schema"),
    "runtime/compiled": (PLAN, KERNELS, BASE),
    "schema": (),
    "protocol": (BASE, "schema"),
    "firmware": ("runtime", "protocol"),
    "compiler": ("runtime", "schema"),
    "simulator": (),
    "client": ("protocol", "schema"),
    "bindings/python": ("compiler", "runtime", "client"),
    "bindings/wasm": ("runtime", "protocol", "schema"),
    "cli": (ANYTHING,),
    "tests": (ANYTHING,),
}
OUR_FOLDERS = {folder.split("/")[0] for folder in MAY_INCLUDE}

# Device code has no heap, exceptions, RTTI, I/O or threads, so only headers that need none of them.
# <new> is for placement new; check_symbols.sh finds the other kind.
DEVICE_FOLDERS = ("runtime", "protocol", "firmware")
DEVICE_HEADERS = set(
    """
    algorithm array atomic bit cassert cfloat climits cmath compare concepts cstdarg cstddef cstdint
    cstring initializer_list iterator limits new numeric optional span string_view tuple type_traits
    utility version
    arm_acle.h assert.h float.h limits.h math.h stdarg.h stdbool.h stddef.h stdint.h string.h
    """.split()
)
DEVICE_LIBRARIES = ("flatbuffers",)

SOURCE = re.compile(r"\.(h|hpp|inc|c|cc|cpp)$")
TEST_FILE = re.compile(r"^(test|benchmark)|_(test|benchmark)\.")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SKIPPED = ("build", "node_modules")


def within(path: str, folder: str) -> bool:
    return folder == ANYTHING or path.startswith(folder + "/")


def sources(root: Path) -> Iterator[str]:
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in SKIPPED and name[0] != ".")
        for file in sorted(files):
            if SOURCE.search(file):
                yield (Path(folder) / file).relative_to(root).as_posix()


def offence(root: Path, path: str, quote: str, header: str) -> str | None:
    """The rule that `path` breaks by including `header`, or None."""
    is_test = TEST_FILE.search(path.split("/")[-1]) is not None
    if "../" in header or (quote == '"' and (root / path).parent.joinpath(header).is_file()):
        return "write the path from the root of the repository"
    if header.split("/")[0] in OUR_FOLDERS:
        own = next(folder for folder in MAY_INCLUDE if within(path, folder))
        allowed = (own, *MAY_INCLUDE[own])
        if is_test and within(path, "runtime"):
            allowed += ("runtime",)
        if any(within(header, folder) for folder in allowed):
            return None
        return f"{own} may include only {', '.join(allowed)}"
    if is_test or path.split("/")[0] not in DEVICE_FOLDERS or quote == '"':
        return None
    if header in DEVICE_HEADERS or header.split("/")[0] in DEVICE_LIBRARIES:
        return None
    return "device code may include only the headers in DEVICE_HEADERS: no heap, exceptions or I/O"


def offences(root: Path) -> Iterator[str]:
    for path in sources(root):
        if not any(within(path, folder) for folder in MAY_INCLUDE):
            yield f"{path}:1: no rule for this folder: add it to MAY_INCLUDE in {Path(__file__).name}"
            continue
        text = (root / path).read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if include := INCLUDE.match(line):
                if rule := offence(root, path, *include.groups()):
                    yield f"{path}:{number}: includes {include[2]}: {rule}"


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent
    if not root.is_dir():
        print(f"check_includes.py: {root} is not a folder", file=sys.stderr)
        return 1
    found = list(offences(root))
    print("\n".join(found) or "every include follows the rules")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
