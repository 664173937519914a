"""Grows fingerprints."""

from dataclasses import dataclass

import numpy as np

from sim.glass import Pixels


@dataclass(frozen=True, slots=True)
class Master:
    """Placeholder."""

    pixels: Pixels


def grow(seed: tuple[int, ...], *, is_left: bool) -> Master:
    """Placeholder."""
    y, x = np.mgrid[0:400, 0:360]
    r = np.hypot((y - 200) * 0.8, x - 180 + seed[-1])
    p = np.where(r < 150, 128 + 110 * np.cos(r * 0.7), 230)
    return Master(p.astype(np.uint8))


def impress(master: Master, seed: tuple[int, ...]) -> Pixels:
    """Placeholder."""
    return master.pixels


def spoil(pixels: Pixels) -> Pixels:
    """Placeholder."""
    return pixels // 2 + 120
