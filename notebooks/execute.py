"""Executes mnist.ipynb from start to end and writes it, outputs and all: execute.py OUTPUT

It runs with the Python of the environment that has the package `solder`, see docs/python.md."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).with_name("mnist.ipynb")


def execute(output: Path) -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(
        notebook,
        timeout=None,
        record_timing=False,  # so that equal outputs are equal files
        resources={"metadata": {"path": str(NOTEBOOK.parent)}},
    ).execute()
    notebook.metadata["language_info"] = {"name": "python"}
    nbformat.write(notebook, output)


if __name__ == "__main__":
    execute(Path(sys.argv[1]))
