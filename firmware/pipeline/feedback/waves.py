"""Which ways waves of a ridge's period run at a place: where two prints lie over each other, two waves cross.

Quadrature filters in twelve directions over the picture at half its resolution, at every second block, after J. G.
Daugman, "Uncertainty relation for resolution in space, spatial frequency, and orientation optimized by two-dimensional
visual cortical filters", JOSA A 2(7), 1985.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import scratch
from firmware.pipeline._jit import kernel
from firmware.pipeline._simd import EIGHT, broadcast8, load8, multiply_add8, total8

Floats = NDArray[np.float32]
T = TypeVar("T", bound=np.generic)

DIRECTIONS = 12
PERIODS = (6.5, 8.0, 9.8, 12.0)
SIGMA = 6.0
RADIUS = 7
"""Of a filter, at half the resolution: it is 15 rows of 16 taps, the last of them 0."""
STEP = 16
"""Pixels from place to place."""
NEAREST = 2
"""Directions between two waves that are two."""


@dataclass(frozen=True, slots=True, eq=False)
class Waves:
    """At every place, (rows, cols): the strongest wave and what crosses it.

    amplitude: float32, grey levels, of the strongest one. direction: of it, 0 (along x) to DIRECTIONS. rest: float32,
    the weakest directions as part of the strongest. crossing: float32, how far a second wave stands out above these, as
    part of the strongest too. blocks: rows and columns of the print's blocks.
    """

    amplitude: Floats
    direction: NDArray[np.int64]
    crossing: Floats
    rest: Floats
    blocks: tuple[int, int]

    def by_blocks(self, places: NDArray[T]) -> NDArray[T]:
        """A map of places as a map of the print's blocks."""
        rows, cols = self.blocks
        return np.repeat(np.repeat(places, 2, axis=0), 2, axis=1)[:rows, :cols]


def find(image: NDArray[np.uint8], period: Floats) -> Waves:
    """The waves of a print. image: uint8 (h, w). period: float32 (rows, cols) by blocks, pixels."""
    height, width = image.shape
    rows, cols = -(-height // STEP), -(-width // STEP)
    size = (rows * EIGHT + 2 * RADIUS, cols * EIGHT + 2 * RADIUS + EIGHT)
    half = scratch.empty("half", *size)
    _halve(image, half)
    choice = np.abs(np.log(period[::2, ::2, None]) - np.log(PERIODS)).argmin(axis=2)
    energy = np.empty((rows, cols, DIRECTIONS), np.float32)
    _respond(half.ravel(), _bank(), choice, size[1], energy)
    found = np.empty((4, rows, cols), np.float32)
    _part(energy, found)
    return Waves(found[0], found[1].astype(np.int64), found[2], found[3], (period.shape[0], period.shape[1]))


@cache
def _bank() -> Floats:
    """Even and odd filters of unit response to their own wave, float32, flat: periods, directions, two, rows, taps."""
    y, x = 2.0 * np.mgrid[-RADIUS : RADIUS + 1, -RADIUS : RADIUS + 2].astype(np.float64)
    bank = np.zeros((len(PERIODS), DIRECTIONS, 2, *x.shape))
    envelope = np.exp(-(x**2 + y**2) / (2 * SIGMA**2)) * (x <= 2 * RADIUS)
    for i, period in enumerate(PERIODS):
        for k in range(DIRECTIONS):
            turn = math.pi * k / DIRECTIONS
            phase = 2 * math.pi * (x * math.sin(turn) + y * math.cos(turn)) / period
            wave, quadrature = np.cos(phase), np.sin(phase)
            even = envelope * wave - envelope * ((envelope * wave).sum() / envelope.sum())
            odd = envelope * quadrature
            bank[i, k] = even / (even * wave).sum(), odd / (odd * quadrature).sum()
    return bank.astype(np.float32).ravel()


@kernel
def _halve(image: NDArray[np.uint8], out: Floats) -> None:
    """Means of two by two pixels, within a margin of RADIUS that repeats the edge, as is all beyond the image.

    image: (h, w). out: (rows, cols), filled.
    """
    height, width = image.shape
    for row in range(out.shape[0]):
        y = min(max(2 * (row - RADIUS), 0), height - 1)
        above, below = image[y], image[min(y + 1, height - 1)]
        for col in range(out.shape[1]):
            x = min(max(2 * (col - RADIUS), 0), width - 1)
            right = min(x + 1, width - 1)
            total = np.int32(above[x]) + np.int32(above[right]) + np.int32(below[x]) + np.int32(below[right])
            out[row, col] = np.float32(total) * np.float32(0.25)


@kernel
def _respond(half: Floats, bank: Floats, choice: NDArray[np.int64], pitch: int, out: Floats) -> None:
    """The square of each direction's amplitude in the middle of each place.

    half: flat, from row to row `pitch`. bank: as `_bank` gives it. choice: (rows, cols), the period at each place. out:
    (rows, cols, DIRECTIONS), filled.
    """
    side, middle = 2 * RADIUS + 1, EIGHT // 2
    for row in range(out.shape[0]):
        for col in range(out.shape[1]):
            corner = (row * EIGHT + middle) * pitch + col * EIGHT + middle
            for k in range(DIRECTIONS):
                tap = (choice[row, col] * DIRECTIONS + k) * 2 * side * 2 * EIGHT
                a = broadcast8(np.float32(0))
                b, c, d = a, a, a
                for i in range(side):
                    v, w = load8(half, corner + i * pitch), load8(half, corner + i * pitch + EIGHT)
                    at = tap + i * 2 * EIGHT
                    a, b = multiply_add8(v, load8(bank, at), a), multiply_add8(w, load8(bank, at + EIGHT), b)
                    at += side * 2 * EIGHT
                    c, d = multiply_add8(v, load8(bank, at), c), multiply_add8(w, load8(bank, at + EIGHT), d)
                even, odd = total8(a) + total8(b), total8(c) + total8(d)
                out[row, col, k] = even * even + odd * odd


@kernel
def _part(energy: Floats, out: Floats) -> None:
    """Tell the strongest wave at each place from the others, in the binomial mean over its neighbours.

    energy: (rows, cols, DIRECTIONS). out: (4, rows, cols), filled: see Waves.
    """
    rows, cols, count = energy.shape
    here = np.empty(2 * count, np.float32)
    for row in range(rows):
        for col in range(cols):
            here[:] = 0
            for i in range(-1, 2):
                for j in range(-1, 2):
                    weight = np.float32((2 - abs(i)) * (2 - abs(j)) / 16)
                    near = energy[min(max(row + i, 0), rows - 1), min(max(col + j, 0), cols - 1)]
                    for k in range(count):
                        here[k] += weight * near[k]
            first = np.argmax(here[:count])
            here[count:] = here[:count]
            turned = here[first : first + count]
            # From the first on to the last but one the lowest so far, and from there back
            behind, prominence = turned[1:].copy(), np.float32(0)
            for k in range(count - 3, -1, -1):
                behind[k] = min(behind[k], behind[k + 1])
            before = turned[1]
            for k in range(NEAREST, count - NEAREST + 1):
                prominence = max(prominence, turned[k] - max(before, behind[k]))
                before = min(before, turned[k])
            strongest = turned[0] + np.float32(1e-6)
            out[0, row, col], out[1, row, col] = np.sqrt(turned[0]), first
            rest = np.sqrt(np.sort(turned)[: count // 3].mean() / strongest)
            out[2, row, col] = max(np.sqrt(prominence / strongest) - rest, np.float32(0))
            out[3, row, col] = rest
