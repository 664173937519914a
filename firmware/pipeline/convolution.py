"""Convolutions over planes of floats that lie flat in memory with zeros round them, only where results are wanted.

Where is told by spans: of each row the first cell and the one after the last. In flat planes every tap of a kernel is
one offset, whatever its size or dilation; a stride of 2 is a plain convolution over planes of every second column.
"""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import scratch
from firmware.pipeline._jit import kernel
from firmware.pipeline._simd import LANES, at_least, load, multiply_add, spread, store

BORDER = 2
"""Rows of zeros above a plane: as far as any tap reaches."""

BELOW = 8
"""Rows of zeros below a plane: as far as four rows, two apart, and their taps reach."""

OUTPUTS_AT_ONCE = 6
STEP = 2 * LANES
"""Cells that one pass of the kernel writes; so many zeros follow each row."""

Floats = NDArray[np.float32]
Spans = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Layer:
    """One convolution: weights float32 (outputs, inputs, side, side), bias float32 (outputs), stride 1 or 2."""

    weight: Floats
    bias: Floats
    dilation: int = 1
    stride: int = 1

    @property
    def outputs(self) -> int:
        """How many planes the kernel writes: whole sixes, the last of them zeros."""
        return -(-len(self.bias) // OUTPUTS_AT_ONCE) * OUTPUTS_AT_ONCE

    @cached_property
    def packed(self) -> Floats:
        """The figures as `_convolve` reads them."""
        return pack(self.weight, self.bias)


def pack(weight: Floats, bias: Floats) -> Floats:
    """For six outputs their biases, then tap by tap their weights; then the next six. Flat, float32.

    weight: (outputs, ...). bias: (outputs).
    """
    missing = -len(bias) % OUTPUTS_AT_ONCE
    table = np.concatenate([bias[:, None], weight.reshape(len(bias), -1)], axis=1)
    table = np.pad(table, [(0, missing), (0, 0)]).astype(np.float32)
    return np.ascontiguousarray(table.reshape(-1, OUTPUTS_AT_ONCE, table.shape[1]).transpose(0, 2, 1)).ravel()


class Planes:
    """A number of planes of height x width float32 in one flat array, zeros round each: scratch memory of this name."""

    def __init__(self, name: str, count: int, height: int, width: int) -> None:
        self.count, self.height, self.width = count, height, width
        self.pitch = width + STEP
        self.size = (BORDER + height + BELOW) * self.pitch
        self.start = STEP + BORDER * self.pitch
        self.flat = scratch.zeros(name, count * self.size + 2 * STEP)

    def view(self) -> Floats:
        """The cells without the zeros round them, (count, height, width)."""
        rows = self.flat[STEP : STEP + self.count * self.size].reshape(self.count, -1, self.pitch)
        return rows[:, BORDER:-BELOW, : self.width]


def convolve(
    planes: Planes, layer: Layer, out: Planes, spans: Spans, *, rectify: bool, part: int = 0, parts: int = 1
) -> None:
    """Write a layer's result where spans say; with `rectify` 0 where that is less.

    A plane of inputs holds every so manieth of its columns: all of them (stride 1 and parts 1), or every
    (stride * parts)-th from its place among its input's planes on. The results' every parts-th column from `part` on is
    written, to the `part`-th of each output's `parts` planes. No tap may reach further than BORDER.
    """
    offsets = _offsets(layer, planes.size, planes.pitch, part, parts)
    target = (out.start + part * out.size, out.pitch, parts * out.size, out.width)
    layout = (planes.start, layer.stride * planes.pitch, *target)
    least = np.float32(0 if rectify else -np.inf)
    _convolve_rows(planes.flat, layer.packed, offsets, out.flat, spans, layout, least)


@cache
def _offsets(layer: Layer, size: int, pitch: int, part: int, parts: int) -> NDArray[np.int64]:
    """From an output cell to each tap, in planes of `size` floats with `pitch` floats a row, int64 (taps)."""
    _, inputs, side, _ = layer.weight.shape
    reach = np.arange(side) * layer.dilation - layer.dilation * (side // 2)
    c, dy, dx = (way.ravel() for way in np.meshgrid(np.arange(inputs), reach, reach, indexing="ij"))
    column, apart = layer.stride * part + dx, layer.stride * parts
    return np.asarray((c * apart + column % apart) * size + dy * pitch + column // apart, np.int64)


@kernel
def _convolve_rows(
    planes: Floats,
    weights: Floats,
    taps: NDArray[np.int64],
    out: Floats,
    spans: Spans,
    layout: tuple[int, ...],
    least: np.float32,
) -> None:
    """Each row's span, and zeros after the row's end.

    planes, weights, taps, out, least: as in `_convolve`. spans: (rows, 2). layout: where the first row begins in planes
    and the floats to the next one, the same in out, the floats from one plane of out to the next, their width.
    """
    source, step, target, pitch, size, width = layout
    for y in range(spans.shape[0]):
        first, last = spans[y]
        if first >= last:
            continue
        row = target + y * pitch
        _convolve(planes, weights, taps, out, (source + y * step + first, row + first, last - first, size), least)
        for o in range(weights.size // (1 + taps.size)):
            for x in range(row + width, row + width + STEP):
                out[o * size + x] = 0


@kernel
def _convolve(
    planes: Floats,
    weights: Floats,
    taps: NDArray[np.int64],
    out: Floats,
    where: tuple[int, int, int, int],
    least: np.float32,
) -> None:
    """Part of a row: six outputs by two vectors a pass.

    planes, out: flat. weights: (outputs / 6 * (1 + taps) * 6). taps: (n), offsets from an output cell. where: the first
    cell in planes and in out, how many, and the floats from one plane of out to the next; up to STEP - 1 floats beyond
    are written. least: lower limit.
    """
    p, q, count, size = where
    for o in range(weights.size // (6 * (1 + taps.size))):
        begin = o * 6 * (1 + taps.size)
        for n in range(0, count, STEP):
            a, b, c = spread(weights, begin), spread(weights, begin + 1), spread(weights, begin + 2)
            d, e, f = spread(weights, begin + 3), spread(weights, begin + 4), spread(weights, begin + 5)
            g, h, i, j, k, l = a, b, c, d, e, f  # noqa: E741
            at = begin + 6
            for t in range(taps.size):
                v, w = load(planes, p + n + taps[t]), load(planes, p + n + taps[t] + LANES)
                x = spread(weights, at)
                a, g = multiply_add(v, x, a), multiply_add(w, x, g)
                x = spread(weights, at + 1)
                b, h = multiply_add(v, x, b), multiply_add(w, x, h)
                x = spread(weights, at + 2)
                c, i = multiply_add(v, x, c), multiply_add(w, x, i)
                x = spread(weights, at + 3)
                d, j = multiply_add(v, x, d), multiply_add(w, x, j)
                x = spread(weights, at + 4)
                e, k = multiply_add(v, x, e), multiply_add(w, x, k)
                x = spread(weights, at + 5)
                f, l = multiply_add(v, x, f), multiply_add(w, x, l)  # noqa: E741
                at += 6
            row = q + 6 * o * size + n
            store(out, row, at_least(a, least))
            store(out, row + LANES, at_least(g, least))
            store(out, row + size, at_least(b, least))
            store(out, row + size + LANES, at_least(h, least))
            store(out, row + 2 * size, at_least(c, least))
            store(out, row + 2 * size + LANES, at_least(i, least))
            store(out, row + 3 * size, at_least(d, least))
            store(out, row + 3 * size + LANES, at_least(j, least))
            store(out, row + 4 * size, at_least(e, least))
            store(out, row + 4 * size + LANES, at_least(k, least))
            store(out, row + 5 * size, at_least(f, least))
            store(out, row + 5 * size + LANES, at_least(l, least))
