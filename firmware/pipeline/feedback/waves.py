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
"""Of a filter, at half the resolution."""
TAPS = 120
"""Of a folded filter: its first half and its middle, and zeros to whole vectors."""
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
    half = scratch.empty("half", rows * EIGHT + 2 * RADIUS, cols * EIGHT + 2 * RADIUS)
    _halve(image, half)
    bounds = np.sqrt(np.multiply(PERIODS[1:], PERIODS[:-1]))
    choice = np.searchsorted(bounds.astype(np.float32), period[::2, ::2])
    energy = np.empty((rows, cols, DIRECTIONS), np.float32)
    _respond(half, _bank(), choice, energy)
    found = np.empty((4, rows, cols), np.float32)
    _part(energy, found)
    return Waves(found[0], found[1].astype(np.int64), found[2], found[3], (period.shape[0], period.shape[1]))


@cache
def _bank() -> Floats:
    """Even and odd filters of unit response to their own wave, folded, float32: periods, directions, two, taps; flat.

    An even filter is the same from its end backwards, an odd one its negative: half of each says all.
    """
    y, x = 2.0 * np.mgrid[-RADIUS : RADIUS + 1, -RADIUS : RADIUS + 1].astype(np.float64)
    bank = np.zeros((len(PERIODS), DIRECTIONS, 2, TAPS))
    envelope = np.exp(-(x**2 + y**2) / (2 * SIGMA**2))
    for i, period in enumerate(PERIODS):
        for k in range(DIRECTIONS):
            turn = math.pi * k / DIRECTIONS
            phase = 2 * math.pi * (x * math.sin(turn) + y * math.cos(turn)) / period
            wave, quadrature = np.cos(phase), np.sin(phase)
            even = envelope * wave - envelope * ((envelope * wave).sum() / envelope.sum())
            odd = envelope * quadrature
            for j, part in enumerate((even / (even * wave).sum(), odd / (odd * quadrature).sum())):
                bank[i, k, j, : x.size // 2 + 1] = part.ravel()[: x.size // 2 + 1]
    return bank.astype(np.float32).ravel()


@kernel
def _halve(image: NDArray[np.uint8], out: Floats) -> None:
    """Means of two by two pixels, within a margin of RADIUS that repeats the edge, as is all beyond the image.

    image: (h, w). out: (rows, cols), filled.
    """
    height, width = image.shape
    whole = min(width // 2, out.shape[1] - RADIUS)
    for row in range(out.shape[0]):
        y = min(max(2 * (row - RADIUS), 0), height - 1)
        above, below, line = image[y], image[min(y + 1, height - 1)], out[row]
        for x in range(whole):
            total = np.int32(above[2 * x]) + above[2 * x + 1] + below[2 * x] + below[2 * x + 1]
            line[x + RADIUS] = np.float32(total) * np.float32(0.25)
        corner = np.float32(np.int32(above[0]) + above[min(1, width - 1)] + below[0] + below[min(1, width - 1)])
        line[:RADIUS] = corner * np.float32(0.25)
        line[RADIUS + whole :] = np.float32(np.int32(above[width - 1]) + below[width - 1]) * np.float32(0.5)


@kernel
def _respond(half: Floats, bank: Floats, choice: NDArray[np.int64], out: Floats) -> None:
    """The square of each direction's amplitude in the middle of each place.

    half: (rows * EIGHT + 2 * RADIUS, cols * EIGHT + 2 * RADIUS). bank: as `_bank` gives it. choice: (rows, cols), the
    period at each place. out: (rows, cols, DIRECTIONS), filled.
    """
    side = 2 * RADIUS + 1
    folded = np.zeros(2 * TAPS, np.float32)
    for row in range(out.shape[0]):
        for col in range(out.shape[1]):
            top, left = row * EIGHT + EIGHT // 2, col * EIGHT + EIGHT // 2
            for i in range(RADIUS + 1):
                for j in range(side):
                    ahead, back = half[top + i, left + j], half[top + side - 1 - i, left + side - 1 - j]
                    folded[i * side + j], folded[TAPS + i * side + j] = ahead + back, ahead - back
            # The middle stands for itself alone; what comes after it in its row has come before
            folded[side * side // 2] *= np.float32(0.5)
            for k in range(DIRECTIONS):
                at = (choice[row, col] * DIRECTIONS + k) * 2 * TAPS
                even = broadcast8(np.float32(0))
                odd = even
                for tap in range(0, TAPS, EIGHT):
                    even = multiply_add8(load8(folded, tap), load8(bank, at + tap), even)
                    odd = multiply_add8(load8(folded, TAPS + tap), load8(bank, at + TAPS + tap), odd)
                out[row, col, k] = total8(even) ** 2 + total8(odd) ** 2


@kernel
def _part(energy: Floats, out: Floats) -> None:
    """Tell the strongest wave at each place from the others, in the binomial mean over its neighbours.

    energy: (rows, cols, DIRECTIONS). out: (4, rows, cols), filled: see Waves.
    """
    rows, cols, count = energy.shape
    here, low, behind = np.empty(2 * count, np.float32), np.empty(count // 3, np.float32), np.empty(count, np.float32)
    for row in range(rows):
        for col in range(cols):
            here[:count] = 0
            for i in range(-1, 2):
                for j in range(-1, 2):
                    weight = np.float32((2 - abs(i)) * (2 - abs(j)) / 16)
                    near = energy[min(max(row + i, 0), rows - 1), min(max(col + j, 0), cols - 1)]
                    for k in range(count):
                        here[k] += weight * near[k]
            first = np.argmax(here[:count])
            here[count:] = here[:count]
            turned = here[first : first + count]
            strongest = turned[0] + np.float32(1e-6)
            rest = np.sqrt(_mean_of_lowest(turned, low) / strongest)
            out[0, row, col], out[1, row, col] = np.sqrt(turned[0]), first
            out[2, row, col] = max(np.sqrt(_prominence(turned, behind) / strongest) - rest, np.float32(0))
            out[3, row, col] = rest


@kernel
def _mean_of_lowest(values: Floats, low: Floats) -> np.float32:
    """The mean of as many of the lowest as there is room for in `low`.

    values: (n). low: (fewer), overwritten.
    """
    low[:] = np.float32(np.inf)
    for value in values:
        for i in range(low.size):
            if value < low[i]:
                value, low[i] = low[i], value
    return np.float32(low.mean())


@kernel
def _prominence(turned: Floats, behind: Floats) -> np.float32:
    """How far a second maximum of a closed curve rises above the higher of the two lowest points beside it, or 0.

    turned: (n), from the highest point on. behind: (n), overwritten: the lowest after each.
    """
    count = turned.size
    behind[count - 1] = turned[0]
    for k in range(count - 2, -1, -1):
        behind[k] = min(behind[k + 1], turned[k + 1])
    before, most = turned[1], np.float32(0)
    for k in range(NEAREST, count - NEAREST + 1):
        most = max(most, turned[k] - max(before, behind[k]))
        before = min(before, turned[k])
    return np.float32(most)
