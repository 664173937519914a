"""Brings an image to 500 ppi, the resolution for which every later stage is made.

Cubic interpolation after R. Keys, "Cubic convolution interpolation for digital image processing", IEEE ASSP 29(6),
1981; where the image shrinks the kernel is widened by the same factor, so that fine texture does not turn into false
ridges.
"""

import math

import numpy as np
from numpy.typing import NDArray

from firmware.errors import SampleError
from firmware.pipeline import parameters, trace
from firmware.pipeline._jit import kernel


def to_500ppi(pixels: NDArray[np.uint8], ppi: float) -> tuple[NDArray[np.uint8], float]:
    """The image at 500 ppi and how many of its pixels one pixel of the input became.

    pixels: uint8 (h, w), both at least 1. Within 1 percent of 500 ppi it is the very same array and 1.0. Raises
    SampleError when the array is no grey image, or when its size or resolution is out of range.
    """
    _check(pixels, ppi)
    scale = parameters.PPI / ppi
    if abs(scale - 1) <= parameters.PPI_TOLERANCE:
        return pixels, 1.0
    height, width = (max(1, round(side * scale)) for side in pixels.shape)
    if max(height, width) > parameters.LARGEST_SIDE:
        raise SampleError(f"resolution: {pixels.shape[1]}x{pixels.shape[0]} at {ppi:g} ppi is larger than any print")
    across = np.empty((pixels.shape[0], width), np.float32)
    _resample_rows(pixels.astype(np.float32), scale, across)
    whole = np.empty((width, height), np.float32)
    _resample_rows(np.ascontiguousarray(across.T), scale, whole)
    resampled = np.ascontiguousarray(np.clip(np.rint(whole.T), 0, 255).astype(np.uint8))
    trace.offer("resampled", resampled)
    return resampled, scale


def _check(pixels: NDArray[np.uint8], ppi: float) -> None:
    if pixels.ndim != 2 or pixels.dtype != np.uint8 or pixels.size == 0:
        raise SampleError(f"resolution: an image must be uint8 (h, w), not {pixels.dtype} {pixels.shape}")
    if max(pixels.shape) > parameters.LARGEST_SIDE:
        raise SampleError(f"resolution: {pixels.shape[1]}x{pixels.shape[0]} pixels is larger than any print")
    low, high = parameters.PPI_RANGE
    if not (math.isfinite(ppi) and low <= ppi <= high):
        raise SampleError(f"resolution: {ppi:g} ppi is outside {low:g} to {high:g}; give the true one")


@kernel
def _resample_rows(rows: NDArray[np.float32], scale: float, out: NDArray[np.float32]) -> None:
    """Resample each row by `scale`.

    rows: (h, w). out: (h, round(w * scale)), filled.
    """
    width = rows.shape[1]
    widen = max(1.0, 1.0 / scale)
    reach = 2.0 * widen
    for x in range(out.shape[1]):
        centre = (x + 0.5) / scale - 0.5
        first = math.ceil(centre - reach)
        last = math.floor(centre + reach)
        out[:, x] = 0.0
        total = 0.0
        for i in range(first, last + 1):
            t = abs(i - centre) / widen
            weight = (1.5 * t - 2.5) * t * t + 1.0 if t < 1.0 else ((-0.5 * t + 2.5) * t - 4.0) * t + 2.0
            total += weight
            column = min(max(i, 0), width - 1)
            for y in range(rows.shape[0]):
                out[y, x] += np.float32(weight) * rows[y, column]
        for y in range(rows.shape[0]):
            out[y, x] /= np.float32(total)
