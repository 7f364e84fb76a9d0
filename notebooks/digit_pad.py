"""A pad to draw a digit on with the mouse, 28x28 as the network sees it."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.backend_bases import MouseEvent
from matplotlib.widgets import Button
from numpy.typing import NDArray

SIDE = 28
PEN = 1.1  # radius of the pen's full ink, in pixels
SOFT = 0.9  # how wide its edge is


class DigitPad:
    """Draws with the mouse where matplotlib is interactive (`%matplotlib notebook`); elsewhere it
    shows the digit that it begins with."""

    def __init__(self, digit: NDArray[np.float32] | None = None) -> None:
        self._ink = np.zeros((SIDE, SIDE), np.float32) if digit is None else digit.copy()
        self._last: tuple[float, float] | None = None
        self.figure, axes = plt.subplots(figsize=(3.2, 3.4))
        self.figure.subplots_adjust(0.02, 0.12, 0.98, 0.98)
        axes.set_xticks([])
        axes.set_yticks([])
        self._axes = axes
        self._image = axes.imshow(self._ink, cmap="gray_r", vmin=0, vmax=1)
        self._button = Button(self.figure.add_axes((0.35, 0.01, 0.3, 0.09)), "Clear")
        self._button.on_clicked(lambda _: self.clear())
        for name, action in (
            ("button_press_event", self._press),
            ("motion_notify_event", self._move),
            ("button_release_event", self._release),
        ):
            self.figure.canvas.mpl_connect(name, action)

    @property
    def digit(self) -> NDArray[np.float32]:
        """What is drawn, (28, 28) from 0 to 1, with its centre of mass in the middle, where MNIST's
        digits have it."""
        total = self._ink.sum()
        if total == 0:
            return self._ink.copy()
        middle = (SIDE - 1) / 2
        rows, columns = np.indices(self._ink.shape)
        shift = [round(middle - float((at * self._ink).sum() / total)) for at in (rows, columns)]
        return np.roll(self._ink, shift, (0, 1))

    def clear(self) -> None:
        self._ink[:] = 0
        self._show()

    def _press(self, event: MouseEvent) -> None:
        if event.inaxes is self._axes:
            self._last = (event.xdata, event.ydata)
            self._stroke(self._last)

    def _move(self, event: MouseEvent) -> None:
        if self._last is not None and event.inaxes is self._axes:
            self._stroke((event.xdata, event.ydata))

    def _release(self, _: MouseEvent) -> None:
        self._last = None

    def _stroke(self, to: tuple[float, float]) -> None:
        """A soft line from where the pen was."""
        assert self._last is not None
        rows, columns = np.indices(self._ink.shape)
        start, end = np.array(self._last), np.array(to)
        way = end - start
        along = (columns - start[0]) * way[0] + (rows - start[1]) * way[1]
        part = np.clip(along / max(float(way @ way), 1e-9), 0, 1)
        distance = np.hypot(
            columns - start[0] - part * way[0], rows - start[1] - part * way[1]
        )
        np.maximum(self._ink, np.clip(1 - (distance - PEN) / SOFT, 0, 1), out=self._ink)
        self._last = to
        self._show()

    def _show(self) -> None:
        self._image.set_data(self._ink)
        self.figure.canvas.draw_idle()
