"""Ridge counts: how many ridges lie between a minutia and its nearest neighbours.

Neighbours after INCITS 378-2004, eight-neighbour method: the nearest minutia in each octant around a minutia's own
direction. A ridge counts when the straight line between the two crosses all of it, from valley to valley; so the ridge
that ends or forks at a minutia doesn't.
"""

import math

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Minutiae
from firmware.pipeline import parameters
from firmware.pipeline._jit import kernel
from firmware.structure import OCTANTS, RidgeCounts

Floats = NDArray[np.float32]


def count(found: Minutiae, enhanced: Floats, foreground: NDArray[np.bool_], period: Floats) -> RidgeCounts:
    """The neighbours of each minutia and the ridges between, in the minutiae's own order.

    found: minutiae in pixels of `enhanced`. enhanced: float32 (h, w), ridges positive. foreground: bool (rows, cols) by
    blocks; where the line between two leaves it, the ridges between are not known. period: float32 (rows, cols), in
    pixels.
    """
    neighbour = np.full((len(found), OCTANTS), -1, np.int16)
    counts = np.zeros((len(found), OCTANTS), np.uint8)
    height, width = enhanced.shape
    points = np.stack([found.x.clip(0, width - 1), found.y.clip(0, height - 1)], axis=1)
    _find_neighbours(points, found.direction, neighbour)
    block = (points / parameters.BLOCK).astype(np.intp)
    clear = parameters.RIDGE_COUNT_CLEAR * period[block[:, 1], block[:, 0]]
    _count_crossings(points, enhanced, foreground, clear.astype(np.float32), neighbour, counts)
    return RidgeCounts(neighbour, counts)


@kernel
def _find_neighbours(points: Floats, direction: Floats, neighbour: NDArray[np.int16]) -> None:
    """The nearest other point in each octant around each point's direction; of equally near ones the first.

    points: (n, 2), x, y. direction: (n), radians. neighbour: (n, 8) of -1, filled.
    """
    nearest = np.empty(OCTANTS, np.float32)
    for i in range(len(points)):
        nearest[:] = np.inf
        turn = direction[i] - math.pi / OCTANTS
        cosine, sine = math.cos(turn), math.sin(turn)
        for j in range(len(points)):
            if j == i:
                continue
            dx, dy = points[j, 0] - points[i, 0], points[i, 1] - points[j, 1]
            apart = dx * dx + dy * dy
            along, across = dx * cosine + dy * sine, dy * cosine - dx * sine
            octant = 0
            if across < 0 or (across == 0 and along < 0):
                along, across, octant = -along, -across, 4
            if along <= 0:
                along, across, octant = across, -along, octant + 2
            octant += across >= along
            if apart < nearest[octant]:
                nearest[octant], neighbour[i, octant] = apart, j


@kernel
def _count_crossings(
    points: Floats,
    enhanced: Floats,
    foreground: NDArray[np.bool_],
    clear: Floats,
    neighbour: NDArray[np.int16],
    counts: NDArray[np.uint8],
) -> None:
    """Count the whole ridges on the line to each neighbour; forget neighbours behind unseen ground.

    points: (n, 2), x, y. enhanced: (h, w). foreground: (rows, cols). clear: (n), pixels from a point in which a ridge
    that begins or ends is taken for the minutia's own. neighbour: (n, 8), set to -1 where the line leaves the
    foreground. counts: (n, 8), filled.
    """
    for i in range(len(points)):
        for octant in range(OCTANTS):
            j = neighbour[i, octant]
            if j < 0:
                continue
            dx, dy = points[j, 0] - points[i, 0], points[j, 1] - points[i, 1]
            length = math.sqrt(dx * dx + dy * dy)
            steps = max(1, math.ceil(length))
            pace = length / steps
            # The line starts as if inside a ridge of its own: only what begins after a valley is entered
            crossed, inside, entered = 0, True, False
            for step in range(steps + 1):
                x = int(points[i, 0] + dx * step / steps + 0.5)
                y = int(points[i, 1] + dy * step / steps + 0.5)
                if not foreground[y // parameters.BLOCK, x // parameters.BLOCK]:
                    neighbour[i, octant], crossed = -1, 0
                    break
                before, inside = inside, enhanced[y, x] > 0
                if inside and not before:
                    entered = step * pace > clear[i]
                elif before and not inside and entered:
                    crossed += step * pace < length - clear[j]
                    entered = False
            counts[i, octant] = min(crossed, 255)
