"""Made-up minutiae, and the same finger's in another print."""

import math

import numpy as np

from firmware.datatypes import Minutiae


def scattered(n: int, rng: np.random.Generator, side: float = 200) -> Minutiae:
    """Minutiae anywhere on a square of this side."""
    return Minutiae(
        x=rng.uniform(0, side, n).astype(np.float32),
        y=rng.uniform(0, side, n).astype(np.float32),
        direction=rng.uniform(0, 2 * np.pi, n).astype(np.float32),
        kind=rng.integers(1, 3, n).astype(np.uint8),
        quality=rng.integers(1, 101, n).astype(np.uint8),
    )


def again(found: Minutiae, rng: np.random.Generator, turn: float, *, shake: float = 2.0, kept: float = 0.8) -> Minutiae:
    """The same print turned about its origin, shifted, shaken by some pixels, with a part of its minutiae kept."""
    keep = rng.random(len(found)) <= kept
    x, y, direction = found.x[keep], found.y[keep], found.direction[keep]
    c, s = math.cos(turn), math.sin(turn)
    off = rng.normal(0, shake, (2, len(x)))
    turned = direction + turn + rng.normal(0, shake / 40, len(x))
    return Minutiae(
        x=(30 + c * x + s * y + off[0]).astype(np.float32),
        y=(20 - s * x + c * y + off[1]).astype(np.float32),
        direction=(turned % (2 * np.pi)).astype(np.float32),
        kind=found.kind[keep],
        quality=found.quality[keep],
    )
