"""Touches of a grown finger: each its own, with the truth where the ridges went."""

import numpy as np
import pytest

from sim import placement
from sim.impressions import SEEN, Condition, impress, slide
from sim.placement import Stance
from sim.ridges import Master, grow
from tests import naive


@pytest.fixture(scope="module")
def master() -> Master:
    return grow(np.random.default_rng(1))


@pytest.mark.kernel
def test_cubic_sampling() -> None:
    rng = np.random.default_rng(1)
    image = rng.standard_normal((12, 15)).astype(np.float32)
    where = rng.uniform(-3, 17, (2, 9, 8)).astype(np.float32)
    ours, twin = np.zeros((2, 9, 8), np.float32)
    placement._sample_cubic(image, where, ours)
    naive.sample_cubic(image, where, twin)
    np.testing.assert_allclose(ours, twin, atol=1e-5)


def test_a_placement_and_its_inverse_agree() -> None:
    laid = placement.sample_placement(np.random.default_rng(2), (300, 280), (256, 224), 2.0, Stance(distortion=4))
    on_master = laid.to_master()
    y, x = np.array([40, 150, 260]), np.array([200, 100, 33])
    back = laid.to_glass(on_master[:, y, x].T.astype(np.float64))
    np.testing.assert_allclose(back, np.stack([x, y], axis=1), atol=0.2)


def test_a_seed_repeats_an_impression_and_another_differs(master: Master) -> None:
    one, again, other = (impress(master, np.random.default_rng(seed)).pixels for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert np.abs(one.astype(int) - other).mean() > 10


@pytest.mark.parametrize("condition", [*Condition, None])
def test_every_condition_gives_an_image_with_truth_inside_it(master: Master, condition: Condition | None) -> None:
    impression = impress(master, np.random.default_rng(3), shape=(364, 328), condition=condition)
    assert impression.pixels.shape == (364, 328)
    assert impression.pixels.dtype == np.uint8
    x, y, direction, kind, sight = impression.minutiae.T
    assert ((x >= 0) & (x < 328) & (y >= 0) & (y < 364)).all()
    assert ((direction >= 0) & (direction < 2 * np.pi)).all()
    assert set(kind) <= {1.0, 2.0}
    assert (sight > SEEN).sum() >= (3 if condition is Condition.PARTIAL else 10)


def test_a_partial_touch_shows_fewer_minutiae(master: Master) -> None:
    seen = {
        condition: np.mean(
            [len(impress(master, np.random.default_rng(s), condition=condition).minutiae) for s in (1, 2, 3)]
        )
        for condition in (Condition.GOOD, Condition.PARTIAL)
    }
    assert seen[Condition.PARTIAL] < 0.7 * seen[Condition.GOOD]


def test_a_slid_finger_leaves_less(master: Master) -> None:
    pixels = impress(master, np.random.default_rng(4), condition=Condition.GOOD).pixels
    assert slide(pixels)[150:200].std() < 0.4 * pixels[150:200].std()
