"""How the ridges of a finger flow: orientation and period over the fingertip, for the classes of fingerprints.

Cores and deltas turn the orientation by half a turn each (Sherlock and Monro, 1993); ridges arch over the pattern.
The classes are as frequent as in nature (Wilson, Candela and Watson, 1993), loops open to the little finger mostly.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Field = NDArray[np.float32]
Point = tuple[float, float]

_CLASSES = ("arch", "tented_arch", "ulnar_loop", "radial_loop", "whorl")
_FREQUENCIES = (0.037, 0.029, 0.610, 0.045, 0.279)
# Half a millimetre or so between ridges, in pixels at 250 ppi
_PERIOD, _SPREAD = 4.55, 0.06


@dataclass(frozen=True, slots=True)
class Flow:
    """orientation: [0, pi), counter-clockwise from +x; period: pixels; both float32 (h, w) at 250 ppi."""

    pattern: str
    orientation: Field
    period: Field
    cores: tuple[Point, ...]
    deltas: tuple[Point, ...]


def draw(rng: np.random.Generator, height: int, width: int, *, is_left: bool) -> Flow:
    """The flow of one finger of the left or right hand, as a person sees its print."""
    pattern = str(rng.choice(_CLASSES, p=_FREQUENCIES))
    centre = (width / 2 + rng.normal(0, 4), height * rng.uniform(0.40, 0.48))
    cores, deltas = _singularities(rng, pattern, centre, is_left=is_left)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = _turns(x, y, cores) - _turns(x, y, deltas)
    across = np.clip((x - centre[0]) / (width / 2), -1, 1)
    if cores:
        middle = (np.mean([c[1] for c in cores]) + np.mean([d[1] for d in deltas])) / 2
        above = 1 / (1 + np.exp((y - middle) / 22))
        angle -= rng.uniform(0.3, 0.65) * np.sin(across * math.pi / 2) * above
    else:
        hill = np.exp(-(((y - centre[1] - 15) / 70) ** 2))
        angle -= rng.uniform(0.55, 0.85) * np.sin(across * math.pi) * (0.25 + 0.75 * hill)
        angle -= rng.uniform(0.3, 0.6) * across / (1 + np.exp((y - centre[1]) / 14))
    angle += smooth_noise(rng, height, width, 40) * rng.uniform(0.03, 0.09)
    orientation = np.mod(angle, math.pi).astype(np.float32)
    return Flow(pattern, orientation, _period(rng, y - centre[1], height, width), cores, deltas)


def smooth_noise(rng: np.random.Generator, height: int, width: int, scale: float) -> Field:
    """Noise of deviation one that changes over `scale` pixels, float32 (height, width)."""
    coarse = rng.standard_normal((math.ceil(height / scale) + 3, math.ceil(width / scale) + 3)).astype(np.float32)
    fine = Image.fromarray(coarse).resize(
        (math.ceil(coarse.shape[1] * scale), math.ceil(coarse.shape[0] * scale)), Image.Resampling.BICUBIC
    )
    top, left = (int(rng.integers(0, max(1, int(scale)))) for _ in range(2))
    field = np.asarray(fine)[top : top + height, left : left + width]
    return np.asarray(field / (field.std() + 1e-6), np.float32)


def _singularities(
    rng: np.random.Generator, pattern: str, centre: Point, *, is_left: bool
) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """Cores and deltas as (x, y)."""
    x, y = centre
    if pattern == "arch":
        return (), ()
    if pattern == "tented_arch":
        return ((x, y),), ((x + rng.normal(0, 3), y + rng.uniform(30, 60)),)
    if pattern == "whorl":
        apart, lean = rng.uniform(8, 40), rng.normal(0, 0.5)
        lower = (x - apart * math.sin(lean) / 2, y + apart * math.cos(lean))
        right = (x + rng.uniform(55, 90), y + rng.uniform(60, 100))
        left = (x - rng.uniform(55, 90), y + rng.uniform(60, 100))
        return ((x + apart * math.sin(lean) / 2, y), lower), (right, left)
    # A loop opens away from its delta: an ulnar one of the left hand to the left, so its delta is on the right
    side = 1 if is_left == (pattern == "ulnar_loop") else -1
    return ((x, y),), ((x + side * rng.uniform(40, 75), y + rng.uniform(50, 90)),)


def _turns(x: Field, y: Field, points: tuple[Point, ...]) -> Field:
    turns = np.zeros_like(x)
    for px, py in points:
        turns += np.arctan2(py - y, x - px) / 2
    return turns


def _period(rng: np.random.Generator, below: Field, height: int, width: int) -> Field:
    """Ridges stand wider apart below the pattern, and a little differently everywhere."""
    period = _PERIOD * math.exp(rng.normal(0, _SPREAD))
    variation = 1 + 0.03 * smooth_noise(rng, height, width, 40) + 0.06 * np.tanh((below - 30) / 40)
    return np.asarray(period * variation, np.float32)
