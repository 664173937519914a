"""Minutiae: what the net proposes, and the skeletons and the print itself confirm.

A ridge that ends is a ridge ending; a valley that ends lies between the branches of a bifurcation, so one code finds
the ends of both skeletons. The net is the better finder; a line's end beside a doubtful proposal is the second opinion.
The type is read from the print: along a minutia's direction lies a ridge when it is an ending, a valley when it is not.
"""

import math

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Minutiae
from firmware.pipeline import parameters, trace
from firmware.pipeline._jit import kernel
from firmware.vocabulary import MinutiaKind

Floats = NDArray[np.float32]


def confirm(
    proposals: Floats,
    ridges: NDArray[np.bool_],
    valleys: NDArray[np.bool_],
    normalised: Floats,
    period: Floats,
) -> Minutiae:
    """The proposals that stand, as minutiae, best first.

    proposals: float32 (n, 4), x, y, direction, presence 0..1, best first. ridges, valleys: skeletons, bool (h, w).
    normalised: float32 (h, w), ridges positive. period: float32 (rows, cols), pixels.
    """
    ends = np.concatenate([_line_ends(ridges), _line_ends(valleys)])
    trace.offer("line_ends", ends)
    backed = np.zeros(len(proposals), np.bool_)
    _mark_backed(proposals, ends, parameters.BACKED_WITHIN, parameters.BACKED_ANGLE, backed)
    kept = proposals[
        np.where(backed, proposals[:, 3] >= parameters.BACKED_PRESENCE, proposals[:, 3] >= parameters.PRESENCE)
    ]
    found = Minutiae(
        x=kept[:, 0].copy(),
        y=kept[:, 1].copy(),
        direction=kept[:, 2].copy(),
        kind=_kinds(kept, normalised, period),
        quality=np.asarray(np.rint(100 * kept[:, 3]).clip(1, 100), np.uint8),
    )
    trace.offer("minutiae", found)
    return found


def _kinds(found: Floats, normalised: Floats, period: Floats) -> NDArray[np.uint8]:
    """Ending or bifurcation, uint8 (n): a ridge or a valley ahead, and the other behind."""
    height, width = normalised.shape
    block = np.floor(found[:, 1::-1] / parameters.BLOCK).astype(np.intp)
    reach = period[block[:, 0], block[:, 1]][:, None] * np.asarray(parameters.KIND_STEPS, np.float32)
    reach = np.concatenate([reach, -reach], axis=1)
    x = np.rint(found[:, :1] + reach * np.cos(found[:, 2:3])).astype(np.intp).clip(0, width - 1)
    y = np.rint(found[:, 1:2] - reach * np.sin(found[:, 2:3])).astype(np.intp).clip(0, height - 1)
    contrast = (normalised[y, x] * np.sign(reach)).sum(axis=1)
    return np.where(contrast > 0, MinutiaKind.RIDGE_ENDING, MinutiaKind.BIFURCATION).astype(np.uint8)


def _line_ends(skeleton: NDArray[np.bool_]) -> Floats:
    """Ends of long enough lines as rows of x, y and the direction into the line, float32 (n, 3)."""
    height, width = skeleton.shape
    padded = np.zeros((height + 2, width + 2), np.bool_)
    padded[1:-1, 1:-1] = skeleton
    starts = np.flatnonzero(padded)
    ends = np.empty((len(starts), 3), np.float32)
    count = _follow_ends(padded, starts, parameters.TRACE_SHORTEST, parameters.TRACE_LENGTH, ends)
    return ends[:count]


@kernel
def _mark_backed(found: Floats, ends: Floats, within: float, angle: float, out: NDArray[np.bool_]) -> None:
    """Mark what has a line's end near it that points the same way.

    found: (n, 4), x, y, direction first. ends: (m, 3), x, y, direction. within: pixels. angle: radians. out: (n) of
    False.
    """
    for i in range(len(found)):
        for j in range(len(ends)):
            dx, dy = found[i, 0] - ends[j, 0], found[i, 1] - ends[j, 1]
            if dx * dx + dy * dy > within * within:
                continue
            turn = found[i, 2] - ends[j, 2]
            if abs(turn - 2 * math.pi * round(turn / (2 * math.pi))) < angle:
                out[i] = True
                break


@kernel
def _follow_ends(
    skeleton: NDArray[np.bool_], starts: NDArray[np.int64], shortest: int, longest: int, out: NDArray[np.float32]
) -> int:
    """Walk from each line's end into the line; keep ends of lines that go on for at least `shortest` pixels.

    skeleton: (h + 2, w + 2) with an empty border. starts: (n) flat indices of its pixels. out: (n, 3), filled from
    the top with x, y (of the image without the border) and direction. Returns how many were filled.
    """
    stride = skeleton.shape[1]
    ring = (-stride, -stride + 1, 1, stride + 1, stride, stride - 1, -1, -stride - 1)
    flat = skeleton.ravel()
    count = 0
    for start in starts:
        crossings = 0
        for k in range(8):
            crossings += not flat[start + ring[k]] and flat[start + ring[(k + 1) % 8]]
        if crossings != 1:
            continue
        before, here, length = start, start, 0
        while length < longest:
            step = _next_step(flat, ring, before, here)
            if step == 0:
                break
            before, here = here, here + step
            length += 1
        if length < shortest:
            continue
        dx = here % stride - start % stride
        dy = here // stride - start // stride
        out[count, 0] = start % stride - 1
        out[count, 1] = start // stride - 1
        out[count, 2] = math.atan2(-dy, dx) % (2 * math.pi)
        count += 1
    return count


@kernel
def _next_step(flat: NDArray[np.bool_], ring: tuple[int, ...], before: int, here: int) -> int:
    """The step to the next pixel of a line, 0 at its end and where it forks.

    flat: the skeleton's pixels. ring: the eight neighbours' offsets, clockwise from above. before: where the walk
    came from (or `here` at the start).
    """
    crossings = 0
    for k in range(8):
        crossings += not flat[here + ring[k]] and flat[here + ring[(k + 1) % 8]]
    if crossings > 2:
        return 0
    best = 0
    for k in range(8):
        there = here + ring[k]
        if not flat[there] or there == before:
            continue
        near = False
        for m in range(8):
            near = near or there + ring[m] == before
        if before != here and near:
            continue
        if best == 0 or k % 2 == 0:
            best = ring[k]
    return best
