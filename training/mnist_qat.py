#!/usr/bin/python3
"""Trains the article's network on MNIST with every value rounded as an int8 network rounds it
(quantization-aware training), and exports it to ONNX with QuantizeLinear and DequantizeLinear."""

from __future__ import annotations

import sys
import warnings

from idx import DataError
from mnist import parse_arguments, run

import torch

from network import build_network
from quantization import quantize

if __name__ == "__main__":
    # Ranges are numbers in the exported network, and are meant to be.
    warnings.filterwarnings("ignore", category=torch.jit.TracerWarning)
    try:
        run(
            parse_arguments(__doc__, epochs=4),
            lambda: quantize(build_network()),
            "mnist_qat",
        )
    except (DataError, OSError) as error:
        sys.exit(f"mnist_qat.py: {error}")
