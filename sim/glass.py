"""How a print on the glass becomes the sensor's image: the part around the print's centre, in sixteen greys."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


class Glass(Protocol):
    """Where a finger may lie: what every instrument sees of the resident's hand."""

    def look(self) -> Pixels | None:
        """The print that touches the glass now, uint8 (h, w) with dark ridges at 500 ppi; None without a finger."""


def expose(print_: Pixels, height: int, width: int) -> Pixels:
    """Crop or pad the print around its centre to (height, width) and keep the upper four bits: values 0..15."""
    row, column = _centre(print_)
    background = int(np.percentile(print_, 95))
    out = np.full((height, width), background, np.uint8)
    top, left = _start(row, print_.shape[0], height), _start(column, print_.shape[1], width)
    seen = print_[max(top, 0) : top + height, max(left, 0) : left + width]
    y, x = max(-top, 0), max(-left, 0)
    out[y : y + seen.shape[0], x : x + seen.shape[1]] = seen
    out >>= 4
    return out


def pack(greys: Pixels) -> bytes:
    """Two neighbouring pixels a byte, the left one in the upper four bits (as pyfingerprint reads them)."""
    pairs = greys.reshape(-1, 2)
    return (pairs[:, 0] << 4 | pairs[:, 1]).tobytes()


def unpack(data: bytes, height: int, width: int) -> Pixels:
    """The greys 0..15 in packed bytes; what is missing is white, what is too much is ignored."""
    packed = np.frombuffer(data[: height * width // 2].ljust(height * width // 2, b"\xff"), np.uint8)
    return np.stack([packed >> 4, packed & 15], axis=1).reshape(height, width)


def _centre(print_: Pixels) -> tuple[int, int]:
    """Row and column of the middle of what varies: ridges do, background does not."""
    steps = np.abs(np.diff(print_.astype(np.int16), axis=1)) + 0.0
    rows, columns = steps.sum(1), steps.sum(0)
    if not rows.any():
        return print_.shape[0] // 2, print_.shape[1] // 2
    return int(np.average(np.arange(rows.size), weights=rows)), int(
        np.average(np.arange(columns.size), weights=columns)
    )


def _start(centre: int, length: int, window: int) -> int:
    """Where the window starts: about the centre, but inside the picture; negative where the picture is smaller."""
    if length <= window:
        return (length - window) // 2
    return min(max(centre - window // 2, 0), length - window)
