"""The region of interest is the one patch that the finger fills, found to the pixel as the reference finds it."""

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from firmware.pipeline.nfiq2 import coherence, contrast, cropping, region, runs, smoothing, sums, thresholding
from firmware.pipeline.nfiq2.gradients import covariance


def discs(shape: tuple[int, int], *places: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Ridges on white glass where a disc is: its centre x, y and radius."""
    y, x = np.indices(shape)
    ridges = 90 + 80 * np.sin(x * 2 * np.pi / 9)
    inside = np.any([np.hypot(x - u, y - v) < r for u, v, r in places], axis=0)
    return np.where(inside, ridges, 255).astype(np.uint8)


def test_weights_are_those_of_opencv() -> None:
    """Of `GaussianBlur` with 41 weights, OpenCV 4.10, from the first that is not 0."""
    expected = [1, 0, 1, 1, 2, 2, 3, 3, 5, 6, 8, 8, 11, 11, 13, 15, 15, 15, 16]
    assert smoothing._weights(41).tolist() == expected + expected[-2::-1]
    assert (smoothing._weights(91).sum(), len(smoothing._weights(91)), smoothing._weights(91).max()) == (256, 79, 8)


@pytest.mark.parametrize("shape", [(1, 1), (2, 500), (100, 7), (150, 140)])
def test_smoothing_is_nearly_a_gaussian(shape: tuple[int, int]) -> None:
    pixels = discs(shape, (60, 70, 50))
    for size, deviation in ((41, 6.5), (91, 14.0)):
        blurred = ndimage.gaussian_filter(pixels.astype(float), deviation, mode="mirror", radius=size // 2)
        np.testing.assert_allclose(smoothing.smooth(pixels, size), blurred, atol=2.5)
        white = pixels > 100
        np.testing.assert_array_equal(smoothing.smooth_mask(white, size), smoothing.smooth(white * np.uint8(255), size))


def test_the_threshold_lies_between_dark_and_light() -> None:
    pixels = np.repeat(np.array([10, 11, 200, 201], np.uint8), 25).reshape(10, 10)
    assert thresholding.threshold(pixels) == 11
    assert thresholding.threshold(np.full((5, 5), 77, np.uint8)) == 0


def test_one_patch_is_kept_and_its_holes_are_filled() -> None:
    mask = np.zeros((12, 20), bool)
    mask[1:9, 1:9], mask[3:6, 3:6], mask[4, 4] = True, False, True
    mask[:, 15], mask[11, 10:16] = True, True
    kept = region._largest(mask)
    # The angle at the right has fewer pixels, and a larger box
    assert (kept == (mask & (np.indices(mask.shape)[1] > 9))).all()
    mask[:, 15:] = False
    expected = np.zeros_like(mask)
    expected[1:9, 1:9] = True
    assert (region._largest(mask) == expected).all()


def test_what_touches_by_a_corner_is_two_patches() -> None:
    mask = np.zeros((6, 6), bool)
    mask[:2, :2], mask[2:4, 2:4] = True, True
    assert (region._largest(mask) == np.pad(np.ones((2, 2), bool), ((0, 4), (0, 4)))).all()
    found = runs.find(mask)
    assert sorted(runs.boxes(found)[found.inside]) == [0, 0, 4, 4]
    assert not region._largest(np.zeros((3, 3), bool)).any()
    assert region._largest(np.ones((3, 3), bool)).all()


def test_the_finger_is_found_and_not_the_smudge() -> None:
    pixels = discs((300, 260), (130, 150, 95), (20, 20, 12))
    found = region.find(pixels)
    y, x = np.indices(pixels.shape)
    distance = np.hypot(x - 130, y - 150)
    assert found.mask[distance < 85].all()
    assert not found.mask[distance > 112].any()
    mean = region.measure(found)["ImgProcROIArea_Mean"]
    assert mean == pytest.approx(pixels[found.mask].mean(), rel=1e-12)
    assert found.number.sum() == found.mask.sum()
    np.testing.assert_array_equal(region.blocks(found), found.number > 0)


@pytest.mark.parametrize("name", ["fvc2002_db1_b", "fvc2002_db3_b", "fvc2004_db2_b", "fvc2004_db4_b"])
def test_the_region_has_as_many_pixels_as_the_references(shared_data: Path, name: str) -> None:
    with (shared_data / "nfiq2" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        expected = {row["file"]: int(row["SufficientFingerprintForeground"]) for row in csv.DictReader(file)}
    folder = shared_data / "fingerprints" / name
    found = {
        file: int(region.find(cropping.crop(np.array(Image.open(folder / file).convert("L")))).number.sum())
        for file in expected
    }
    assert found == expected


@pytest.mark.parametrize("level", [0, 1, 128, 255])
def test_flat_grey_has_no_region_or_is_all_region(level: int) -> None:
    found = region.find(np.full((70, 71), level, np.uint8))
    assert found.mask.all() == (level == 0)
    assert found.mask.any() == (level == 0)
    assert region.measure(found)["ImgProcROIArea_Mean"] == (0 if level == 0 else 255)


def test_a_cut_off_block_may_count_though_nothing_is_in_it() -> None:
    """255 * 49 * (1 / 49) is less than 255 in double precision; what OpenCV's mean makes of 7x7 white pixels."""
    white = region.find(np.full((39, 39), 255, np.uint8))
    assert region.blocks(white).tolist() == [[False, False], [False, True]]


def test_coherence_is_that_of_each_block() -> None:
    pixels = np.zeros((64, 70), np.uint8)
    pixels[:, :32] = np.arange(32) * 5
    pixels[:32, 32:64] = np.random.default_rng(1).integers(0, 256, (32, 32))
    gradients = covariance(pixels, 0, 2, 3)
    alone = [
        coherence.measure(gradients, np.arange(6).reshape(2, 3) == i)["OrientationMap_ROIFilter_CoherenceSum"]
        for i in range(6)
    ]
    np.testing.assert_allclose([alone[i] for i in (0, 2, 3, 4, 5)], [1, 0, 1, 0, 0], atol=1e-12)
    assert 0 < alone[1] < 0.2
    both = coherence.measure(gradients, np.ones((2, 3), bool))
    assert both["OrientationMap_ROIFilter_CoherenceSum"] == pytest.approx(sum(alone))
    assert both["OrientationMap_ROIFilter_CoherenceRel"] == pytest.approx(sum(alone) / 6)
    assert set(coherence.measure(gradients, np.zeros((2, 3), bool)).values()) == {0.0}


def test_contrast_weighs_pixels_or_blocks() -> None:
    pixels = np.zeros((33, 32), np.uint8)
    pixels[32] = 66
    assert contrast.measure(sums.over_blocks(pixels)) == {"MMB": 33.0, "Mu": 2.0}
