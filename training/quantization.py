"""Fake quantization: values are rounded as an int8 network rounds them, gradients pass through."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

LEVELS = 255  # uint8 activations count from 0 to this
LARGEST_WEIGHT = 127
SMALLEST_SCALE = 1e-8


class Activations(nn.Module):
    """Rounds to 256 levels that cover the range seen in training, of which one is zero."""

    def __init__(self, momentum: float = 0.05) -> None:
        super().__init__()
        self.momentum = momentum
        self.register_buffer("low", torch.zeros(()))
        self.register_buffer("high", torch.zeros(()))

    def forward(self, values: Tensor) -> Tensor:
        if self.training:
            self.watch(values.detach())
        scale, zero_point = self.quantization()
        return torch.fake_quantize_per_tensor_affine(values, scale, zero_point, 0, LEVELS)

    def watch(self, values: Tensor) -> None:
        seen = torch.stack([values.min().clamp(max=0), values.max().clamp(min=0)])
        known = torch.stack([self.low, self.high])
        weight = self.momentum if bool(self.high > self.low) else 1.0
        self.low, self.high = torch.lerp(known, seen, weight)

    def quantization(self) -> tuple[float, int]:
        scale = max(float(self.high - self.low) / LEVELS, SMALLEST_SCALE)
        return scale, round(-float(self.low) / scale)


def scale_of(largest: float) -> float:
    return max(largest / LARGEST_WEIGHT, SMALLEST_SCALE)


class Conv2d(nn.Conv2d):
    """Rounds its weights to -127 .. 127 times a scale for each output channel."""

    def forward(self, values: Tensor) -> Tensor:
        largest = self.weight.detach().abs().flatten(1).max(1).values
        scale = torch.tensor([scale_of(channel) for channel in largest.tolist()])
        zero = torch.zeros(len(scale), dtype=torch.int32)
        weight = torch.fake_quantize_per_channel_affine(self.weight, scale, zero, 0, -128, 127)
        return functional.conv2d(values, weight, self.bias, self.stride, self.padding)


class Linear(nn.Linear):
    """Rounds its weights to -127 .. 127 times one scale, as FULLY_CONNECTED has it."""

    def forward(self, values: Tensor) -> Tensor:
        scale = scale_of(float(self.weight.detach().abs().max()))
        weight = torch.fake_quantize_per_tensor_affine(self.weight, scale, 0, -128, 127)
        return functional.linear(values, weight, self.bias)


def quantize(network: nn.Sequential) -> nn.Sequential:
    """The same layers and parameters, with every input of a layer with weights, and the logits,
    rounded; a ReLU counts to the layer before it, and a softmax stays as it is."""
    layers = [("round_input", Activations())]
    names = list(dict(network.named_children()))
    for index, (name, layer) in enumerate(network.named_children()):
        layers.append((name, with_rounded_weights(layer)))
        follower = getattr(network, names[index + 1]) if index + 1 < len(names) else None
        if isinstance(layer, nn.ReLU) or (
            isinstance(layer, (nn.Conv2d, nn.Linear)) and not isinstance(follower, nn.ReLU)
        ):
            layers.append((f"round_{name}", Activations()))
    quantized = nn.Sequential()
    for name, layer in layers:
        quantized.add_module(name, layer)
    return quantized


def with_rounded_weights(layer: nn.Module) -> nn.Module:
    if isinstance(layer, nn.Conv2d):
        rounded = Conv2d(
            layer.in_channels, layer.out_channels, layer.kernel_size, layer.stride, layer.padding
        )
    elif isinstance(layer, nn.Linear):
        rounded = Linear(layer.in_features, layer.out_features)
    else:
        return layer
    rounded.load_state_dict(layer.state_dict())
    return rounded
