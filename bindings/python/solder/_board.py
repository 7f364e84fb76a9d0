"""A board, real or virtual, over its port for messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import _native
from ._model import Model
from ._native import Error
from ._tensors import Array, StepTime, Tensor, from_tensor, to_tensors


@dataclass(frozen=True)
class BoardModel:
    """The model that a board runs."""

    name: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    arena_bytes: int  #: of RAM
    steps: int


@dataclass(frozen=True)
class Slot:
    """Flash for an uploaded model."""

    state: str  #: "EMPTY", "VALID" or "ACTIVE"
    capacity: int  #: bytes
    bytes: int  #: of the .tflite in it
    crc32: int  #: of these bytes


@dataclass(frozen=True)
class BoardInfo:
    """What a board is."""

    board: str
    firmware: str
    door: str  #: "compiled" or "interpreter"
    core_clock_hz: int
    model: BoardModel | None
    problem: str  #: why there is no model
    slots: tuple[Slot, ...]
    lost_bytes: int
    damaged_frames: int


@dataclass(frozen=True)
class Inference:
    """What a board computed."""

    outputs: list[Array]  #: of the outputs' shapes; real values, unless raw ones were asked for
    cycles: int  #: of the board's core
    milliseconds: float  #: on the board, at its clock; modelled on a virtual one

    @property
    def output(self) -> Array:
        """The only output."""
        if len(self.outputs) != 1:
            raise Error(f"the model has {len(self.outputs)} outputs; take one of .outputs")
        return self.outputs[0]


def described(fields: dict[str, Any]) -> BoardInfo:
    model = fields["model"]
    if model is not None:
        for end in ("inputs", "outputs"):
            model[end] = tuple(Tensor(*tensor) for tensor in model[end])
        fields["model"] = BoardModel(**model)
    fields["slots"] = tuple(Slot(*slot) for slot in fields["slots"])
    return BoardInfo(**fields)


class Board:
    """A board with Solder's firmware.

    `port`: its UART7, as a serial port or pseudo-terminal ("/dev/ttyACM0"), or "tcp:HOST:PORT".
    `baud`: bits a second of the board's port.

    Requests that get lost are repeated; a board that starts anew in between is told apart. Whatever
    goes wrong raises Error: no such port, no permission, another program uses it, the board is
    silent, or refuses what it is asked. Ctrl-C is honoured. Several threads may share a Board.
    """

    def __init__(self, port: str, baud: int = _native.DEFAULT_BAUD) -> None:
        self.port = port
        self._native: _native.Board | None = _native.Board(port, baud)

    def __enter__(self) -> Board:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the port."""
        self._native = None

    @property
    def _board(self) -> _native.Board:
        if self._native is None:
            raise Error(f"{self.port}: this Board is closed")
        return self._native

    def info(self) -> BoardInfo:
        """What the board is, its model and its slots, asked anew each time."""
        return described(self._board.info())

    def model(self) -> BoardModel:
        """The board's model, as it said last. Raises Error that says why there is none."""
        info = described(self._board.last_info())
        if info.model is None:
            raise Error(f"{self.port}: the board has no model: {info.problem}")
        return info.model

    def infer(self, *inputs: ArrayLike, raw: bool = False) -> Inference:
        """One inference on the board. Arrays as for `Model.run`, one inference at a time; they may
        be larger than any buffer of the board."""
        arrays, _ = to_tensors(inputs, self.model().inputs)
        if len(arrays[0]) != 1:
            raise Error(f"a board makes one inference at a time, not {len(arrays[0])}")
        outputs, cycles, milliseconds = self._board.infer([array.tobytes() for array in arrays])
        return Inference(
            [
                from_tensor(np.frombuffer(o, t.dtype).reshape(t.shape), t, raw)
                for o, t in zip(outputs, self.model().outputs)
            ],
            cycles,
            milliseconds,
        )

    def profile(self) -> list[StepTime]:
        """What every step of the last inference took on the board; of zero milliseconds where
        nothing was computed yet."""
        clock = self._board.last_info()["core_clock_hz"]
        return [
            StepTime(operator, kind, 1000 * cycles / clock)
            for operator, kind, cycles in self._board.profile()
        ]

    def upload(
        self, model: Model | bytes, progress: Callable[[int, int], object] | None = None
    ) -> None:
        """Writes a model, or the bytes of a .tflite, into the board's free slot; the board runs it
        from then on, after a reset too. `progress(done, total)` counts bytes. Raises Error when the
        board refuses it, and goes on with the model it had."""
        self._board.upload(model.tflite() if isinstance(model, Model) else bytes(model), progress)

    def echo(self, data: bytes) -> bytes:
        """The same bytes back from the board, at most 4,000: is the line good?"""
        return self._board.echo(bytes(data))

    def reset(self) -> None:
        """Starts the board anew."""
        self._board.reset()

    @property
    def retries(self) -> int:
        """Requests that were sent again."""
        return self._board.retries

    @property
    def damaged_frames(self) -> int:
        """Replies that arrived damaged."""
        return self._board.damaged_frames
