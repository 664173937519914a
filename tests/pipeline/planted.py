"""Prints with known minutiae: a plane wave with a phase that turns once around each planted point."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Planted:
    """A print, and its minutiae as rows of x, y, direction (0 or pi: the side with one more ridge)."""

    pixels: NDArray[np.uint8]
    minutiae: NDArray[np.float64]


def plant(height: int, width: int, points: list[tuple[float, float, int]], period: float = 9.0) -> Planted:
    """Horizontal ridges; at each (x, y, sign) one more ridge runs to the right (+1) or to the left (-1)."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    phase = 2 * np.pi * y / period + sum(sign * np.arctan2(y - py, x - px) for px, py, sign in points)
    pixels = np.rint(127.5 - 100 * np.cos(phase)).astype(np.uint8)
    truth = np.array([(px, py, 0.0 if sign > 0 else np.pi) for px, py, sign in points])
    return Planted(pixels, truth)


def turned(print_: Planted) -> Planted:
    """A quarter turn counter-clockwise."""
    width = print_.pixels.shape[1]
    x, y, direction = print_.minutiae.T
    return Planted(
        np.ascontiguousarray(np.rot90(print_.pixels)), np.stack([y, width - 1 - x, direction + np.pi / 2], 1)
    )
