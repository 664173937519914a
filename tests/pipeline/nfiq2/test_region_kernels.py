"""Each kernel behind the region of interest does what its slow twin does."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware.pipeline.nfiq2 import region, runs, smoothing, thresholding
from tests import naive_nfiq2_region as naive

pytestmark = pytest.mark.kernel

Array = NDArray[Any]
SIZES = [(1, 1), (1, 40), (40, 1), (2, 3), (33, 31), (50, 65)]


def noise(seed: int, shape: tuple[int, ...], top: int = 256) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, top, shape).astype(np.uint8)


def spots(seed: int, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Patches a few pixels large, and some of one pixel."""
    patches = np.repeat(np.repeat(noise(seed, shape, 2), 3, axis=0), 2, axis=1)[: shape[0], : shape[1]]
    return np.asarray((patches == 1) ^ (noise(seed, shape, 20) == 0))


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("size", [region.FIRST, region.SECOND])
def test_smoothing_along_rows(shape: tuple[int, int], size: int) -> None:
    for pixels in (noise(1, shape), np.full(shape, 255, np.uint8)):
        padded = smoothing._mirrored(pixels, size)
        ours, twin = np.full((2, *shape), 7, np.uint16)
        smoothing._smooth_rows(padded, *smoothing._steps(size), ours)
        naive.smooth_rows(padded, *smoothing._steps(size), twin)
        np.testing.assert_array_equal(ours, twin)


def test_sums_past_16_bits_along_a_row() -> None:
    pixels = noise(2, (1, 300)) | np.uint8(224)
    padded = smoothing._mirrored(pixels, region.FIRST)
    ours, twin = np.zeros((2, *pixels.shape), np.uint16)
    smoothing._smooth_rows(padded, *smoothing._steps(region.FIRST), ours)
    naive.smooth_rows(padded, *smoothing._steps(region.FIRST), twin)
    np.testing.assert_array_equal(ours, twin)


@pytest.mark.parametrize("shape", SIZES)
def test_smoothing_from_change_to_change(shape: tuple[int, int]) -> None:
    padded = smoothing._mirrored(spots(3, shape), region.SECOND)
    ramp = 255 * np.cumsum(smoothing._weights(region.SECOND)[:-1], dtype=np.int32)
    changes = 1 + np.flatnonzero(np.diff(padded.ravel()))
    ours, twin = (padded[:, : shape[1]] * np.uint16(65280) for _ in range(2))
    smoothing._smooth_changes(padded, changes, ramp, ours)
    naive.smooth_changes(padded, changes, ramp, twin)
    np.testing.assert_array_equal(ours, twin)


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("size", [region.FIRST, region.SECOND])
def test_smoothing_along_columns(shape: tuple[int, int], size: int) -> None:
    for rows in (noise(4, shape).astype(np.uint16) * 256, np.full(shape, 65280, np.uint16)):
        weights = smoothing._weights(size)
        lines = np.pad(np.arange(shape[0]), len(weights) // 2, mode="reflect")
        total = np.asarray(weights @ rows[lines[: len(weights)]].astype(np.int32), np.int32)
        ours, twin = np.zeros((2, *shape), np.uint8)
        smoothing._smooth_columns(rows, lines, *smoothing._steps(size), total.copy(), ours)
        naive.smooth_columns(rows, lines, *smoothing._steps(size), total, twin)
        np.testing.assert_array_equal(ours, twin)


@pytest.mark.parametrize("size", [1, 3, 4, 7, 1000])
def test_levels_are_counted(size: int) -> None:
    pixels = noise(5, (size,))
    ours, twin = np.zeros((2, 4, 256), np.int64)
    thresholding._count_levels(pixels, ours)
    naive.count_levels(pixels, twin)
    np.testing.assert_array_equal(ours, twin)


def test_levels_are_divided() -> None:
    random = np.random.default_rng(6)
    for _ in range(20):
        levels = np.clip(random.normal(random.integers(30, 220, 2)[:, None], random.uniform(1, 30), (2, 200)), 0, 255)
        counts = np.bincount(levels.astype(np.uint8).ravel(), minlength=256)
        assert thresholding._divide_levels(counts) == naive.divide_levels(counts)
    for alone in (0, 128, 255):
        assert thresholding._divide_levels(np.where(np.arange(256) == alone, 50, 0)) == 0


@pytest.mark.parametrize("shape", SIZES)
def test_runs_are_connected_and_painted(shape: tuple[int, int]) -> None:
    for mask in (spots(7, shape), np.zeros(shape, bool), np.indices(shape).sum(axis=0) % 2 == 0):
        found = runs.find(mask)
        twin = np.empty(len(found.part), np.int64)
        naive.connect_runs(found.row, found.begin, found.end, found.inside, twin)
        np.testing.assert_array_equal(found.part, twin)
        ours, painted = np.zeros((2, *shape), np.bool_)
        chosen = found.row[found.inside], found.begin[found.inside], found.end[found.inside]
        runs._paint_runs(*chosen, ours)
        naive.paint_runs(*chosen, painted)
        np.testing.assert_array_equal(ours, painted)
        np.testing.assert_array_equal(ours, mask)


@pytest.mark.parametrize("shape", SIZES)
def test_sums_inside_a_mask(shape: tuple[int, int]) -> None:
    pixels, mask = noise(8, shape), spots(9, shape)
    ours, twin = np.zeros((2, 2, -(-shape[0] // 32), -(-shape[1] // 32)), np.int64)
    region._sum_inside(pixels, mask, ours)
    naive.sum_inside(pixels, mask, twin)
    np.testing.assert_array_equal(ours, twin)
