"""Teaches a net from a folder of grown prints, and writes the weights that the pipeline reads.

The loss of presence is the focal loss of X. Zhou, D. Wang and P. Krähenbühl, "Objects as points", arXiv 1904.07850; the
weights kept are a moving average. A small net can also learn from a large one how sure one can be of each minutia,
after G. Hinton, O. Vinyals and J. Dean, "Distilling the knowledge in a neural network", arXiv 1503.02531.
"""

import copy
import math
import time
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from torch import Tensor, nn

from firmware.errors import InputError
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


def opinion_loss(output: Tensor, opinion: Tensor) -> Tensor:
    """How far the net's presence, (n, 5, h, w), is from a teacher's."""
    theirs = torch.sigmoid(opinion[:, 0])
    apart = nn.functional.binary_cross_entropy_with_logits(output[:, 0], theirs, reduction="none")
    return apart.sum() / (theirs.sum() + 1)


def teach(
    folder: Path,
    effort: str,
    steps: int,
    seed: int,
    console: Console,
    teacher: Net | None = None,
    *,
    bfloat16: bool = False,
    straight: bool = False,
) -> Net:
    """A net of the size for `effort`, taught for so many steps; the same seed sees the same crops.

    straight: crops are turned by quarters only, and not scaled.
    bfloat16: multiply in that type where it can be, which takes half the time on a processor that knows it. Raises
    InputError when the loss is no number any more.
    """
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
        crops = [prints.crop(pool[rng.integers(len(pool))], rng, straight=straight) for _ in range(BATCH)]
        images = torch.from_numpy(np.stack([image for image, _ in crops]))[:, None]
        # PyTorch's convolutions in that type go wrong where channels don't come in eights
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16 and SIZES[effort].stem % 8 == 0):
            output = net(images).float()
        error = loss(output, torch.from_numpy(np.stack([target for _, target in crops])))
        if teacher is not None:
            with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
                opinion = teacher(images).float()
            error = error + opinion_loss(output, opinion)
        optimiser.zero_grad()
        error.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        total += error.item()
        if not math.isfinite(total):
            raise InputError(
                f"step {step}: the loss is no number any more; teach without --bfloat16, or with another seed"
            )
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
    for name, (convolution, norm) in _normalised(net).items():
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        arrays[f"{name}.weight"] = (convolution.weight * scale[:, None, None, None]).detach().numpy()
        arrays[f"{name}.bias"] = (norm.bias - norm.running_mean * scale).detach().numpy()
        arrays[f"{name}.dilation"] = np.array(convolution.dilation[0])
    arrays["head.weight"] = net.head.weight.detach().numpy()
    arrays["head.bias"] = net.head.bias.detach().numpy()
    return arrays


def restore(file: Path, effort: str) -> Net:
    """The net of the size for `effort` whose `layers` were written to a file, to be asked and not taught."""
    net = Net(SIZES[effort])
    with np.load(file) as arrays, torch.no_grad():
        for name, (convolution, norm) in _normalised(net).items():
            convolution.weight.copy_(torch.from_numpy(arrays[f"{name}.weight"]))
            norm.bias.copy_(torch.from_numpy(arrays[f"{name}.bias"]))
            norm.eps = 0.0
        net.head.weight.copy_(torch.from_numpy(arrays["head.weight"]))
        net.head.bias.copy_(torch.from_numpy(arrays["head.bias"]))
    return net.eval().to(memory_format=torch.channels_last)


def _normalised(net: Net) -> dict[str, nn.Sequential]:
    """Each convolution with its batch normalisation, by the name of its layer."""
    named = {"stem": net.stem, "down": net.down, "mix": net.mix}
    for number, block in enumerate(net.body):
        named |= {f"body{number}.first": block.first, f"body{number}.second": block.second}
    return named
