"""Of which type a minutia is: whether on its side with more ridges a ridge ends or, between two that meet, a valley.

The type is read from what is connected with what, as ISO/IEC 19794-2 defines a ridge ending and a bifurcation, and not
from the grey at one point: where the ridges bend, that lies beside the one which ends.
"""

import math

import numpy as np
from numpy.typing import NDArray

# The circle from which a type is read: its radius in ridge periods, and the samples across
LOOK_PERIODS = 0.8
LOOK_SIDE = 33

Field = NDArray[np.float32]


def are_bifurcations(points: NDArray[np.float64], ridges: Field, period: float) -> NDArray[np.bool_]:
    """Whether each of the points (n, 4), x, y and the direction's dx, dy (y down), is one where two ridges meet.

    ridges: float32 (h, w), positive on a ridge. period: from ridge to ridge, pixels.
    """
    around, rim = _look_around(points, ridges, period)
    labels, ridge = (values[:, rim[0], rim[1]] for values in (_connected(around), around))
    ends = np.array([_dead_end(label) for label in labels], np.intp)
    return np.asarray(~ridge[np.arange(len(points)), ends])


def _look_around(
    points: NDArray[np.float64], ridges: Field, period: float
) -> tuple[NDArray[np.bool_], tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Squares around the points, upright, True on a ridge, (n, side, side); and the rows and columns of a circle.

    The circle starts to the right, where a minutia points to, and goes round once.
    """
    half = LOOK_SIDE // 2
    steps = np.arange(-half, half + 1) * (LOOK_PERIODS * period / half)
    along, down = points[:, 2:4, None, None], steps[:, None]
    x = points[:, 0, None, None] + steps * along[:, 0] - down * along[:, 1]
    y = points[:, 1, None, None] + steps * along[:, 1] + down * along[:, 0]
    angle = np.linspace(0, 2 * math.pi, 4 * LOOK_SIDE, endpoint=False)
    rim = tuple(np.rint(half + half * turn).astype(np.intp) for turn in (np.sin(angle), np.cos(angle)))
    return _bilinear(ridges, x, y) > 0, (rim[0], rim[1])


def _bilinear(image: Field, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = x.clip(0, image.shape[1] - 1.001), y.clip(0, image.shape[0] - 1.001)
    left, top = x.astype(np.intp), y.astype(np.intp)
    a, b = x - left, y - top
    upper = image[top, left] * (1 - a) + image[top, left + 1] * a
    lower = image[top + 1, left] * (1 - a) + image[top + 1, left + 1] * a
    return np.asarray(upper * (1 - b) + lower * b)


def _connected(ridge: NDArray[np.bool_]) -> NDArray[np.int64]:
    """A label for each ridge or valley inside the circle of each square, (n, side, side); 0 outside of it."""
    half = LOOK_SIDE // 2
    grid = np.arange(-half, half + 1)
    inside = np.hypot(grid[:, None], grid) < half + 0.8
    labels = np.where(inside, np.arange(1, LOOK_SIDE**2 + 1).reshape(LOOK_SIDE, LOOK_SIDE), 0)
    labels = np.broadcast_to(labels, ridge.shape).copy()
    while True:
        before = labels.copy()
        for axis in (1, 2):
            one, other = (np.moveaxis(labels, axis, 0)[part] for part in (slice(1, None), slice(None, -1)))
            colour = np.moveaxis(ridge, axis, 0)
            joined = (colour[1:] == colour[:-1]) & (one > 0) & (other > 0)
            both = np.maximum(one, other)
            for labelled in (one, other):
                labelled[joined] = np.maximum(labelled, both)[joined]
        if (labels == before).all():
            return labels


def _dead_end(labels: NDArray[np.int64]) -> int:
    """Where on the circle, whose labels these are, a ridge or valley lies that leaves it nowhere else.

    Of several that which lies most nearly ahead; where there is none, ahead.
    """
    starts = np.flatnonzero(labels != np.roll(labels, 1))
    found = []
    for start, end in zip(starts, np.append(starts[1:], starts[:1] + len(labels)), strict=True):
        middle = (start + end - 1) // 2 % len(labels)
        if (labels[starts] == labels[start]).sum() == 1:
            found.append((min(middle, len(labels) - middle), middle))
    return int(min(found, default=(0, 0))[1])
