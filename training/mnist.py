#!/usr/bin/python3
"""Trains the article's network on MNIST and exports it to ONNX."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from idx import Array, DataError, load_mnist

try:
    import torch
    from torch import Tensor, nn
    from tqdm import trange

    from network import build_network, count_parameters, export_onnx
except ModuleNotFoundError as error:
    sys.exit(
        f"mnist.py: Python module {error.name} not found: "
        "run scripts/install_packages.sh training and start this with /usr/bin/python3"
    )

BATCH = 128
PEAK_LEARNING_RATE = 3e-3
LARGEST_SHIFT = 2  # MNIST leaves four empty pixels on each side


def to_tensors(images: Array, labels: Array, limit: int | None) -> tuple[Tensor, Tensor]:
    """Images as bytes in NCHW; they become floats in [0, 1] one batch at a time."""
    pixels = torch.frombuffer(bytearray(images.values), dtype=torch.uint8).view(-1, 1, 28, 28)
    classes = torch.frombuffer(bytearray(labels.values), dtype=torch.uint8).long()
    return pixels[:limit], classes[:limit]


def to_floats(pixels: Tensor) -> Tensor:
    return pixels.float() / 255


def shifted(images: Tensor) -> Tensor:
    """Moves the whole batch a little, so that the network does not rely on exact centring."""
    move = torch.randint(-LARGEST_SHIFT, LARGEST_SHIFT + 1, (2,)).tolist()
    return images.roll(move, dims=(2, 3))


def train(network: nn.Sequential, pixels: Tensor, labels: Tensor, epochs: int) -> None:
    logits = network[:-1]
    loss_of = nn.CrossEntropyLoss()
    batches = -(-len(pixels) // BATCH)
    optimizer = torch.optim.Adam(network.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, PEAK_LEARNING_RATE, total_steps=epochs * batches
    )
    network.train()
    for epoch in range(1, epochs + 1):
        order = torch.randperm(len(pixels))
        bar = trange(batches, desc=f"epoch {epoch}/{epochs}", unit="batch", disable=None)
        for batch in bar:
            chosen = order[batch * BATCH : (batch + 1) * BATCH]
            loss = loss_of(logits(shifted(to_floats(pixels[chosen]))), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            bar.set_postfix(loss=f"{loss.item():.4f}", refresh=False)


def count_correct(network: nn.Module, pixels: Tensor, labels: Tensor) -> int:
    network.eval()
    correct = 0
    with torch.no_grad():
        for some_pixels, some_labels in zip(pixels.split(BATCH), labels.split(BATCH)):
            correct += int((network(to_floats(some_pixels)).argmax(1) == some_labels).sum())
    return correct


def positive_integer(text: str) -> int:
    value = int(text)
    if not 1 <= value < 2**31:
        raise argparse.ArgumentTypeError(f"{value} is not between 1 and {2**31 - 1}")
    return value


def parse_arguments(description: str | None, epochs: int) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, required=True, help="folder of the four idx files")
    parser.add_argument("--epochs", type=positive_integer, default=epochs)
    parser.add_argument("--seed", type=positive_integer, default=1, help="same seed, same network")
    parser.add_argument("--output", type=Path, default=Path("build/mnist"), help="folder to write")
    parser.add_argument("--limit", type=positive_integer, help="use only the first LIMIT images")
    return parser.parse_args()


def run(arguments: argparse.Namespace, build: Callable[[], nn.Sequential], name: str) -> None:
    """Trains what `build` makes and writes NAME.onnx and NAME.json."""
    data = load_mnist(arguments.data)
    arguments.output.mkdir(parents=True, exist_ok=True)  # before the work, not after it

    torch.set_num_threads(1)  # repeatable, and faster than two threads for layers this small
    torch.manual_seed(arguments.seed)
    network = build()
    train(
        network, *to_tensors(data.train_images, data.train_labels, arguments.limit), arguments.epochs
    )

    pixels, labels = to_tensors(data.test_images, data.test_labels, arguments.limit)
    correct = count_correct(network, pixels, labels)
    report = {
        "test_images": len(pixels),
        "correct": correct,
        "accuracy": correct / len(pixels),
        "parameters": count_parameters(network),
        "epochs": arguments.epochs,
        "seed": arguments.seed,
    }
    export_onnx(network, str(arguments.output / f"{name}.onnx"))
    (arguments.output / f"{name}.json").write_text(json.dumps(report, indent=2) + "\n")
    print(f"{correct} of {len(pixels)} test images right ({correct / len(pixels):.2%})")
    print(f"wrote {arguments.output}/{name}.onnx and {name}.json")


if __name__ == "__main__":
    try:
        run(parse_arguments(__doc__, epochs=8), build_network, "mnist")
    except (DataError, OSError) as error:
        sys.exit(f"mnist.py: {error}")
