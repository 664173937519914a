"""Small arithmetic on maps of blocks: Gaussian smoothing, growing and shrinking, connected parts."""

import math

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline._jit import kernel


def smooth(values: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Gaussian average over a map of any shape (rows, cols); the edge is repeated outwards. sigma is in blocks."""
    reach = max(1, math.ceil(2.5 * sigma))
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    taps = (taps / taps.sum()).astype(np.float32)
    rows, cols = values.shape
    padded = np.pad(values, reach, mode="edge")
    across = sum(tap * padded[:, i : i + cols] for i, tap in enumerate(taps))
    return np.asarray(sum(tap * across[i : i + rows] for i, tap in enumerate(taps)), np.float32)


def grow(mask: NDArray[np.bool_], times: int = 1) -> NDArray[np.bool_]:
    """Every true block's eight neighbours become true."""
    for _ in range(times):
        padded = np.pad(mask, 1)
        wide = padded[:, :-2] | padded[:, 1:-1] | padded[:, 2:]
        mask = wide[:-2] | wide[1:-1] | wide[2:]
    return mask


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
