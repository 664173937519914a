"""The nets that find minutiae: a stem down to a quarter of the resolution, residual blocks, a head.

Residual blocks after K. He et al., "Deep residual learning for image recognition", CVPR 2016; some of their kernels are
dilated, so that a cell sees about 90 pixels.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

CELL = 4
"""One output cell stands for this many pixels at 500 ppi."""

OUTPUTS = 5
"""Presence (logit), offset x, y (cells), direction x, y."""


@dataclass(frozen=True)
class Size:
    """How large a net is: channels of the stem and of the body, and the dilation of each residual block."""

    stem: int
    body: int
    dilations: tuple[int, ...]


SIZES = {"standard": Size(12, 24, (1, 2, 2)), "high": Size(16, 48, (1, 2, 2, 1))}


def _convolution(inputs: int, outputs: int, side: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    layer = nn.Conv2d(inputs, outputs, side, stride, dilation * (side // 2), dilation, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(outputs))


class Block(nn.Module):
    """Two convolutions whose sum with their input goes on."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.first = _convolution(channels, channels, 3)
        self.second = _convolution(channels, channels, 3, dilation=dilation)

    def forward(self, x: Tensor) -> Tensor:
        """(n, channels, h, w) to the same."""
        return torch.relu(x + self.second(torch.relu(self.first(x))))


class Net(nn.Module):
    """Finds minutiae in a normalised print."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.stem = _convolution(1, size.stem, 5, stride=2)
        self.down = _convolution(size.stem, size.body, 3, stride=2)
        self.body = nn.ModuleList(Block(size.body, dilation) for dilation in size.dilations)
        self.mix = _convolution(size.body, size.body, 1)
        self.head = nn.Conv2d(size.body, OUTPUTS, 1)
        nn.init.zeros_(self.head.bias)
        # Minutiae are rare: starting from "nearly never" spares the first hundred steps
        nn.init.constant_(self.head.bias[0], -4.0)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 1, h, w) to (n, OUTPUTS, h / CELL, w / CELL)."""
        x = torch.relu(self.down(torch.relu(self.stem(x))))
        for block in self.body:
            x = block(x)
        return self.head(torch.relu(self.mix(x)))
