"""Grown fingers look like fingers to the numbers: their own each, flowing as they should, at a finger's period."""

import numpy as np
import pytest

from sim import ridges
from sim.ridge_flow import draw, smooth_noise
from sim.ridges import grow
from sim.touch import press, slide
from tests import naive


@pytest.mark.kernel
def test_filter_along() -> None:
    rng = np.random.default_rng(1)
    waves = rng.standard_normal((19, 17)).astype(np.float32)
    orientation, period = rng.integers(0, 4, (19, 17)), rng.integers(0, 2, (19, 17))
    filters = rng.standard_normal((2, 4, 5, 5)).astype(np.float32)
    ours, twin = np.zeros_like(waves), np.zeros_like(waves)
    ridges._filter_along(waves, orientation, period, filters, ours)
    naive.filter_along(waves, orientation, period, filters, twin)
    np.testing.assert_allclose(ours, twin, atol=1e-4)


def test_the_same_seed_grows_the_same_finger() -> None:
    assert np.array_equal(grow((1, 2), is_left=False).waves, grow((1, 2), is_left=False).waves)


def test_ridges_and_valleys_are_even_and_a_finger_s_width() -> None:
    master = grow((5, 1), is_left=False)
    middle = master.waves[60:210, 60:180]
    assert 0.4 < (middle > 0).mean() < 0.6
    assert np.abs(middle).mean() > 0.5
    assert 3.6 < float(np.median(master.flow.period)) < 5.6


def test_ulnar_loops_of_both_hands_are_mirrored() -> None:
    sides = {
        is_left: {
            np.sign(flow.deltas[0][0] - flow.cores[0][0])
            for seed in range(30)
            if (flow := draw(np.random.default_rng(seed), 272, 240, is_left=is_left)).pattern == "ulnar_loop"
        }
        for is_left in (True, False)
    }
    assert sides == {True: {1}, False: {-1}}


def test_every_class_has_its_cores_and_deltas() -> None:
    flows = [draw(np.random.default_rng(seed), 272, 240, is_left=False) for seed in range(150)]
    counts = {flow.pattern: (len(flow.cores), len(flow.deltas)) for flow in flows}
    assert counts == {
        "arch": (0, 0),
        "tented_arch": (1, 1),
        "ulnar_loop": (1, 1),
        "radial_loop": (1, 1),
        "whorl": (2, 2),
    }
    for flow in flows:
        assert 0 <= flow.orientation.min() <= flow.orientation.max() < np.pi


def test_impressions_of_a_finger_differ_and_a_seed_repeats_one() -> None:
    master = grow((1, 1), is_left=False)
    one, again, other = (press(master, position=1, seed=(1, 1, n)) for n in (1, 1, 2))
    assert np.array_equal(one, again)
    assert one.dtype == np.uint8
    assert np.abs(one.astype(int) - other).mean() > 10


def test_ridges_are_dark_on_light_paper() -> None:
    pixels = press(grow((1, 1), is_left=False), position=1, seed=(1, 1, 1))
    assert pixels[:10].mean() > 190
    assert np.percentile(pixels[150:230, 120:200], 10) < 110


def test_a_slid_finger_leaves_less() -> None:
    pixels = press(grow((1, 1), is_left=False), position=1, seed=(1, 1, 1))
    assert slide(pixels)[150:200].std() < 0.3 * pixels[150:200].std()


def test_noise_has_the_size_that_was_asked_for() -> None:
    noise = smooth_noise(np.random.default_rng(1), 100, 37, 16)
    assert noise.shape == (100, 37)
    assert noise.std() == pytest.approx(1, abs=0.01)
    assert np.abs(np.diff(noise)).mean() < 0.3
