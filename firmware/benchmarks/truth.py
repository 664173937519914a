"""Found minutiae against those that are known to be there.

Each known minutia takes at most one found one within 8 pixels and 15 degrees, so that as many as possible are found,
and then so that they lie as near as possible. Lines of a truth file that begin with `#` are minutiae that can hardly be
seen; they are not asked for, and what is found there counts as wrong.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Minutiae
from firmware.pipeline._jit import kernel

RADIUS = 8.0
ANGLE = math.radians(15)
_MISS = 1e6

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over prints. hits: found minutiae that are real. pixels, radians: how far the hits are off, in sum."""

    known: int = 0
    found: int = 0
    hits: int = 0
    right_kind: int = 0
    pixels: float = 0.0
    radians: float = 0.0

    @property
    def precision(self) -> float:
        """The part of what was found that is real."""
        return self.hits / max(self.found, 1)

    @property
    def recall(self) -> float:
        """The part of what is known that was found."""
        return self.hits / max(self.known, 1)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.hits / max(self.found + self.known, 1)


def compare(pairs: Iterable[tuple[Minutiae, Minutiae]]) -> Tally:
    """Count over prints, each as what is known and what was found in it."""
    known = found = hits = right_kind = 0
    pixels = radians = 0.0
    for real, seen in pairs:
        known += len(real)
        found += len(seen)
        distance = np.hypot(*(_differences(getattr(real, axis), getattr(seen, axis)) for axis in ("x", "y")))
        turn = np.abs((_differences(real.direction, seen.direction) + math.pi) % (2 * math.pi) - math.pi)
        fits = (distance <= RADIUS) & (turn <= ANGLE)
        rows, cols = assign(np.where(fits, distance, _MISS))
        hit = fits[rows, cols]
        rows, cols = rows[hit], cols[hit]
        hits += len(rows)
        right_kind += int((real.kind[rows] == seen.kind[cols]).sum())
        pixels += float(distance[rows, cols].sum())
        radians += float(turn[rows, cols].sum())
    return Tally(known, found, hits, right_kind, pixels, radians)


def assign(cost: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of a matrix so paired that their costs are least in sum; the shorter side is used up."""
    if cost.shape[0] > cost.shape[1]:
        cols, rows = assign(np.ascontiguousarray(cost.T))
        return rows, cols
    taken = np.empty(cost.shape[0], np.int64)
    _assign(cost, taken)
    return np.arange(len(taken)), taken


def _differences(a: NDArray[np.float32], b: NDArray[np.float32]) -> Floats:
    """Each of a less each of b, (len(a), len(b))."""
    return a.astype(np.float64)[:, None] - b.astype(np.float64)[None, :]


@kernel
def _assign(cost: Floats, out: NDArray[np.int64]) -> None:
    """The column of each row in the cheapest pairing: shortest augmenting paths with potentials (Kuhn 1955; Munkres).

    cost: (n, m), n <= m, finite. out: (n).
    """
    n, m = cost.shape
    row_price, col_price = np.zeros(n + 1), np.zeros(m + 1)
    owner, came_from = np.zeros(m + 1, np.int64), np.zeros(m + 1, np.int64)
    for row in range(1, n + 1):
        owner[0], here = row, 0
        least, done = np.full(m + 1, np.inf), np.zeros(m + 1, np.bool_)
        while owner[here] != 0:
            done[here] = True
            nearest, step = 0, np.inf
            for col in range(1, m + 1):
                if done[col]:
                    continue
                reduced = cost[owner[here] - 1, col - 1] - row_price[owner[here]] - col_price[col]
                if reduced < least[col]:
                    least[col], came_from[col] = reduced, here
                if least[col] < step:
                    nearest, step = col, least[col]
            for col in range(m + 1):
                if done[col]:
                    row_price[owner[col]] += step
                    col_price[col] -= step
                else:
                    least[col] -= step
            here = nearest
        while here != 0:
            owner[here] = owner[came_from[here]]
            here = came_from[here]
    for col in range(1, m + 1):
        if owner[col] > 0:
            out[owner[col] - 1] = col - 1
