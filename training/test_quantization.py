"""Tests of quantization.py, where PyTorch is installed."""

from __future__ import annotations

import unittest

try:
    import torch
    from torch import nn

    from quantization import Activations, Conv2d, Linear, quantize
except ModuleNotFoundError as error:
    raise unittest.SkipTest(f"Python module {error.name} not found") from error


class ActivationsTest(unittest.TestCase):
    def test_levels_cover_what_was_seen_and_zero(self) -> None:
        rounding = Activations()
        seen = rounding(torch.linspace(-1, 3, 1000))
        self.assertLessEqual(len(seen.unique()), 256)
        self.assertIn(0.0, seen.tolist())
        self.assertAlmostEqual(float(seen.max()), 3, delta=4 / 255)
        rounding.eval()
        self.assertAlmostEqual(float(rounding(torch.tensor(9.0))), 3, delta=4 / 255)

    def test_gradients_pass_inside_the_range(self) -> None:
        rounding = Activations()
        rounding(torch.tensor([0.0, 1.0]))
        rounding.eval()
        values = torch.tensor([0.3, 5.0], requires_grad=True)
        rounding(values).sum().backward()
        self.assertEqual(values.grad.tolist(), [1, 0])


class WeightsTest(unittest.TestCase):
    def test_convolutions_round_each_channel(self) -> None:
        layer = Conv2d(1, 2, 1, bias=False)
        layer.weight = nn.Parameter(torch.tensor([[[[1.27]]], [[[0.00127]]]]))
        found = layer(torch.ones(1, 1, 1, 1)).flatten().tolist()
        self.assertAlmostEqual(found[0], 1.27, places=6)
        self.assertAlmostEqual(found[1], 0.00127, places=9)

    def test_dense_layers_have_one_scale(self) -> None:
        layer = Linear(1, 2, bias=False)
        layer.weight = nn.Parameter(torch.tensor([[1.27], [0.00127]]))
        found = layer(torch.ones(1, 1)).flatten().tolist()
        self.assertAlmostEqual(found[0], 1.27, places=6)
        self.assertEqual(found[1], 0)


class QuantizeTest(unittest.TestCase):
    def test_keeps_the_parameters_and_rounds_behind_activations(self) -> None:
        network = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1), nn.Softmax(1))
        quantized = quantize(network)
        kinds = [type(layer).__name__ for layer in quantized]
        self.assertEqual(
            kinds,
            ["Activations", "Linear", "ReLU", "Activations", "Linear", "Activations", "Softmax"],
        )
        self.assertTrue(torch.equal(quantized[1].weight, network[0].weight))


if __name__ == "__main__":
    unittest.main()
