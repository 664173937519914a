"""The covariance of the grey levels' gradient over a block of 32x32 pixels, in whole numbers and so without rounding.

ISO/IEC 29794-4:2017, clause 5.2.2: central differences, at the block's edge the difference to the next pixel; a block
does not look at its neighbours. A difference here is twice that of the standard.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline._jit import kernel

BLOCK = 32
"""Side of a block in pixels at 500 ppi: about two ridges (ISO/IEC 29794-4:2017, clause 5.1.2)."""


def covariance(pixels: NDArray[np.uint8], margin: int, rows: int, cols: int) -> NDArray[np.float64]:
    """The means of gx * gx, gy * gy and gx * gy over each block, float64 (3, rows, cols).

    pixels: uint8 (h, w), in which so many blocks begin. Of one that the image's edge cuts off, the sums are divided by
    the number of a whole block's pixels all the same. margin: pixels above and to the left of the first block.
    """
    products = np.empty((3, rows, cols), np.int64)
    _gradient_products(pixels, margin, margin, products)
    return products / (4 * BLOCK * BLOCK)


def covariance_at(pixels: NDArray[np.uint8], corners: NDArray[np.int64]) -> NDArray[np.float64]:
    """The same of blocks anywhere, float64 (3, n). corners: int64 (n, 2), top and left of each, whole in the image."""
    products = np.empty((len(corners), 3, 1, 1), np.int64)
    _gradient_products_at(pixels, corners, products)
    return products[:, :, 0, 0].T / (4 * BLOCK * BLOCK)


@kernel
def _gradient_products_at(pixels: NDArray[np.uint8], corners: NDArray[np.int64], out: NDArray[np.int64]) -> None:
    """Sums of the products of twice the gradient over the block at each corner.

    pixels: (h, w). corners: (n, 2), top and left. out: (n, 3, 1, 1), filled.
    """
    for n in range(len(corners)):
        _gradient_products(pixels, corners[n, 0], corners[n, 1], out[n])


@kernel
def _gradient_products(pixels: NDArray[np.uint8], top: int, left: int, out: NDArray[np.int64]) -> None:
    """Sums of the products of twice the gradient over each block, a row of blocks at a time.

    pixels: (h, w). top, left: of the first block. out: (3, rows, cols), filled.
    """
    cols = out.shape[2]
    width = min(cols * BLOCK, pixels.shape[1] - left)
    across, sums = np.empty(width, np.int32), np.empty((3, width), np.int32)
    xx, yy, xy = sums[0], sums[1], sums[2]
    for row in range(out.shape[1]):
        sums[:] = 0
        first = top + row * BLOCK
        last = min(first + BLOCK, pixels.shape[0]) - 1
        for y in range(first, last + 1):
            line = pixels[y, left : left + width]
            above = pixels[max(y - 1, first), left : left + width]
            below = pixels[min(y + 1, last), left : left + width]
            factor = np.int32(1 if first < y < last else 2)
            for x in range(1, width - 1):
                across[x] = np.int32(line[x + 1]) - np.int32(line[x - 1])
            for begin in range(0, width, BLOCK):
                end = min(begin + BLOCK, width) - 1
                across[begin] = 2 * (np.int32(line[min(begin + 1, end)]) - np.int32(line[begin]))
                across[end] = 2 * (np.int32(line[end]) - np.int32(line[max(end - 1, begin)]))
            for x in range(width):
                down = factor * (np.int32(below[x]) - np.int32(above[x]))
                xx[x] += across[x] * across[x]
                yy[x] += down * down
                xy[x] += across[x] * down
        for part in range(3):
            for col in range(cols):
                out[part, row, col] = sums[part, col * BLOCK : (col + 1) * BLOCK].sum()
