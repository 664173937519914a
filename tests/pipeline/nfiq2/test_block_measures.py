"""The measures of blocks: whatever comes in is measured or refused. What they measure, `test_measures` holds."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware.errors import SampleError
from firmware.pipeline.nfiq2 import block_measures, frequency_domain, grid, rotation, sums
from firmware.pipeline.nfiq2.gradients import covariance

NAMES = [
    f"{measure}_Bin10_{part}"
    for measure in ("FDA", "LCS", "OCL", "OF", "RVUP")
    for part in (*range(10), "Mean", "StdDev")
]


def measured(pixels: NDArray[np.uint8]) -> dict[str, float]:
    blocks = sums.over_blocks(pixels)
    return block_measures.measure(pixels, blocks, covariance(pixels, 0, *blocks.shape[1:]))


def waves(shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Ridges round a point, with some noise: a print for all that these measures know."""
    y, x = np.indices(shape)
    light = 128 + 90 * np.sin(np.hypot(y - shape[0] / 2, x - shape[1] / 3) * 2 * np.pi / 9)
    return np.asarray(np.clip(light + np.random.default_rng(1).normal(0, 12, shape), 0, 255), np.uint8)


def contents(shape: tuple[int, int]) -> dict[str, NDArray[np.uint8]]:
    y, x = np.indices(shape)
    random = np.random.default_rng(2)
    return {
        "black": np.zeros(shape, np.uint8),
        "grey": np.full(shape, 128, np.uint8),
        "noise": random.integers(0, 256, shape).astype(np.uint8),
        "specks": (random.random(shape) < 0.01).astype(np.uint8) * np.uint8(255),
        "lines": (y % 2 * 255).astype(np.uint8),
        "columns": (x % 2 * 255).astype(np.uint8),
        "chequers": ((x + y) % 2 * 255).astype(np.uint8),
        "stripes": (x // 4 % 2 * 255).astype(np.uint8),
        "ramp": (x % 256).astype(np.uint8),
        "half": np.where(y < shape[0] // 2, 0, 255).astype(np.uint8),
        "one pixel": (random.permutation(y.size).reshape(shape) == 0).astype(np.uint8) * np.uint8(255),
        "waves": waves(shape),
    }


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (35, 400), (36, 36), (37, 500), (68, 68), (101, 131), (389, 201)])
def test_whatever_comes_in_is_measured_or_refused(shape: tuple[int, int]) -> None:
    for name, pixels in contents(shape).items():
        try:
            found = measured(pixels)
        except SampleError as error:
            assert str(error).startswith("quality: ")
            continue
        assert list(found) == NAMES, name
        assert all(math.isfinite(value) for value in found.values()), name


def test_a_print_of_the_smallest_size_is_measured() -> None:
    """Ten blocks in the foreground, of which one has eight neighbours: 3x4 blocks and their margin."""
    assert sum(measured(waves((100, 132)))[f"LCS_Bin10_{i}"] for i in range(10)) == 12
    with pytest.raises(SampleError, match="ridges in 9 blocks"):
        measured(waves((131, 131)))


@pytest.mark.parametrize(
    ("pixels", "told"),
    [
        (np.zeros((300, 300), np.uint8), "ridges in 0 blocks"),
        (np.pad(waves((70, 400)), ((0, 200), (0, 0))), "OF finds no block"),
        (np.tile(np.arange(300) // 4 % 2 * 255, (300, 1)).astype(np.uint8), "OF finds no block"),
    ],
)
def test_what_cannot_be_measured_is_said(pixels: NDArray[np.uint8], told: str) -> None:
    with pytest.raises(SampleError, match=told):
        measured(pixels)


def test_where_no_frequency_stands_out_rounding_decides_as_in_opencv() -> None:
    """One line a step darker than flat grey: what cv::dft of OpenCV 4.10 makes of it, for each place of the line."""
    profile = np.full((32, 32), 254 * 16, np.int32)
    np.fill_diagonal(profile, 254 * 16 - 1)
    expected = [1.0 if place % 8 < 4 else 1.6 / 15 for place in range(32)]
    np.testing.assert_allclose(frequency_domain.prominence(profile), expected, rtol=1e-9)


def test_blocks_lie_whole_in_the_image_with_their_margin() -> None:
    for height in range(100, 140):
        pixels = waves((height, 220))
        laid = grid.lay(pixels, sums.over_blocks(pixels))
        assert laid.foreground.shape == ((height - 4) // 32, 6)
        assert len(rotation.turn(pixels, laid, quarter=False, padding=0).pixels) == laid.foreground.sum()
