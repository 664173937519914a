"""Connected parts of a mask from the runs along its rows: far fewer than its pixels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline._jit import kernel


@dataclass(frozen=True, slots=True)
class Runs:
    """Every run of equal pixels along a row of a mask, row by row, arrays of (n).

    row, begin, end: int64; `end` is the first pixel past it. inside: bool, the pixels' value. part: int64, the first
    run of the part that it belongs to, of pixels that are equal and connected by their sides.
    """

    row: NDArray[np.int64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    inside: NDArray[np.bool_]
    part: NDArray[np.int64]


def find(mask: NDArray[np.bool_]) -> Runs:
    """The runs of a mask, bool (h, w), each side at least 1."""
    flat, changes = mask.ravel(), np.empty(mask.size, np.bool_)
    np.not_equal(flat[1:], flat[:-1], out=changes[1:])
    changes[:: mask.shape[1]] = True
    places = np.flatnonzero(changes)
    row, begin = np.divmod(places, mask.shape[1])
    end = begin + np.diff(places, append=mask.size)
    inside, part = flat[places], np.empty(len(places), np.int64)
    _connect_runs(row, begin, end, inside, part)
    return Runs(row, begin, end, inside, part)


def at_edge(runs: Runs, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Whether a part reaches the image's edge, bool (n), at its first run; shape: (h, w)."""
    edge = (runs.row == 0) | (runs.row == shape[0] - 1) | (runs.begin == 0) | (runs.end == shape[1])
    reaches = np.zeros(len(runs.row), np.bool_)
    reaches[runs.part[edge]] = True
    return reaches


def boxes(runs: Runs) -> NDArray[np.int64]:
    """The area of the upright box round a part, int64 (n), at its first run; 0 at all others."""
    sides = np.zeros((3, len(runs.row)), np.int64)
    sides[1] = runs.begin
    np.maximum.at(sides[0], runs.part, runs.row)
    np.minimum.at(sides[1], runs.part, runs.begin)
    np.maximum.at(sides[2], runs.part, runs.end)
    area = (sides[0] + 1 - runs.row) * (sides[2] - sides[1])
    return np.where(runs.part == np.arange(len(area)), area, 0)


def paint(runs: Runs, chosen: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """The mask, bool (h, w), that is true in the chosen runs, bool (n)."""
    mask = np.zeros(shape, np.bool_)
    _paint_runs(runs.row[chosen], runs.begin[chosen], runs.end[chosen], mask)
    return mask


@kernel
def _paint_runs(
    row: NDArray[np.int64], begin: NDArray[np.int64], end: NDArray[np.int64], out: NDArray[np.bool_]
) -> None:
    """True along each run.

    row, begin, end: (n). out: (h, w), false elsewhere.
    """
    for i in range(row.size):
        out[row[i], begin[i] : end[i]] = True


@kernel
def _connect_runs(
    row: NDArray[np.int64],
    begin: NDArray[np.int64],
    end: NDArray[np.int64],
    inside: NDArray[np.bool_],
    part: NDArray[np.int64],
) -> None:
    """The first run of each run's part; the later of two parts that meet becomes one of the earlier.

    All (n), row by row without a gap. part: filled.
    """
    above = 0
    for i in range(row.size):
        part[i] = i
        if row[i] == 0:
            continue
        while row[above] < row[i] - 1 or end[above] <= begin[i]:
            above += 1
        near = above
        while row[near] < row[i] and begin[near] < end[i]:
            if inside[near] == inside[i]:
                a, b = near, i
                while part[a] != a:
                    a = part[a]
                while part[b] != b:
                    b = part[b]
                part[max(a, b)] = min(a, b)
            near += 1
    for i in range(row.size):
        part[i] = part[part[i]]
