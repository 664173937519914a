"""Grows the ridges of a finger, and knows every minutia on them.

Ridges come out of noise by filtering it over and over along the orientation field, after R. Cappelli, D. Maio and D.
Maltoni, "Synthetic fingerprint-image generation", ICPR 2000. Where the phase of the finished ridges turns once around
a point, a ridge more runs on one side than on the other: that point is a minutia, and its direction, after ISO/IEC
19794-2, points to the side with more ridges.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim import minutia_types
from sim._jit import kernel
from sim.flow import Flow, sample_flow, sample_pattern
from sim.noise import smooth_noise

PPI = 250
SHAPE = (256, 224)
RADIUS = 6
ORIENTATIONS = 48
PERIODS = np.linspace(3.4, 6.6, 10)
MEDIAN_PERIOD = 4.55
# Two opposite minutiae nearer than this part of a period are a blemish that no print shows
DIPOLE = 0.75

Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Master:
    """The ridges of one finger at 250 ppi, before anybody touched anything.

    ridges: float32 (h, w), -1 (valley) to 1 (ridge). minutiae: float32 rows of x, y, the direction's dx, dy (y down)
    and 1 for a bifurcation, 0 for a ridge ending. period: mean ridge period in pixels. flow: its orientation field.
    """

    ridges: Field
    minutiae: Field
    period: float
    flow: Flow


def grow(rng: np.random.Generator, is_left: bool | None = None) -> Master:
    """One finger of a left or right hand or of either, of a class drawn with its natural frequency."""
    flow = sample_flow(rng, SHAPE, sample_pattern(rng, is_left))
    mean_period = float(np.clip(np.exp(rng.normal(math.log(MEDIAN_PERIOD), 0.10)), 3.7, 6.2))
    choice = _choose_filters(flow, _sample_periods(rng, flow, mean_period))
    ridges, spare = _seed_ridges(rng)
    for _ in range(int(rng.integers(14, 45))):
        _filter_each(ridges, _bank()[0], choice, True, spare)
        ridges, spare = spare, ridges
    even, odd = np.zeros((2, *SHAPE), np.float32)
    _filter_each(ridges, _bank()[0], choice, False, even)
    _filter_each(ridges, _bank()[1], choice, False, odd)
    strength = np.hypot(even, odd)
    shown = (even / (strength + 0.15 * np.median(strength))).astype(np.float32)
    points = _without_blemishes(_residues(even, odd, flow.orientation), flow, mean_period)
    bifurcation = minutia_types.are_bifurcations(points, shown, mean_period)
    return Master(shown, np.column_stack([points, bifurcation]).astype(np.float32), mean_period, flow)


def _sample_periods(rng: np.random.Generator, flow: Flow, mean: float) -> Field:
    """The ridge period over the finger: wider below the core, and varying."""
    below = np.tanh((np.arange(SHAPE[0])[:, None] - flow.centre_y - 30) / 40)
    noise = rng.uniform(0.02, 0.07) * smooth_noise(rng, SHAPE, 40)
    return np.asarray(mean * (1 + noise + 0.10 * rng.uniform(0.3, 1) * below), np.float32)


def _choose_filters(flow: Flow, period: Field) -> NDArray[np.int32]:
    """The filter of each pixel, int32 (h, w), as an index into the bank."""
    step = PERIODS[1] - PERIODS[0]
    size = np.rint((period - PERIODS[0]) / step).clip(0, len(PERIODS) - 1)
    turn = np.rint(flow.orientation * (ORIENTATIONS / math.pi)) % ORIENTATIONS
    return np.asarray(size * ORIENTATIONS + turn, np.int32)


def _seed_ridges(rng: np.random.Generator) -> tuple[Field, Field]:
    """What the ridges grow from: noise everywhere, or a number of separate seeds."""
    ridges = (rng.standard_normal(SHAPE) * 0.3).astype(np.float32)
    if rng.random() < 0.5:
        ridges *= np.float32(3e-4)
        count = int(rng.integers(10, 250))
        ridges[rng.integers(8, SHAPE[0] - 8, count), rng.integers(8, SHAPE[1] - 8, count)] = rng.choice([-4, 4], count)
    return ridges, np.zeros_like(ridges)


@cache
def _bank() -> Field:
    """Even and odd Gabor filters of unit response, float32 (2, periods * orientations, side * side)."""
    y, x = np.mgrid[-RADIUS : RADIUS + 1, -RADIUS : RADIUS + 1].astype(np.float64)
    even, odd = [], []
    for period in PERIODS:
        envelope = np.exp(-(x * x + y * y) / (2 * (0.52 * period) ** 2))
        for k in range(ORIENTATIONS):
            angle = math.pi * k / ORIENTATIONS
            across = math.sin(angle) * x + math.cos(angle) * y
            wave = np.cos(2 * math.pi * across / period)
            ripple = envelope * wave - envelope * ((envelope * wave).sum() / envelope.sum())
            norm = (ripple * wave).sum()
            even.append(ripple.ravel() / norm)
            odd.append((envelope * np.sin(2 * math.pi * across / period)).ravel() / norm)
    return np.asarray([even, odd], np.float32)


@kernel
def _filter_each(image: Field, bank: Field, choice: NDArray[np.int32], squash: bool, out: Field) -> None:
    """Filter each pixel with its own filter; with `squash` amplify and limit, so that waves win over noise.

    image, choice, out: (h, w); RADIUS pixels at the border are left as they are. bank: (n, side * side).
    """
    side = 2 * RADIUS + 1
    for y in range(RADIUS, image.shape[0] - RADIUS):
        for x in range(RADIUS, image.shape[1] - RADIUS):
            taps = bank[choice[y, x]]
            total = np.float32(0)
            for i in range(side):
                line = image[y - RADIUS + i]
                for j in range(side):
                    total += taps[i * side + j] * line[x - RADIUS + j]
            if squash:
                total *= np.float32(2.2)
                total /= np.sqrt(np.float32(1) + total * total)
            out[y, x] = total


def _residues(even: Field, odd: Field, orientation: Field) -> NDArray[np.float64]:
    """Points around which the phase turns: rows of x, y, dx, dy."""
    # Just below pi the filter of orientation 0 was used, and its normal points the other way
    orientation = np.where(orientation >= math.pi * (1 - 0.5 / ORIENTATIONS), orientation - math.pi, orientation)
    normal = np.stack([np.sin(orientation), np.cos(orientation)])
    corners = [(slice(dy, dy - 1 or None), slice(dx, dx - 1 or None)) for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1))]
    first = normal[:, corners[0][0], corners[0][1]]
    waves = []
    for rows, cols in corners:
        # The odd filter's sign follows its normal, which may point either way
        side = np.where((normal[:, rows, cols] * first).sum(axis=0) >= 0, 1.0, -1.0)
        waves.append(even[rows, cols] - 1j * side * odd[rows, cols])
    steps = [np.angle(waves[(i + 1) % 4] * np.conj(waves[i])) for i in range(4)]
    turns = np.sum(steps, axis=0) / (2 * math.pi)
    inner = np.zeros_like(turns)
    inner[RADIUS + 1 : -RADIUS - 1, RADIUS + 1 : -RADIUS - 1] = 1
    y, x = np.nonzero(np.rint(turns * inner))
    sign = np.rint(turns[y, x])
    angle = orientation[y, x]
    here = np.stack([wave[y, x] for wave in waves])
    shift = _zero_crossing(here)
    return np.stack([x + 0.5 + shift[0], y + 0.5 + shift[1], sign * np.cos(angle), -sign * np.sin(angle)], axis=1)


def _zero_crossing(corners: NDArray[np.complex128]) -> NDArray[np.float64]:
    """Where the wave vanishes between its four corners (clockwise from top left), as dx, dy from their middle."""
    mean = corners.mean(axis=0)
    along_x = (corners[1] + corners[2] - corners[0] - corners[3]) / 2
    along_y = (corners[2] + corners[3] - corners[0] - corners[1]) / 2
    area = (np.conj(along_x) * along_y).imag
    area = np.where(np.abs(area) < 1e-9, np.inf, area)
    dx = -(np.conj(mean) * along_y).imag / area
    dy = -(np.conj(along_x) * mean).imag / area
    return np.asarray(np.clip(np.stack([dx, dy]), -0.5, 0.5))


def _without_blemishes(points: NDArray[np.float64], flow: Flow, period: float) -> NDArray[np.float64]:
    """Without points at a core or delta, where the field itself turns, and without close opposite pairs."""
    for singularity in np.concatenate([flow.cores, flow.deltas]):
        points = points[np.hypot(points[:, 0] - singularity[0], points[:, 1] - singularity[1]) > 2]
    apart = np.hypot(*(points[:, None, :2] - points[None, :, :2]).transpose(2, 0, 1))
    opposite = points[:, 2:] @ points[:, 2:].T < 0
    pairs = np.argwhere(np.triu(opposite & (apart < DIPOLE * period), 1))
    kept = np.ones(len(points), np.bool_)
    for i, j in pairs[np.argsort(apart[pairs[:, 0], pairs[:, 1]])]:
        if kept[i] and kept[j]:
            kept[[i, j]] = False
    return points[kept]
