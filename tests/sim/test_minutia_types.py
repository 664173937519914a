"""Types read off planted ridges: a wave with one ridge more on one side."""

import math

import numpy as np
import pytest

from sim import minutia_types

PERIOD = 4.6
MIDDLE = 40.0


def wave(direction: float, shift: float, bend: float) -> np.ndarray:
    """Ridges along the direction (y up) with one more ahead of the middle; shift 0: it lies straight ahead, a ridge."""
    y, x = np.mgrid[0:81, 0:81] - MIDDLE
    ahead = x * math.cos(direction) - y * math.sin(direction)
    aside = x * math.sin(direction) + y * math.cos(direction) - bend * ahead**2
    around = np.arctan2(aside, -ahead)
    return np.asarray(np.cos(2 * math.pi * aside / PERIOD - around + math.pi + shift), np.float32)


@pytest.mark.parametrize("direction", [0.0, 0.7, 2.0, 3.6, 5.5])
@pytest.mark.parametrize("bend", [0.0, 0.06])
@pytest.mark.parametrize(
    ("shift", "bifurcation"), [(0.0, False), (1.0, False), (-1.0, False), (math.pi, True), (2.2, True)]
)
def test_a_ridge_that_ends_and_two_that_meet(direction: float, bend: float, shift: float, bifurcation: bool) -> None:
    points = np.array([[MIDDLE, MIDDLE, math.cos(direction), -math.sin(direction)]])
    found = minutia_types.are_bifurcations(points, wave(direction, shift, bend), PERIOD)
    assert found.tolist() == [bifurcation]


def test_ridges_and_valleys_swapped_swap_the_types() -> None:
    rng = np.random.default_rng(1)
    points = np.column_stack([rng.uniform(10, 70, (50, 2)), np.ones(50), np.zeros(50)])
    ridges = wave(0.3, 0.4, 0.02)
    one, other = (minutia_types.are_bifurcations(points, sign * ridges, PERIOD) for sign in (1, -1))
    assert (one != other).mean() > 0.95


def test_no_minutiae_have_no_types() -> None:
    assert minutia_types.are_bifurcations(np.empty((0, 4)), wave(0, 0, 0), PERIOD).shape == (0,)


def test_a_minutia_at_the_edge_has_a_type() -> None:
    points = np.array([[0.0, 80.0, -1.0, 0.0], [80.4, 0.2, 1.0, 0.0]])
    assert minutia_types.are_bifurcations(points, wave(0, 0, 0), PERIOD).shape == (2,)
