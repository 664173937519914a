"""A finger that moves while the sensor looks: its path over the glass, and the smeared touch."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Motion:
    """Where the finger is from moment to moment, rows of x, y in whole pixels, and for what part of the time."""

    places: NDArray[np.int64]
    shares: NDArray[np.float64]


def sample_motion(rng: np.random.Generator) -> Motion:
    """A slide of one to three ridge periods along a bent way, with a rest at one end."""
    length, angle, bend = rng.uniform(13, 30), rng.uniform(0, 2 * math.pi), rng.normal(0, 0.4)
    t = np.linspace(0, 1, 25)
    turn = angle + bend * (t - 0.5)
    steps = length / (len(t) - 1) * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    way = np.cumsum(steps, axis=0)
    rest = rng.uniform(0, 0.4)
    shares = np.full(len(t), (1 - rest) / len(t))
    shares[rng.choice([0, -1])] += rest
    return Motion(np.rint(way - way.mean(axis=0)).astype(np.int64), shares)


def smear(cover: Field, motion: Motion) -> Field:
    """The mean of a touch over the places it is at, float32 (h, w); what comes in over the edge repeats the edge."""
    reach = int(np.abs(motion.places).max())
    padded = np.pad(cover, reach, mode="edge")
    height, width = cover.shape
    out = np.zeros(cover.shape, np.float32)
    for (x, y), share in zip(motion.places, motion.shares, strict=True):
        out += np.float32(share) * padded[reach - y : reach - y + height, reach - x : reach - x + width]
    return out
