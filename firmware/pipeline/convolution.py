"""Convolutions over planes of floats that lie flat in memory with zeros round them, only where results are wanted.

Where is told by a map of cells, row by row in stretches. In flat planes every tap of a kernel is one offset, whatever
its size or dilation; a stride of 2 is a plain convolution over planes of every second column.
"""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import scratch
from firmware.pipeline._jit import kernel
from firmware.pipeline._simd import LANES, at_least, broadcast, load, multiply_add, spread, store
from firmware.pipeline.planes import STEP, Cells, Floats, Planes

OUTPUTS_AT_ONCE = 6


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


def convolve(
    planes: Planes, layer: Layer, out: Planes, wanted: Cells, *, rectify: bool, part: int = 0, parts: int = 1
) -> None:
    """Write a layer's result in the wanted cells, bool (rows, cols); with `rectify` 0 where that is less.

    A plane of inputs holds every so manieth of its columns: all of them (stride 1 and parts 1), or every
    (stride * parts)-th from its place among its input's planes on. The results' every parts-th column from `part` on is
    written, to the `part`-th of each output's `parts` planes. No tap may reach further than BORDER.
    """
    offsets = _offsets(layer, planes.pitch, planes.step, part, parts)
    target = (out.start + part * out.pitch, out.step, parts * out.pitch, out.width)
    layout = (planes.start, layer.stride * planes.step, *target)
    least = np.float32(0 if rectify else -np.inf)
    _convolve_rows(planes.flat, layer.packed, offsets, out.flat, wanted, layout, least)


def convolve_cells(planes: Planes, first: Layer, second: Layer, out: Planes, wanted: Cells) -> None:
    """Write in the wanted cells what the second layer makes of what the first does, both of one tap.

    What lies between them is never in memory as a whole.
    """
    long = planes.width + LANES
    between = scratch.zeros("between", first.outputs * long)
    taps = _plain_taps(first, planes.pitch), _plain_taps(second, long)
    layout = (planes.start, planes.step, out.start, out.step, out.pitch, out.width)
    _convolve_cells(planes.flat, (first.packed, second.packed), taps, out.flat, wanted, layout, between)


@cache
def _offsets(layer: Layer, pitch: int, step: int, part: int, parts: int) -> NDArray[np.int64]:
    """From an output cell to each tap in planes of this pitch and step, int64 (taps)."""
    _, inputs, side, _ = layer.weight.shape
    reach = np.arange(side) * layer.dilation - layer.dilation * (side // 2)
    c, dy, dx = (way.ravel() for way in np.meshgrid(np.arange(inputs), reach, reach, indexing="ij"))
    column, apart = layer.stride * part + dx, layer.stride * parts
    return np.asarray((c * apart + column % apart) * pitch + dy * step + column // apart, np.int64)


def _plain_taps(layer: Layer, far: int) -> NDArray[np.int64]:
    """From a cell to the same in each plane of inputs, `far` floats apart, int64 (inputs)."""
    return np.arange(layer.weight.shape[1], dtype=np.int64) * far


@kernel
def _convolve_rows(
    planes: Floats,
    weights: Floats,
    taps: NDArray[np.int64],
    out: Floats,
    wanted: Cells,
    layout: tuple[int, ...],
    least: np.float32,
) -> None:
    """Each row's stretches, and zeros after the row's end.

    planes, weights, taps, out, least: as in `_convolve`. wanted: (rows, cols). layout: where the first row begins in
    planes and the floats to the next one, the same in out, the floats from one plane of out to the next, their width.
    """
    source, step, target, down, pitch, width = layout
    for y in range(wanted.shape[0]):
        row = target + y * down
        first, last = _next_stretch(wanted[y], 0)
        while first < last:
            _convolve(planes, weights, taps, out, (source + y * step + first, row + first, last - first, pitch), least)
            for o in range(weights.size // (1 + taps.size)):
                store(out, row + o * pitch + width, broadcast(np.float32(0)))
            first, last = _next_stretch(wanted[y], last)


@kernel
def _convolve_cells(
    planes: Floats,
    weights: tuple[Floats, Floats],
    taps: tuple[NDArray[np.int64], NDArray[np.int64]],
    out: Floats,
    wanted: Cells,
    layout: tuple[int, ...],
    between: Floats,
) -> None:
    """Each row's stretches through two layers, of which the first is no less than 0.

    planes, weights, taps, out: as in `_convolve`, the second's taps in between. wanted, layout: as in `_convolve_rows`.
    between: the first layer's results of one row.
    """
    source, step, target, down, pitch, width = layout
    long = width + LANES
    for y in range(wanted.shape[0]):
        first, last = _next_stretch(wanted[y], 0)
        while first < last:
            count = last - first
            _convolve(planes, weights[0], taps[0], between, (source + y * step + first, 0, count, long), np.float32(0))
            where = (0, target + y * down + first, count, pitch)
            _convolve(between, weights[1], taps[1], out, where, np.float32(-np.inf))
            first, last = _next_stretch(wanted[y], last)


@kernel
def _next_stretch(line: NDArray[np.bool_], start: int) -> tuple[int, int]:
    """The first true cell from `start` on, and the one after the last of those that lie near each other from there.

    Stretches are a vector apart at least: what is written beyond the end of one is not in the next. Both are the size
    of the line when no cell is left.
    """
    first = start
    while first < line.size and not line[first]:
        first += 1
    last, x = first, first
    while x < line.size and x - last < LANES:
        if line[x]:
            last = x + 1
        x += 1
    return first, last


@kernel
def _convolve(
    planes: Floats,
    weights: Floats,
    taps: NDArray[np.int64],
    out: Floats,
    where: tuple[int, int, int, int],
    least: np.float32,
) -> None:
    """Part of a row: six outputs by two vectors a pass, and by one where no more is left.

    planes, out: flat. weights: (outputs / 6 * (1 + taps) * 6). taps: (n), offsets from an output cell. where: the first
    cell in planes and in out, how many, and the floats from one plane of out to the next; up to LANES - 1 floats beyond
    are written. least: lower limit.
    """
    p, q, count, size = where
    for o in range(weights.size // (6 * (1 + taps.size))):
        begin, row = o * 6 * (1 + taps.size), q + 6 * o * size
        for n in range(0, count, STEP):
            if n + LANES < count:
                _convolve_pair(planes, weights, taps, out, (p + n, begin, row + n, size), least)
            else:
                _convolve_one(planes, weights, taps, out, (p + n, begin, row + n, size), least)


@kernel
def _convolve_pair(
    planes: Floats,
    weights: Floats,
    taps: NDArray[np.int64],
    out: Floats,
    where: tuple[int, int, int, int],
    least: np.float32,
) -> None:
    """Six outputs of two vectors of cells.

    planes, weights, taps, out, least: as in `_convolve`. where: the first cell in planes, the first of the six outputs'
    figures in weights, the first output's first cell in out, and the floats from one output to the next.
    """
    p, at, row, size = where
    a, b, c = spread(weights, at), spread(weights, at + 1), spread(weights, at + 2)
    d, e, f = spread(weights, at + 3), spread(weights, at + 4), spread(weights, at + 5)
    g, h, i, j, k, l = a, b, c, d, e, f  # noqa: E741
    for t in range(taps.size):
        at += 6
        v, w = load(planes, p + taps[t]), load(planes, p + taps[t] + LANES)
        x, y, z = spread(weights, at), spread(weights, at + 1), spread(weights, at + 2)
        a, g = multiply_add(v, x, a), multiply_add(w, x, g)
        b, h = multiply_add(v, y, b), multiply_add(w, y, h)
        c, i = multiply_add(v, z, c), multiply_add(w, z, i)
        x, y, z = spread(weights, at + 3), spread(weights, at + 4), spread(weights, at + 5)
        d, j = multiply_add(v, x, d), multiply_add(w, x, j)
        e, k = multiply_add(v, y, e), multiply_add(w, y, k)
        f, l = multiply_add(v, z, f), multiply_add(w, z, l)  # noqa: E741
    for o, v, w in ((0, a, g), (1, b, h), (2, c, i), (3, d, j), (4, e, k), (5, f, l)):
        store(out, row + o * size, at_least(v, least))
        store(out, row + o * size + LANES, at_least(w, least))


@kernel
def _convolve_one(
    planes: Floats,
    weights: Floats,
    taps: NDArray[np.int64],
    out: Floats,
    where: tuple[int, int, int, int],
    least: np.float32,
) -> None:
    """Six outputs of one vector of cells.

    planes, weights, taps, out, where, least: as in `_convolve_pair`.
    """
    p, at, row, size = where
    a, b, c = spread(weights, at), spread(weights, at + 1), spread(weights, at + 2)
    d, e, f = spread(weights, at + 3), spread(weights, at + 4), spread(weights, at + 5)
    for t in range(taps.size):
        at += 6
        v = load(planes, p + taps[t])
        a, b = multiply_add(v, spread(weights, at), a), multiply_add(v, spread(weights, at + 1), b)
        c, d = multiply_add(v, spread(weights, at + 2), c), multiply_add(v, spread(weights, at + 3), d)
        e, f = multiply_add(v, spread(weights, at + 4), e), multiply_add(v, spread(weights, at + 5), f)
    for o, v in ((0, a), (1, b), (2, c), (3, d), (4, e), (5, f)):
        store(out, row + o * size, at_least(v, least))
