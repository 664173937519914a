"""Which way the ridges of a finger run: the orientation field of the five pattern classes.

Cores and deltas each turn the field by half a turn, after B. G. Sherlock and D. M. Monro, "A model for interpreting
fingerprint topology", Pattern Recognition 26(7), 1993; an arch over the top and smooth noise make it that of a finger.
Frequencies of the classes: C. L. Wilson, G. T. Candela and C. I. Watson, "Neural network fingerprint classification",
Journal of Artificial Neural Networks 1(2), 1993.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from sim.noise import smooth_noise

Field = NDArray[np.float64]


class PatternClass(Enum):
    """The five classes, each with its natural frequency."""

    ARCH = 0.037
    TENTED_ARCH = 0.029
    LEFT_LOOP = 0.338
    RIGHT_LOOP = 0.317
    WHORL = 0.279


# Of a hand's loops nearly all open towards its little finger
ULNAR_PART = 0.94


@dataclass(frozen=True, slots=True)
class Flow:
    """Orientation in [0, pi) as seen (y up), float32 (h, w), with cores and deltas as rows of x, y."""

    orientation: NDArray[np.float32]
    cores: Field
    deltas: Field
    pattern: PatternClass
    centre_y: float


def sample_pattern(rng: np.random.Generator, is_left: bool | None) -> PatternClass:
    """A class with its natural frequency, of a left or right hand's finger, or of either (None)."""
    classes = list(PatternClass)
    weights = np.array([pattern.value for pattern in classes])
    pattern = classes[rng.choice(len(classes), p=weights / weights.sum())]
    if is_left is None or pattern not in (PatternClass.LEFT_LOOP, PatternClass.RIGHT_LOOP):
        return pattern
    opens_left = is_left == (rng.random() < ULNAR_PART)
    return PatternClass.LEFT_LOOP if opens_left else PatternClass.RIGHT_LOOP


def sample_flow(rng: np.random.Generator, shape: tuple[int, int], pattern: PatternClass) -> Flow:
    """The field of one finger over `shape` (h, w) in pixels at 250 ppi."""
    height, width = shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    centre = (width / 2 + rng.normal(0, 6), height * rng.uniform(0.36, 0.5))
    cores, deltas = _sample_singularities(rng, pattern, centre, height / 256)
    if pattern is PatternClass.ARCH:
        angle = _arch(rng, x - centre[0], y - centre[1], width, height / 256)
    else:
        angle = np.zeros(shape)
        for core_x, core_y in cores:
            angle += 0.5 * np.arctan2(core_y - y, x - core_x)
        for delta_x, delta_y in deltas:
            angle -= 0.5 * np.arctan2(delta_y - y, x - delta_x)
        middle = (centre[1] + deltas[:, 1].mean()) / 2
        above = 1 / (1 + np.exp((y - middle) / (22 * height / 256)))
        bend = np.sin(np.clip((x - centre[0]) / (width / 2), -1, 1) * np.pi / 2)
        angle -= rng.uniform(0.25, 0.7) * bend * above
    angle += rng.normal(0, 0.05) + rng.uniform(0.03, 0.13) * smooth_noise(rng, shape, rng.uniform(28, 50))
    angle += rng.uniform(0, 0.05) * smooth_noise(rng, shape, rng.uniform(9, 16))
    orientation = np.mod(angle, np.pi).astype(np.float32)
    orientation[orientation >= np.float32(np.pi)] = 0
    return Flow(orientation, cores, deltas, pattern, centre[1])


def _arch(rng: np.random.Generator, x: Field, y: Field, width: int, scale: float) -> Field:
    """Ridges that rise and fall once, and above them the outline of the fingertip."""
    rise = np.sin(np.clip(x / (width * rng.uniform(0.38, 0.5)), -1, 1) * np.pi)
    height = np.exp(-(((y - 15 * scale) / (70 * scale)) ** 2)) * 0.8 + 0.25
    outline = np.clip(x / (width / 2), -1, 1) / (1 + np.exp(y / (14 * scale)))
    return np.asarray(-rng.uniform(0.5, 0.95) * rise * height - rng.uniform(0.3, 0.8) * outline)


def _sample_singularities(
    rng: np.random.Generator, pattern: PatternClass, centre: tuple[float, float], scale: float
) -> tuple[Field, Field]:
    """Cores and deltas as rows of x, y."""
    x, y = centre
    if pattern is PatternClass.ARCH:
        return np.empty((0, 2)), np.empty((0, 2))
    if pattern is PatternClass.TENTED_ARCH:
        return np.array([[x, y]]), np.array([[x + rng.normal(0, 3), y + rng.uniform(25, 60) * scale]])
    if pattern is PatternClass.WHORL:
        apart, tilt = rng.uniform(6, 45) * scale, rng.normal(0, 0.5)
        side, down = apart * np.sin(tilt), apart * np.cos(tilt)
        cores = np.array([[x + side / 2, y], [x - side / 2, y + down]])
        reach, below = rng.uniform(50, 95, 2) * scale, rng.uniform(60, 110, 2) * scale
        return cores, np.array([[x + reach[0], y + below[0]], [x - reach[1], y + below[1]]])
    side = 1 if pattern is PatternClass.LEFT_LOOP else -1
    delta = [x + side * rng.uniform(35, 80) * scale, y + rng.uniform(45, 95) * scale]
    return np.array([[x, y]]), np.array([delta])
