"""The network of the article: three convolutions, two dense layers, 93,322 parameters."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import nn


def build_network() -> nn.Sequential:
    """Ends in softmax, as it is deployed; training works on the logits, `network[:-1]`."""
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(1, 32, kernel_size=3),
            relu1=nn.ReLU(),
            pool1=nn.MaxPool2d(2),
            conv2=nn.Conv2d(32, 64, kernel_size=3),
            relu2=nn.ReLU(),
            pool2=nn.MaxPool2d(2),
            conv3=nn.Conv2d(64, 64, kernel_size=3),
            relu3=nn.ReLU(),
            flatten=nn.Flatten(),
            dense1=nn.Linear(64 * 3 * 3, 64),
            relu4=nn.ReLU(),
            dense2=nn.Linear(64, 10),
            softmax=nn.Softmax(dim=1),
        )
    )


def count_parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def export_onnx(network: nn.Module, path: str) -> None:
    network.eval()
    torch.onnx.export(
        network,
        torch.zeros(1, 1, 28, 28),
        path,
        opset_version=13,
        input_names=["input"],
        output_names=["output"],
    )
