"""Slow, obvious twins of the kernels behind the region of interest of NFIQ 2.3."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def weights_of(places: Array, rises: Array, count: int) -> Array:
    """The weights from their steps up to the middle, and the same down again."""
    half = np.zeros(count // 2 + 1, int)
    for place, rise in zip(places, rises, strict=True):
        half[place:] += rise
    return np.concatenate([half, half[-2::-1]])


def smooth_rows(pixels: Array, columns: Array, places: Array, rises: Array, out: Array) -> None:
    weights = weights_of(places, rises, len(columns) - pixels.shape[1] + 1)
    for y, x in np.ndindex(pixels.shape):
        out[y, x] = (weights * pixels[y, columns[x : x + len(weights)]]).sum()


def smooth_changes(padded: Array, changes: Array, ramp: Array, out: Array) -> None:
    weights = np.diff(ramp, prepend=0)
    weights = np.append(weights, weights[0])
    for y, x in np.ndindex(len(padded), padded.shape[1] - len(ramp)):
        out[y, x] = (weights * padded[y, x : x + len(weights)]).sum()


def smooth_columns(rows: Array, lines: Array, places: Array, rises: Array, total: Array, unit: int, out: Array) -> None:
    weights = weights_of(places, rises, len(lines) - len(rows) + 1)
    for y, x in np.ndindex(out.shape):
        level = (weights * rows[lines[y : y + len(weights)], x].astype(int)).sum()
        out[y, x] = np.floor(unit * level / 65536 + 0.5)


def count_levels(pixels: Array, out: Array) -> None:
    for i, level in enumerate(pixels):
        out[i % 4 if i < pixels.size // 4 * 4 else 0, level] += 1


def divide_levels(counts: Array) -> int:
    """The variance between what is at most a level and what is above it, for each level."""
    levels = np.repeat(np.arange(256), counts)
    between = np.zeros(256)
    for level in range(255):
        dark, light = levels[levels <= level], levels[levels > level]
        if dark.size and light.size:
            between[level] = dark.size * light.size / levels.size**2 * (dark.mean() - light.mean()) ** 2
    return int(np.flatnonzero(between >= between.max() * (1 - 1e-12))[0]) if between.any() else 0


def connect_runs(row: Array, begin: Array, end: Array, inside: Array, part: Array) -> None:
    """The least number goes round among neighbours until nothing changes."""
    part[:] = np.arange(len(part))
    before = None
    while before is None or (before != part).any():
        before = part.copy()
        for i in range(len(part)):
            near = (np.abs(row - row[i]) == 1) & (begin < end[i]) & (end > begin[i]) & (inside == inside[i])
            part[i] = min(part[i], part[near].min(initial=part[i]))


def paint_runs(row: Array, begin: Array, end: Array, out: Array) -> None:
    for i in range(len(row)):
        for x in range(begin[i], end[i]):
            out[row[i], x] = True


def sum_inside(pixels: Array, mask: Array, out: Array) -> None:
    for row, col in np.ndindex(out.shape[1:]):
        block = np.s_[32 * row : 32 * row + 32, 32 * col : 32 * col + 32]
        out[:, row, col] = mask[block].sum(), pixels[block][mask[block]].astype(int).sum()
