"""Solder fixes trained neural networks onto microcontrollers.

>>> import solder
>>> model = solder.load("mnist.onnx")
>>> small = model.quantize("int8", calibrate=images)
>>> small.run(images[0]).argmax()
>>> small.compile("generated", name="digits")
>>> with solder.VirtualBoard() as virtual:
...     board = solder.Board(virtual.port)
...     board.upload(small)
...     board.infer(images[0]).output.argmax()

Whatever is wrong with a model, a file, an array, a port or a board raises `Error`, whose text is
one line that says what, where, and what to do.
"""

from ._board import Board, BoardInfo, BoardModel, Inference, Slot
from ._c_header import c_header
from ._installed import firmware, program, sources
from ._model import Compiled, Layer, Model, load, load_dataset
from ._native import Error
from ._native import VERSION as __version__
from ._tensors import StepTime, Tensor
from ._virtual_board import VirtualBoard

__all__ = [
    "Board",
    "BoardInfo",
    "BoardModel",
    "Compiled",
    "Error",
    "Inference",
    "Layer",
    "Model",
    "Slot",
    "StepTime",
    "Tensor",
    "VirtualBoard",
    "__version__",
    "c_header",
    "firmware",
    "load",
    "load_dataset",
    "program",
    "sources",
]
