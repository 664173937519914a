"""Each kernel behind the measures of blocks does what its slow twin does."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware.pipeline.nfiq2 import cropping, gradients, local_clarity, profiles, ridge_valley, rotation, spectrum, sums
from tests import naive_nfiq2_blocks as naive

pytestmark = pytest.mark.kernel

Array = NDArray[Any]
SIZES = [(1, 1), (1, 70), (33, 31), (32, 32), (65, 100)]


def noise(seed: int, shape: tuple[int, ...], top: int = 256) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, top, shape).astype(np.uint8)


def striped(seed: int, count: int) -> NDArray[np.bool_]:
    """Profiles of ridges and valleys of 1 to 12 pixels, and some without any."""
    random = np.random.default_rng(seed)
    flags = [np.repeat(np.arange(40) % 2 == n % 2, random.integers(1, 3 + n % 10, 40))[:32] for n in range(count)]
    return np.array([*flags, np.zeros(32), np.ones(32)], bool)


@pytest.mark.parametrize("shape", SIZES)
def test_sums_of_lines(shape: tuple[int, int]) -> None:
    pixels = noise(18, shape)
    ours, twin = ([np.zeros(side, np.uint32) for side in shape] for _ in range(2))
    cropping._sum_lines(pixels, *ours)
    naive.sum_lines(pixels, *twin)
    for one, other in zip(ours, twin, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("content", ["noise", "black", "white"])
def test_sums_over_blocks(shape: tuple[int, int], content: str) -> None:
    pixels = {"noise": noise(1, shape), "black": np.zeros(shape, np.uint8), "white": np.full(shape, 255, np.uint8)}
    ours, twin = np.full((2, 3, -(-shape[0] // 32), -(-shape[1] // 32)), 7, np.int64)
    sums._sum_blocks(pixels[content], 0, 0, ours)
    naive.sum_blocks(pixels[content], 0, 0, twin)
    np.testing.assert_array_equal(ours, twin)


@pytest.mark.parametrize("shape", [*SIZES, (36, 68), (67, 67)])
@pytest.mark.parametrize("corner", [(0, 0), (2, 2), (0, 1)])
def test_products_of_gradients(shape: tuple[int, int], corner: tuple[int, int]) -> None:
    """Blocks that the image's edge cuts off, even those of a single row or column, are measured too."""
    top, left = (min(first, side - 1) for first, side in zip(corner, shape, strict=True))
    for pixels in (noise(2, shape), noise(3, shape, 2) * np.uint8(255), np.full(shape, 255, np.uint8)):
        blocks = -(-(shape[0] - top) // 32), -(-(shape[1] - left) // 32)
        ours, twin = np.full((2, 3, *blocks), 7, np.int64)
        gradients._gradient_products(pixels, top, left, ours)
        naive.gradient_products(pixels, top, left, twin)
        np.testing.assert_array_equal(ours, twin)


def test_blocks_anywhere() -> None:
    pixels = noise(16, (70, 90))
    corners = np.concatenate([np.random.default_rng(17).integers(0, (70, 90), (20, 2)), [(0, 0), (69, 89), (38, 58)]])
    ours, twin = np.full((2, len(corners), 3, 1, 1), 7, np.int64)
    sums._sum_blocks_at(pixels, corners, ours)
    naive.sum_blocks_at(pixels, corners, twin)
    np.testing.assert_array_equal(ours, twin)
    np.testing.assert_array_equal(sums.at(pixels, corners), twin[:, :, 0, 0].T)
    gradients._gradient_products_at(pixels, corners, ours)
    naive.gradient_products_at(pixels, corners, twin)
    np.testing.assert_array_equal(ours, twin)
    np.testing.assert_array_equal(gradients.covariance_at(pixels, corners), twin[:, :, 0, 0].T / 4096)


@pytest.mark.parametrize("padding", [0, rotation.PADDING])
@pytest.mark.parametrize("shape", [(36, 36), (37, 39), (100, 70)])
def test_a_block_with_its_neighbours(shape: tuple[int, int], padding: int) -> None:
    pixels = noise(4, shape, 255) + np.uint8(1)
    for place in ((0, 0), (shape[0] - 36, shape[1] - 36), ((shape[0] - 36) // 2, 0)):
        ours, twin = np.full((2, 44, 44), 7, np.uint8)
        rotation._lay_out(pixels, np.array(place), padding, ours)
        naive.lay_out(pixels, np.array(place), padding, twin)
        np.testing.assert_array_equal(ours, twin)


ANGLES = [0.0, np.pi / 2, np.pi / 4, *np.random.default_rng(5).uniform(-np.pi / 2, np.pi / 2, 40)]


@pytest.mark.parametrize("quarter", [False, True])
@pytest.mark.parametrize("padding", [0, rotation.PADDING])
def test_steps_and_turned_blocks(quarter: bool, padding: int) -> None:
    for angle in ANGLES:
        ours, twin = ((np.empty((2, 32), np.int32), np.empty((2, 16), np.int32)) for _ in range(2))
        rotation._step(angle, quarter, padding, *ours)
        naive.step(angle, quarter, padding, *twin)
        for one, other in zip(ours, twin, strict=True):
            np.testing.assert_array_equal(one, other)
    pixels, places = noise(6, (68, 70)), np.random.default_rng(7).integers(0, 33, (len(ANGLES), 2))
    turned, plain = np.empty((2, len(ANGLES), 16, 32), np.uint8)
    profile, sums = np.zeros((2, len(ANGLES), 32), np.int32)
    rotation._turn_blocks(pixels, places, np.array(ANGLES), (quarter, padding), turned, profile)
    naive.turn_blocks(pixels, places, np.array(ANGLES), (quarter, padding), plain, sums)
    np.testing.assert_array_equal(turned, plain)
    np.testing.assert_array_equal(profile, sums)


def test_no_window_reaches_past_its_slack() -> None:
    for angle in np.linspace(-np.pi / 2, np.pi / 2, 721):
        for quarter, padding in ((False, 0), (False, 2), (True, 2)):
            across, along = np.empty((2, 32), np.int32), np.empty((2, 16), np.int32)
            rotation._step(angle, quarter, padding, across, along)
            places = ((across[:, None] + along[:, :, None]) >> rotation.SHIFT) - padding
            assert places.min() >= -rotation.SLACK
            assert places.max() < rotation.SIDE + rotation.SLACK


def test_a_spectrum() -> None:
    profile = np.concatenate([noise(8, (20, 32)), np.zeros((1, 32)), np.full((1, 32), 4080)]).astype(np.int32)
    ours, twin = np.empty((2, *profile.shape))
    spectrum._spectrum(profile, spectrum._roots(), ours)
    naive.spectrum(profile, spectrum._roots(), twin)
    np.testing.assert_allclose(ours, twin, rtol=1e-12, atol=1e-9)
    # Amplitudes of what does not change are none at all, not nearly none
    assert not ours[-2:, 1:].any()


@pytest.mark.parametrize("size", [1, 4])
def test_four_spectra_become_one(size: int) -> None:
    ours = np.random.default_rng(9).normal(0, 1, 64).view(np.complex128)
    twin = ours.copy()
    spectrum._join_fours(ours, spectrum._roots(), size)
    naive.join_fours(twin, spectrum._roots(), size)
    np.testing.assert_allclose(ours, twin, rtol=1e-12)


def test_mean_widths() -> None:
    for ridge in striped(10, 60):
        ours, twin = np.empty((2, 2))
        local_clarity._mean_widths(ridge, ours)
        naive.mean_widths(ridge, twin)
        np.testing.assert_allclose(ours, twin, rtol=1e-12)


def test_clarity() -> None:
    ridge = striped(11, 60)
    pixels = (noise(12, (len(ridge), 16, 32), 120) + np.where(ridge, 0, 90)[:, None]).astype(np.uint8)
    line = np.random.default_rng(13).uniform(0, 255, ridge.shape)
    line[::2] = np.rint(line[::2])
    ours, twin = np.empty((2, len(ridge)))
    local_clarity._clarity(pixels, ridge, line, ours)
    naive.clarity(pixels, ridge, line, twin)
    np.testing.assert_allclose(ours, twin, rtol=1e-12)
    assert 0 < np.count_nonzero(ours) < len(ours)


def test_ratios() -> None:
    ridge = striped(14, 200)
    ours, twin = np.empty((2, ridge.size))
    count = ridge_valley._ratios(ridge, ours)
    assert count == naive.ratios(ridge, twin)
    assert count > 200
    np.testing.assert_allclose(ours[:count], twin[:count], rtol=1e-12)


def test_the_line_between_ridges_and_valleys() -> None:
    profile = np.random.default_rng(15).integers(0, 4081, (50, 32)).astype(np.int32)
    ours = profiles.divide(profile)
    for mean, line, ridge in zip(profile / 16, ours.line, ours.ridge, strict=True):
        np.testing.assert_allclose(line, np.polyval(np.polyfit(np.arange(32), mean, 1), np.arange(32)), atol=1e-8)
        np.testing.assert_array_equal(ridge, mean < line)
    # What lies on the line is valley
    assert not profiles.divide(np.full((1, 32), 16 * 77, np.int32)).ridge.any()
    assert not profiles.divide(16 * np.arange(32, dtype=np.int32)[None]).ridge.any()
