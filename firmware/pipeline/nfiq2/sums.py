"""Number, sum and sum of squares of the grey levels over blocks of 32x32 pixels, in whole numbers.

The blocks are laid from the image's corner on, and its far edges cut off the last of them. Mean and deviation of the
image and of each block, which several measures ask for, come from these.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline._jit import kernel
from firmware.pipeline.nfiq2.gradients import BLOCK


def over_blocks(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Number, sum and sum of squares, int64 (3, rows, cols), of uint8 (h, w), cut-off blocks included."""
    height, width = pixels.shape
    sums = np.empty((3, -(-height // BLOCK), -(-width // BLOCK)), np.int64)
    _sum_blocks(pixels, 0, 0, sums)
    return sums


def at(pixels: NDArray[np.uint8], corners: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same of blocks anywhere, int64 (3, n). corners: int64 (n, 2), top and left of each, in the image."""
    sums = np.empty((len(corners), 3, 1, 1), np.int64)
    _sum_blocks_at(pixels, corners, sums)
    return sums[:, :, 0, 0].T


def of_image(sums: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number, sum and sum of squares, int64 (3), of the whole image from those of its blocks."""
    return np.asarray(sums.sum(axis=(1, 2)))


def mean(sums: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of number, sum and sum of squares, (3, ...)."""
    return np.asarray(sums[1] / sums[0])


def variance(sums: NDArray[np.int64]) -> NDArray[np.float64]:
    """That of a population, of number, sum and sum of squares, (3, ...)."""
    average = mean(sums)
    return np.asarray(sums[2] / sums[0] - average * average)


@kernel
def _sum_blocks_at(pixels: NDArray[np.uint8], corners: NDArray[np.int64], out: NDArray[np.int64]) -> None:
    """Number, sum and sum of squares of the pixels in the block at each corner, whole or cut off by the image's edge.

    pixels: (h, w). corners: (n, 2), top and left. out: (n, 3, 1, 1), filled.
    """
    for n in range(len(corners)):
        _sum_blocks(pixels, corners[n, 0], corners[n, 1], out[n])


@kernel
def _sum_blocks(pixels: NDArray[np.uint8], top: int, left: int, out: NDArray[np.int64]) -> None:
    """Number, sum and sum of squares of the pixels in each block, whole or cut off by the image's edge.

    pixels: (h, w). top, left: of the first block. out: (3, rows, cols), filled.
    """
    height, width = pixels.shape
    for row in range(out.shape[1]):
        first = top + row * BLOCK
        last = min(first + BLOCK, height)
        for col in range(out.shape[2]):
            begin = left + col * BLOCK
            end = min(begin + BLOCK, width)
            total, squares = np.int32(0), np.int32(0)
            for y in range(first, last):
                line = pixels[y, begin:end]
                for x in range(line.size):
                    value = np.int32(line[x])
                    total += value
                    squares += value * value
            out[0, row, col] = (last - first) * (end - begin)
            out[1, row, col], out[2, row, col] = total, squares
