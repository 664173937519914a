"""Convolutions over planes of floats that lie flat in memory, each with a border of zeros.

In flat planes every tap of a kernel is one offset, whatever its size or dilation; a stride of 2 is a plain convolution
over the four phases of each plane. Four outputs by three vectors at a time fill the registers.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline._jit import COMPILED, kernel
from firmware.pipeline._simd import LANES, at_least, broadcast, load, multiply_add, store

BORDER = 2
"""Pixels of zeros round a plane: as far as any tap reaches."""

OUTPUTS_AT_ONCE = 4
STEP = 3 * LANES
"""Pixels that one pass of the kernel writes; so many floats of slack follow the last pixel of a plane."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Layer:
    """One convolution: weights float32 (outputs, inputs, side, side), bias float32 (outputs), stride 1 or 2."""

    weight: Floats
    bias: Floats
    dilation: int = 1
    stride: int = 1

    @cached_property
    def packed(self) -> Floats:
        """The weights in the order in which the kernel reads them, float32 (outputs / 4 * taps * 4)."""
        outputs = len(self.bias)
        by_four = self.weight.reshape(outputs // OUTPUTS_AT_ONCE, OUTPUTS_AT_ONCE, -1)
        return np.ascontiguousarray(by_four.transpose(0, 2, 1)).ravel()

    def offsets(self, planes: "Planes") -> NDArray[np.int64]:
        """From an output pixel to each tap, in flat planes (of phases, when the stride is 2)."""
        _, inputs, side, _ = self.weight.shape
        reach = np.arange(side) * self.dilation - self.dilation * (side // 2)
        c, dy, dx = (part.ravel() for part in np.meshgrid(np.arange(inputs), reach, reach, indexing="ij"))
        if self.stride == 2:
            c = 4 * c + 2 * (dy % 2) + dx % 2
            dy, dx = dy // 2, dx // 2
        return np.asarray(c * planes.size + dy * planes.pitch + dx, np.int64)


class Planes:
    """A number of planes of height x width float32 in one flat array, with borders and slack."""

    def __init__(self, count: int, height: int, width: int) -> None:
        self.count, self.height, self.width = count, height, width
        self.pitch = width + 2 * BORDER
        self.size = (height + 2 * BORDER) * self.pitch + STEP
        self.flat = np.zeros(count * self.size, np.float32)

    def view(self) -> Floats:
        """The pixels without their borders, (count, height, width)."""
        whole = self.flat.reshape(self.count, self.size)[:, : self.size - STEP]
        rows = whole.reshape(self.count, self.height + 2 * BORDER, self.pitch)
        return rows[:, BORDER:-BORDER, BORDER:-BORDER]

    def clear_borders(self) -> None:
        """Make the borders zero again after a kernel wrote over them."""
        whole = self.flat.reshape(self.count, self.size)
        whole[:, self.size - STEP :] = 0
        rows = whole[:, : self.size - STEP].reshape(self.count, self.height + 2 * BORDER, self.pitch)
        rows[:, :, :BORDER] = 0
        rows[:, :, -BORDER:] = 0
        rows[:, -BORDER:] = 0

    def phases(self) -> "Planes":
        """Four planes for each one: its even and odd rows by its even and odd columns. Both sides must be even."""
        out = Planes(4 * self.count, self.height // 2, self.width // 2)
        pixels, parts = self.view(), out.view()
        for phase in range(4):
            parts[phase::4] = pixels[:, phase // 2 :: 2, phase % 2 :: 2]
        return out


def convolve(planes: Planes, layer: Layer, *, rectify: bool) -> Planes:
    """Apply a layer, and with `rectify` the larger of 0 and its result.

    The number of outputs must be a multiple of 4, and no tap may reach further than BORDER.
    """
    source = planes.phases() if layer.stride == 2 else planes
    out = Planes(len(layer.bias), source.height, source.width)
    start = BORDER * source.pitch + BORDER
    span = np.array([start, source.height * source.pitch - 2 * BORDER, source.size], np.int64)
    least = np.float32(0) if rectify else np.float32(-np.inf)
    work = _convolve if COMPILED else _convolve_plainly
    work(source.flat, layer.packed, layer.offsets(source), layer.bias, out.flat, span, least)
    out.clear_borders()
    return out


def _convolve_plainly(
    planes: Floats,
    weights: Floats,
    offsets: NDArray[np.int64],
    bias: Floats,
    out: Floats,
    span: NDArray[np.int64],
    least: np.float32,
) -> None:
    """What `_convolve` does, without vectors: for a process without the compiler."""
    start, count, size = span
    taps = np.stack([planes[start + offset : start + offset + count] for offset in offsets])
    by_four = weights.reshape(-1, len(offsets), OUTPUTS_AT_ONCE)
    for output, constant in enumerate(bias):
        total = constant + by_four[output // OUTPUTS_AT_ONCE, :, output % OUTPUTS_AT_ONCE] @ taps
        out[output * size + start : output * size + start + count] = np.maximum(total, least)


@kernel
def _convolve(
    planes: Floats,
    weights: Floats,
    offsets: NDArray[np.int64],
    bias: Floats,
    out: Floats,
    span: NDArray[np.int64],
    least: np.float32,
) -> None:
    """Four outputs by three vectors a pass over flat planes.

    planes: (inputs * size). weights: (outputs / 4 * taps * 4). offsets: (taps). bias: (outputs). out: (outputs * size),
    written from start for count pixels and up to STEP - 1 beyond. span: start, count, size. least: lower limit.
    """
    start, count, size = span[0], span[1], span[2]
    taps = offsets.shape[0]
    for n in range(start, start + count, 3 * LANES):
        for o in range(0, bias.shape[0], 4):
            a0, b0, c0, d0 = broadcast(bias[o]), broadcast(bias[o + 1]), broadcast(bias[o + 2]), broadcast(bias[o + 3])
            a1, b1, c1, d1 = a0, b0, c0, d0
            a2, b2, c2, d2 = a0, b0, c0, d0
            k = o * taps
            for t in range(taps):
                p = offsets[t] + n
                v0, v1, v2 = load(planes, p), load(planes, p + LANES), load(planes, p + 2 * LANES)
                w = weights[k]
                a0, a1, a2 = multiply_add(v0, w, a0), multiply_add(v1, w, a1), multiply_add(v2, w, a2)
                w = weights[k + 1]
                b0, b1, b2 = multiply_add(v0, w, b0), multiply_add(v1, w, b1), multiply_add(v2, w, b2)
                w = weights[k + 2]
                c0, c1, c2 = multiply_add(v0, w, c0), multiply_add(v1, w, c1), multiply_add(v2, w, c2)
                w = weights[k + 3]
                d0, d1, d2 = multiply_add(v0, w, d0), multiply_add(v1, w, d1), multiply_add(v2, w, d2)
                k += 4
            q = o * size + n
            store(out, q, at_least(a0, least))
            store(out, q + LANES, at_least(a1, least))
            store(out, q + 2 * LANES, at_least(a2, least))
            store(out, q + size, at_least(b0, least))
            store(out, q + size + LANES, at_least(b1, least))
            store(out, q + size + 2 * LANES, at_least(b2, least))
            store(out, q + 2 * size, at_least(c0, least))
            store(out, q + 2 * size + LANES, at_least(c1, least))
            store(out, q + 2 * size + 2 * LANES, at_least(c2, least))
            store(out, q + 3 * size, at_least(d0, least))
            store(out, q + 3 * size + LANES, at_least(d1, least))
            store(out, q + 3 * size + 2 * LANES, at_least(d2, least))
