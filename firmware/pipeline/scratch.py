"""Memory for what lies between two steps of a stage, kept from print to print.

Getting a megabyte from the system and giving it back takes longer than most of what is done in it.
"""

import math
import threading

import numpy as np
from numpy.typing import NDArray

LARGEST = 1 << 23
"""Floats that are kept under one name: what a slap needs, and not what a whole page would."""


class _Kept(threading.local):
    def __init__(self) -> None:
        self.arrays: dict[str, NDArray[np.float32]] = {}


_kept = _Kept()


def zeros(name: str, *shape: int) -> NDArray[np.float32]:
    """Zeros of this shape, float32; good until this thread asks for the same name again, and never to be handed out."""
    array = empty(name, *shape)
    array.fill(0)
    return array


def empty(name: str, *shape: int) -> NDArray[np.float32]:
    """The same with whatever was left there."""
    size = math.prod(shape)
    if size > LARGEST:
        return np.empty(shape, np.float32)
    kept = _kept.arrays.get(name)
    if kept is None or kept.size < size:
        kept = _kept.arrays[name] = np.empty(size, np.float32)
    return kept[:size].reshape(shape)
