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


def to_500ppi(
    pixels: NDArray[np.uint8], ppi: float, tolerance: float = parameters.PPI_TOLERANCE
) -> tuple[NDArray[np.uint8], float]:
    """The image at 500 ppi and how many of its pixels one pixel of the input became.

    pixels: uint8 (h, w), both at least 1. Nearer to 500 ppi than by the tolerance, a part of it, it is the very same
    array and 1.0. Raises SampleError when the array is no grey image, or when its size or resolution is out of range.
    """
    _check(pixels, ppi)
    scale = parameters.PPI / ppi
    if abs(scale - 1) <= tolerance:
        return pixels, 1.0
    height, width = (max(1, round(side * scale)) for side in pixels.shape)
    if max(height, width) > parameters.LARGEST_SIDE:
        raise SampleError(f"resolution: {pixels.shape[1]}x{pixels.shape[0]} at {ppi:g} ppi is larger than any print")
    low = np.empty((height, pixels.shape[1]), np.float32)
    _resample_rows(pixels.astype(np.float32), scale, low)
    whole = np.empty((width, height), np.float32)
    _resample_rows(np.ascontiguousarray(low.T), scale, whole)
    resampled = np.ascontiguousarray(np.clip(np.rint(whole, out=whole), 0, 255, out=whole).T.astype(np.uint8))
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
    """So many more or fewer rows, each a weighted sum of those around its place.

    rows: (h, w). out: (round(h * scale), w), filled.
    """
    widen = max(1.0, 1.0 / scale)
    reach = 2.0 * widen
    for y in range(out.shape[0]):
        centre = (y + 0.5) / scale - 0.5
        target, total = out[y], 0.0
        target[:] = 0.0
        for i in range(math.ceil(centre - reach), math.floor(centre + reach) + 1):
            t = abs(i - centre) / widen
            weight = (1.5 * t - 2.5) * t * t + 1.0 if t < 1.0 else ((-0.5 * t + 2.5) * t - 4.0) * t + 2.0
            total += weight
            source, part = rows[min(max(i, 0), rows.shape[0] - 1)], np.float32(weight)
            for x in range(source.size):
                target[x] += part * source[x]
        for x in range(target.size):
            target[x] /= np.float32(total)
