"""Convolutions of 3x3 taps in half the multiplications: four rows of results at a time from six sums of rows.

S. Winograd's minimal filtering F(4, 3), "Arithmetic complexity of computations", SIAM 1980, as A. Lavin and S. Gray use
it in "Fast algorithms for convolutional neural networks", CVPR 2016; here along columns only, so that every step is a
plain one over rows of any length.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import scratch
from firmware.pipeline._jit import kernel
from firmware.pipeline._simd import LANES, at_least, broadcast, load, multiply_add, store
from firmware.pipeline.convolution import Layer, _convolve, _next_stretch, pack
from firmware.pipeline.planes import BORDER, Cells, Floats, Planes

FIGURES = ((6, 0, 0), (-4, -4, -4), (-4, 4, -4), (1, 2, 4), (1, -2, 4), (0, 0, 24))
"""By which the three weights of a column become the weight of each of the six sums, in 24ths."""


class SquareLayer(Layer):
    """A layer of 3x3 taps and stride 1."""

    @cached_property
    def packed(self) -> Floats:
        """The figures of each of the six sums as `_convolve` reads them, float32 (6, n)."""
        six = np.einsum("kr,oirx->koix", np.array(FIGURES) / 24, self.weight).astype(np.float32)
        # A bias in the second sum reaches each of the four rows once
        return np.stack([pack(weight, self.bias if k == 1 else 0 * self.bias) for k, weight in enumerate(six)])


def convolve(planes: Planes, layer: SquareLayer, out: Planes, wanted: Cells, *, add: bool) -> None:
    """Write a layer's result, with `add` its sum with what out holds, in the wanted cells; or 0 where that is less.

    planes, out: of one height and width. wanted: bool (height, width). Beyond the wanted cells, in the same four rows,
    anything may be written.
    """
    inputs, outputs, pitch = planes.count, out.count, planes.width + 2 * BORDER + LANES
    taps = (np.arange(inputs)[:, None] * pitch + np.arange(-1, 2) * layer.dilation).ravel()
    sums = scratch.zeros("sums", 6 * (inputs + outputs) * pitch)
    layout = (layer.dilation, planes.start, planes.step, out.start, out.step, out.pitch, out.width, inputs, outputs)
    _convolve_bands(planes.flat, layer.packed, taps, out.flat, wanted, layout, sums, float(add))


@kernel
def _convolve_bands(
    planes: Floats,
    weights: Floats,
    taps: NDArray[np.int64],
    out: Floats,
    wanted: Cells,
    layout: tuple[int, ...],
    sums: Floats,
    keep: float,
) -> None:
    """Four rows at a time, `dilation` apart, by stretches; zeros after the rows' ends and below the last one.

    planes, out: flat. weights: (6, n). taps: (3 * inputs), offsets in sums. wanted: (rows, cols). layout: dilation;
    start and step of planes, and of out; the pitch and width of both; inputs, outputs. sums: six rows for each input
    and each output, of zeros. keep: how much of what out holds is added, 0 or 1.
    """
    dilation, start, step, target, down, pitch, width, inputs, outputs = layout
    rows, line = wanted.shape[0], np.empty(wanted.shape[1], np.bool_)
    long, reach = sums.size // (6 * (inputs + outputs)), dilation * step
    for band in range(-(-rows // (4 * dilation)) * dilation):
        top = band // dilation * 4 * dilation + band % dilation
        bottom = min(rows, top + 4 * dilation)
        line[:] = False
        for y in range(top, bottom, dilation):
            for x in range(line.size):
                line[x] |= wanted[y, x]
        first, last = _next_stretch(line, 0)
        while first < last:
            at, count = start + top * step + first, last - first
            place = (BORDER + first - dilation, long, inputs * long)
            _transform(planes, (at - reach - dilation, reach, pitch), sums, place, inputs, count + 2 * dilation)
            result = 6 * inputs * long + first
            for k in range(6):
                where = (k * inputs * long + BORDER + first, result + k * outputs * long, count, long)
                _convolve(sums, weights[k], taps, sums, where, np.float32(-np.inf))
            at = target + top * down + first
            _inverse(sums, (result, long, outputs * long), out, (at, dilation * down, pitch), outputs, count, keep)
            for o in range(outputs):
                for y in range(top, top + 4 * dilation, dilation):
                    row = target + o * pitch + y * down
                    if y < rows:
                        store(out, row + width, broadcast(np.float32(0)))
                    else:
                        out[row : row + pitch] = 0
            first, last = _next_stretch(line, last)


@kernel
def _transform(
    planes: Floats, source: tuple[int, int, int], out: Floats, target: tuple[int, int, int], inputs: int, count: int
) -> None:
    """Six rows of each input become six sums and differences of them.

    planes, out: flat. source: the first row's first cell, from a row to the next, from an input to the next. target:
    the first sum's first cell, from an input to the next, from a sum to the next. Up to LANES - 1 floats beyond count
    are written.
    """
    (start, step, size), (begin, long, apart) = source, target
    one, two, four, five = broadcast(1), broadcast(2), broadcast(4), broadcast(-5)
    minus, minus_two, minus_four = broadcast(-1), broadcast(-2), broadcast(-4)
    for c in range(inputs):
        for n in range(0, count, LANES):
            p, q = start + c * size + n, begin + c * long + n
            r0, r1, r2 = load(planes, p), load(planes, p + step), load(planes, p + 2 * step)
            r3, r4, r5 = load(planes, p + 3 * step), load(planes, p + 4 * step), load(planes, p + 5 * step)
            a, b = multiply_add(r2, minus_four, r4), multiply_add(r1, minus_four, r3)
            d, e = multiply_add(r2, minus, r4), multiply_add(r1, minus, r3)
            store(out, q, multiply_add(r0, four, multiply_add(r2, five, r4)))
            store(out, q + apart, multiply_add(b, one, a))
            store(out, q + 2 * apart, multiply_add(b, minus, a))
            store(out, q + 3 * apart, multiply_add(e, two, d))
            store(out, q + 4 * apart, multiply_add(e, minus_two, d))
            store(out, q + 5 * apart, multiply_add(r1, four, multiply_add(r3, five, r5)))


@kernel
def _inverse(
    sums: Floats,
    source: tuple[int, int, int],
    out: Floats,
    target: tuple[int, int, int],
    outputs: int,
    count: int,
    keep: float,
) -> None:
    """Four rows of each output from its six sums, with `keep` of what out holds added, no less than 0.

    sums, out: flat. source: the first sum's first cell, from an output to the next, from a sum to the next. target: the
    first row's first cell, from a row to the next, from an output to the next. Up to LANES - 1 floats beyond count are
    written.
    """
    (start, long, apart), (begin, step, size) = source, target
    one, two, four, eight, minus = broadcast(1), broadcast(2), broadcast(4), broadcast(8), broadcast(-1)
    old, least = broadcast(keep), np.float32(0)
    for o in range(outputs):
        for n in range(0, count, LANES):
            p, q = start + o * long + n, begin + o * size + n
            m1, m2, m3 = load(sums, p + apart), load(sums, p + 2 * apart), load(sums, p + 3 * apart)
            m4 = load(sums, p + 4 * apart)
            s, d = multiply_add(m1, one, m2), multiply_add(m2, minus, m1)
            t, e = multiply_add(m3, one, m4), multiply_add(m4, minus, m3)
            y0 = multiply_add(load(sums, p), one, multiply_add(s, one, t))
            y3 = multiply_add(load(sums, p + 5 * apart), one, multiply_add(e, eight, d))
            y1, y2 = multiply_add(e, two, d), multiply_add(t, four, s)
            store(out, q, at_least(multiply_add(load(out, q), old, y0), least))
            store(out, q + step, at_least(multiply_add(load(out, q + step), old, y1), least))
            store(out, q + 2 * step, at_least(multiply_add(load(out, q + 2 * step), old, y2), least))
            store(out, q + 3 * step, at_least(multiply_add(load(out, q + 3 * step), old, y3), least))
