"""Evens out pressure and light: every neighbourhood gets mean 0 and about the same deviation.

After L. Hong, Y. Wan and A. Jain, "Fingerprint image enhancement", IEEE PAMI 20(8), 1998, section 2.2, made local.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters, scratch, trace
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
    deviation = np.sqrt(np.maximum(squares / count - mean * mean, 0))
    wide = scratch.empty("wide", 2, rows, width)
    _stretch(mean, wide[0])
    _stretch(deviation, wide[1])
    out = np.empty((height, width), np.float32)
    _normalise(pixels, wide[0], wide[1], out)
    trace.offer("normalised", out)
    return out, deviation


@kernel
def _block_moments(pixels: NDArray[np.uint8], out: NDArray[np.float32]) -> None:
    """Count, sum and sum of squares of the pixels of each block.

    pixels: (h, w). out: (3, rows, cols), filled.
    """
    height, width = pixels.shape
    block = parameters.BLOCK
    total, squares = np.empty(width, np.int32), np.empty(width, np.int32)
    for row in range(out.shape[1]):
        total[:] = 0
        squares[:] = 0
        low = min(height, (row + 1) * block)
        for y in range(row * block, low):
            line = pixels[y]
            for x in range(width):
                value = np.int32(line[x])
                total[x] += value
                squares[x] += value * value
        for col in range(out.shape[2]):
            right = min(width, (col + 1) * block)
            out[0, row, col] = (low - row * block) * (right - col * block)
            out[1, row, col] = total[col * block : right].sum()
            out[2, row, col] = squares[col * block : right].sum()


@kernel
def _stretch(blocks: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Interpolate each row between the centres of its blocks; beyond the outermost centres their value.

    blocks: (rows, cols). out: (rows, w), filled.
    """
    rows, cols = blocks.shape
    for x in range(out.shape[1]):
        u = (x + 0.5) / parameters.BLOCK - 0.5
        left = min(max(int(np.floor(u)), 0), cols - 1)
        right = min(left + 1, cols - 1)
        along = np.float32(min(max(u - left, 0.0), 1.0))
        for row in range(rows):
            out[row, x] = blocks[row, left] + (blocks[row, right] - blocks[row, left]) * along


@kernel
def _normalise(
    pixels: NDArray[np.uint8], mean: NDArray[np.float32], deviation: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    """(mean - pixel) / (deviation + floor), both interpolated between the rows' centres, limited.

    pixels, out: (h, w). mean, deviation: (rows, w).
    """
    height, width = pixels.shape
    rows = mean.shape[0]
    limit, floor = np.float32(parameters.NORMALISE_LIMIT), np.float32(parameters.NORMALISE_FLOOR)
    middle, spread = np.empty(width, np.float32), np.empty(width, np.float32)
    for y in range(height):
        v = (y + 0.5) / parameters.BLOCK - 0.5
        top = min(max(int(np.floor(v)), 0), rows - 1)
        down = np.float32(min(max(v - top, 0.0), 1.0))
        a, b = mean[top], mean[min(top + 1, rows - 1)]
        c, d = deviation[top], deviation[min(top + 1, rows - 1)]
        for x in range(width):
            middle[x] = a[x] + (b[x] - a[x]) * down
        for x in range(width):
            spread[x] = c[x] + (d[x] - c[x]) * down + floor
        line, target = pixels[y], out[y]
        for x in range(width):
            target[x] = min(max((middle[x] - np.float32(line[x])) / spread[x], -limit), limit)
