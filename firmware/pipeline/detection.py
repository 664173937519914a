"""A compact net finds the minutiae: for each cell of 4x4 pixels whether one lies there, where exactly, and which way.

The net is that of `firmware.training.nets`; its figures come with the package and are run by our own kernels.
"""

import math

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters, trace
from firmware.pipeline._jit import kernel
from firmware.pipeline.convolution import Planes, convolve
from firmware.pipeline.weights import Net

CELL = 4
Floats = NDArray[np.float32]


def detect(normalised: Floats, mask: NDArray[np.bool_], net: Net) -> Floats:
    """Where minutiae may lie in the mask: float32 (n, 4), x, y, direction in [0, 2 pi), presence 0..1, best first.

    normalised: float32 (h, w). mask: bool (rows, cols) by blocks.
    """
    if not mask.any():
        return np.empty((0, 4), np.float32)
    top, left, part = _cut(normalised, mask)
    answer = run(part, net)
    trace.offer("presence", answer[0])
    trace.offer("presence_corner", (left, top))
    found = np.empty((answer[0].size, 4), np.float32)
    found = found[: _read_peaks(answer, parameters.BACKED_PRESENCE, found)]
    found = found[np.argsort(-found[:, 3], kind="stable")] + np.array([left, top, 0, 0], np.float32)
    kept = np.zeros(len(found), np.bool_)
    _keep_apart(found, parameters.MINUTIAE_APART, kept)
    found = found[kept]
    block = np.floor(found[:, 1::-1] / parameters.BLOCK).astype(np.intp)
    inside = (block >= 0).all(axis=1) & (block < np.array(mask.shape)).all(axis=1)
    found, block = found[inside], block[inside]
    found = found[np.asarray(mask[block[:, 0], block[:, 1]])]
    found[:, :2] = found[:, :2].clip(0, np.array(normalised.shape[::-1], np.float32) - 1)
    trace.offer("proposals", found)
    return found


def run(image: Floats, net: Net) -> Floats:
    """The net's answer, float32 (5, h / CELL, w / CELL): presence 0..1, offset x, y (cells), direction x, y.

    image: float32 (h, w), normalised, both sides multiples of CELL.
    """
    planes = Planes(1, *image.shape)
    planes.view()[0] = image
    for layer in net.stem:
        planes = convolve(planes, layer, rectify=True)
    for first, second in net.blocks:
        inner = convolve(convolve(planes, first, rectify=True), second, rectify=False)
        _add_rectified(inner.flat, planes.flat)
        planes = inner
    for layer in net.head[:-1]:
        planes = convolve(planes, layer, rectify=True)
    answer = convolve(planes, net.head[-1], rectify=False).view()[:5].copy()
    answer[0] = 1 / (1 + np.exp(-answer[0]))
    return answer


def _cut(image: Floats, mask: NDArray[np.bool_]) -> tuple[int, int, Floats]:
    """The part around the mask, with a margin and zeros up to whole cells: top, left, float32 (h, w)."""
    rows, cols = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, left = (max(0, int(n[0]) - parameters.NET_MARGIN_BLOCKS) * parameters.BLOCK for n in (rows, cols))
    low, right = ((int(n[-1]) + 1 + parameters.NET_MARGIN_BLOCKS) * parameters.BLOCK for n in (rows, cols))
    part = image[top:low, left:right]
    return top, left, np.pad(part, [(0, -side % CELL) for side in part.shape])


@kernel
def _add_rectified(values: Floats, others: Floats) -> None:
    """Values becomes the larger of 0 and values + others. Both flat and of one size."""
    for i in range(values.size):
        values[i] = max(values[i] + others[i], np.float32(0))


@kernel
def _read_peaks(answer: Floats, threshold: float, out: Floats) -> int:
    """Cells whose presence is a peak, with the average of what they and their neighbours say, weighted by presence.

    answer: (5, rows, cols). out: (rows * cols, 4), filled from the top with x, y (pixels), direction, presence. Returns
    how many were filled.
    """
    rows, cols = answer.shape[1:]
    count = 0
    for row in range(rows):
        for col in range(cols):
            peak = answer[0, row, col]
            if peak < threshold:
                continue
            total, highest = np.float32(0), True
            sums = np.zeros(4, np.float32)
            for r in range(max(row - 1, 0), min(row + 2, rows)):
                for c in range(max(col - 1, 0), min(col + 2, cols)):
                    here = answer[0, r, c]
                    highest = highest and (here < peak or (here == peak and (r, c) >= (row, col)))
                    if here > 0.3 * peak:
                        total += here
                        sums[0] += here * (c + answer[1, r, c])
                        sums[1] += here * (r + answer[2, r, c])
                        sums[2] += here * answer[3, r, c]
                        sums[3] += here * answer[4, r, c]
            if highest:
                out[count, 0] = (sums[0] / total + 0.5) * CELL - 0.5
                out[count, 1] = (sums[1] / total + 0.5) * CELL - 0.5
                turn = np.float32(math.atan2(-sums[3], sums[2]) % (2 * math.pi))
                out[count, 2] = turn if turn < np.float32(2 * math.pi) else np.float32(0)
                out[count, 3] = peak
                count += 1
    return count


@kernel
def _keep_apart(found: Floats, apart: float, out: NDArray[np.bool_]) -> None:
    """Keep what lies at least `apart` from everything kept before it.

    found: (n, 4), x, y first, best first. out: (n) of False.
    """
    for i in range(len(found)):
        out[i] = True
        for j in range(i):
            if out[j] and math.hypot(found[i, 0] - found[j, 0], found[i, 1] - found[j, 1]) < apart:
                out[i] = False
                break
