"""Models on this computer: run, convert, compile, and what is said of bad input."""

from __future__ import annotations

import _thread
import ctypes
import subprocess
import threading
from pathlib import Path

import numpy as np
import solder
from support import DIGIT, MNIST, ROOT, InFolder, onnx_of, run_program, some_digits


class Package(InFolder):
    def test_is_the_installed_one(self) -> None:
        self.assertNotIn(ROOT / "bindings", Path(solder.__file__).parents)
        self.assertTrue((Path(solder.__file__).parent / "py.typed").exists())

    def test_brings_the_program_and_its_sources(self) -> None:
        self.assertEqual(run_program("--version").stdout.strip(), solder.__version__)
        self.assertTrue((solder.sources() / "runtime" / "plan" / "model.h").exists())


class Run(InFolder):
    def setUp(self) -> None:
        super().setUp()
        self.model = solder.load(MNIST)

    def test_says_what_it_is(self) -> None:
        (given,), (wanted,) = self.model.inputs, self.model.outputs
        self.assertEqual((given.dtype, given.shape), ("float32", (1, 28, 28, 1)))
        self.assertEqual((wanted.name, wanted.shape), ("output", (1, 10)))
        self.assertEqual(self.model.parameters, 93322)
        self.assertIn("mnist.onnx", repr(self.model))

    def test_computes_what_the_program_computes(self) -> None:
        DIGIT.tofile(self.folder / "in")
        ran = run_program("run", MNIST, "--input", self.folder / "in",
                          "--output", self.folder / "out")  # fmt: skip
        self.assertEqual(ran.returncode, 0, ran.stderr)
        expected = np.fromfile(self.folder / "out", np.float32)
        for shape in ((28, 28), (1, 28, 28, 1), (28, 28, 1), (1, 1, 28, 28)):
            result = self.model.run(DIGIT.reshape(shape))
            self.assertEqual(result.shape, (1, 10))
            np.testing.assert_array_equal(result[0], expected)
        self.assertEqual(expected.argmax(), 3)

    def test_several_at_once(self) -> None:
        digits = some_digits(5)
        together = self.model.run(digits)
        self.assertEqual(together.shape, (5, 10))
        np.testing.assert_array_equal(together, [self.model.run(digit)[0] for digit in digits])
        self.assertEqual(self.model.run(digits[:0]).shape, (0, 10))

    def test_other_orders_and_types_of_arrays(self) -> None:
        expected = self.model.run(DIGIT)
        for array in (DIGIT.astype(float), np.asfortranarray(DIGIT), DIGIT.tolist()):
            np.testing.assert_array_equal(self.model.run(array), expected)

    def test_several_inputs(self) -> None:
        (self.folder / "add.onnx").write_bytes(onnx_of("Add", 2, 4))
        model = solder.load(self.folder / "add.onnx")
        np.testing.assert_array_equal(model.run([1, 2, 3, 4], [10, 20, 30, 40]), [[11, 22, 33, 44]])
        self.assert_error("1 arrays for 2 inputs", lambda: model.run([1, 2, 3, 4]))
        self.assert_error("as many of each", lambda: model.run(np.ones((3, 4)), np.ones((2, 4))))
        ones = np.ones((3, 4))
        self.assertTrue(model.quantize("int8", (ones, 2 * ones)).inputs[1].is_quantized)
        self.assert_error("1 arrays to calibrate 2", lambda: model.quantize("int8", [ones]))

    def test_several_outputs(self) -> None:
        (self.folder / "relus.onnx").write_bytes(onnx_of("Relu", 1, 4, outputs=2))
        model = solder.load(self.folder / "relus.onnx")
        first, second = model.run_all([[1, -2, 3, -4], [5, 6, 7, 8]])
        np.testing.assert_array_equal(first, [[1, 0, 3, 0], [5, 6, 7, 8]])
        np.testing.assert_array_equal(second, first)
        self.assert_error("has 2 outputs; run_all", lambda: model.run([1, 2, 3, 4]))

    def test_layers_end_in_the_output(self) -> None:
        layers = self.model.layers(DIGIT)
        self.assertEqual(
            [layer.type for layer in layers if layer.type != "RESHAPE"],
            ["CONV_2D", "MAX_POOL_2D", "CONV_2D", "MAX_POOL_2D", "CONV_2D", "FULLY_CONNECTED",
             "FULLY_CONNECTED", "SOFTMAX"],
        )  # fmt: skip
        self.assertEqual(layers[0].values.shape, (1, 26, 26, 32))
        np.testing.assert_array_equal(layers[-1].values, self.model.run(DIGIT))

    def test_profile_has_every_step(self) -> None:
        steps = self.model.profile(DIGIT)
        self.assertEqual((steps[0].type, steps[-1].type), ("CONV_2D", "SOFTMAX"))
        self.assertGreater(sum(step.milliseconds for step in steps), 0)

    def test_accuracy(self) -> None:
        done = []
        right = self.model.count_correct(
            some_digits(4), [3, 3, 8, 3], progress=lambda at, total: done.append((at, total))
        )
        self.assertEqual(right, (self.model.run(some_digits(4)).argmax(1) == [3, 3, 8, 3]).sum())
        self.assertTrue(all(at <= total == 4 for at, total in done))
        self.assert_error("4 images want", lambda: self.model.count_correct(some_digits(4), [3]))
        self.assert_error("0 to 255", lambda: self.model.count_correct(DIGIT[None], [-1]))

    def test_ctrl_c_ends_it(self) -> None:
        many = np.broadcast_to(DIGIT, (100_000, 28, 28))
        for work in (
            lambda: self.model.run(many),
            lambda: self.model.count_correct(many, np.zeros(len(many), int)),
            lambda: self.model.quantize("int8", many),
        ):
            # The other thread gets to run, for the work goes on without Python's lock.
            threading.Timer(0.2, _thread.interrupt_main).start()
            with self.assertRaises(KeyboardInterrupt):
                work()
        self.assertEqual(self.model.run(DIGIT).argmax(), 3)


class Refused(InFolder):
    def test_files(self) -> None:
        missing = self.folder / "missing.onnx"
        self.assert_error("missing.onnx: file not found", lambda: solder.load(missing))
        damaged = self.folder / "damaged.onnx"
        damaged.write_bytes(MNIST.read_bytes()[:-1000])
        self.assert_error("damaged.onnx: ", lambda: solder.load(damaged))

    def test_in_the_words_of_the_program(self) -> None:
        for path in (self.folder, self.folder / "x", __file__):
            with self.assertRaises(solder.Error) as caught:
                solder.load(path)
            self.assertEqual(run_program("inspect", path).stderr, f"solder: {caught.exception}\n")

    def test_arrays(self) -> None:
        model = solder.load(MNIST)
        self.assert_error(r"shape \(28, 27\) does not fit", lambda: model.run(DIGIT[:, 1:]))
        self.assert_error("of <U1", lambda: model.run("a"))
        self.assert_error("not an array", lambda: model.run([[1], [2, 3]]))
        self.assert_error("complex", lambda: model.run(DIGIT * 1j))
        self.assert_error("one inference at a time", lambda: model.layers(some_digits(2)))

    def test_precisions(self) -> None:
        model = solder.load(MNIST)
        self.assert_error("precision is one of none, size", lambda: model.quantize("int4"))
        self.assert_error("ranges is one of", lambda: model.quantize("int8", DIGIT, ranges="all"))
        self.assert_error("needs inputs to calibrate with", lambda: model.quantize("int8"))
        self.assert_error("does not fit", lambda: model.quantize("int8", np.zeros((5, 7))))
        self.assert_error("no samples", lambda: model.quantize("int8", np.zeros((0, 28, 28))))
        self.assert_error("mnist.onnx: .*finite", lambda: model.quantize("int8", DIGIT * np.nan))
        self.assert_error("nowhere: ", lambda: model.quantize("int8", self.folder / "nowhere"))
        small = model.quantize("size")
        self.assert_error("already", lambda: small.quantize("size"))


class Quantize(InFolder):
    def setUp(self) -> None:
        super().setUp()
        self.model = solder.load(MNIST)
        self.digits = some_digits(20)

    def test_gives_the_programs_files(self) -> None:
        np.save(self.folder / "digits.npy", self.digits)
        for precision in ("none", "size", "int8", "uint8", "int16x8"):
            with self.subTest(precision):
                converted = run_program("convert", MNIST, "-o", self.folder / "out.tflite",
                                        "--quantize", precision, "--calibrate", self.folder)  # fmt: skip
                self.assertEqual(converted.returncode, 0, converted.stderr)
                quantized = self.model.quantize(precision, self.digits)
                self.assertEqual(quantized.tflite(), (self.folder / "out.tflite").read_bytes())
                self.assertEqual(quantized.run(DIGIT).argmax(), 3)
                if precision != "none":
                    self.assertLess(len(quantized.tflite()), 100_000)
        self.assertEqual(
            self.model.quantize("int8", self.folder, ranges="percentile").tflite(),
            self.model.quantize("int8", self.digits, ranges="percentile").tflite(),
        )

    def test_real_and_raw_values(self) -> None:
        int8 = self.model.quantize("int8", self.digits)
        given, wanted = int8.inputs[0], int8.outputs[0]
        self.assertEqual((given.dtype, wanted.dtype), ("int8", "int8"))
        levels = np.clip(np.round(DIGIT / given.scale) + given.zero_point, -128, 127)
        raw = int8.run(levels.astype(np.int8), raw=True)
        self.assertEqual(raw.dtype, np.int8)
        real = int8.run(DIGIT)
        self.assertEqual(real.dtype, np.float32)
        np.testing.assert_allclose(
            real, (raw.astype(int) - wanted.zero_point) * wanted.scale, rtol=1e-6
        )
        self.assert_error("is quantized", lambda: int8.run(DIGIT.astype(np.uint8)))

    def test_progress(self) -> None:
        done = []
        self.model.quantize("int8", self.digits, progress=lambda *at: done.append(at))
        self.assertEqual(done[-1][0], done[-1][1])

        def fail(*_: int) -> None:
            raise ValueError("enough")

        with self.assertRaisesRegex(ValueError, "enough"):
            self.model.quantize("int8", self.digits, progress=fail)

    def test_saved_is_the_same_model(self) -> None:
        int8 = self.model.quantize("int8", self.digits)
        int8.save(self.folder / "new" / "int8.tflite")
        again = solder.load(self.folder / "new" / "int8.tflite")
        np.testing.assert_array_equal(again.run(self.digits), int8.run(self.digits))
        self.assert_error("cannot be written", lambda: int8.save("/proc/int8.tflite"))


class Compile(InFolder):
    KERNELS = ("conv_2d", "depthwise_conv_2d", "fully_connected", "pooling", "softmax")

    def test_runs_as_c_far_from_the_checkout(self) -> None:
        model = solder.load(MNIST)
        made = model.compile(self.folder, "digits", target="host")
        self.assertEqual(made.header.name, "digits.h")
        self.assertLess(made.arena_bytes, 100_000)
        (self.folder / "main.cpp").write_text(
            '#include <cstring>\n#include "digits.h"\n'
            'extern "C" void infer(const float* in, float* out) {\n'
            "  std::memcpy(digits_input_0(), in, 784 * sizeof(float));\n"
            "  digits_invoke();\n"
            "  std::memcpy(out, digits_output_0(), 10 * sizeof(float));\n}\n"
        )
        runtime = solder.sources() / "runtime"
        library = self.folder / "digits.so"
        kernels = [
            path
            for family in self.KERNELS
            for path in sorted((runtime / "kernels" / family).glob("*.cpp"))
            if path.name in ("reference.cpp", "generic.cpp")
        ]
        command = ["g++", "-std=c++20", "-O1", "-fPIC", "-shared", "-ffunction-sections",
                   "-Wl,--gc-sections", f"-I{runtime.parent}", "-o", library,
                   self.folder / "main.cpp", made.source, runtime / "plan" / "model.cpp",
                   runtime / "base" / "fixed_point.cpp", *kernels]  # fmt: skip
        built = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(built.returncode, 0, built.stderr)
        out = np.zeros(10, np.float32)
        pointers = [ctypes.c_void_p(array.ctypes.data) for array in (DIGIT, out)]
        ctypes.CDLL(str(library)).infer(*pointers)
        np.testing.assert_allclose(out, model.run(DIGIT)[0], rtol=1e-5, atol=1e-7)

    def test_kernels_and_preferences_as_the_program_has_them(self) -> None:
        path = self.folder / "int8.tflite"
        solder.load(MNIST).quantize("int8", some_digits(20)).save(path)
        for kernels, prefer in (("armv7em", "speed"), ("armv7em", "ram"), ("generic", "flash")):
            solder.load(path).compile(self.folder / "here", kernels=kernels, prefer=prefer)
            ran = run_program("compile", path, "-o", self.folder / "there", "--kernels", kernels,
                              "--prefer", prefer)  # fmt: skip
            self.assertEqual(ran.returncode, 0, ran.stderr)
            for file in ("int8.h", "int8.cpp"):
                texts = [(self.folder / side / file).read_text() for side in ("here", "there")]
                self.assertTrue(texts[0] == texts[1], f"{file} of {kernels}, {prefer} differs")

    def test_names(self) -> None:
        model = solder.load(MNIST)
        self.assertEqual(model.compile(self.folder).source.name, "mnist.cpp")
        self.assert_error("cannot be used in C", lambda: model.compile(self.folder, "9 lives"))
        self.assert_error("kernels is one of", lambda: model.compile(self.folder, kernels="sse"))
        self.assert_error("target is one of", lambda: model.compile(self.folder, target="z80"))
        self.assert_error("cannot be written", lambda: model.compile("/proc/nowhere"))


class Dataset(InFolder):
    def test_mnist_files(self) -> None:
        images = np.arange(2 * 28 * 28).astype(np.uint8).reshape(2, 28, 28)
        for name, header, data in (
            ("images-idx3-ubyte", (2051, 2, 28, 28), images),
            ("labels-idx1-ubyte", (2049, 2), np.array([7, 2], np.uint8)),
        ):
            content = np.array(header, ">i4").tobytes() + data.tobytes()
            (self.folder / f"t10k-{name}").write_bytes(content)
        pixels, labels = solder.load_dataset(f"mnist:{self.folder}")
        np.testing.assert_array_equal(pixels, images / np.float32(255))
        self.assertEqual(labels.tolist(), [7, 2])
        self.assertEqual(len(solder.load_dataset(f"mnist:{self.folder}", 1)[0]), 1)
        self.assert_error("mnist:DIR", lambda: solder.load_dataset("cifar"))
        self.assert_error("has no t10k", lambda: solder.load_dataset("mnist:/dev"))
