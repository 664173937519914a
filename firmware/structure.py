"""The ridge structure of a print beside its minutiae, as frozen records: cores, deltas, ridge counts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


def freeze(record: object, *names: str) -> None:
    """Make the named arrays of a frozen record read-only; called from __post_init__."""
    for name in names:
        getattr(record, name).flags.writeable = False


@dataclass(frozen=True, slots=True)
class Singularities:
    """The cores or the deltas of one image, one array per property, best first.

    x, y: float32 (n,), pixels of the image they belong to. directions: float32, [0, 2 pi); of cores (n, 1), from the
    core along the axis of its loop to the open side; of deltas (n, 3), along the ridges that leave it to three sides,
    counter-clockwise. quality: uint8 (n,), 1..100.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    directions: NDArray[np.float32]
    quality: NDArray[np.uint8]

    def __post_init__(self) -> None:
        freeze(self, "x", "y", "directions", "quality")

    def __len__(self) -> int:
        return len(self.x)


def no_cores() -> Singularities:
    """No core at all."""
    return _none(1)


def no_deltas() -> Singularities:
    """No delta at all."""
    return _none(3)


def _none(directions: int) -> Singularities:
    x, y = np.empty(0, np.float32), np.empty(0, np.float32)
    return Singularities(x, y, np.empty((0, directions), np.float32), np.empty(0, np.uint8))


OCTANTS = 8


@dataclass(frozen=True, slots=True)
class RidgeCounts:
    """How many ridges lie between each minutia and the nearest one in each of the eight octants around it.

    Octant 0 lies to both sides of the minutia's direction, the others follow counter-clockwise: INCITS 378-2004,
    eight-neighbour ridge counts. neighbour: int16 (n, 8), the other minutia's index, -1 where the octant has none or
    what lies between is not all seen. count: uint8 (n, 8), ridges that the straight line between the two crosses,
    without those that the two lie on; 0 where there is no neighbour.
    """

    neighbour: NDArray[np.int16]
    count: NDArray[np.uint8]

    def __post_init__(self) -> None:
        freeze(self, "neighbour", "count")

    def __len__(self) -> int:
        return len(self.neighbour)
