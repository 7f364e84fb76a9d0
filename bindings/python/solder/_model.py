"""Models on this computer."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _native
from ._native import Error
from ._tensors import Array, StepTime, Tensor, as_array, from_tensor, stacked, to_tensors

PathLike = Union[str, "os.PathLike[str]"]
Precision = Literal["none", "size", "int8", "uint8", "int16x8"]
Ranges = Literal["min-max", "percentile", "least-squares"]
Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class Layer:
    """What one operator computed."""

    operator: int  #: its place in the model
    type: str  #: as TensorFlow Lite calls it: "CONV_2D"
    tensor: Tensor
    values: Array  #: of the tensor's shape; real values, unless raw ones were asked for


@dataclass(frozen=True)
class Compiled:
    """A model as C++, and what it takes on a board."""

    header: Path  #: for C and C++
    source: Path
    constants_bytes: int  #: of flash: weights, biases, tables
    arena_bytes: int  #: of RAM: activations


def one_of(value: str, allowed: tuple[str, ...], what: str) -> str:
    if value not in allowed:
        raise Error(f"{what} is one of {', '.join(allowed)}, not {value!r}")
    return value


class Model:
    """A trained network; `load` reads one. Nothing changes it: conversions give new ones."""

    def __init__(self, native: _native.Model) -> None:
        self._native = native
        self._inputs = tuple(Tensor(*tensor) for tensor in native.inputs)
        self._outputs = tuple(Tensor(*tensor) for tensor in native.outputs)

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        return self._inputs

    @property
    def outputs(self) -> tuple[Tensor, ...]:
        return self._outputs

    @property
    def arena_bytes(self) -> int:
        """RAM for the activations of an inference."""
        return self._native.arena_bytes

    @property
    def macs(self) -> int:
        """Multiply-accumulates of an inference, as they are compiled."""
        return self._native.macs

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return self._native.parameters

    def __repr__(self) -> str:
        ends = [", ".join(str(tensor) for tensor in part) for part in (self.inputs, self.outputs)]
        return f"<solder.Model {self._native.origin}: {ends[0]} -> {ends[1]}>"

    def run(self, *inputs: ArrayLike, raw: bool = False) -> Array:
        """Inference on this computer.

        `inputs`: an array for each input, of its shape; dimensions of 1 may be left out. With one
        dimension more in front, an inference for each index of it. Floats are quantized where the
        input is; an array of the input's own type is taken as it is.

        Returns the only output (`run_all` those of a model with several), of its shape; a first
        dimension of 1 counts inferences, and else they have one of their own. Quantized outputs
        become real values as float32, unless `raw`.

        Raises Error when an array does not fit. Ctrl-C is heard between inferences.
        """
        if len(self.outputs) != 1:
            raise Error(f"the model has {len(self.outputs)} outputs; run_all() gives them all")
        return self.run_all(*inputs, raw=raw)[0]

    def run_all(self, *inputs: ArrayLike, raw: bool = False) -> list[Array]:
        """Like `run`, with an array for each output."""
        arrays, are_several = to_tensors(inputs, self.inputs)
        results = []
        for output, tensor in zip(self._native.run(arrays, len(arrays[0])), self.outputs):
            shape = tensor.shape
            if are_several:
                shape = (len(output), *(shape[1:] if shape[:1] == (1,) else shape))
            results.append(from_tensor(output.reshape(shape), tensor, raw))
        return results

    def layers(self, *inputs: ArrayLike, raw: bool = False) -> list[Layer]:
        """What every operator computes in one inference. Inputs as for `run`.

        Convolutions may show rows and columns that a compiled model leaves out.
        """
        return [
            Layer(operator, kind, Tensor(*tensor), from_tensor(values, Tensor(*tensor), raw))
            for operator, kind, tensor, values in self._native.layers(self._one(inputs))
        ]

    def profile(self, *inputs: ArrayLike) -> list[StepTime]:
        """What every step of one inference takes on this computer. Inputs as for `run`."""
        return [StepTime(*step) for step in self._native.profile(self._one(inputs))]

    def quantize(
        self,
        precision: Precision,
        calibrate: ArrayLike | PathLike | None = None,
        *,
        ranges: Ranges = "min-max",
        pixels: tuple[float, float] = (0.0, 1.0),
        progress: Progress | None = None,
    ) -> Model:
        """The same model in another precision.

        `precision`: "size" has int8 weights alone; "int8" and "uint8" integers throughout, of that
        type at both ends; "int16x8" int16 activations and int8 weights; "none" changes nothing.

        `calibrate`, for integers throughout: inputs like those of later use, as an array of several
        along its first dimension (a list of such arrays where the model has several inputs), or as
        `solder convert --calibrate` takes them: "mnist:DIR", a folder of .png or .npy, an .npz.
        `pixels` are what the model takes black and white of images as.

        `ranges`: what the integers cover: all values seen ("min-max"), all but 0.02 % of them
        ("percentile"), or what makes squared errors smallest ("least-squares").

        `progress(done, total)` is called now and then. Raises Error when the model is quantized
        already, or the calibration data do not fit. Ctrl-C is honoured.
        """
        one_of(precision, _native.PRECISIONS, "precision")
        one_of(ranges, _native.RANGES, "ranges")
        samples = None
        if _native.needs_calibration(precision):
            if calibrate is None:
                raise Error(
                    f'quantize("{precision}") needs inputs to calibrate with: give calibrate=, an '
                    f"array of several for {', '.join(str(tensor) for tensor in self.inputs)}"
                )
            samples = self._samples(calibrate, pixels)
        return Model(self._native.convert(precision, samples, ranges, progress))

    def count_correct(
        self, images: ArrayLike, labels: ArrayLike, *, progress: Progress | None = None
    ) -> int:
        """How many inputs the model, of one input and one output, has its largest output at the
        label for. `images`: several along the first dimension, real values; `labels`: integers from
        0 to 255. Uses all processors. Ctrl-C is honoured."""
        if len(self.inputs) != 1:
            raise Error("accuracy is measured of models with one input")
        several = self._samples(images, (0, 1))[0]
        classes = np.asarray(labels)
        if classes.shape != several.shape[:1] or not np.issubdtype(classes.dtype, np.integer):
            raise Error(
                f"{len(several)} images want as many integers as labels, not an array of "
                f"{classes.dtype} {list(classes.shape)}"
            )
        if classes.size and not 0 <= classes.min() <= classes.max() <= 255:
            raise Error("labels are from 0 to 255")
        return self._native.count_correct(several, classes.astype(np.uint8), progress)

    def tflite(self) -> bytes:
        """The model as a .tflite file."""
        return self._native.tflite()

    def save(self, path: PathLike) -> None:
        """Writes the .tflite; what was there before stays when that fails, with an Error."""
        self._native.save(os.fspath(path))

    def compile(
        self,
        folder: PathLike,
        name: str = "",
        *,
        target: Literal["cortex-m7", "host"] = "cortex-m7",
        kernels: Literal["generic", "armv7em", "reference"] | None = None,
        prefer: Literal["balanced", "speed", "ram", "flash"] = "balanced",
    ) -> Compiled:
        """Writes NAME.h, for C and C++, and NAME.cpp into `folder`, to be built with the runtime
        below `solder.sources()`.

        `name`: C++ namespace and prefix of the C functions; else made of the model's file name.
        `kernels`: "generic" is plain C++, "armv7em" the DSP instructions of the Cortex-M4 and M7,
        "reference" the readable truth; None is "armv7em", for the target "host" "generic". `prefer`: what counts most where "armv7em" trades speed, RAM
        and flash.

        Raises Error when the name is no C identifier in lower case, when the model does not fit
        into the target ("cortex-m7": the STM32F746's 1 MB of flash and 320 KB of RAM), or the files
        cannot be written.
        """
        one_of(target, ("cortex-m7", "host"), "target")
        kernels = kernels or ("generic" if target == "host" else "armv7em")
        one_of(kernels, _native.KERNELS, "kernels")
        one_of(prefer, _native.PREFERENCES, "prefer")
        name, constants, arena = self._native.compile(
            os.fspath(folder), name, target == "host", kernels, prefer
        )
        return Compiled(Path(folder, f"{name}.h"), Path(folder, f"{name}.cpp"), constants, arena)

    def _one(self, inputs: tuple[ArrayLike, ...]) -> list[Array]:
        arrays, _ = to_tensors(inputs, self.inputs)
        if len(arrays[0]) != 1:
            raise Error(f"one inference at a time, please, not {len(arrays[0])}")
        return arrays

    def _samples(
        self, data: ArrayLike | PathLike, pixels: tuple[float, float]
    ) -> list[NDArray[np.float32]]:
        """Real values, (count, *shape) for every input."""
        if isinstance(data, (str, os.PathLike)):
            return [self._native.load_calibration(os.fspath(data), *pixels)]
        values = [data] if len(self.inputs) == 1 else list(data)  # type: ignore[arg-type]
        if len(values) != len(self.inputs):
            raise Error(f"{len(values)} arrays to calibrate {len(self.inputs)} inputs with")
        arrays = [stacked(as_array(v, t), t)[0] for v, t in zip(values, self.inputs)]
        if len({len(array) for array in arrays}) != 1:
            raise Error("as many of each input to calibrate with, please")
        return [np.ascontiguousarray(array, dtype=np.float32) for array in arrays]


def load(path: PathLike) -> Model:
    """Reads a .tflite, ONNX, Keras .h5 or .keras file, told apart by content. Raises Error when it
    is missing, damaged, or has what Solder does not know."""
    return Model(_native.Model.load(os.fspath(path)))


def load_dataset(spec: str, limit: int = 0) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """The test images and labels of "mnist:DIR", a folder of MNIST's idx files, plain or .gz; the
    first `limit` of them, 0 for all. Images are (count, 28, 28) from 0 to 1. Raises Error that says
    what is missing and where it is to be had."""
    return _native.load_dataset(spec, limit)
