"""The pattern class of a print, from its cores and deltas and the flow around them.

After K. Karu and A. K. Jain, "Fingerprint classification", Pattern Recognition 29(3), 1996, with one difference: a
plain print often shows no delta, so a loop is also told from the way on which its axis leaves the core; and where the
evidence is missing, the class is unknown.
"""

import math

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters, trace
from firmware.pipeline.blocks import count_parts
from firmware.structure import Singularities
from firmware.vocabulary import PatternClass

Floats = NDArray[np.float32]

DOWN = -math.pi / 2


def classify(cores: Singularities, deltas: Singularities, flow: Floats, foreground: NDArray[np.bool_]) -> PatternClass:
    """The class of the one finger that is seen upright, UNKNOWN where the evidence doesn't suffice for one.

    cores, deltas: in pixels at 500 ppi. flow: float32 (rows, cols), [0, pi). foreground: bool (rows, cols).
    """
    found = PatternClass.UNKNOWN
    counts = len(cores), len(deltas)
    if count_parts(foreground) != 1:
        found = PatternClass.UNKNOWN
    elif counts == (0, 0):
        found = _arch(flow, foreground)
    elif counts == (1, 0):
        found = _by_axis(cores, flow, foreground)
    elif counts == (1, 1):
        found = _by_delta(cores, deltas)
    elif counts[0] == 2 and counts[1] <= 2 and _turned(*cores.directions[:, 0]) > math.pi / 2:
        found = PatternClass.WHORL
    trace.offer("pattern", found)
    return found


def _turned(one: float, other: float) -> float:
    """The angle between two directions, [0, pi]."""
    return abs(_signed(one - other))


def _signed(angle: float) -> float:
    """The same angle in [-pi, pi)."""
    return (angle + math.pi) % (2 * math.pi) - math.pi


def _by_delta(cores: Singularities, deltas: Singularities) -> PatternClass:
    """A loop has its delta beside its axis, a tented arch on it."""
    towards = math.atan2(cores.y[0] - deltas.y[0], deltas.x[0] - cores.x[0])
    aside = _signed(towards - float(cores.directions[0, 0]))
    if abs(aside) < parameters.TENTED_WIDEST_ANGLE:
        return PatternClass.TENTED_ARCH
    if not parameters.LOOP_LEAST_ANGLE < abs(aside) < parameters.LOOP_WIDEST_ANGLE:
        return PatternClass.UNKNOWN
    return PatternClass.LEFT_LOOP if aside > 0 else PatternClass.RIGHT_LOOP


def _by_axis(cores: Singularities, flow: Floats, foreground: NDArray[np.bool_]) -> PatternClass:
    """A loop whose delta isn't seen leaves its core downwards and to one side, and goes on so."""
    x, y, direction = float(cores.x[0]), float(cores.y[0]), float(cores.directions[0, 0])
    leaning = []
    for step in range(parameters.AXIS_BLOCKS):
        x += parameters.BLOCK * math.cos(direction)
        y -= parameters.BLOCK * math.sin(direction)
        row, col = math.floor((y + 0.5) / parameters.BLOCK), math.floor((x + 0.5) / parameters.BLOCK)
        if not (0 <= row < flow.shape[0] and 0 <= col < flow.shape[1]) or not foreground[row, col]:
            break
        # Beside the core the field still turns: the axis is followed from the second block on
        if step > 0:
            here = float(flow[row, col])
            direction = here + math.pi * round((direction - here) / math.pi)
        leaning.append(_signed(direction - DOWN))
    if len(leaning) < parameters.AXIS_SHORTEST_BLOCKS or abs(leaning[-1]) > parameters.LOOP_FARTHEST_LEAN:
        return PatternClass.UNKNOWN
    lean = sum(leaning) / len(leaning)
    if not parameters.LOOP_LEAST_LEAN < abs(lean) < parameters.LOOP_FARTHEST_LEAN:
        return PatternClass.UNKNOWN
    return PatternClass.LEFT_LOOP if lean < 0 else PatternClass.RIGHT_LOOP


def _arch(flow: Floats, foreground: NDArray[np.bool_]) -> PatternClass:
    """An arch rises from the left and falls to the right in every row, most of it somewhere above the lower end.

    Where a core just isn't seen, the ridges are steepest at the print's lower end, or lean to one side below it.
    """
    cols = np.nonzero(foreground)[1]
    if not cols.size or foreground.sum() < parameters.ARCH_SOLID * _filled(foreground).sum():
        return PatternClass.UNKNOWN
    middle = int(np.median(cols))
    slope = np.where(foreground, np.sin(2 * flow), np.float32(0))
    sides = ((slope[:, :middle], foreground[:, :middle]), (-slope[:, middle:], foreground[:, middle:]))
    seen = np.stack([mask.sum(axis=1) for _, mask in sides])
    rows = (seen >= parameters.ARCH_SIDE_BLOCKS).all(axis=0)
    if rows.sum() < parameters.ARCH_ROWS:
        return PatternClass.UNKNOWN
    rise = sum(part.sum(axis=1)[rows] / mask.sum(axis=1)[rows] for part, mask in sides) / 2
    rise = np.convolve(np.pad(rise, 1, mode="edge"), np.full(3, 1 / 3), "valid")
    top = int(np.argmax(rise))
    below = rise[top:]
    is_arch = (
        rise[top] >= parameters.ARCH_RISE
        and len(below) >= parameters.ARCH_ROWS_BELOW
        and parameters.ARCH_LEAST_RISE <= below.min() <= parameters.ARCH_FALL * rise[top]
    )
    return PatternClass.PLAIN_ARCH if is_arch else PatternClass.UNKNOWN


def _filled(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Every row filled from its first to its last true block."""
    return np.asarray(np.maximum.accumulate(mask, axis=1) & np.maximum.accumulate(mask[:, ::-1], axis=1)[:, ::-1])
