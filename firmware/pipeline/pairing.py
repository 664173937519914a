"""Pairs the minutiae of two prints from one pair outwards, so that it goes along with how the skin is stretched.

Where a minutia is to be sought in the other print is told by the pairs that are there already, the nearest most. So a
print may be bent a lot from end to end, though little from one minutia to the next.
"""

import math

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline._jit import kernel

Complex = NDArray[np.complex128]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# The distance in pixels at which a pair tells a quarter of what it tells where it is
_WIDTH = 45.0
# How much the two directions of a pair tell of the turn: as much as a pair this many pixels away
_LEVER = 45.0
# How far from where it is sought a minutia may lie: pixels beside the nearest pair, more a pixel from there, the most
_APART = 10.0
_STRETCH = 0.11
_MOST = 21.0
# The chord between the directions at which a pair fits as badly as at that distance
_CHORD = 0.5


@kernel
def _seek(k: int, a: Complex, b: Complex, pairs: Ints) -> tuple[complex, complex, float]:
    """Where minutia k of one print is to be sought in the other by all pairs but its own; by how much prints turn.

    a: (n, 2), b: (m, 2), place and direction. pairs: (n), the other print's minutia, -1 where there is none. The third
    is how far away the nearest pair is, infinite without any.
    """
    total, nearest = 0.0, math.inf
    here, there, turn = 0j, 0j, 0j
    for i in range(len(a)):
        j = pairs[i]
        if j < 0 or i == k:
            continue
        p, q = a[i, 0] - a[k, 0], b[j, 0]
        square = p.real * p.real + p.imag * p.imag
        nearest = min(nearest, square)
        weight = 1 / (1 + square / (_WIDTH * _WIDTH)) ** 2
        total += weight
        here += weight * p
        there += weight * q
        turn += weight * (q * p.conjugate() + _LEVER * _LEVER * b[j, 1] * a[i, 1].conjugate())
    if nearest == math.inf:
        return 0j, 1 + 0j, nearest
    turn -= there * here.conjugate() / total
    turn /= max(abs(turn), 1e-9)
    return (there - turn * here) / total, turn, math.sqrt(nearest)


@kernel
def _fit(direction: complex, place: complex, b: Complex, used: Flags, reach: float) -> tuple[int, float]:
    """The free minutia that fits best, or -1, and how badly it fits, 0..1.

    direction, place: of what is sought. b: (m, 2), place and direction. used: (m). reach: pixels.
    """
    best, least = -1, 1.0
    for j in range(len(b)):
        off = b[j, 0] - place
        cost = (off.real * off.real + off.imag * off.imag) / (reach * reach)
        if cost < least and not used[j]:
            turned = b[j, 1] - direction
            cost += (turned.real * turned.real + turned.imag * turned.imag) / (_CHORD * _CHORD)
            if cost < least:
                best, least = j, cost
    return best, least


@kernel
def _grow(a: Complex, b: Complex, seed: tuple[int, int], pairs: Ints, used: Flags) -> None:
    """Pair up from one pair outwards, what is nearest to a pair first.

    a: (n, 2), b: (m, 2), place and direction. pairs: (n), the other print's minutia or -1. used: (m), those paired.
    """
    pairs[:], used[:] = -1, False
    k, j = seed
    done, far = np.zeros(len(a), np.bool_), np.full(len(a), math.inf)
    while k >= 0:
        done[k] = True
        if j >= 0:
            pairs[k], used[j] = j, True
        following = -1
        for i in range(len(a)):
            if j >= 0:
                off = a[i, 0] - a[k, 0]
                far[i] = min(far[i], off.real * off.real + off.imag * off.imag)
            if not done[i] and (following < 0 or far[i] < far[following]):
                following = i
        k = following
        if k >= 0:
            place, turn, nearest = _seek(k, a, b, pairs)
            j, _ = _fit(a[k, 1] * turn, place, b, used, min(_APART + _STRETCH * nearest, _MOST))


@kernel
def _settle(a: Complex, b: Complex, pairs: Ints, used: Flags, costs: Floats) -> None:
    """Pair every minutia once more in the light of all others; tells how badly each fits, 0..1.

    a: (n, 2), b: (m, 2), place and direction. pairs: (n), the other print's minutia or -1. used: (m). costs: (n).
    """
    for k in range(len(a)):
        if pairs[k] >= 0:
            used[pairs[k]] = False
        place, turn, nearest = _seek(k, a, b, pairs)
        pairs[k], costs[k] = -1, 1.0
        if nearest < math.inf:
            j, costs[k] = _fit(a[k, 1] * turn, place, b, used, min(_APART + _STRETCH * nearest, _MOST))
            if j >= 0:
                pairs[k], used[j] = j, True


@kernel
def _overlap(a: Complex, b: Complex, pairs: Ints, outline: Floats, margin: float) -> int:
    """How many minutiae of one print lie where the other's do, paired ones and within its outline.

    a: (n, 2), b: (m, 2). pairs: (n), the other's minutia or -1. outline: (directions), how far b reaches to each.
    """
    inside, sides = 0, np.exp(2j * math.pi * np.arange(len(outline)) / len(outline))
    for k in range(len(a)):
        if pairs[k] >= 0:
            inside += 1
            continue
        place, _, nearest = _seek(k, a, b, pairs)
        fits = nearest < math.inf
        for d in range(len(outline)):
            fits &= place.real * sides[d].real + place.imag * sides[d].imag <= outline[d] + margin
        inside += fits
    return inside
