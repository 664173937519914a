"""Grows the ridges of a finger: noise, filtered again and again along the flow, becomes ridges with minutiae.

Oriented Gabor iteration as in Cappelli's SFinGe (2000), at 250 ppi; simple and seeded.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim._jit import kernel
from sim.ridge_flow import Flow, draw

HEIGHT, WIDTH, PPI = 272, 240, 250
_ORIENTATIONS, _RADIUS = 48, 6
_PERIODS = np.linspace(3.4, 6.6, 10)
_ROUNDS, _GAIN = 24, np.float32(2.2)

Waves = NDArray[np.float32]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Master:
    """The whole skin of a fingertip: waves is float32 (HEIGHT, WIDTH) in -1..1 at PPI, positive on ridges."""

    waves: Waves
    flow: Flow


def grow(seed: tuple[int, ...], *, is_left: bool) -> Master:
    """The finger of this seed; its hand decides to which side loops open."""
    rng = np.random.default_rng(seed)
    flow = draw(rng, HEIGHT, WIDTH, is_left=is_left)
    orientation = np.rint(flow.orientation / math.pi * _ORIENTATIONS).astype(np.int64) % _ORIENTATIONS
    step = _PERIODS[1] - _PERIODS[0]
    period = np.clip(np.rint((flow.period - _PERIODS[0]) / step), 0, len(_PERIODS) - 1).astype(np.int64)
    filters = _filters()
    waves = (0.3 * rng.standard_normal((HEIGHT, WIDTH))).astype(np.float32)
    filtered = np.zeros_like(waves)
    for _ in range(_ROUNDS):
        _filter_along(waves, orientation, period, filters, filtered)
        filtered *= _GAIN
        waves = np.asarray(filtered / np.sqrt(1 + filtered**2), np.float32)
    return Master(waves, flow)


def _filters() -> Waves:
    """Even Gabor filters, float32 (periods, orientations, side, side), each answering 1 to its own wave."""
    y, x = np.mgrid[-_RADIUS : _RADIUS + 1, -_RADIUS : _RADIUS + 1].astype(np.float64)
    bank = np.empty((len(_PERIODS), _ORIENTATIONS, *x.shape), np.float32)
    for p, period in enumerate(_PERIODS):
        window = np.exp(-(x**2 + y**2) / (2 * (0.52 * period) ** 2))
        for o in range(_ORIENTATIONS):
            angle = math.pi * o / _ORIENTATIONS
            wave = np.cos(2 * math.pi * (x * math.sin(angle) + y * math.cos(angle)) / period)
            even = window * (wave - (window * wave).sum() / window.sum())
            bank[p, o] = even / (even * wave).sum()
    return bank


@kernel
def _filter_along(waves: Waves, orientation: Indices, period: Indices, filters: Waves, out: Waves) -> None:
    """Filter every pixel by the filter of its own orientation and period; the border of the filter's radius stays.

    waves, out: float32 (h, w); orientation, period: int64 (h, w), indices into filters: float32 (p, o, k, k).
    """
    height, width = waves.shape
    side = filters.shape[2]
    radius = side // 2
    for y in range(radius, height - radius):
        for x in range(radius, width - radius):
            weights = filters[period[y, x], orientation[y, x]]
            total = np.float32(0.0)
            for j in range(side):
                for i in range(side):
                    total += weights[j, i] * waves[y - radius + j, x - radius + i]
            out[y, x] = total
