"""Small arithmetic on maps of blocks: Gaussian smoothing, growing and shrinking, connected parts."""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline._jit import kernel


def smooth(values: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Gaussian average over a map of any shape (rows, cols); the edge is repeated outwards. sigma is in blocks."""
    out = np.empty(values.shape, np.float32)
    _smooth(np.asarray(values, np.float32), _gaussian(sigma), out)
    return out


def level_at(values: NDArray[np.float32], part: float) -> float:
    """The value below which this part of the values (n) lies; 0 where there is none."""
    place = round(part * (values.size - 1))
    return float(np.partition(values, place)[place]) if values.size else 0.0


@cache
def _gaussian(sigma: float) -> NDArray[np.float32]:
    """Weights whose sum is 1, float32 (2 * reach + 1)."""
    reach = max(1, math.ceil(2.5 * sigma))
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return np.asarray(taps / taps.sum(), np.float32)


def grow(mask: NDArray[np.bool_], times: int = 1) -> NDArray[np.bool_]:
    """Every true block's neighbours, `times` blocks far in each of the eight ways, become true."""
    out = np.zeros_like(mask)
    _grow(mask, times, out)
    return out


def shrink(mask: NDArray[np.bool_], times: int = 1) -> NDArray[np.bool_]:
    """Every false block's eight neighbours become false; outside the map counts as true."""
    return ~grow(~mask, times)


def keep_parts(mask: NDArray[np.bool_], smallest: int) -> NDArray[np.bool_]:
    """The mask without connected parts (by edges) of fewer than `smallest` blocks."""
    labels = np.zeros(mask.shape, np.int32)
    _label(mask, labels)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.asarray((sizes >= smallest)[labels])


def count_parts(mask: NDArray[np.bool_]) -> int:
    """How many parts are connected by edges."""
    labels = np.zeros(mask.shape, np.int32)
    _label(mask, labels)
    return int(labels.max(initial=0))


def fill_holes(mask: NDArray[np.bool_], largest: int) -> NDArray[np.bool_]:
    """The mask with enclosed or open holes of at most `largest` blocks filled."""
    return ~keep_parts(~mask, largest + 1)


@kernel
def _smooth(values: NDArray[np.float32], taps: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Weighted sums over as many blocks as there are taps, across and then down; the edge is repeated outwards.

    values, out: (rows, cols). taps: (2 * reach + 1).
    """
    rows, cols = values.shape
    reach = taps.size // 2
    line = np.empty(cols + 2 * reach, np.float32)
    across = np.zeros((rows, cols), np.float32)
    for row in range(rows):
        line[:reach] = values[row, 0]
        line[reach : reach + cols] = values[row]
        line[reach + cols :] = values[row, cols - 1]
        target = across[row]
        for i in range(taps.size):
            tap = taps[i]
            for col in range(cols):
                target[col] += tap * line[col + i]
    out[:] = np.float32(0)
    for row in range(rows):
        target = out[row]
        for i in range(taps.size):
            tap, source = taps[i], across[min(max(row + i - reach, 0), rows - 1)]
            for col in range(cols):
                target[col] += tap * source[col]


@kernel
def _grow(mask: NDArray[np.bool_], reach: int, out: NDArray[np.bool_]) -> None:
    """Make true whatever lies within `reach` rows and columns of what is true.

    mask: (rows, cols). out: (rows, cols) of False.
    """
    rows, cols = mask.shape
    line = np.empty(cols + 2 * reach, np.bool_)
    for row in range(rows):
        line[:] = False
        for near in range(max(row - reach, 0), min(row + reach + 1, rows)):
            for col in range(cols):
                line[reach + col] |= mask[near, col]
        target = out[row]
        for shift in range(2 * reach + 1):
            for col in range(cols):
                target[col] |= line[col + shift]


@kernel
def _label(mask: NDArray[np.bool_], labels: NDArray[np.int32]) -> None:
    """Number the parts that are connected by edges: 1, 2, ... in the order of their first block.

    mask: (rows, cols). labels: (rows, cols) of zeros, filled where mask is true.
    """
    rows, cols = mask.shape
    stack = np.empty(mask.size, np.int64)
    count = 0
    for start in range(mask.size):
        if not mask[start // cols, start % cols] or labels[start // cols, start % cols]:
            continue
        count += 1
        stack[0] = start
        labels[start // cols, start % cols] = count
        depth = 1
        while depth:
            depth -= 1
            row, col = stack[depth] // cols, stack[depth] % cols
            for step in range(4):
                r = row + (step == 0) - (step == 1)
                c = col + (step == 2) - (step == 3)
                if 0 <= r < rows and 0 <= c < cols and mask[r, c] and not labels[r, c]:
                    labels[r, c] = count
                    stack[depth] = r * cols + c
                    depth += 1
