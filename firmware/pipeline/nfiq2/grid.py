"""The grid of blocks that four of the measures share: where the foreground is, and which way each block lies.

Foreground after ISO/IEC 29794-4:2017, clause 5.1.4; orientation after clause 5.2.3. NFIQ 2.3 works all of it out again
for each measure.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.errors import SampleError
from firmware.pipeline._jit import kernel
from firmware.pipeline.nfiq2.gradients import BLOCK, covariance

MARGIN = 2
"""Pixels round a block that are turned with it, and so left out at the image's edges: 36 hold 32x16 at any angle."""

FOREGROUND = 0.1
"""A block is foreground when its deviation is more than this part of the image's."""

FEWEST = 10
"""Foreground blocks below which NFIQ 2.3 measures nothing."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Block (r, c) begins at pixel (MARGIN + 32 r, MARGIN + 32 c).

    foreground: bool (rows, cols). orientation: float64 (rows, cols), radians from +x towards +y of the line across the
    ridges, about, in (-pi / 2, pi / 2].
    """

    foreground: NDArray[np.bool_]
    orientation: NDArray[np.float64]


def lay(pixels: NDArray[np.uint8]) -> Grid:
    """The grid of a cropped print, uint8 (h, w). Raises SampleError where too little of it is foreground."""
    height, width = pixels.shape
    sums = np.zeros((3, -(-height // BLOCK), -(-width // BLOCK)), np.int64)
    _sum_blocks(pixels, sums)
    lively = _variance(sums) > FOREGROUND**2 * _variance(sums.sum(axis=(1, 2)))
    # A block of the grid reaches 2 pixels into the next one of the segmentation, and must be foreground all over
    whole = lively[:-1, :-1] & lively[:-1, 1:] & lively[1:, :-1] & lively[1:, 1:]
    rows, cols = (max(0, (side - 2 * MARGIN) // BLOCK) for side in pixels.shape)
    foreground = np.ascontiguousarray(whole[:rows, :cols])
    if (count := int(foreground.sum())) < FEWEST:
        raise SampleError(
            f"quality: ridges in {count} blocks of {BLOCK}x{BLOCK} pixels, and {FEWEST} are needed; "
            "put more of the finger on the glass"
        )
    xx, yy, xy = covariance(pixels, MARGIN, *foreground.shape)
    # The axis of the covariance has 2 * xy here; NFIQ 2.3 has xy, and its forest was taught so
    return Grid(foreground, np.arctan2(xy, xx - yy) / 2)


def _variance(sums: NDArray[np.int64]) -> NDArray[np.float64]:
    """sums: number, sum and sum of squares, (3, ...)."""
    number, total, squares = sums
    mean = total / number
    return np.asarray(squares / number - mean * mean)


@kernel
def _sum_blocks(pixels: NDArray[np.uint8], out: NDArray[np.int64]) -> None:
    """Number, sum and sum of squares of the pixels in each block, whole or cut off by the image's edge.

    pixels: (h, w). out: (3, rows, cols) of zeros, filled.
    """
    height, width = pixels.shape
    for row in range(out.shape[1]):
        bottom = min((row + 1) * BLOCK, height)
        for col in range(out.shape[2]):
            left, right = col * BLOCK, min((col + 1) * BLOCK, width)
            total, squares = np.int32(0), np.int32(0)
            for y in range(row * BLOCK, bottom):
                line = pixels[y, left:right]
                for x in range(line.size):
                    value = np.int32(line[x])
                    total += value
                    squares += value * value
            out[0, row, col] = (bottom - row * BLOCK) * (right - left)
            out[1, row, col], out[2, row, col] = total, squares
