"""Grown ridges: every finger its own, with a finger's period, and minutiae that a reader of skeletons finds too."""

import numpy as np
import pytest

from firmware.pipeline import extraction
from sim import ridges
from sim.flow import PatternClass, sample_flow, sample_pattern
from sim.noise import smooth_noise
from sim.ridges import grow
from tests import naive


@pytest.mark.kernel
@pytest.mark.parametrize("squash", [True, False])
def test_filtering_each_pixel(squash: bool) -> None:
    rng = np.random.default_rng(1)
    image = rng.standard_normal((19, 17)).astype(np.float32)
    bank = rng.standard_normal((5, 169)).astype(np.float32)
    choice = rng.integers(0, 5, (19, 17)).astype(np.int32)
    ours, twin = np.zeros((2, 19, 17), np.float32)
    ridges._filter_each(image, bank, choice, squash, ours)
    naive.filter_each(image, bank, choice, squash, twin)
    np.testing.assert_allclose(ours, twin, atol=1e-4)


def test_the_same_seed_grows_the_same_finger() -> None:
    one, again, other = (grow(np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.ridges, again.ridges)
    np.testing.assert_array_equal(one.minutiae, again.minutiae)
    assert np.abs(one.ridges - other.ridges).mean() > 0.1


def test_ridges_and_valleys_are_even() -> None:
    middle = grow(np.random.default_rng(5)).ridges[60:200, 60:170]
    assert 0.4 < (middle > 0).mean() < 0.6
    assert np.abs(middle).mean() > 0.5


@pytest.mark.parametrize("seed", range(3))
def test_minutiae_lie_where_the_ridges_end_or_fork(seed: int) -> None:
    """An extractor that reads skeletons finds nearly the same points, directions and types on the bare ridges."""
    master = grow(np.random.default_rng(seed))
    image = np.repeat(np.repeat((127.5 - 110 * master.ridges).astype(np.uint8), 2, axis=0), 2, axis=1)
    found = extraction.extract(image, 500).minutiae
    x, y, dx, dy, forks = master.minutiae.T
    inner = (x > 30) & (x < 194) & (y > 30) & (y < 226)
    distance = np.hypot(found.x[None] - (2 * x[inner, None] + 0.5), found.y[None] - (2 * y[inner, None] + 0.5))
    nearest = distance.argmin(axis=1)
    near = distance.min(axis=1) < 8
    turn = found.direction[nearest] - np.arctan2(-dy[inner], dx[inner])
    assert near.mean() > 0.7
    assert (np.cos(turn[near]) > np.cos(np.radians(25))).mean() > 0.9
    assert (found.kind[nearest][near] == 1 + forks[inner][near]).mean() > 0.65


def test_classes_come_with_their_natural_frequency() -> None:
    rng = np.random.default_rng(3)
    drawn = [sample_pattern(rng, None) for _ in range(3000)]
    for pattern in PatternClass:
        assert abs(drawn.count(pattern) / 3000 - pattern.value) < 0.03


@pytest.mark.parametrize(("is_left", "ulnar"), [(True, PatternClass.LEFT_LOOP), (False, PatternClass.RIGHT_LOOP)])
def test_loops_open_towards_the_little_finger(is_left: bool, ulnar: PatternClass) -> None:
    rng = np.random.default_rng(4)
    loops = [p for p in (sample_pattern(rng, is_left) for _ in range(400)) if p.name.endswith("LOOP")]
    assert loops.count(ulnar) / len(loops) > 0.88


@pytest.mark.parametrize(
    ("pattern", "cores", "deltas"),
    [
        (PatternClass.ARCH, 0, 0),
        (PatternClass.TENTED_ARCH, 1, 1),
        (PatternClass.LEFT_LOOP, 1, 1),
        (PatternClass.RIGHT_LOOP, 1, 1),
        (PatternClass.WHORL, 2, 2),
    ],
)
def test_every_class_has_its_cores_and_deltas(pattern: PatternClass, cores: int, deltas: int) -> None:
    flow = sample_flow(np.random.default_rng(6), (256, 224), pattern)
    assert (len(flow.cores), len(flow.deltas)) == (cores, deltas)
    assert 0 <= flow.orientation.min() <= flow.orientation.max() < np.pi


def test_noise_has_the_deviation_that_was_asked_for() -> None:
    noise = smooth_noise(np.random.default_rng(1), (100, 37), 16)
    assert noise.shape == (100, 37)
    assert noise.std() == pytest.approx(1, abs=0.01)
    assert np.abs(np.diff(noise)).mean() < 0.3
