"""Arrays as C: what a C compiler makes of them is what they were."""

from __future__ import annotations

import subprocess

import numpy as np
import solder
from support import DIGIT, InFolder


class CHeader(InFolder):
    def bytes_in_c(self, header: str, name: str) -> bytes:
        (self.folder / "values.h").write_text(header)
        (self.folder / "main.c").write_text(
            '#include <stdio.h>\n#include "values.h"\n'
            f"int main(void) {{ fwrite({name}, sizeof({name}), 1, stdout); return 0; }}\n"
        )
        program = self.folder / "main"
        command = ["gcc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-o", program,
                   self.folder / "main.c"]  # fmt: skip
        subprocess.run(command, check=True)
        return subprocess.run([program], check=True, capture_output=True).stdout

    def test_comes_back_bit_for_bit(self) -> None:
        random = np.random.default_rng(1)
        bits = random.integers(0, 2**32, 3000, np.uint32).view(np.float32)
        for array in (
            DIGIT,
            bits[np.isfinite(bits)],
            np.array([0, -0.0, 1e-45, 3.4028235e38, 1], np.float32),
            np.array([[-128, 0], [1, 127]], np.int8),
            np.array([-(2**31), 2**31 - 1], np.int32),
            np.array([0, 2**32 - 1], np.uint32),
        ):
            with self.subTest(str(array.dtype)):
                self.assertEqual(
                    self.bytes_in_c(solder.c_header("values", array), "values"), array.tobytes()
                )

    def test_bytes_of_a_model(self) -> None:
        data = bytes(range(256)) * 5
        self.assertEqual(self.bytes_in_c(solder.c_header("model", data), "model"), data)

    def test_what_c_cannot_have(self) -> None:
        self.assert_error("no C identifier", lambda: solder.c_header("a-b", DIGIT))
        self.assert_error("not float64", lambda: solder.c_header("a", [1.5]))
        self.assert_error("finite", lambda: solder.c_header("a", np.float32([np.inf])))
        self.assert_error("finite", lambda: solder.c_header("a", b""))
