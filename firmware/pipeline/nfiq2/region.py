"""ImgProcROIArea_Mean: the mean grey level of the region of interest, the one patch that the finger fills.

NIST IR 8382 (NFIQ 2). The darkest of 5x5 pixels, smoothed, divided by Otsu's threshold, smoothed more and divided
again; then holes are filled, and of several patches the one in the largest upright box is kept.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline._jit import kernel
from firmware.pipeline.nfiq2 import runs
from firmware.pipeline.nfiq2.gradients import BLOCK
from firmware.pipeline.nfiq2.smoothing import smooth, smooth_mask
from firmware.pipeline.nfiq2.thresholding import threshold

DARKEST = 5
"""Side of the square whose darkest pixel is taken: ridges close over the valleys between them."""

FIRST, SECOND = 41, 91
"""Number of weights of the two Gaussians, of deviation 6.5 and 14 pixels."""

WHITE = 255.0


@dataclass(frozen=True, slots=True)
class Region:
    """mask: bool (h, w), the region's pixels. number, total: int64 (rows, cols), their number and sum in each block."""

    mask: NDArray[np.bool_]
    number: NDArray[np.int64]
    total: NDArray[np.int64]


def find(pixels: NDArray[np.uint8]) -> Region:
    """The region of interest of a cropped print, uint8 (h, w); empty where the print is one flat grey."""
    first = smooth(_darkest(pixels), FIRST)
    second = smooth_mask(first > threshold(first), SECOND)
    mask = _largest(second <= threshold(second))
    sums = np.zeros((2, -(-mask.shape[0] // BLOCK), -(-mask.shape[1] // BLOCK)), np.int64)
    _sum_inside(pixels, mask, sums)
    return Region(mask, *sums)


def measure(region: Region) -> dict[str, float]:
    """The measure of a region; white where it is empty."""
    number = int(region.number.sum())
    return {"ImgProcROIArea_Mean": int(region.total.sum()) / number if number else WHITE}


def blocks(region: Region) -> NDArray[np.bool_]:
    """The blocks that the reference counts as the region's own, bool (rows, cols): all with one of its pixels.

    It asks whether the mean of the mask, 255 outside, is less than 255; and its mean is the sum times the rounded
    reciprocal of the number, which for some cut-off blocks, of 7x7 pixels say, comes out less with all of it outside.
    """
    height, width = (np.minimum(BLOCK, side - np.arange(0, side, BLOCK)) for side in region.mask.shape)
    pixels = np.outer(height, width)
    return np.asarray((region.number > 0) | (WHITE * pixels * (1.0 / pixels) < WHITE))


def _darkest(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The darkest pixel of the square round each, as large as the image."""
    padded = np.pad(pixels, DARKEST // 2, constant_values=255)
    for _ in range(2):
        twos = np.minimum(padded[:-1], padded[1:])
        padded = np.minimum(np.minimum(twos[:-3], twos[2:-1]), padded[4:]).T
    return padded


def _largest(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The patch in the box of the largest area, of equal ones the first, with its holes filled.

    A hole is what is not connected with the image's edge by the sides of pixels, and what lies in it is no patch.
    """
    found = runs.find(mask)
    holes = ~found.inside & ~runs.at_edge(found, mask.shape)[found.part]
    if holes.any():
        found = runs.find(runs.paint(found, found.inside | holes, mask.shape))
    areas = runs.boxes(found)
    areas[~found.inside] = 0
    return runs.paint(found, found.inside & (found.part == areas.argmax()), mask.shape)


@kernel
def _sum_inside(pixels: NDArray[np.uint8], mask: NDArray[np.bool_], out: NDArray[np.int64]) -> None:
    """Number and sum of the pixels where the mask is true, over each block, whole or cut off by the image's edge.

    pixels, mask: (h, w). out: (2, rows, cols) of zeros, filled.
    """
    height, width = pixels.shape
    for y in range(height):
        for col in range(out.shape[2]):
            begin, end = col * BLOCK, min((col + 1) * BLOCK, width)
            line, chosen = pixels[y, begin:end], mask[y, begin:end]
            number, total = np.int32(0), np.int32(0)
            for x in range(line.size):
                number += np.int32(chosen[x])
                total += np.int32(line[x]) * np.int32(chosen[x])
            out[0, y // BLOCK, col] += number
            out[1, y // BLOCK, col] += total
