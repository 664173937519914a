"""Teaches a net from a folder of grown prints, and writes the weights that the pipeline reads.

The loss of presence is the focal loss of X. Zhou, D. Wang and P. Krähenbühl, "Objects as points", arXiv 1904.07850; the
weights kept are a moving average.
"""

import copy
import math
import time
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from torch import Tensor

from firmware.training import prints
from firmware.training.nets import SIZES, Net

BATCH = 8
PEAK_RATE = 2.5e-3
REPORT_EVERY = 100


def loss(output: Tensor, target: Tensor) -> Tensor:
    """How wrong the net is. output: (n, 5, h, w). target: (n, 6, h, w)."""
    heat, weight = target[:, 0], target[:, 5]
    presence = torch.sigmoid(output[:, 0]).clamp(1e-5, 1 - 1e-5)
    peak = (heat >= 1).float()
    found = peak * (1 - presence) ** 2 * presence.log()
    quiet = (1 - peak) * weight * (1 - heat) ** 4 * presence**2 * (1 - presence).log()
    near = (heat > 0.25).float()
    count = near.sum() + 1
    offset = ((output[:, 1:3] - target[:, 1:3]).abs().sum(1) * near).sum() / count
    direction = (((output[:, 3:5] - target[:, 3:5]) ** 2).sum(1) * near).sum() / count
    return -(found + quiet).sum() / (peak.sum() + 1) + 0.5 * offset + direction


def teach(folder: Path, effort: str, steps: int, seed: int, console: Console) -> Net:
    """A net of the size for `effort`, taught for so many steps; the same seed sees the same crops."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    pool = prints.load(folder)
    # The layout in which PyTorch's convolutions run fastest on a processor
    net = Net(SIZES[effort]).to(memory_format=torch.channels_last)
    average = copy.deepcopy(net)
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=1e-3)
    start, total = time.monotonic(), 0.0
    for step in range(1, steps + 1):
        rate = PEAK_RATE * min(1, step / 100) * (0.5 + 0.5 * math.cos(math.pi * step / steps)) + 1e-5
        for group in optimiser.param_groups:
            group["lr"] = rate
        crops = [prints.crop(pool[rng.integers(len(pool))], rng) for _ in range(BATCH)]
        images = torch.from_numpy(np.stack([image for image, _ in crops]))[:, None]
        error = loss(net(images), torch.from_numpy(np.stack([target for _, target in crops])))
        optimiser.zero_grad()
        error.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        total += error.item()
        _average(average, net, min(0.998, step / (step + 10)))
        if step % REPORT_EVERY == 0:
            left = (time.monotonic() - start) / step * (steps - step)
            console.print(f"{effort}: step {step} of {steps}, loss {total / REPORT_EVERY:.3f}, {left:.0f} s left")
            total = 0.0
    return average.eval()


@torch.no_grad()
def _average(average: Net, net: Net, keep: float) -> None:
    for kept, new in zip(average.state_dict().values(), net.state_dict().values(), strict=True):
        if kept.dtype.is_floating_point:
            kept.lerp_(new, 1 - keep)
        else:
            kept.copy_(new)


def layers(net: Net) -> dict[str, np.ndarray]:
    """The net's weights as arrays, each batch normalisation folded into the convolution before it."""
    arrays: dict[str, np.ndarray] = {}
    folded = {"stem": net.stem, "down": net.down, "mix": net.mix}
    for number, block in enumerate(net.body):
        folded |= {f"body{number}.first": block.first, f"body{number}.second": block.second}
    for name, (convolution, norm) in folded.items():
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        arrays[f"{name}.weight"] = (convolution.weight * scale[:, None, None, None]).detach().numpy()
        arrays[f"{name}.bias"] = (norm.bias - norm.running_mean * scale).detach().numpy()
        arrays[f"{name}.dilation"] = np.array(convolution.dilation[0])
    arrays["head.weight"] = net.head.weight.detach().numpy()
    arrays["head.bias"] = net.head.bias.detach().numpy()
    return arrays
