"""Each kernel behind the advice does what its slow twin does, on awkward sizes too."""

import numpy as np
import pytest

from firmware.pipeline.feedback import contact, outline, waves
from tests import naive_feedback as naive

pytestmark = pytest.mark.kernel

SIZES = [(1, 1), (9, 7), (24, 33)]


def grid(shape: tuple[int, int]) -> tuple[int, int]:
    return -(-shape[0] // 8), -(-shape[1] // 8)


@pytest.mark.parametrize("shape", SIZES)
def test_crests_and_floors(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    image, enhanced = rng.integers(0, 256, shape).astype(np.uint8), rng.normal(0, 1, shape).astype(np.float32)
    enhanced[:, :8] = 0
    ours, twin = np.zeros((2, 8, *grid(shape)), np.float32)
    contact._sum_phases(image, enhanced, ours)
    naive.sum_phases(image, enhanced, twin)
    np.testing.assert_allclose(ours, twin, rtol=1e-5)
    strength, middle = ours[7], rng.uniform(60, 200, grid(shape)).astype(np.float32)
    ours, twin = np.zeros((2, 3, *grid(shape)), np.float32)
    contact._count_strays(image, enhanced, strength, middle, ours)
    naive.count_strays(image, enhanced, strength, middle, twin)
    np.testing.assert_array_equal(ours, twin)


def test_a_row_of_crests_and_floors() -> None:
    rng = np.random.default_rng(6)
    greys, waves_ = rng.integers(0, 256, (2, 30)).astype(np.uint8), rng.normal(0, 1, 30).astype(np.float32)
    bounds = np.array([np.full(30, 0.5), rng.uniform(200, 800, 30)], np.float32)
    ours, twin = np.zeros((2, 10, 30), np.float32)
    contact._add_pixels(greys[0], waves_, ours[:3])
    contact._add_phases(greys[0], waves_, bounds[0], ours[3:7])
    contact._add_strays(greys[0], greys[1], waves_, bounds, ours[7:])
    naive.add_pixels(greys[0], waves_, twin[:3])
    naive.add_phases(greys[0], waves_, bounds[0], twin[3:7])
    naive.add_strays(greys[0], greys[1], waves_, bounds, twin[7:])
    np.testing.assert_allclose(ours, twin, rtol=1e-6)


@pytest.mark.parametrize("shape", SIZES)
def test_waves(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    image = rng.integers(0, 256, shape).astype(np.uint8)
    rows, cols = -(-shape[0] // 16), -(-shape[1] // 16)
    size = (rows * 8 + 14, cols * 8 + 14)
    ours, twin = np.zeros((2, *size), np.float32)
    waves._halve(image, ours)
    naive.halve(image, twin)
    np.testing.assert_array_equal(ours, twin)
    choice = rng.integers(0, len(waves.PERIODS), (rows, cols))
    energy, plain = np.zeros((2, rows, cols, waves.DIRECTIONS), np.float32)
    waves._respond(ours, waves._bank(), choice, energy)
    naive.respond(ours, waves._bank(), choice, plain)
    np.testing.assert_allclose(energy, plain, rtol=1e-3, atol=1e-2)
    found, told = np.zeros((2, 4, rows, cols), np.float32)
    energy = rng.uniform(1, 100, plain.shape).astype(np.float32)
    waves._part(energy, found)
    naive.part(energy, told)
    np.testing.assert_allclose(found, told, rtol=1e-3, atol=1e-3)


def test_the_second_of_two_maxima() -> None:
    curve = np.array([9, 2, 1, 4, 6, 5, 3, 2, 0, 1, 2, 4], np.float32)
    assert waves._prominence(curve, np.empty(12, np.float32)) == naive.prominence(curve, curve) == 5
    assert waves._mean_of_lowest(curve, np.empty(4, np.float32)) == naive.mean_of_lowest(curve, curve[:4]) == 1


@pytest.mark.parametrize("shape", SIZES)
def test_bays(shape: tuple[int, int]) -> None:
    print_ = np.random.default_rng(4).random(shape) < 0.1
    ours, twin = print_.copy(), print_.copy()
    outline._fill_bays(print_, ours)
    naive.fill_bays(print_, twin)
    np.testing.assert_array_equal(ours, twin)


@pytest.mark.parametrize("shape", [(1, 1), (9, 7)])
def test_tracing(shape: tuple[int, int]) -> None:
    print_ = np.random.default_rng(5).random(shape) < 0.3
    print_[0, -1] = True
    box, sums, lost = np.zeros((2, 4), np.int64), np.zeros((2, 3)), np.zeros((2, 4))
    outline._trace(print_, box[0], sums[0], lost[0])
    naive.trace(print_, box[1], sums[1], lost[1])
    for pair in (box, sums, lost):
        np.testing.assert_allclose(pair[0], pair[1])
    pair = np.zeros((2, 2))
    outline._lose(print_, pair[0])
    naive.lose(print_, pair[1])
    np.testing.assert_allclose(pair[0], pair[1])
