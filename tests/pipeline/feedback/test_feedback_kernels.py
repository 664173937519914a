"""Each kernel behind the advice does what its slow twin does, on awkward sizes too."""

import numpy as np
import pytest

from firmware.pipeline.feedback import contact, specks, waves
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


@pytest.mark.parametrize("shape", SIZES)
def test_dark_squares(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    image = rng.integers(0, 256, shape).astype(np.uint8)
    level = rng.choice([0, 90, 130], grid(shape)).astype(np.float32)
    ours, twin = np.zeros((2, *grid(shape)), np.float32)
    specks._count_dark(image, level, ours)
    naive.count_dark(image, level, twin)
    np.testing.assert_array_equal(ours, twin)


@pytest.mark.parametrize("shape", SIZES)
def test_waves(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    image = rng.integers(0, 256, shape).astype(np.uint8)
    rows, cols = -(-shape[0] // 16), -(-shape[1] // 16)
    size = (rows * 8 + 14, cols * 8 + 22)
    ours, twin = np.zeros((2, *size), np.float32)
    waves._halve(image, ours)
    naive.halve(image, twin)
    np.testing.assert_array_equal(ours, twin)
    choice = rng.integers(0, len(waves.PERIODS), (rows, cols))
    energy, plain = np.zeros((2, rows, cols, waves.DIRECTIONS), np.float32)
    waves._respond(ours.ravel(), waves._bank(), choice, size[1], energy)
    naive.respond(ours.ravel(), waves._bank(), choice, size[1], plain)
    np.testing.assert_allclose(energy, plain, rtol=1e-3, atol=1e-2)
    found, told = np.zeros((2, 4, rows, cols), np.float32)
    energy = rng.uniform(1, 100, plain.shape).astype(np.float32)
    waves._part(energy, found)
    naive.part(energy, told)
    np.testing.assert_allclose(found, told, rtol=1e-3, atol=1e-3)
