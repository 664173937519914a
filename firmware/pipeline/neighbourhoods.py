"""How alike the surroundings of two minutiae are, whichever way their prints lie.

A minutia is a pair of complex numbers: where it lies, y upwards, and its direction, of length 1. Each sees its nearest
ones in its own frame: itself at 0, its direction along 1. Skin stretches: the farther away a neighbour is, the farther
it may lie from where the other print has it.
"""

import math

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline._jit import kernel
from firmware.pipeline.parameters import MATCH_NEIGHBOURS

Complex = NDArray[np.complex128]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# How far away a neighbour may be, in pixels
_REACH = 110.0
# How far apart two neighbours are told from each other: pixels at no distance, and more a pixel of distance; and the
# chord between their directions
_APART = 8.0
_STRETCH = 0.16
_CHORD = 0.64
# So many neighbours more are missed in either print: two minutiae with hardly any around them are not alike
_UNSEEN = 2.5


def look_around(points: Complex) -> tuple[Complex, Ints]:
    """The nearest neighbours of each minutia, (n, MATCH_NEIGHBOURS, 2), and how many it has, (n). points: (n, 2)."""
    around = np.zeros((len(points), MATCH_NEIGHBOURS, 2), np.complex128)
    count = np.zeros(len(points), np.int64)
    _look_around(points, around, count)
    return around, count


def likeness(first: tuple[Complex, Ints], second: tuple[Complex, Ints]) -> Floats:
    """How alike the surroundings of each minutia are to those of each of the other print, float64 (n, m), 0..1."""
    similar = np.empty((len(first[1]), len(second[1])))
    _compare_surroundings(*first, *second, similar)
    return similar


@kernel
def _look_around(points: Complex, around: Complex, count: Ints) -> None:
    """The nearest neighbours of each minutia in its own frame, nearest first.

    points: (n, 2), place and direction. around: (n, most, 2) the same in the minutia's frame. count: (n).
    """
    distances = np.empty(len(points))
    for i in range(len(points)):
        for k in range(len(points)):
            distances[k] = abs(points[k, 0] - points[i, 0])
        distances[i] = math.inf
        back = points[i, 1].conjugate()
        found = 0
        for k in np.argsort(distances)[: around.shape[1]]:
            if distances[k] <= _REACH:
                around[i, found, 0] = (points[k, 0] - points[i, 0]) * back
                around[i, found, 1] = points[k, 1] * back
                found += 1
        count[i] = found


@kernel
def _compare_surroundings(a: Complex, a_count: Ints, b: Complex, b_count: Ints, out: Floats) -> None:
    """How much of what surrounds each minutia of one print surrounds each of the other.

    a: (n, most, 2), b: (m, most, 2), neighbours in their minutiae's frames. a_count: (n). b_count: (m). out: (n, m).
    """
    narrowness = np.empty(a.shape[1])
    for i in range(len(a)):
        for k in range(a_count[i]):
            narrowness[k] = 1 / (_APART + _STRETCH * abs(a[i, k, 0])) ** 2
        for j in range(len(b)):
            total = 0.0
            for k in range(a_count[i]):
                least = 1.0
                for m in range(b_count[j]):
                    off, turned = a[i, k, 0] - b[j, m, 0], a[i, k, 1] - b[j, m, 1]
                    cost = narrowness[k] * (off.real * off.real + off.imag * off.imag)
                    if cost < least:
                        cost += (turned.real * turned.real + turned.imag * turned.imag) / (_CHORD * _CHORD)
                        least = min(least, cost)
                total += 1 - least
            out[i, j] = total / (math.sqrt(a_count[i] * b_count[j]) + _UNSEEN)
