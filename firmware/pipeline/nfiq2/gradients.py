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

    pixels: uint8 (h, w), in which so many whole blocks lie. margin: pixels above and to the left of the first block.
    """
    sums = np.empty((3, rows, cols), np.int64)
    _gradient_products(pixels, margin, sums)
    return sums / (4 * BLOCK * BLOCK)


@kernel
def _gradient_products(pixels: NDArray[np.uint8], margin: int, out: NDArray[np.int64]) -> None:
    """Sums of the products of twice the gradient over each block, a row of blocks at a time.

    pixels: (h, w). out: (3, rows, cols), filled.
    """
    cols = out.shape[2]
    width, last = cols * BLOCK, BLOCK - 1
    across, sums = np.empty(width, np.int32), np.empty((3, width), np.int32)
    xx, yy, xy = sums[0], sums[1], sums[2]
    for row in range(out.shape[1]):
        sums[:] = 0
        for y in range(BLOCK):
            top = margin + row * BLOCK
            line = pixels[top + y, margin : margin + width]
            above = pixels[top + max(y - 1, 0), margin : margin + width]
            below = pixels[top + min(y + 1, last), margin : margin + width]
            factor = np.int32(1 if 0 < y < last else 2)
            for x in range(1, width - 1):
                across[x] = np.int32(line[x + 1]) - np.int32(line[x - 1])
            for left in range(0, width, BLOCK):
                across[left] = 2 * (np.int32(line[left + 1]) - np.int32(line[left]))
                across[left + last] = 2 * (np.int32(line[left + last]) - np.int32(line[left + last - 1]))
            for x in range(width):
                down = factor * (np.int32(below[x]) - np.int32(above[x]))
                xx[x] += across[x] * across[x]
                yy[x] += down * down
                xy[x] += across[x] * down
        for part in range(3):
            for col in range(cols):
                out[part, row, col] = sums[part, col * BLOCK : (col + 1) * BLOCK].sum()
