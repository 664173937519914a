"""Slow, obvious twins of the kernels that compare two prints, in plane coordinates and angles."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import matching, neighbourhoods, pairing

Array = NDArray[Any]
Place = tuple[float, float]


def chord(first: complex, second: complex) -> float:
    """The length of the chord between two directions."""
    return 2 * math.sin(abs(math.remainder(np.angle(first) - np.angle(second), 2 * math.pi)) / 2)


def look_around(points: Array, around: Array, count: Array) -> None:
    for i, (place, direction) in enumerate(points):
        others = [(abs(points[k, 0] - place), k) for k in range(len(points)) if k != i]
        near = [k for far, k in sorted(others) if far <= neighbourhoods._REACH][: around.shape[1]]
        count[i] = len(near)
        for found, k in enumerate(near):
            far, towards = abs(points[k, 0] - place), np.angle(points[k, 0] - place) - np.angle(direction)
            around[i, found, 0] = far * math.cos(towards) + 1j * far * math.sin(towards)
            around[i, found, 1] = np.exp(1j * (np.angle(points[k, 1]) - np.angle(direction)))


def compare_surroundings(a: Array, a_count: Array, b: Array, b_count: Array, out: Array) -> None:
    for i, j in np.ndindex(out.shape):
        kept = []
        for place, direction in a[i, : a_count[i]]:
            reach = neighbourhoods._APART + neighbourhoods._STRETCH * abs(place)
            costs = [
                (abs(place - other) / reach) ** 2 + (chord(direction, its) / neighbourhoods._CHORD) ** 2
                for other, its in b[j, : b_count[j]]
            ]
            kept.append(1 - min([1.0, *costs]))
        out[i, j] = sum(kept) / (math.sqrt(a_count[i] * b_count[j]) + neighbourhoods._UNSEEN)


def seek(k: int, a: Array, b: Array, pairs: Array) -> tuple[complex, complex, float]:
    """The turn and shift of least weighted squares, directions counted as arms of a length, by a fit of all pairs."""
    known = [i for i in range(len(a)) if pairs[i] >= 0 and i != k]
    if not known:
        return 0j, 1 + 0j, math.inf
    p = np.array([[(a[i, 0] - a[k, 0]).real, (a[i, 0] - a[k, 0]).imag] for i in known])
    q = np.array([[b[pairs[i], 0].real, b[pairs[i], 0].imag] for i in known])
    far = np.hypot(p[:, 0], p[:, 1])
    w = 1 / (1 + (far / pairing._WIDTH) ** 2) ** 2
    p_mean, q_mean = np.average(p, axis=0, weights=w), np.average(q, axis=0, weights=w)
    turns = [np.angle(b[pairs[i], 1]) - np.angle(a[i, 1]) for i in known]
    arms = pairing._LEVER**2 * np.array([[math.cos(turn), math.sin(turn)] for turn in turns])
    u, v = p - p_mean, q - q_mean
    cosine = (w * ((u * v).sum(axis=1) + arms[:, 0])).sum()
    sine = (w * (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] + arms[:, 1])).sum()
    angle = math.atan2(sine, cosine)
    c, s = math.cos(angle), math.sin(angle)
    x, y = q_mean - np.array([[c, -s], [s, c]]) @ p_mean
    return complex(x, y), complex(c, s), float(far.min())


def fit(direction: complex, place: complex, b: Array, used: Array, reach: float) -> tuple[int, float]:
    costs = [
        (abs(b[j, 0] - place) / reach) ** 2 + (chord(b[j, 1], direction) / pairing._CHORD) ** 2
        if not used[j]
        else math.inf
        for j in range(len(b))
    ]
    best = int(np.argmin(costs)) if costs else -1
    return (best, costs[best]) if best >= 0 and costs[best] < 1 else (-1, 1.0)


def reach(nearest: float) -> float:
    return min(pairing._APART + pairing._STRETCH * nearest, pairing._MOST)


def grow(a: Array, b: Array, seed: tuple[int, int], pairs: Array, used: Array) -> None:
    pairs[:], used[:] = -1, False
    pairs[seed[0]], used[seed[1]] = seed[1], True
    left = [k for k in range(len(a)) if k != seed[0]]
    while left:
        distances = [min(abs(a[k, 0] - a[i, 0]) for i in range(len(a)) if pairs[i] >= 0) for k in left]
        k = left.pop(int(np.argmin(distances)))
        place, turn, nearest = seek(k, a, b, pairs)
        j, _ = fit(a[k, 1] * turn, place, b, used, reach(nearest))
        if j >= 0:
            pairs[k], used[j] = j, True


def settle(a: Array, b: Array, pairs: Array, used: Array, costs: Array) -> None:
    for k in range(len(a)):
        if pairs[k] >= 0:
            used[pairs[k]] = False
            pairs[k] = -1
        place, turn, nearest = seek(k, a, b, pairs)
        j, costs[k] = fit(a[k, 1] * turn, place, b, used, reach(nearest)) if nearest < math.inf else (-1, 1.0)
        if j >= 0:
            pairs[k], used[j] = j, True


def overlap(a: Array, b: Array, pairs: Array, outline: Array, margin: float) -> int:
    inside = 0
    for k in range(len(a)):
        place, _, nearest = seek(k, a, b, pairs)
        angles = 2 * np.pi * np.arange(len(outline)) / len(outline)
        beyond = place.real * np.cos(angles) + place.imag * np.sin(angles) - outline
        inside += bool(pairs[k] >= 0 or (nearest < math.inf and (beyond <= margin).all()))
    return inside


def match(a: Array, b: Array, a_outline: Array, b_outline: Array, similar: Array, best_pairs: Array) -> float:
    best, seeds, tried = 0.0, 0, set()
    for at in np.argsort(-similar.ravel())[: 4 * matching._SEEDS]:
        seed = divmod(int(at), similar.shape[1])
        if seed in tried or seeds == matching._SEEDS:
            continue
        seeds += 1
        pairs, used, costs = np.full(len(a), -1), np.zeros(len(b), np.bool_), np.ones(len(a))
        grow(a, b, seed, pairs, used)
        settle(a, b, pairs, used, costs)
        found = [(k, int(pairs[k])) for k in range(len(a)) if pairs[k] >= 0]
        tried.update(found)
        if len(found) < matching.FEWEST:
            continue
        back = np.full(len(b), -1)
        for k, j in found:
            back[j] = k
        ours = overlap(a, b, pairs, b_outline, matching._MARGIN)
        theirs = overlap(b, a, back, a_outline, matching._MARGIN)
        fitting = sum(1 - costs[k] / 2 for k, _ in found) / max(ours, matching._SMALLEST_OVERLAP)
        alike = sum(similar[pair] for pair in found) / max(theirs, matching._SMALLEST_OVERLAP)
        score = fitting * alike * (1 - math.exp(-len(found) / matching._PAIRS_SCALE))
        if score > best:
            best, best_pairs[:] = score, pairs
    return best
