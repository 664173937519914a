"""Minutiae: where a line of either skeleton ends.

A ridge that ends is a ridge ending; a valley that ends lies between the branches of a bifurcation, so one code finds
both. Lines too short to be ridges, ends at the edge of the print and ends that face each other across a gap are
false: the rules of D. Maltoni et al., "Handbook of Fingerprint Recognition", 3rd edition, section 3.7.2.
"""

import math

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Minutiae
from firmware.pipeline import parameters, trace
from firmware.pipeline._jit import kernel
from firmware.pipeline.blocks import distance_inside, smooth
from firmware.vocabulary import MinutiaKind


def extract(
    ridges: NDArray[np.bool_],
    valleys: NDArray[np.bool_],
    foreground: NDArray[np.bool_],
    clarity: NDArray[np.float32],
) -> Minutiae:
    """The minutiae of one print, from top to bottom.

    ridges, valleys: skeletons, bool (h, w). foreground: bool (rows, cols). clarity: float32 (rows, cols), 0..1.
    """
    endings, bifurcations = _line_ends(ridges), _line_ends(valleys)
    kind = np.repeat([MinutiaKind.RIDGE_ENDING, MinutiaKind.BIFURCATION], [len(endings), len(bifurcations)])
    ends = np.concatenate([endings, bifurcations])
    trace.offer("candidates", (ends, kind))
    depth = distance_inside(foreground)
    block = (ends[:, 1].astype(np.intp) // parameters.BLOCK, ends[:, 0].astype(np.intp) // parameters.BLOCK)
    inside = depth[block] * parameters.BLOCK > parameters.BORDER
    order = np.lexsort((ends[:, 0], ends[:, 1]))
    order = order[inside[order]]
    ends, kind = ends[order], kind[order]
    opposed = np.zeros(len(ends), np.bool_)
    _mark_opposed(ends, parameters.GAP, parameters.GAP_ANGLE, opposed)
    ends, kind = ends[~opposed], kind[~opposed]
    crowded = np.zeros(len(ends), np.bool_)
    _mark_crowded(ends, parameters.CLOUD_RADIUS, parameters.CLOUD_LARGEST, crowded)
    ends, kind = ends[~crowded], kind[~crowded]
    found = Minutiae(
        x=ends[:, 0].copy(),
        y=ends[:, 1].copy(),
        direction=ends[:, 2].copy(),
        kind=kind.astype(np.uint8),
        quality=_quality(ends, depth, smooth(clarity, 1.0)),
    )
    trace.offer("minutiae", found)
    return found


def _line_ends(skeleton: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Ends of long enough lines as rows of x, y and the direction into the line, float32 (n, 3)."""
    height, width = skeleton.shape
    padded = np.zeros((height + 2, width + 2), np.bool_)
    padded[1:-1, 1:-1] = skeleton
    starts = np.flatnonzero(padded)
    ends = np.empty((len(starts), 3), np.float32)
    count = _follow_ends(padded, starts, parameters.TRACE_SHORTEST, parameters.TRACE_LENGTH, ends)
    return ends[:count]


def _quality(ends: NDArray[np.float32], depth: NDArray[np.float32], clarity: NDArray[np.float32]) -> NDArray[np.uint8]:
    """How far each minutia may be believed, uint8 (n) 1..100: clear ridges around it, and far from the edge."""
    block = (ends[:, 1].astype(np.intp) // parameters.BLOCK, ends[:, 0].astype(np.intp) // parameters.BLOCK)
    clear = np.clip((clarity[block] - 0.4) / 0.5, 0, 1)
    deep = np.clip(depth[block] / parameters.QUALITY_DEPTH_BLOCKS, 0, 1)
    return np.asarray(np.rint(1 + 99 * clear * (0.5 + 0.5 * deep)), np.uint8)


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


@kernel
def _mark_opposed(ends: NDArray[np.float32], reach: float, angle: float, out: NDArray[np.bool_]) -> None:
    """Mark pairs that lie within `reach` and point opposite ways within `angle`: a gap, a bridge, a short ridge.

    ends: (n, 3), x, y, direction, sorted by y. out: (n) of False.
    """
    for i in range(len(ends)):
        for j in range(i + 1, len(ends)):
            if ends[j, 1] - ends[i, 1] > reach:
                break
            if math.hypot(ends[j, 0] - ends[i, 0], ends[j, 1] - ends[i, 1]) > reach:
                continue
            turn = ends[j, 2] - ends[i, 2] - math.pi
            if abs(turn - 2 * math.pi * round(turn / (2 * math.pi))) < angle:
                out[i] = True
                out[j] = True


@kernel
def _mark_crowded(ends: NDArray[np.float32], radius: float, most: int, out: NDArray[np.bool_]) -> None:
    """Mark those with more than `most` others within `radius`.

    ends: (n, 3), x, y, direction, sorted by y. out: (n) of False.
    """
    count = np.zeros(len(ends), np.int64)
    for i in range(len(ends)):
        for j in range(i + 1, len(ends)):
            if ends[j, 1] - ends[i, 1] > radius:
                break
            if math.hypot(ends[j, 0] - ends[i, 0], ends[j, 1] - ends[i, 1]) <= radius:
                count[i] += 1
                count[j] += 1
    for i in range(len(ends)):
        out[i] = count[i] > most
