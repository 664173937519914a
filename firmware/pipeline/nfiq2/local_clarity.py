"""LCS, local clarity score: how few pixels of a block's ridges are as light as its valleys, and the reverse.

ISO/IEC 29794-4:2017, clause 5.2.3. Ridges and valleys whose mean width no finger has make a block's score 0. The first
width is one short and the last ridge or valley is left out, as in NFIQ 2.3.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline._jit import kernel
from firmware.pipeline.nfiq2.bins import describe
from firmware.pipeline.nfiq2.profiles import divide
from firmware.pipeline.nfiq2.rotation import Turned

EDGES = (0.0, 0.70, 0.74, 0.77, 0.79, 0.81, 0.83, 0.85, 0.87)

UNIT = 20.0
"""Widths are told in parts of this many pixels, 5 at 125 ppi."""

RIDGE = (3.0 / UNIT, 10.0 / UNIT)
VALLEY = (2.0 / UNIT, 10.0 / UNIT)


def measure(turned: Turned) -> dict[str, float]:
    """The twelve measures from each foreground block, turned about its own centre."""
    structure = divide(turned.profile)
    scores = np.empty(len(turned.pixels))
    _clarity(turned.pixels, structure.ridge, structure.line, scores)
    return describe("LCS", scores, EDGES)


@kernel(exact=True)
def _clarity(
    pixels: NDArray[np.uint8], ridge: NDArray[np.bool_], line: NDArray[np.float64], out: NDArray[np.float64]
) -> None:
    """The score of each block.

    pixels: (n, 16, 32). ridge, line: (n, 32). out: (n), filled.
    """
    lines, length = pixels.shape[1:]
    lighter = np.empty(length, np.int64)
    wrong, seen, width = np.empty(2, np.int64), np.empty(2, np.int64), np.empty(2, np.float64)
    for n in range(len(out)):
        out[n] = 0.0
        _mean_widths(ridge[n], width)
        fits = RIDGE[0] <= width[1] <= RIDGE[1] and VALLEY[0] <= width[0] <= VALLEY[1]
        if not fits:
            continue
        lighter[:] = 0
        for j in range(lines):
            for i in range(length):
                lighter[i] += pixels[n, j, i] >= line[n, i]
        wrong[:], seen[:] = 0, 0
        for i in range(length):
            kind = int(ridge[n, i])
            wrong[kind] += lighter[i] if kind else lines - lighter[i]
            seen[kind] += lines
        out[n] = 1.0 - (wrong[0] / seen[0] + wrong[1] / seen[1]) / 2.0


@kernel(exact=True)
def _mean_widths(ridge: NDArray[np.bool_], out: NDArray[np.float64]) -> None:
    """Mean width of valleys and of ridges in parts of UNIT, 0 where there is none; summed in fours, as OpenCV does.

    ridge: (32). out: (2), filled.
    """
    widths, count = np.empty((2, ridge.size), np.float64), np.zeros(2, np.int64)
    last = 0
    for i in range(1, ridge.size):
        if ridge[i] != ridge[i - 1]:
            kind = int(ridge[i - 1])
            widths[kind, count[kind]] = (i - 1 - last) / UNIT
            count[kind] += 1
            last = i - 1
    for kind in range(2):
        total, i = 0.0, 0
        own = widths[kind]
        while i + 4 <= count[kind]:
            total += own[i] + own[i + 1] + own[i + 2] + own[i + 3]
            i += 4
        while i < count[kind]:
            total += own[i]
            i += 1
        out[kind] = total * (1.0 / count[kind]) if count[kind] else 0.0
