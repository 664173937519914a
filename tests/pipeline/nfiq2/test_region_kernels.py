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


def by_rows(pixels: NDArray[np.uint8], size: int) -> None:
    """What lies past the image's width may be anything."""
    ours, twin = (smoothing._room(pixels.shape) for _ in range(2))
    steps = smoothing._mirrored(pixels.shape[1], size), *smoothing._steps(size)
    smoothing._smooth_rows(pixels, *steps, ours)
    naive.smooth_rows(pixels, *steps, twin)
    np.testing.assert_array_equal(ours[:, : pixels.shape[1]], twin[:, : pixels.shape[1]])


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("size", [region.FIRST, region.SECOND])
def test_smoothing_along_rows(shape: tuple[int, int], size: int) -> None:
    by_rows(noise(1, shape), size)
    by_rows(np.full(shape, 255, np.uint8), size)


def test_sums_past_16_bits_along_a_row() -> None:
    by_rows(noise(2, (1, 300)) | np.uint8(224), region.FIRST)


@pytest.mark.parametrize("shape", SIZES)
def test_smoothing_from_change_to_change(shape: tuple[int, int]) -> None:
    ramp = np.cumsum(smoothing._weights(region.SECOND)[:-1], dtype=np.int32)
    padded = spots(3, shape)[:, smoothing._mirrored(shape[1], region.SECOND)]
    changes = 1 + np.flatnonzero(np.diff(padded.ravel()))
    ours, twin = (padded[:, : shape[1]] * np.uint16(256) for _ in range(2))
    smoothing._smooth_changes(padded, changes, ramp, ours)
    naive.smooth_changes(padded, changes, ramp, twin)
    np.testing.assert_array_equal(ours, twin)


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize(("unit", "size"), [(1, region.FIRST), (255, region.SECOND)])
@pytest.mark.parametrize("content", ["noise", "black", "white", "halves"])
def test_smoothing_along_columns(shape: tuple[int, int], unit: int, size: int, content: str) -> None:
    """In whole image and mask: sums of a mask fill 16 bits, and white is told from black all the same."""
    top, pitch = 65280 // unit, smoothing._room(shape).shape[1]
    rows = {
        "noise": np.random.default_rng(4).integers(0, top + 1, (shape[0], pitch)),
        "black": np.zeros((shape[0], pitch)),
        "white": np.full((shape[0], pitch), top),
        "halves": np.indices((shape[0], pitch))[0] * 2 // shape[0] * top,
    }[content].astype(np.uint16)
    weights, lines = smoothing._weights(size), smoothing._mirrored(shape[0], size)
    total = (weights @ rows[lines[: len(weights)]].astype(int)).astype(np.int32 if unit == 1 else np.uint16)
    ours, twin = np.zeros((2, *shape), np.uint8)
    smoothing._smooth_columns(rows, lines, *smoothing._steps(size), total.copy(), unit, ours)
    naive.smooth_columns(rows, lines, *smoothing._steps(size), total, unit, twin)
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
