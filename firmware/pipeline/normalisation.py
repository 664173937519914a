"""Evens out pressure and light: every neighbourhood gets mean 0 and about the same deviation.

After L. Hong, Y. Wan and A. Jain, "Fingerprint image enhancement", IEEE PAMI 20(8), 1998, section 2.2, made local.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters, trace
from firmware.pipeline._jit import kernel
from firmware.pipeline.blocks import smooth


def normalise(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The normalised image, float32 (h, w), and the deviation of each block, float32 (rows, cols), in grey levels.

    pixels: uint8 (h, w), dark ridges. In the result ridges are positive. Blocks are BLOCK pixels wide; the last row and
    column of blocks may reach past the image.
    """
    height, width = pixels.shape
    rows, cols = -(-height // parameters.BLOCK), -(-width // parameters.BLOCK)
    moments = np.empty((3, rows, cols), np.float32)
    _block_moments(pixels, moments)
    count, total, squares = (smooth(moment, parameters.NORMALISE_SIGMA_BLOCKS) for moment in moments)
    mean = total / count
    deviation = np.sqrt(np.maximum(squares / count - mean * mean, 0)).astype(np.float32)
    out = np.empty((height, width), np.float32)
    _normalise(pixels, mean.astype(np.float32), deviation, out)
    trace.offer("normalised", out)
    return out, deviation


@kernel
def _block_moments(pixels: NDArray[np.uint8], out: NDArray[np.float32]) -> None:
    """Count, sum and sum of squares of the pixels of each block.

    pixels: (h, w). out: (3, rows, cols), filled.
    """
    height, width = pixels.shape
    block = parameters.BLOCK
    for row in range(out.shape[1]):
        for col in range(out.shape[2]):
            count, total, squares = 0, 0, 0
            for y in range(row * block, min(height, (row + 1) * block)):
                for x in range(col * block, min(width, (col + 1) * block)):
                    value = int(pixels[y, x])
                    count += 1
                    total += value
                    squares += value * value
            out[0, row, col] = count
            out[1, row, col] = total
            out[2, row, col] = squares


@kernel
def _normalise(
    pixels: NDArray[np.uint8], mean: NDArray[np.float32], deviation: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    """(mean - pixel) / (deviation + floor), both interpolated between block centres, limited.

    pixels, out: (h, w). mean, deviation: (rows, cols).
    """
    height, width = pixels.shape
    rows, cols = mean.shape
    limit = np.float32(parameters.NORMALISE_LIMIT)
    for y in range(height):
        v = (y + 0.5) / parameters.BLOCK - 0.5
        top = min(max(int(np.floor(v)), 0), rows - 1)
        low = min(top + 1, rows - 1)
        down = np.float32(min(max(v - top, 0.0), 1.0))
        for x in range(width):
            u = np.float32((x + 0.5) / parameters.BLOCK - 0.5)
            left = min(max(int(np.floor(u)), 0), cols - 1)
            right = min(left + 1, cols - 1)
            along = min(max(u - np.float32(left), np.float32(0)), np.float32(1))
            a = mean[top, left] + (mean[top, right] - mean[top, left]) * along
            b = mean[low, left] + (mean[low, right] - mean[low, left]) * along
            c = deviation[top, left] + (deviation[top, right] - deviation[top, left]) * along
            d = deviation[low, left] + (deviation[low, right] - deviation[low, left]) * along
            value = (a + (b - a) * down - np.float32(pixels[y, x])) / (
                c + (d - c) * down + np.float32(parameters.NORMALISE_FLOOR)
            )
            out[y, x] = min(max(value, -limit), limit)
