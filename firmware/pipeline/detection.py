"""A compact net finds the minutiae: for each cell of 4x4 pixels whether one lies there, where exactly, and which way.

The net is that of `firmware.training.nets`; its figures come with the package and are run by our own kernels.
"""

import math

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import convolution, parameters, trace, winograd
from firmware.pipeline._jit import kernel
from firmware.pipeline.blocks import grow
from firmware.pipeline.convolution import Layer
from firmware.pipeline.planes import Cells, Planes
from firmware.pipeline.weights import OUTPUTS, Net

CELL = 4
# The logarithm of the odds where nothing is computed; exp(50) is still a float32
NOWHERE = -50.0
# Floats that a processor keeps near itself: half a megabyte
NEAR = 1 << 17
Floats = NDArray[np.float32]


def detect(normalised: Floats, mask: NDArray[np.bool_], net: Net) -> Floats:
    """Where minutiae may lie in the mask: float32 (n, 4), x, y, direction in [0, 2 pi), presence 0..1, best first.

    normalised: float32 (h, w). mask: bool (rows, cols) by blocks.
    """
    if not mask.any():
        return np.empty((0, 4), np.float32)
    answer = run(normalised, mask, net)
    trace.offer("presence", answer[0])
    found = np.empty((answer[0].size, 4), np.float32)
    found = found[: _read_peaks(answer, parameters.PROPOSED_PRESENCE, found)]
    found[:, :2] = found[:, :2].clip(0, np.array(normalised.shape[::-1], np.float32) - 1)
    block = np.floor(found[:, 1::-1] / parameters.BLOCK).astype(np.intp)
    found = found[mask[block[:, 0], block[:, 1]]]
    found = found[np.argsort(-found[:, 3], kind="stable")]
    kept = np.zeros(len(found), np.bool_)
    _keep_apart(found, parameters.MINUTIAE_APART, kept)
    found = np.asarray(found[kept])
    trace.offer("proposals", found)
    return found


def run(image: Floats, mask: NDArray[np.bool_], net: Net) -> Floats:
    """The net's answer, float32 (5, rows, cols) by cells: presence 0..1, offset x, y (cells), direction x, y.

    image: float32 (h, w), normalised. mask: bool by blocks. In the mask and two cells round it the answer is that of
    the whole image; elsewhere less is computed, and the presence as good as 0.
    """
    height, width = (-(-side // CELL) for side in image.shape)
    cells = parameters.BLOCK // CELL
    wanted = grow(mask.repeat(cells, axis=0).repeat(cells, axis=1)[:height, :width], 2)
    needed = [wanted]
    for first, second in reversed(net.blocks):
        inner = grow(needed[-1], second.dilation)
        needed += [inner, grow(inner, first.dilation)]
    body = _shrunk(image, net.stem, needed.pop())
    inside = Planes("inside", body.count, height, width)
    for first, second in net.blocks:
        winograd.convolve(body, first, inside, needed.pop(), add=False)
        winograd.convolve(inside, second, body, needed.pop(), add=True)
    mix, head = net.head
    answer = Planes("answer", head.outputs, height, width)
    answer.view()[0] = NOWHERE
    convolution.convolve_cells(body, mix, head, answer, wanted)
    result = answer.view()[:OUTPUTS].copy()
    result[0] = 1 / (1 + np.exp(-result[0].clip(NOWHERE)))
    return result


def _shrunk(image: Floats, stem: tuple[Layer, ...], wanted: Cells) -> Planes:
    """What the stem makes of the image, by cells."""
    first, second = stem
    height, width = wanted.shape
    pixels = Planes("pixels", CELL, CELL * height, width)
    _deal(image, pixels.view())
    out = Planes("body", second.outputs, height, width)
    # The first layer writes its results' even and odd columns apart, as the second reads them; so few rows at a time
    # that they stay in the processor's own memory
    planes = 2 * first.outputs
    rows = max(1, NEAR // (2 * planes * width))
    halves = Planes("halves", planes, 2 * rows + 1, width)
    read = _read_by_halves(wanted)
    for top in range(0, height, rows):
        above = pixels.from_row(CELL // 2 * (2 * top - 1))
        for part in range(2):
            some = read[2 * top : 2 * (top + rows) + 1]
            convolution.convolve(above, first, halves, some, rectify=True, part=part, parts=2)
        convolution.convolve(halves.from_row(1), second, out.from_row(top), wanted[top : top + rows], rectify=True)
    return out


def _read_by_halves(wanted: Cells) -> Cells:
    """What a layer of stride 2 and 3x3 taps reads for these cells, from the row above the first one on.

    (2 * rows + 1, cols), columns in pairs.
    """
    read = wanted.copy()
    read[:, :-1] |= wanted[:, 1:]
    out = np.zeros((2 * len(read) + 1, read.shape[1]), np.bool_)
    for row in range(3):
        out[row : row + 2 * len(read) : 2] |= read
    # Above the first row there is nothing to be read
    out[0] = False
    return out


@kernel
def _deal(image: Floats, out: Floats) -> None:
    """Every so manieth column of the image to a plane of its own.

    image: (h, w). out: (planes, h and more, w / planes and more) of zeros.
    """
    apart = out.shape[0]
    for y in range(image.shape[0]):
        for plane in range(min(apart, image.shape[1])):
            line, target = image[y, plane:], out[plane, y]
            for x in range(-(-line.size // apart)):
                target[x] = line[x * apart]


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
