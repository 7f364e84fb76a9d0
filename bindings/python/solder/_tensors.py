"""What models take and give: tensors described, and arrays made fit for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._native import Error, dequantize, quantize

Array = NDArray[Any]


@dataclass(frozen=True)
class Tensor:
    """An input, an output or a layer's result. Images are channels last: (1, height, width,
    channels). Quantized values mean `scale * (q - zero_point)`."""

    name: str
    dtype: str  #: as NumPy calls it: "float32", "int8", ...
    shape: tuple[int, ...]
    scale: float  #: 0 where the tensor is not quantized
    zero_point: int

    @property
    def is_quantized(self) -> bool:
        return self.scale != 0

    def __str__(self) -> str:
        return f'"{self.name}" {self.dtype} {list(self.shape)}'


@dataclass(frozen=True)
class StepTime:
    """What one step of an inference took."""

    operator: int  #: its place in the model
    type: str  #: as TensorFlow Lite calls it: "CONV_2D"
    milliseconds: float


def without_ones(shape: Sequence[int]) -> tuple[int, ...]:
    return tuple(size for size in shape if size != 1)


def stacked(array: Array, tensor: Tensor) -> tuple[Array, bool]:
    """`array` as (count, *tensor.shape), and whether it held several along a first dimension."""
    wanted = without_ones(tensor.shape)
    if without_ones(array.shape) == wanted:
        return array.reshape(1, *tensor.shape), False
    if array.ndim > 0 and without_ones(array.shape[1:]) == wanted:
        return array.reshape(len(array), *tensor.shape), True
    raise Error(
        f"an array of shape {array.shape} does not fit input {tensor}: give that shape, dimensions "
        "of 1 left out or not, or several along a first dimension"
    )


def as_array(values: ArrayLike, tensor: Tensor) -> Array:
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise Error(f"input {tensor}: not an array of numbers ({error})") from None
    if not (np.issubdtype(array.dtype, np.number) or array.dtype == np.bool_):
        raise Error(f"input {tensor}: not an array of numbers, but of {array.dtype}")
    if np.issubdtype(array.dtype, np.complexfloating):
        raise Error(f"input {tensor}: complex numbers have no place in it")
    return array


def to_tensor(array: Array, tensor: Tensor) -> Array:
    """The array's values as the tensor holds them, in C order."""
    if array.dtype == tensor.dtype:
        return np.ascontiguousarray(array)
    if tensor.is_quantized:
        if np.issubdtype(array.dtype, np.floating):
            return quantize(array, tensor.dtype, tensor.scale, tensor.zero_point)
        raise Error(
            f"input {tensor} is quantized: give real values as floats, or {tensor.dtype} as they "
            f"are, not {array.dtype}"
        )
    converted = np.ascontiguousarray(array, dtype=tensor.dtype)
    if np.issubdtype(converted.dtype, np.integer) and not np.array_equal(converted, array):
        raise Error(f"input {tensor} holds {tensor.dtype}, which some of these values are not")
    return converted


def to_tensors(values: Sequence[ArrayLike], tensors: Sequence[Tensor]) -> tuple[list[Array], bool]:
    """All inputs as (count, *shape) in the tensors' own types, and whether there are several."""
    if len(values) != len(tensors):
        names = ", ".join(str(tensor) for tensor in tensors)
        raise Error(f"{len(values)} arrays for {len(tensors)} inputs: {names}")
    pairs = [stacked(as_array(value, tensor), tensor) for value, tensor in zip(values, tensors)]
    counts = {len(array) for array, _ in pairs}
    if len(counts) > 1:
        raise Error(f"as many of each input, please, not {sorted(counts)}")
    return [to_tensor(array, t) for (array, _), t in zip(pairs, tensors)], any(s for _, s in pairs)


def from_tensor(array: Array, tensor: Tensor, raw: bool) -> Array:
    """Real values as float32 of what is quantized, unless it is wanted raw."""
    if raw or not tensor.is_quantized:
        return array
    return dequantize(np.ascontiguousarray(array), tensor.dtype, tensor.scale, tensor.zero_point)
