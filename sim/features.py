"""A stand-in for the sensor's own feature extraction: a coarse picture of the ridges in black and white.

Not a minutiae template: an impression matches itself and its shifted copy, other fingers don't, and an impression
that is turned or pressed otherwise often doesn't either.
"""

import numpy as np
from numpy.typing import NDArray

from sim.glass import Pixels

_STEP, _ROWS, _COLUMNS, _SHIFT = 3, 60, 64, 4
_MAGIC = b"SIM1"
SIZE = 512


def extract(greys: Pixels) -> bytes | None:
    """The features of an image of greys 0..15, SIZE bytes; None where the image holds no print."""
    image = greys.astype(np.float32)
    if image.std() < 1:
        return None
    height, width = _ROWS * _STEP, _COLUMNS * _STEP
    top, left = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
    middle = image[top : top + height, left : left + width].reshape(_ROWS, _STEP, _COLUMNS, _STEP).mean((1, 3))
    ridges = middle < _local_mean(middle)
    return (_MAGIC + np.packbits(ridges).tobytes()).ljust(SIZE, b"\0")


def score(one: bytes, other: bytes) -> int:
    """How alike two features are: about 0 for different fingers, 300 for the same image."""
    if not (one.startswith(_MAGIC) and other.startswith(_MAGIC)):
        return 0
    a, b = _ridges(one), _ridges(other)
    shifts = range(-_SHIFT, _SHIFT + 1)
    inner = a[_SHIFT:-_SHIFT, _SHIFT:-_SHIFT]
    agreement = max(
        float((inner == b[_SHIFT + dy : _ROWS - _SHIFT + dy, _SHIFT + dx : _COLUMNS - _SHIFT + dx]).mean())
        for dy in shifts
        for dx in shifts
    )
    return max(0, round((agreement - 0.5) * 600))


def _ridges(features: bytes) -> NDArray[np.uint8]:
    packed = np.frombuffer(features[len(_MAGIC) : SIZE], np.uint8)
    return np.unpackbits(packed, count=_ROWS * _COLUMNS).reshape(_ROWS, _COLUMNS)


def _local_mean(image: NDArray[np.float32], radius: int = 4) -> NDArray[np.float32]:
    size = 2 * radius + 1
    total = np.pad(np.pad(image, radius, mode="edge").cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    sums = total[size:, size:] - total[:-size, size:] - total[size:, :-size] + total[:-size, :-size]
    mean: NDArray[np.float32] = (sums / size**2).astype(np.float32, copy=False)
    return mean
