"""The grid of blocks that four of the measures share: where the foreground is, and which way each block lies.

Foreground after ISO/IEC 29794-4:2017, clause 5.1.4; orientation after clause 5.2.3. NFIQ 2.3 works all of it out again
for each measure.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.errors import SampleError
from firmware.pipeline.nfiq2 import sums
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


def lay(pixels: NDArray[np.uint8], blocks: NDArray[np.int64]) -> Grid:
    """The grid of a cropped print, uint8 (h, w), from the sums over its blocks, int64 (3, rows, cols).

    Raises SampleError where too little of it is foreground.
    """
    lively = sums.variance(blocks) > FOREGROUND**2 * sums.variance(sums.of_image(blocks))
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
