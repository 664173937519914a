"""Whether two prints are of one finger, told by their minutiae alone.

Pairs of minutiae whose surroundings are most alike are seeds; from each the pairing grows outwards, and what pairs up
is weighed against what does not where the prints overlap. docs/matching.md tells how, and how often it is wrong.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Minutiae
from firmware.pipeline import neighbourhoods, parameters
from firmware.pipeline._jit import kernel
from firmware.pipeline.pairing import _grow, _overlap, _settle
from firmware.structure import freeze

Complex = NDArray[np.complex128]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST = 4
"""With fewer pairs than this, or fewer minutiae, nothing is alike."""
MOST = 100
"""So many minutiae of a print take part: the best."""
_SEEDS = 24
# Directions to which the reach of a print's minutiae is measured, and how far beyond it, in pixels, is still within
_OUTLINE = 16
_MARGIN = 12.0
# Fewer minutiae than this in the overlap count as many; with so many pairs a score comes to 63 percent
_SMALLEST_OVERLAP = 8
_PAIRS_SCALE = 6.0


@dataclass(frozen=True, slots=True)
class Template:
    """What of a print is compared: made once, compared often.

    chosen: int64 (n), which of the print's minutiae take part. points: complex128 (n, 2), place at 500 ppi, y upwards,
    and direction. around: complex128 (n, neighbours, 2), count: int64 (n): see `neighbourhoods`. outline: float64
    (directions), how far the places reach.
    """

    chosen: Ints
    points: Complex
    around: Complex
    count: Ints
    outline: Floats

    def __post_init__(self) -> None:
        freeze(self, "chosen", "points", "around", "count", "outline")


@dataclass(frozen=True, slots=True)
class Comparison:
    """How alike two prints are: 0 is not at all, 1 is never reached. pairs: int64 (k, 2), minutiae of either print."""

    score: float
    pairs: Ints

    def __post_init__(self) -> None:
        freeze(self, "pairs")


def describe(minutiae: Minutiae, ppi: float = parameters.PPI) -> Template:
    """Prepare a print for comparisons. ppi: the resolution of the image in whose pixels the minutiae are told."""
    chosen = np.sort(np.argsort(-minutiae.quality.astype(np.int64), kind="stable")[:MOST])
    x, y, direction = (part[chosen].astype(np.float64) for part in (minutiae.x, minutiae.y, minutiae.direction))
    points = np.column_stack([(x - 1j * y) * (parameters.PPI / ppi), np.exp(1j * direction)])
    sides = np.exp(-2j * np.pi * np.arange(_OUTLINE) / _OUTLINE)
    outline = (points[:, :1] * sides).real.max(axis=0, initial=-math.inf)
    return Template(chosen, points, *neighbourhoods.look_around(points), outline)


def compare(first: Template, second: Template) -> Comparison:
    """Compare two prints; the score is the same whichever comes first, wherever they lie and however turned."""
    if _rank(first) > _rank(second):
        turned = compare(second, first)
        return Comparison(turned.score, turned.pairs[:, ::-1].copy())
    pairs = np.full(len(first.points), -1)
    score = 0.0
    if min(len(first.points), len(second.points)) >= FEWEST:
        similar = neighbourhoods.likeness((first.around, first.count), (second.around, second.count))
        score = _match(first.points, second.points, first.outline, second.outline, similar, pairs)
    mine = np.nonzero(pairs >= 0)[0]
    return Comparison(score, np.column_stack([first.chosen[mine], second.chosen[pairs[mine]]]))


def _rank(template: Template) -> tuple[int, bytes]:
    """Which of two prints is laid over the other."""
    return len(template.points), template.points.tobytes()


@kernel
def _match(a: Complex, b: Complex, a_outline: Floats, b_outline: Floats, similar: Floats, best_pairs: Ints) -> float:
    """The score of the best lay, and its pairs.

    a: (n, 2), b: (m, 2), place and direction. outlines: (directions). similar: (n, m). best_pairs: (n), -1 or of b.
    """
    n, m = similar.shape
    tried, used, back = np.zeros((n, m), np.bool_), np.empty(m, np.bool_), np.empty(m, np.int64)
    pairs, costs, best, seeds = np.empty(n, np.int64), np.empty(n), 0.0, 0
    for at in np.argsort(-similar.ravel())[: 4 * _SEEDS]:
        if tried[at // m, at % m] or seeds == _SEEDS:
            continue
        seeds += 1
        _grow(a, b, (at // m, at % m), pairs, used)
        _settle(a, b, pairs, used, costs)
        back[:] = -1
        found, fitting, alike = 0, 0.0, 0.0
        for k in range(n):
            if pairs[k] >= 0:
                tried[k, pairs[k]], back[pairs[k]] = True, k
                found += 1
                fitting += 1 - 0.5 * costs[k]
                alike += similar[k, pairs[k]]
        if found < FEWEST:
            continue
        ours, theirs = _overlap(a, b, pairs, b_outline, _MARGIN), _overlap(b, a, back, a_outline, _MARGIN)
        overlap = max(ours, _SMALLEST_OVERLAP) * max(theirs, _SMALLEST_OVERLAP)
        score = fitting * alike / overlap * (1 - math.exp(-found / _PAIRS_SCALE))
        if score > best:
            best = score
            best_pairs[:] = pairs
    return best
