"""A stand-in for the sensor's own feature extraction: a coarse picture of the ridges in black and white.

Not a minutiae template: an impression matches itself and its shifted copy, other fingers don't, and an impression
that is turned or pressed otherwise often doesn't either. Real modules do not say where they draw the line between a
print and none; this one is lenient.
"""

import numpy as np
from numpy.typing import NDArray

from sim.glass import Pixels
from sim.instructions import Confirmation

_STEP, _ROWS, _COLUMNS, _SHIFT = 3, 60, 64, 4
_MAGIC = b"SIM1"
SIZE = 512
# Blocks with ridges in them: how strong, how many, and how much of one direction they must be
_BLOCK, _LIVELY, _FEWEST, _ORDERLY = 16, 1.0, 20, 0.25


def complaint(greys: Pixels) -> Confirmation | None:
    """Why an image of greys 0..15, (h, w), has no features; None where it has."""
    rows, columns = greys.shape[0] // _BLOCK, greys.shape[1] // _BLOCK
    image = greys[: rows * _BLOCK, : columns * _BLOCK].astype(np.float32)
    lively = _blocks(image).std((1, 3)) > _LIVELY
    if lively.sum() < _FEWEST:
        return Confirmation.TOO_FEW_POINTS
    down, across = np.gradient(image)
    xx, yy, xy = (_blocks(np.asarray(part)).sum((1, 3)) for part in (across**2, down**2, across * down))
    coherence = np.hypot(xx - yy, 2 * xy) / (xx + yy + 1e-6)
    return Confirmation.IMAGE_DISORDERLY if np.median(coherence[lively]) < _ORDERLY else None


def _blocks(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """(rows, block, columns, block)."""
    return image.reshape(image.shape[0] // _BLOCK, _BLOCK, -1, _BLOCK)


def extract(greys: Pixels) -> bytes:
    """The features of an image of greys 0..15, SIZE bytes."""
    image = greys.astype(np.float32)
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
