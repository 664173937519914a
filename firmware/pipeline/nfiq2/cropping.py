"""Takes the near-white frame off a print: what surrounds it on the glass or on the card says nothing about it.

NFIQ 2.3 (usnistgov/NFIQ2) does so before it measures anything, as image preprocessing (ISO/IEC 29794-4:2017, clause
5.1.4); the two figures below are its own.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.errors import SampleError
from firmware.pipeline import parameters
from firmware.pipeline._jit import kernel

WHITE = 250
"""A row or column is frame while its mean grey level is above this."""

LARGEST = (1000, 800)
"""Rows and columns that a print may have without its frame: NFIQ 2 scores no larger one, and no finger fills it."""


def crop(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The print without the near-white rows and columns at its four sides, as an array of its own in C order.

    pixels: uint8 (h, w), dark ridges, 500 ppi. Raises SampleError as `window` does.
    """
    return pixels[window(pixels)].copy()


def window(pixels: NDArray[np.uint8]) -> tuple[slice, slice]:
    """The rows and the columns that `crop` leaves.

    pixels: uint8 (h, w), dark ridges, 500 ppi. Rows are judged over the whole width and columns over the whole height,
    as the reference does. Raises SampleError when the array is no grey image, when nothing but frame is in it, and when
    what remains is a line or larger than 800x1000.
    """
    check(pixels)
    height, width = pixels.shape
    across, down = np.zeros(height, np.uint32), np.zeros(width, np.uint32)
    _sum_lines(np.ascontiguousarray(pixels), across, down)
    rows, cols = np.flatnonzero(across <= WHITE * width), np.flatnonzero(down <= WHITE * height)
    if not (rows.size and cols.size):
        raise SampleError(f"quality: nothing but white in {width}x{height} pixels; put the finger on the glass")
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(cols[0]), int(cols[-1]) + 1
    if bottom - top < 2 or right - left < 2:
        raise SampleError(f"quality: only {right - left}x{bottom - top} pixels are not white; that is no print")
    if bottom - top > LARGEST[0] or right - left > LARGEST[1]:
        raise SampleError(
            f"quality: {right - left}x{bottom - top} pixels are more than one finger at 500 ppi; "
            f"cut out the finger, at most {LARGEST[1]}x{LARGEST[0]}"
        )
    return slice(top, bottom), slice(left, right)


def check(pixels: NDArray[np.uint8]) -> None:
    """Raises SampleError when the array is no grey image, or larger than any print."""
    if not isinstance(pixels, np.ndarray) or pixels.ndim != 2 or pixels.dtype != np.uint8 or pixels.size == 0:
        told = f"{pixels.dtype} {pixels.shape}" if isinstance(pixels, np.ndarray) else type(pixels).__name__
        raise SampleError(f"quality: an image must be uint8 (h, w), not {told}")
    if max(pixels.shape) > parameters.LARGEST_SIDE:
        raise SampleError(f"quality: {pixels.shape[1]}x{pixels.shape[0]} pixels is larger than any print")


@kernel
def _sum_lines(pixels: NDArray[np.uint8], across: NDArray[np.uint32], down: NDArray[np.uint32]) -> None:
    """The sum of each row and of each column.

    pixels: (h, w). across: (h), down: (w), of zeros, filled.
    """
    for y in range(len(pixels)):
        line, total = pixels[y], np.uint32(0)
        for x in range(line.size):
            total += np.uint32(line[x])
            down[x] += np.uint32(line[x])
        across[y] = total
