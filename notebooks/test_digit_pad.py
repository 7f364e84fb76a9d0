"""The pad, drawn on by mouse events as matplotlib sends them."""

from __future__ import annotations

import unittest

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
import solder  # noqa: E402
from matplotlib.backend_bases import MouseEvent  # noqa: E402
from digit_pad import DigitPad  # noqa: E402


class Pad(unittest.TestCase):
    def setUp(self) -> None:
        self.pad = DigitPad()
        self.pad.figure.canvas.draw()
        self.addCleanup(plt.close, self.pad.figure)

    def send(self, name: str, x: float, y: float) -> None:
        """The mouse at column x and row y."""
        canvas = self.pad.figure.canvas
        at = self.pad.figure.axes[0].transData.transform((x, y))
        canvas.callbacks.process(name, MouseEvent(name, canvas, *at, button=1))

    def draw(self, *points: tuple[float, float]) -> None:
        self.send("button_press_event", *points[0])
        for point in points[1:]:
            self.send("motion_notify_event", *point)
        self.send("button_release_event", *points[-1])

    def test_a_stroke_leaves_ink_and_moving_without_pressing_none(self) -> None:
        self.send("motion_notify_event", 3, 3)
        self.assertEqual(self.pad.digit.sum(), 0)
        self.draw((14, 5), (14, 22))
        digit = self.pad.digit
        self.assertEqual(digit.shape, (28, 28))
        self.assertEqual(digit.max(), 1)
        self.assertTrue((digit[8:20, 12:16].max(axis=1) == 1).all())
        self.assertEqual(digit[:, :8].sum(), 0)

    def test_is_centred_and_recognised(self) -> None:
        model = solder.load(solder.sources() / "models" / "mnist" / "mnist.onnx")
        for points, name in (
            (((9, 4), (9, 20)), 1),
            (((3, 4), (14, 4), (10, 12), (7, 21)), 7),
        ):
            with self.subTest(name):
                self.pad.clear()
                self.draw(*points)
                digit = self.pad.digit
                rows, columns = np.indices(digit.shape)
                self.assertAlmostEqual((columns * digit).sum() / digit.sum(), 13.5, delta=0.5)
                self.assertAlmostEqual((rows * digit).sum() / digit.sum(), 13.5, delta=0.5)
                self.assertEqual(model.run(digit).argmax(), name)

    def test_clear(self) -> None:
        self.draw((5, 5), (9, 9))
        middle = self.pad.figure.axes[1].transAxes.transform((0.5, 0.5))
        for name in ("button_press_event", "button_release_event"):
            canvas = self.pad.figure.canvas
            canvas.callbacks.process(name, MouseEvent(name, canvas, *middle, button=1))
        self.assertEqual(self.pad.digit.sum(), 0)
