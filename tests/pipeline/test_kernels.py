"""Each kernel does what its slow twin does, on awkward sizes too."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware.pipeline import (
    blocks,
    enhancement,
    frequency,
    normalisation,
    orientation,
    parameters,
    quality,
    resolution,
)
from firmware.pipeline._jit import COMPILED
from firmware.pipeline._simd import LANES
from tests import naive

pytestmark = pytest.mark.kernel

Array = NDArray[Any]
SIZES = [(1, 1), (1, 40), (9, 7), (31, 64), (33, 65)]


def random_image(seed: int, shape: tuple[int, int]) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0, 1, shape).astype(np.float32)


def random_mask(seed: int, shape: tuple[int, int], part: float = 0.6) -> NDArray[np.bool_]:
    return np.random.default_rng(seed).random(shape) < part


def grid(shape: tuple[int, int]) -> tuple[int, int]:
    return -(-shape[0] // parameters.BLOCK), -(-shape[1] // parameters.BLOCK)


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("scale", [0.37, 0.984, 1.7])
def test_resampling(shape: tuple[int, int], scale: float) -> None:
    rows = random_image(1, shape)
    ours = np.empty((max(1, round(shape[0] * scale)), shape[1]), np.float32)
    twin = np.empty_like(ours)
    resolution._resample_rows(rows, scale, ours)
    naive.resample_rows(rows, scale, twin)
    np.testing.assert_allclose(ours, twin, atol=1e-4)


@pytest.mark.parametrize("shape", SIZES)
def test_moments_and_normalisation(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(2).integers(0, 256, shape).astype(np.uint8)
    ours, twin = np.empty((2, 3, *grid(shape)), np.float32)
    normalisation._block_moments(pixels, ours)
    naive.block_moments(pixels, twin)
    np.testing.assert_allclose(ours, twin, rtol=1e-6)
    mean = (ours[1] / ours[0]).astype(np.float32)
    deviation = np.sqrt(np.maximum(ours[2] / ours[0] - mean**2, 0)).astype(np.float32)
    wide, long = np.empty((2, 2, grid(shape)[0], shape[1]), np.float32)
    for part, blocks_ in enumerate((mean, deviation)):
        normalisation._stretch(blocks_, wide[part])
        naive.stretch(blocks_, long[part])
    np.testing.assert_allclose(wide, long, rtol=1e-5, atol=1e-4)
    even, plain = np.empty((2, *shape), np.float32)
    normalisation._normalise(pixels, wide[0], wide[1], even)
    naive.normalise(pixels, long[0], long[1], plain)
    np.testing.assert_allclose(even, plain, atol=1e-4)


@pytest.mark.parametrize("shape", SIZES)
def test_softening_and_the_gradient_tensor(shape: tuple[int, int]) -> None:
    image = random_image(3, shape)
    size = shape[0] * shape[1]
    soft, smoothed = np.full((2, size + LANES), 7, np.float32)
    orientation._soften(image, soft)
    naive.soften(image, smoothed)
    np.testing.assert_allclose(soft, smoothed, atol=1e-5)
    ours, twin = np.zeros((2, 3, *grid(shape)), np.float32)
    orientation._gradient_tensor(soft, *shape, ours)
    naive.gradient_tensor(soft, *shape, twin)
    np.testing.assert_allclose(ours, twin, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("reach", [1, 5])
def test_smoothing_and_growing(shape: tuple[int, int], reach: int) -> None:
    values, taps = random_image(11, shape), random_image(12, (1, 2 * reach + 1))[0]
    ours, twin = np.empty((2, *shape), np.float32)
    blocks._smooth(values, taps, ours)
    naive.smooth(values, taps, twin)
    np.testing.assert_allclose(ours, twin, rtol=1e-4, atol=1e-4)
    mask = random_mask(13, shape, 0.02)
    grown, plain = np.zeros((2, *shape), bool)
    blocks._grow(mask, reach, grown)
    naive.grow(mask, reach, plain)
    np.testing.assert_array_equal(grown, plain)


@pytest.mark.parametrize("shape", SIZES)
def test_labels(shape: tuple[int, int]) -> None:
    mask = random_mask(4, shape)
    ours, twin = np.zeros((2, *shape), np.int32)
    blocks._label(mask, ours)
    naive.label(mask, twin)
    np.testing.assert_array_equal(ours, twin)


@pytest.mark.parametrize("shape", [(9, 7), (100, 90)])
def test_signature_power(shape: tuple[int, int]) -> None:
    image = random_image(5, shape)
    rows, cols = (-(-side // frequency.EVERY) for side in grid(shape))
    # Right angles put samples exactly between pixels, where the last digit decides
    angles = np.random.default_rng(6).uniform(0.1, 1.4, (rows, cols)).astype(np.float32)
    mask = random_mask(7, (rows, cols), 0.8)
    ours, twin = np.zeros((2, len(parameters.PERIODS), rows, cols), np.float32)
    frequency._signature_power(image, angles, mask, frequency._waves(), ours)
    naive.signature_power(image, angles, mask, frequency._waves(), twin)
    np.testing.assert_allclose(ours, twin, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("middle", [(3.5, 3.5), (45.5, 51.5), (88.0, 20.0)])
@pytest.mark.parametrize("angle", [0.0, 0.7, 2.9])
def test_reading_a_signature(middle: tuple[float, float], angle: float) -> None:
    image = random_image(14, (100, 90))
    ours, twin = np.empty((2, parameters.SIGNATURE_LENGTH), np.float32)
    frequency._read_signature(image, middle, angle, ours)
    naive.read_signature(image, middle, angle, twin)
    np.testing.assert_allclose(ours, twin, atol=1e-4)


def test_filter() -> None:
    rows, cols, radius = 2, 3, parameters.FILTER_RADIUS
    padded = random_image(8, (rows * parameters.BLOCK + 2 * radius, cols * parameters.BLOCK + 2 * radius))
    choice = np.array([[0, -1, 5], [100, 255, 17]])
    ours, plain, twin = np.zeros((3, rows * parameters.BLOCK, cols * parameters.BLOCK), np.float32)
    energies = np.zeros((3, 2, rows, cols), np.float32)
    if COMPILED:
        enhancement._filter_blocks(padded, enhancement._bank(), choice, ours, energies[0], enhancement._outside())
    else:
        enhancement._filter_plainly(padded, enhancement._bank(), choice, ours, energies[0])
    enhancement._filter_plainly(padded, enhancement._bank(), choice, plain, energies[1])
    naive.filter_blocks(padded, enhancement._bank(), choice, twin, energies[2])
    for one, energy in ((ours, energies[0]), (plain, energies[1])):
        np.testing.assert_allclose(one, twin, atol=1e-4)
        np.testing.assert_allclose(energy, energies[2], rtol=1e-4)


def test_a_block_of_a_filter_and_nothing_else() -> None:
    pitch, width = 14, 11
    source, filters = random_image(15, (1, 12 * pitch))[0], random_image(16, (1, 60))[0]
    ours, twin = np.full((2, 9 * width), 7, np.float32)
    arguments = ((1, pitch), 3, (2, width), np.array([2, 1, 0, 0, 1]))
    energy = enhancement._filter_block(source, filters, ours, *arguments)
    assert energy == pytest.approx(naive.filter_block(source, filters, twin, *arguments), rel=1e-4)
    np.testing.assert_allclose(ours, twin, atol=1e-4)


@pytest.mark.parametrize("shape", SIZES)
def test_counting_greys(shape: tuple[int, int]) -> None:
    image = np.random.default_rng(17).integers(0, 256, shape).astype(np.uint8)
    enhanced, mask = random_image(18, shape), random_mask(19, grid(shape), 0.7)
    ours, twin = np.zeros((2, 2, 256), np.int64)
    quality._count_greys(image, enhanced, mask, ours)
    naive.count_greys(image, enhanced, mask, twin)
    np.testing.assert_array_equal(ours, twin)


@pytest.mark.parametrize("percent", [0, 5, 50, 95, 100])
def test_percentiles_of_counts(percent: float) -> None:
    greys = np.random.default_rng(20).integers(0, 9, 41)
    assert quality._percentile(np.bincount(greys), percent) == pytest.approx(np.percentile(greys, percent))


def test_a_pure_wave_is_clear_and_noise_is_not() -> None:
    wave = np.sin(np.indices((64, 64))[0] * 2 * np.pi / 9).astype(np.float32)
    flat, mask = np.zeros((8, 8), np.float32), np.ones((8, 8), bool)
    _, clear = enhancement.enhance(wave, flat, np.full((8, 8), 9, np.float32), mask)
    _, dull = enhancement.enhance(random_image(9, (64, 64)), flat, np.full((8, 8), 9, np.float32), mask)
    assert clear[2:-2, 2:-2].min() > 0.9
    assert dull.mean() < 0.35
