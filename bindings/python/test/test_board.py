"""A board: the real firmware on the virtual board, over a pseudo-terminal and TCP."""

from __future__ import annotations

import _thread
import os
import pty
import threading

import numpy as np
import solder
from support import DIGIT, MNIST, InFolder, onnx_of, some_digits


class OnTheVirtualBoard(InFolder):
    def test_pseudo_terminal(self) -> None:
        model = solder.load(MNIST)
        with solder.VirtualBoard() as virtual, solder.Board(virtual.port) as board:
            info = board.info()
            self.assertEqual((info.board, info.door), ("stm32f746g-disco", "interpreter"))
            self.assertEqual(info.core_clock_hz, 216_000_000)
            self.assertEqual(board.model().inputs[0].shape, (1, 28, 28, 1))
            self.assertEqual([slot.state for slot in info.slots], ["ACTIVE", "EMPTY"])

            result = board.infer(DIGIT)
            np.testing.assert_allclose(result.output, model.run(DIGIT), rtol=1e-5, atol=1e-7)
            self.assertAlmostEqual(result.milliseconds, 1000 * result.cycles / info.core_clock_hz)
            steps = board.profile()
            self.assertEqual((steps[0].type, steps[-1].type), ("CONV_2D", "SOFTMAX"))
            self.assertLess(sum(step.milliseconds for step in steps), 1.1 * result.milliseconds)

            self.assertEqual(board.echo(b"there and back"), b"there and back")
            self.assert_error("at most 4000", lambda: board.echo(bytes(4001)))
            self.assert_error("does not fit", lambda: board.infer(DIGIT[1:]))
            self.assert_error("one inference at a time", lambda: board.infer(some_digits(2)))
            self.assert_error("another program uses it", lambda: solder.Board(virtual.port))
            self.assertEqual(virtual.messages, (f"UART7 is {virtual.port}",))
        self.assert_error("is closed", board.info)

    def test_upload(self) -> None:
        (self.folder / "relu.onnx").write_bytes(onnx_of("Relu", 1, 40))
        values = np.linspace(-1, 1, 40, dtype=np.float32)
        relu = solder.load(self.folder / "relu.onnx").quantize("int8", values)
        with solder.VirtualBoard(line="tcp") as virtual:
            self.assertTrue(virtual.port.startswith("tcp:127.0.0.1:"))
            board = solder.Board(virtual.port)
            self.assert_error("refused|not a|no .tflite", lambda: board.upload(bytes(100)))
            self.assertEqual(board.infer(DIGIT).output.argmax(), 3, "the old model goes on")

            done: list[tuple[int, int]] = []
            board.upload(relu, lambda *at: done.append(at))
            size = len(relu.tflite())
            self.assertEqual(done[-1], (size, size))
            for _ in range(2):
                self.assertEqual(board.model().inputs[0].dtype, "int8")
                result = board.infer(values, raw=True)
                np.testing.assert_array_equal(result.output, relu.run(values, raw=True))
                board.reset()
            self.assertEqual(board.info().slots[1].bytes, size)

    def test_that_does_not_start(self) -> None:
        self.assert_error("did not start: .*nowhere.elf", lambda: solder.VirtualBoard("nowhere.elf"))
        self.assert_error("line is", lambda: solder.VirtualBoard(line="usb"))  # type: ignore[arg-type]


class OnNoBoard(InFolder):
    def test_no_such_port(self) -> None:
        self.assert_error("/dev/nothing: cannot be opened", lambda: solder.Board("/dev/nothing"))
        self.assert_error("as in tcp:127.0.0.1:4001", lambda: solder.Board("tcp:nowhere"))
        self.assert_error("nobody listens", lambda: solder.Board("tcp:127.0.0.1:1"))

    def test_ctrl_c_ends_waiting_for_a_silent_one(self) -> None:
        ends = pty.openpty()
        for end in ends:
            self.addCleanup(os.close, end)
        board = solder.Board(os.ttyname(ends[1]))
        threading.Timer(0.2, _thread.interrupt_main).start()
        with self.assertRaises(KeyboardInterrupt):
            board.info()
