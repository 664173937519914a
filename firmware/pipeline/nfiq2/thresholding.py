"""The grey level that best divides the dark from the light of an 8-bit image.

N. Otsu, "A threshold selection method from gray-level histograms", IEEE SMC 9(1), 1979; sums in the order of OpenCV
4.10, `threshold`, so that two levels that divide alike are told apart as it does.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline._jit import kernel

LEAST = float(np.finfo(np.float32).eps)
"""The smallest part of the pixels that may lie at one side."""


def threshold(pixels: NDArray[np.uint8]) -> int:
    """The last level that counts as dark, of uint8 (h, w); 0 where all pixels are alike."""
    counts = np.zeros((4, 256), np.int64)
    _count_levels(pixels.ravel(), counts)
    return _divide_levels(counts.sum(axis=0))


@kernel
def _count_levels(pixels: NDArray[np.uint8], out: NDArray[np.int64]) -> None:
    """How many pixels have each level, every fourth pixel in a row of its own: no increment waits for the last.

    pixels: (n). out: (4, 256) of zeros, filled.
    """
    whole = pixels.size // 4 * 4
    for i in range(0, whole, 4):
        out[0, pixels[i]] += 1
        out[1, pixels[i + 1]] += 1
        out[2, pixels[i + 2]] += 1
        out[3, pixels[i + 3]] += 1
    for i in range(whole, pixels.size):
        out[0, pixels[i]] += 1


@kernel(exact=True)
def _divide_levels(counts: NDArray[np.int64]) -> int:
    """The first level with the largest variance between what is not lighter and what is. counts: (256)."""
    scale = 1.0 / counts.sum()
    mean = 0.0
    for i in range(counts.size):
        mean += i * float(counts[i])
    mean *= scale
    dark, part, largest, best = 0.0, 0.0, 0.0, 0
    for i in range(counts.size):
        share = counts[i] * scale
        dark *= part
        part += share
        rest = 1.0 - part
        if min(part, rest) < LEAST or max(part, rest) > 1.0 - LEAST:
            continue
        dark = (dark + i * share) / part
        light = (mean - part * dark) / rest
        between = part * rest * (dark - light) * (dark - light)
        if between > largest:
            largest, best = between, i
    return best
