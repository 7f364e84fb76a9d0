"""check_includes.py on small made-up trees: each rule once kept and once broken."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

from check_includes import offences


class CheckIncludes(unittest.TestCase):
    def check(self, path: str, *lines: str) -> list[str]:
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            (root / path).parent.mkdir(parents=True)
            (root / path).write_text("\n".join(lines))
            (root / path).with_name("beside.h").touch()
            return [text for text in offences(root) if text.startswith(f"{path}:")]

    def test_kept(self) -> None:
        for path, header in (
            ("runtime/kernels/add/add.cpp", '"runtime/base/tensor.h"'),
            ("runtime/kernels/add/add.cpp", '"runtime/kernels/kernel.h"'),
            ("runtime/kernels/add/add_test.cpp", '"runtime/interpreter/model.h"'),
            ("runtime/kernels/add/benchmark.cpp", "<vector>"),
            ("runtime/interpreter/model.cpp", '"schema/tflite_generated.h"'),
            ("runtime/interpreter/model.cpp", "<flatbuffers/flatbuffers.h>"),
            ("runtime/base/arena.h", "<cstdint>"),
            ("firmware/app/main.cpp", '"mnist_model.h"'),
            ("compiler/ir/graph.cpp", '"runtime/kernels/add/add.h"'),
            ("compiler/ir/graph.cpp", "<vector>"),
            ("cli/bench.cpp", '"simulator/boards/board.h"'),
            ("tests/e2e/mnist.cpp", '"client/client.h"'),
        ):
            with self.subTest(path=path, header=header):
                self.assertEqual(self.check(path, f"#include {header}"), [])

    def test_broken(self) -> None:
        for path, header in (
            ("runtime/base/arena.h", '"runtime/kernels/kernel.h"'),
            ("runtime/kernels/add/add.cpp", '"runtime/plan/plan.h"'),
            ("runtime/plan/plan.h", '"schema/tflite_generated.h"'),
            ("runtime/plan/plan_test.cpp", '"compiler/ir/graph.h"'),
            ("runtime/compiled/model.h", '"runtime/interpreter/model.h"'),
            ("protocol/frame.cpp", '"runtime/plan/plan.h"'),
            ("firmware/app/main.cpp", '"compiler/ir/graph.h"'),
            ("simulator/cpu/cpu.cpp", '"runtime/base/tensor.h"'),
            ("client/client.cpp", "<runtime/base/tensor.h>"),
            ("runtime/base/arena.h", "<vector>"),
            ("protocol/frame.cpp", "<cstdio>"),
            ("firmware/app/main.cpp", "<sys/stat.h>"),
            ("compiler/ir/graph.cpp", '"beside.h"'),
            ("compiler/ir/graph.cpp", '"../passes/fold.h"'),
        ):
            with self.subTest(path=path, header=header):
                found = self.check(path, "#pragma once", f"#  include {header}  // why")
                self.assertEqual(len(found), 1)
                self.assertTrue(found[0].startswith(f"{path}:2: includes {header[1:-1]}: "))

    def test_folder_without_a_rule(self) -> None:
        self.assertIn("no rule for this folder", self.check("runtime/other/file.h")[0])

    def test_comments_do_not_count(self) -> None:
        self.assertEqual(self.check("runtime/base/arena.h", "// #include <vector>"), [])


if __name__ == "__main__":
    unittest.main()
