"""Arrays as C."""

from __future__ import annotations

import re
from typing import Union

import numpy as np
from numpy.typing import ArrayLike

from ._native import Error

C_TYPES = {
    "float32": "float",
    "int8": "int8_t",
    "uint8": "uint8_t",
    "int16": "int16_t",
    "uint16": "uint16_t",
    "int32": "int32_t",
    "uint32": "uint32_t",
}
COLUMNS = 100


def literal(value: np.generic) -> str:
    if not isinstance(value, np.floating):
        return str(value) if value != np.iinfo(np.int32).min else "INT32_MIN"
    text = str(value)
    return text + ("F" if "." in text or "e" in text else ".0F")


def c_header(name: str, values: Union[ArrayLike, bytes]) -> str:
    """A C header with `values` as a constant array NAME, aligned to 16 bytes, and NAME_ELEMENTS.

    `values`: bytes, such as `Model.tflite()`, or an array of float32 or of integers of up to 32
    bits; its elements stand row by row. Floats come back as exactly the same. Raises Error when the
    name is no C identifier, or the values are of another type, infinite or no numbers.
    """
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise Error(f"{name!r} is no C identifier")
    array = np.frombuffer(values, np.uint8) if isinstance(values, bytes) else np.asarray(values)
    c_type = C_TYPES.get(str(array.dtype))
    if c_type is None:
        raise Error(f"C arrays are made of {', '.join(C_TYPES)}, not {array.dtype}: use .astype()")
    if array.size == 0 or not np.isfinite(array).all():
        raise Error(f"{name}: C wants values in an array, and all of them finite")
    lines, line = [], " "
    for text in map(literal, array.ravel()):
        if len(line) + len(text) + 2 > COLUMNS:
            lines.append(line)
            line = " "
        line += f" {text},"
    lines.append(line)
    shape = " x ".join(str(size) for size in array.shape) or "1"
    size = f"{name.upper()}_ELEMENTS"
    return "\n".join(
        (
            "#pragma once",
            "#include <stdint.h>",
            "",
            f"/* {shape} */",
            f"#define {size} {array.size}",
            f"static const {c_type} {name}[{size}] __attribute__((aligned(16))) = {{",
            *lines,
            "};",
            "",
        )
    )
