"""The judge of minutiae: its kernels do what their twins do; what it says turns, mirrors and swaps with the print."""

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware.datatypes import Minutiae
from firmware.pipeline import minutiae, normalisation, parameters, weights
from firmware.pipeline.weights import Dense, joined
from firmware.vocabulary import Effort, MinutiaKind
from tests import naive
from tests.pipeline.planted import plant

Array = NDArray[Any]
TRUTH = np.array([[48.0, 44.0, 0.0, 0.9], [88.0, 92.0, math.pi, 0.8]], np.float32)


def confirmed(image: Array, proposals: Array) -> Minutiae:
    rows, cols = (-(-side // parameters.BLOCK) for side in image.shape)
    period, clarity = np.full((rows, cols), 9, np.float32), np.full((rows, cols), 0.9, np.float32)
    return minutiae.confirm(
        proposals.astype(np.float32), np.ascontiguousarray(image), period, clarity, weights.load_judges(Effort.STANDARD)
    )


@pytest.fixture(scope="module")
def image() -> Array:
    pixels = plant(128, 136, [(48.0, 44.0, 1), (88.0, 92.0, -1)]).pixels
    return normalisation.normalise(pixels)[0]


@pytest.mark.kernel
@pytest.mark.parametrize("shape", [(1, 1), (3, 40), (23, 31), (64, 50)])
@pytest.mark.parametrize("side", [1, 5, 17])
def test_sampling_upright(shape: tuple[int, int], side: int) -> None:
    rng = np.random.default_rng(side)
    image = rng.normal(0, 1, shape).astype(np.float32)
    found = np.column_stack(
        [rng.uniform(0, shape[1], 9), rng.uniform(0, shape[0], 9), rng.uniform(0, 6.28, 9), [1] * 9]
    )
    found, step = found.astype(np.float32), rng.uniform(0.5, 2.5, 9).astype(np.float32)
    ours, twin = np.zeros((2, 9, side, side), np.float32)
    minutiae._sample_upright(image, found, step, ours)
    naive.sample_upright(image, found, step, twin)
    np.testing.assert_allclose(ours, twin, atol=1e-3)


@pytest.mark.kernel
@pytest.mark.parametrize("count", [0, 1, 7])
@pytest.mark.parametrize("least", [0.0, -np.inf])
def test_one_dense_layer(count: int, least: float) -> None:
    rng = np.random.default_rng(count)
    values, weight, bias = (rng.normal(0, 1, size).astype(np.float32) for size in ((37, count), (5, 37), (5,)))
    said = minutiae._dense(values, Dense(weight, bias), np.float32(least))
    np.testing.assert_allclose(said, np.maximum(weight @ values + bias[:, None], least), atol=1e-4)


def test_a_proposal_beside_a_minutia_is_moved_to_it(image: Array) -> None:
    found = confirmed(image, TRUTH + np.array([[2.5, -1.0, 0.15, 0], [-2.0, 1.5, -0.15, 0]]))
    assert len(found) == 2
    for x, y, direction, _ in TRUTH:
        away = np.hypot(found.x - x, found.y - y)
        assert away.min() < 1.8
        assert abs(math.remainder(float(found.direction[away.argmin()]) - direction, 2 * math.pi)) < 0.1


def test_where_no_ridge_ends_nothing_stands(image: Array) -> None:
    assert len(confirmed(image, np.array([[88.0, 40.0, 0.0, 0.3], [48.0, 92.0, 1.0, 0.3]]))) == 0


def test_a_mirror_changes_sides_and_nothing_else(image: Array) -> None:
    proposals = TRUTH + np.array([[1.0, 1.0, 0.05, 0], [0.5, -1.0, 0.1, 0]])
    mirrored = np.column_stack([proposals[:, 0], len(image) - 1 - proposals[:, 1], -proposals[:, 2], proposals[:, 3]])
    one, other = confirmed(image, proposals), confirmed(image[::-1], mirrored)
    np.testing.assert_allclose(other.x, one.x, atol=1e-3)
    np.testing.assert_allclose(len(image) - 1 - other.y, one.y, atol=1e-3)
    np.testing.assert_allclose(np.cos(other.direction + one.direction), 1, atol=1e-5)
    np.testing.assert_array_equal(other.kind, one.kind)


def test_a_negative_changes_types_and_nothing_else(image: Array) -> None:
    one, other = confirmed(image, TRUTH), confirmed(-image, TRUTH)
    np.testing.assert_allclose([other.x, other.y, other.direction], [one.x, one.y, one.direction], atol=1e-3)
    swap = {MinutiaKind.RIDGE_ENDING: MinutiaKind.BIFURCATION, MinutiaKind.BIFURCATION: MinutiaKind.RIDGE_ENDING}
    assert [swap[MinutiaKind(kind)] for kind in one.kind] == list(other.kind)


def test_minutiae_come_best_first_within_the_image(image: Array) -> None:
    rng = np.random.default_rng(3)
    proposals = np.column_stack(
        [rng.uniform(0, 135, 60), rng.uniform(0, 127, 60), rng.uniform(0, 6.28, 60), rng.uniform(0.1, 1, 60)]
    )
    found = confirmed(image, np.concatenate([TRUTH, proposals, [[0, 0, 3, 1], [135, 127, 6.2831, 1]]]))
    assert len(found) >= 2
    assert (np.diff(found.quality.astype(int)) <= 0).all()
    assert found.quality[0] > 90
    assert ((found.x >= 0) & (found.x <= 135) & (found.y >= 0) & (found.y <= 127)).all()
    assert ((found.direction >= 0) & (found.direction < np.float32(2 * math.pi))).all()


@pytest.mark.kernel
def test_judges_are_asked_in_four_views_and_their_answers_averaged() -> None:
    rng = np.random.default_rng(6)
    looks, facts = rng.normal(0, 1, (3, 5, 5)).astype(np.float32), rng.normal(0, 1, (3, 2)).astype(np.float32)
    sizes = ((8, 27), (6, 8), (5, 6))
    judges = [
        [
            Dense(rng.normal(0, 0.3, size).astype(np.float32), rng.normal(0, 0.3, size[0]).astype(np.float32))
            for size in sizes
        ]
        for _ in range(2)
    ]
    expected = np.zeros((3, 5))
    for judge in judges:
        for view, signs in zip((looks, looks[:, ::-1], -looks, -looks[:, ::-1]), minutiae.VIEWS, strict=True):
            values = np.concatenate([view.reshape(3, -1), facts], axis=1)
            for layer in judge[:-1]:
                values = np.maximum(values @ layer.weight.T + layer.bias, 0)
            expected += (values @ judge[-1].weight.T + judge[-1].bias) * signs / 8
    np.testing.assert_allclose(minutiae._ask(looks, facts, joined(judges, 25)), expected, atol=1e-5)
