"""What lies on a glass that nobody wiped: specks, fibres and smears of grease."""

import math

import numpy as np
from numpy.typing import NDArray

from sim.noise import texture
from sim.skin import Crease, line

Field = NDArray[np.float32]


def sample_dirt(rng: np.random.Generator, shape: tuple[int, int]) -> Field:
    """Some dirt over the whole glass, float32 (h, w), 0 (clean) to 1."""
    out = np.zeros(shape, np.float32)
    for _ in range(int(rng.integers(25, 80))):
        _add_speck(out, rng.uniform(0, shape[1]), rng.uniform(0, shape[0]), rng.uniform(1.2, 7), rng.uniform(0.4, 1))
    wobble = texture(rng, shape, 4)
    for _ in range(int(rng.integers(0, 5))):
        np.maximum(out, line(shape, _sample_fibre(rng, shape), wobble), out=out)
    if rng.random() < 0.5:
        patches, streaks = texture(rng, shape, 16), texture(rng, shape, 2.5)
        np.maximum(out, 0.8 / (1 + np.exp(-4 * (patches + 0.4 * streaks - 1.1))), out=out)
    return out


def _add_speck(out: Field, x: float, y: float, radius: float, depth: float) -> None:
    reach = math.ceil(2.5 * radius)
    top, left = max(0, round(y) - reach), max(0, round(x) - reach)
    part = out[top : round(y) + reach + 1, left : round(x) + reach + 1]
    v, u = np.mgrid[top : top + part.shape[0], left : left + part.shape[1]]
    apart = np.hypot(u - x, v - y) / radius
    np.maximum(part, depth / (1 + np.exp(4 * (apart - 1))), out=part)


def _sample_fibre(rng: np.random.Generator, shape: tuple[int, int]) -> Crease:
    return Crease(
        x=rng.uniform(0, shape[1]),
        y=rng.uniform(0, shape[0]),
        angle=rng.uniform(0, math.pi),
        reach=rng.uniform(20, 90),
        bend=rng.normal(0, 0.008),
        width=rng.uniform(0.6, 1.6),
        depth=rng.uniform(0.6, 1),
    )
