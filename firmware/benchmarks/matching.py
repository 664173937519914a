"""A plain matcher of minutiae, no product: it exists so that two extractors are compared by one rule.

Two prints are laid over each other on every pair of minutiae whose directions differ by at most 45 degrees. Then each
minutia of the first takes the nearest free one of the second within 15 pixels and 25 degrees, distance and turn
weighted alike; a pair counts 1, less half of how far it is off. The score is the square of that sum, divided by the
minutiae that each print has in the overlap (8 at least), times 1 - exp(-pairs / 6). The best lay counts; fewer than
four minutiae or pairs score 0. Of more than 100 minutiae the best 100 take part.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Minutiae
from firmware.pipeline._jit import kernel

MOST_MINUTIAE = 100
FEWEST = 4
_RADIUS = 15.0
_ANGLE = math.radians(25)
_ROTATION = math.radians(45)
_SMALLEST_OVERLAP = 8
_PAIRS_SCALE = 6.0

Floats = NDArray[np.float64]


def best(minutiae: Minutiae) -> Minutiae:
    """The minutiae that take part: at most 100, the best; where there are more, best first."""
    if len(minutiae) <= MOST_MINUTIAE:
        return minutiae
    first = np.argsort(-minutiae.quality.astype(np.int64), kind="stable")[:MOST_MINUTIAE]
    return Minutiae(
        x=minutiae.x[first],
        y=minutiae.y[first],
        direction=minutiae.direction[first],
        kind=minutiae.kind[first],
        quality=minutiae.quality[first],
    )


def scores(prints: Sequence[Minutiae]) -> Iterator[Floats]:
    """The scores of each print with all that follow it, 0..1; a row at a time, so that it can be waited for."""
    tables = [np.column_stack([found.x, found.y, found.direction]) for found in map(best, prints)]
    start = np.concatenate([[0], np.cumsum([len(table) for table in tables])]).astype(np.int64)
    flat = np.concatenate([*tables, np.empty((0, 3))])
    for i in range(len(prints)):
        row = np.zeros(len(prints) - i - 1)
        _score_row(flat, start, i, row)
        yield row


def error_rates(genuine: Floats, impostor: Floats) -> tuple[float, float, float]:
    """Equal error rate, FNMR at FMR 1 percent and FNMR at FMR 0.1 percent, all 0..1; ISO/IEC 19795-1's rates.

    A comparison matches from its threshold upwards. The equal error rate is the mean of both rates where they are
    nearest; FNMR is the least at which FMR does not exceed its bound, 1 where none is.
    """
    thresholds = np.unique(np.concatenate([genuine, impostor]))
    fnmr = np.searchsorted(np.sort(genuine), thresholds, side="left") / len(genuine)
    fmr = 1 - np.searchsorted(np.sort(impostor), thresholds, side="left") / len(impostor)
    nearest = int(np.argmin(np.abs(fnmr - fmr)))
    bounded = [float(fnmr[fmr <= bound].min(initial=1.0)) for bound in (0.01, 0.001)]
    return float(fnmr[nearest] + fmr[nearest]) / 2, bounded[0], bounded[1]


@kernel
def _score_row(flat: Floats, start: NDArray[np.int64], i: int, out: Floats) -> None:
    """Scores of print i with each that follows it.

    flat: (all, 3), every print's x, y, direction. start: (prints + 1), where each begins. out: (prints - i - 1).
    """
    a = flat[start[i] : start[i + 1]]
    for j in range(i + 1, len(start) - 1):
        b = flat[start[j] : start[j + 1]]
        out[j - i - 1] = _similarity(a, b[np.argsort(b[:, 1])])


@kernel
def _similarity(a: Floats, b: Floats) -> float:
    """How alike two prints are, 0..1. a: (n, 3), b: (m, 3): x, y, direction; b from top to bottom."""
    if len(a) < FEWEST or len(b) < FEWEST:
        return 0.0
    best = 0.0
    moved, used = np.empty_like(a), np.empty(len(b), np.bool_)
    left, right, top, bottom = b[:, 0].min(), b[:, 0].max(), b[0, 1], b[-1, 1]
    rows = np.searchsorted(b[:, 1], top + np.arange(int(bottom - top) + 2))
    for i in range(len(a)):
        for j in range(len(b)):
            turn = b[j, 2] - a[i, 2]
            turn -= 2 * math.pi * round(turn / (2 * math.pi))
            if abs(turn) > _ROTATION:
                continue
            x0, x1, y0, y1 = _lay(a, i, b[j], turn, moved)
            ours = theirs = 0
            for k in range(len(a)):
                x, y = moved[k, 0], moved[k, 1]
                ours += left - _RADIUS <= x <= right + _RADIUS and top - _RADIUS <= y <= bottom + _RADIUS
            for k in range(len(b)):
                x, y = b[k, 0], b[k, 1]
                theirs += x0 - _RADIUS <= x <= x1 + _RADIUS and y0 - _RADIUS <= y <= y1 + _RADIUS
            if min(ours, theirs) < FEWEST:
                continue
            pairs, paired = _pair_up(moved, b, rows, used)
            overlap = max(ours, _SMALLEST_OVERLAP) * max(theirs, _SMALLEST_OVERLAP)
            if pairs >= FEWEST:
                best = max(best, paired * paired / overlap * (1 - math.exp(-pairs / _PAIRS_SCALE)))
    return best


@kernel
def _lay(a: Floats, i: int, onto: Floats, turn: float, out: Floats) -> tuple[float, float, float, float]:
    """Turn a print about its minutia i and move that onto another's place; gives the bounds of x, then of y.

    a: (n, 3). onto: (3). turn: radians counter-clockwise as a person sees it. out: (n, 3).
    """
    c, s = math.cos(turn), math.sin(turn)
    x0, x1, y0, y1 = math.inf, -math.inf, math.inf, -math.inf
    for k in range(len(a)):
        dx, dy = a[k, 0] - a[i, 0], a[k, 1] - a[i, 1]
        x, y = onto[0] + c * dx + s * dy, onto[1] - s * dx + c * dy
        out[k, 0], out[k, 1], out[k, 2] = x, y, a[k, 2] + turn
        x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
    return x0, x1, y0, y1


@kernel
def _pair_up(moved: Floats, b: Floats, rows: NDArray[np.int64], used: NDArray[np.bool_]) -> tuple[int, float]:
    """How many minutiae pair up, and what the pairs count together.

    moved: (n, 3) laid over b, (m, 3), which goes from top to bottom. rows: the first of b at or below each row of
    pixels from its top, and in the end m. used: (m), for this kernel to write on.
    """
    used[:] = False
    pairs, paired = 0, 0.0
    for k in range(len(moved)):
        nearest, least = -1, 1.0
        row = int(max(moved[k, 1] - _RADIUS - b[0, 1], 0.0))
        for m in range(rows[min(row, len(rows) - 1)], len(b)):
            dx, dy = moved[k, 0] - b[m, 0], moved[k, 1] - b[m, 1]
            if dy < -_RADIUS:
                break
            square = dx * dx + dy * dy
            if used[m] or square > _RADIUS * _RADIUS:
                continue
            turn = abs(moved[k, 2] - b[m, 2])
            turn = abs(turn - 2 * math.pi) if turn > math.pi else turn
            cost = 0.5 * math.sqrt(square) / _RADIUS + 0.5 * turn / _ANGLE
            if turn <= _ANGLE and cost < least:
                nearest, least = m, cost
        if nearest >= 0:
            used[nearest] = True
            pairs += 1
            paired += 1 - 0.5 * least
    return pairs, paired
