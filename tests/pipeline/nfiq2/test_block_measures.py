"""The measures of blocks are the reference's to the last digit that it prints; all else is measured or refused."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from firmware.errors import SampleError
from firmware.pipeline.nfiq2 import block_measures, cropping, frequency_domain, grid, rotation

NAMES = [
    f"{measure}_Bin10_{part}"
    for measure in ("FDA", "LCS", "OCL", "OF", "RVUP")
    for part in (*range(10), "Mean", "StdDev")
]


def measured(path: Path) -> dict[str, float]:
    return block_measures.measure(cropping.crop(np.array(Image.open(path).convert("L"))))


def assert_equal(folder: Path, reference: dict[str, dict[str, str]], rtol: float) -> None:
    """Every measure of every print of the reference; those that it refuses have no row."""
    wrong = []
    for name, row in reference.items():
        ours = measured(folder / name)
        assert list(ours) == NAMES
        wrong += [
            f"{name} {measure}: {value:.9g}, not {row[measure]}"
            for measure, value in ours.items()
            if not math.isclose(value, float(row[measure]), rel_tol=rtol, abs_tol=1e-8)
        ]
    assert not wrong


@pytest.mark.parametrize("name", ["fvc2002_db1_b", "fvc2002_db3_b", "fvc2004_db2_b", "fvc2004_db4_b"])
def test_real_prints_measure_what_the_reference_measures(shared_data: Path, name: str) -> None:
    with (shared_data / "nfiq2" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        reference = {row["file"]: row for row in csv.DictReader(file)}
    assert len(reference) >= 79
    assert_equal(shared_data / "fingerprints" / name, reference, 1e-8)


def test_prints_of_sfinge_measure_what_nist_published(shared_data: Path) -> None:
    folder = shared_data / "fingerprints/sfinge"
    reference = json.loads((shared_data / "nfiq2/sfinge_expected_v2.3.json").read_text(encoding="utf-8"))
    files = {path.stem: path.name for path in folder.iterdir()}
    assert_equal(folder, {files[name]: row for name, row in reference.items()}, 1e-5)


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
            found = block_measures.measure(pixels)
        except SampleError as error:
            assert str(error).startswith("quality: ")
            continue
        assert list(found) == NAMES, name
        assert all(math.isfinite(value) for value in found.values()), name


def test_a_print_of_the_smallest_size_is_measured() -> None:
    """Ten blocks in the foreground, of which one has eight neighbours: 3x4 blocks and their margin."""
    assert sum(block_measures.measure(waves((100, 132)))[f"LCS_Bin10_{i}"] for i in range(10)) == 12
    with pytest.raises(SampleError, match="ridges in 9 blocks"):
        block_measures.measure(waves((131, 131)))


@pytest.mark.parametrize(
    ("pixels", "told"),
    [
        (np.zeros((3, 4, 5), np.uint8), "uint8"),
        (np.zeros((0, 0), np.uint8), "uint8"),
        (np.zeros((300, 300)), "float64"),
        (np.zeros((300, 300), np.uint8), "ridges in 0 blocks"),
        (np.pad(waves((70, 400)), ((0, 200), (0, 0))), "OF finds no block"),
        (np.tile(np.arange(300) // 4 % 2 * 255, (300, 1)).astype(np.uint8), "OF finds no block"),
    ],
)
def test_what_cannot_be_measured_is_said(pixels: NDArray[np.uint8], told: str) -> None:
    with pytest.raises(SampleError, match=told):
        block_measures.measure(pixels)


def test_any_layout_of_the_same_pixels_measures_the_same() -> None:
    pixels = waves((240, 210))
    whole = block_measures.measure(pixels)
    wide = np.zeros((240, 420), np.uint8)
    wide[:, ::2] = pixels
    sealed = pixels.copy()
    sealed.flags.writeable = False
    for same in (np.asfortranarray(pixels), wide[:, ::2], sealed):
        assert block_measures.measure(same) == whole


def test_where_no_frequency_stands_out_rounding_decides_as_in_opencv() -> None:
    """One line a step darker than flat grey: what cv::dft of OpenCV 4.10 makes of it, for each place of the line."""
    profile = np.full((32, 32), 254 * 16, np.int32)
    np.fill_diagonal(profile, 254 * 16 - 1)
    expected = [1.0 if place % 8 < 4 else 1.6 / 15 for place in range(32)]
    np.testing.assert_allclose(frequency_domain.prominence(profile), expected, rtol=1e-9)


def test_blocks_lie_whole_in_the_image_with_their_margin() -> None:
    for height in range(100, 140):
        pixels = waves((height, 220))
        laid = grid.lay(pixels)
        assert laid.foreground.shape == ((height - 4) // 32, 6)
        assert len(rotation.turn(pixels, laid, quarter=False, padding=0).pixels) == laid.foreground.sum()
