"""Ridges between minutiae are counted as a person would with a needle."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware.datatypes import Minutiae
from firmware.pipeline import ridge_counts
from firmware.structure import RidgeCounts
from tests import naive

SHAPE = (160, 160)
GROUND = np.ones((20, 20), np.bool_)
PERIOD = 10


def stripes() -> NDArray[np.float32]:
    """Ridges along x, with their middles at y = 5, 15, 25, ..."""
    wave = -np.cos(2 * np.pi * np.arange(SHAPE[0]) / PERIOD)
    return np.repeat(wave[:, None], SHAPE[1], axis=1).astype(np.float32)


def count(found: Minutiae, enhanced: NDArray[np.float32], foreground: NDArray[np.bool_] = GROUND) -> RidgeCounts:
    return ridge_counts.count(found, enhanced, foreground, np.full(GROUND.shape, PERIOD, np.float32))


def at(*points: tuple[float, float], direction: float = 0.0) -> Minutiae:
    x, y = np.array(points, np.float32).reshape(-1, 2).T
    same = np.full(len(points), direction, np.float32)
    return Minutiae(x.copy(), y.copy(), same, np.ones(len(points), np.uint8), np.full(len(points), 50, np.uint8))


@pytest.mark.kernel
@pytest.mark.parametrize("count", [0, 1, 2, 40])
def test_each_kernel_does_what_its_twin_does(count: int) -> None:
    rng = np.random.default_rng(count)
    points = rng.uniform(0, 159, (count, 2)).astype(np.float32)
    direction = rng.uniform(0, 2 * np.pi, count).astype(np.float32)
    enhanced = rng.normal(0, 1, SHAPE).astype(np.float32)
    foreground = rng.random(GROUND.shape) < 0.98
    clear = rng.uniform(0, 5, count).astype(np.float32)
    ours, twin = np.full((2, count, 8), -1, np.int16)
    ridge_counts._find_neighbours(points, direction, ours)
    naive.find_neighbours(points, direction, twin)
    np.testing.assert_array_equal(ours, twin)
    counts, expected = np.zeros((2, count, 8), np.uint8)
    ridge_counts._count_crossings(points, enhanced, foreground, clear, ours, counts)
    naive.count_crossings(points, enhanced, foreground, clear, twin, expected)
    np.testing.assert_array_equal(ours, twin)
    np.testing.assert_array_equal(counts, expected)


@pytest.mark.parametrize(("lower", "ridges"), [(55, 0), (65, 1), (75, 2), (145, 9)])
def test_ridges_between_count_but_not_those_of_the_minutiae(lower: int, ridges: int) -> None:
    found = count(at((80, 45), (83, lower)), stripes())
    assert (found.neighbour[0, 6], found.neighbour[1, 2]) == (1, 0)
    assert found.count[0, 6] == found.count[1, 2] == ridges


def test_the_ridge_that_ends_does_not_count() -> None:
    ridges = stripes()
    ridges[50:60, :80] = -1
    for tip in (77, 80, 83):
        found = count(at((tip, 55), (80, 85)), ridges)
        assert found.count[0, 6] == found.count[1, 2] == 2


def test_along_a_ridge_none_is_crossed() -> None:
    found = count(at((20, 45), (120, 46)), stripes())
    assert (found.neighbour[0, 0], found.count[0, 0]) == (1, 0)


def test_octants_follow_the_direction_counter_clockwise() -> None:
    turn = 0.7
    ring = [(80 + 30 * math.cos(turn + k * math.pi / 4), 80 - 30 * math.sin(turn + k * math.pi / 4)) for k in range(8)]
    farther = (80 + 50 * math.cos(turn), 80 - 50 * math.sin(turn))
    found = count(at((80, 80), *ring, farther, direction=turn), stripes())
    assert found.neighbour[0].tolist() == list(range(1, 9))


def test_what_lies_behind_unseen_ground_is_no_neighbour() -> None:
    gap = GROUND.copy()
    gap[7] = False
    found = count(at((80, 40), (83, 70)), stripes(), gap)
    assert (found.neighbour == -1).all()
    assert not found.count.any()


def test_minutiae_outside_of_the_image_do_no_harm() -> None:
    found = count(at((-3, -3), (170, 170)), stripes())
    assert found.neighbour[0].max() == 1
    assert len(count(at(), stripes())) == 0
