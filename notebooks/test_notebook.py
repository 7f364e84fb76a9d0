"""mnist.ipynb runs from start to end without anybody watching, and is committed as it ran."""

from __future__ import annotations

import os
import re
import tempfile
import unittest
from pathlib import Path

import nbformat
from execute import NOTEBOOK, execute

MNIST = Path(os.environ.get("SOLDER_MNIST", NOTEBOOK.parents[2] / "shared" / "data" / "mnist"))


def text_of(notebook: nbformat.NotebookNode) -> str:
    """What the code cells put out; fails where one did not run or failed."""
    parts = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        assert cell.execution_count is not None, f"did not run: {cell.source}"
        for output in cell.outputs:
            assert output.output_type != "error", output
            assert output.get("name") != "stderr", output
            data = output.get("data", {})
            parts.append(output.get("text", "") + data.get("text/markdown", data.get("text/plain", "")))
    return "\n".join(parts)


class Notebook(unittest.TestCase):
    @unittest.skipUnless(
        MNIST.is_dir(), f"{MNIST} is not there: set SOLDER_MNIST to a folder of MNIST's idx files"
    )
    def test_runs(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            os.environ.update(
                SOLDER_MNIST=str(MNIST.resolve()),
                SOLDER_OUTPUT=folder,
                SOLDER_EPOCHS="1",
                SOLDER_TRAIN_IMAGES="4000",
                SOLDER_TEST_IMAGES="200",
            )
            output = Path(folder) / "mnist.ipynb"
            execute(output)
            text = text_of(nbformat.read(output, as_version=4))
            self.assertTrue((Path(folder) / "generated" / "mnist.cpp").exists())
            self.assertIn("DIGIT_ELEMENTS 784", (Path(folder) / "digit.h").read_text())
        self.assertRegex(text, r"trained for 1 epochs on 4,000|PyTorch is not installed")
        right = re.search(r"(\d+) of 200 test images right", text)
        assert right is not None, text
        self.assertGreater(int(right[1]), 100)
        self.assertRegex(text, r"Out\[3\]: (1.0|0.9)\d+   here (1.0|0.9)")
        self.assertEqual(len(re.findall(r"\|(\d)\|\1\|0\|\d+\.\d\d\|", text)), 8, "board and host")

    def test_is_committed_with_its_outputs(self) -> None:
        notebook = nbformat.read(NOTEBOOK, as_version=4)
        self.assertIn("10,000 test images right", text_of(notebook))
        figures = [
            output
            for cell in notebook.cells
            for output in cell.get("outputs", [])
            if "image/png" in output.get("data", {})
        ]
        self.assertGreaterEqual(len(figures), 5)


if __name__ == "__main__":
    unittest.main()
