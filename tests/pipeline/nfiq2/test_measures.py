"""The measures are the reference's to the last digit that it prints, but for those that rest on minutiae."""

import csv
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from firmware.datatypes import Minutiae
from firmware.errors import SampleError
from firmware.pipeline.nfiq2 import cropping, measures
from firmware.records import templates
from tests.pipeline.nfiq2.test_block_measures import contents, waves

SETS = ["fvc2002_db1_b", "fvc2002_db3_b", "fvc2004_db2_b", "fvc2004_db4_b"]
RESTING_ON_MINUTIAE = measures.NAMES[12:16]


def minutiae(*places: tuple[float, float]) -> Minutiae:
    """At these x and y."""
    x, y = np.array(places, np.float32).reshape(-1, 2).T
    return Minutiae(x, y, np.zeros_like(x), np.ones(len(x), np.uint8), np.full(len(x), 50, np.uint8))


def read(path: Path) -> NDArray[np.uint8]:
    return np.array(Image.open(path).convert("L"))


def reference(shared_data: Path, name: str) -> dict[str, dict[str, str]]:
    with (shared_data / "nfiq2" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def differences(ours: dict[str, float], row: dict[str, str], names: tuple[str, ...], rtol: float) -> list[str]:
    return [
        f"{name}: {ours[name]:.9g}, not {row[name]}"
        for name in names
        if not math.isclose(ours[name], float(row[name]), rel_tol=rtol, abs_tol=1e-8)
    ]


WITHOUT_MINUTIAE = tuple(name for name in measures.NAMES if name not in RESTING_ON_MINUTIAE)


@pytest.mark.parametrize("name", SETS)
def test_real_prints_measure_what_the_reference_measures(shared_data: Path, name: str) -> None:
    """Those that the reference refuses have no row."""
    rows = reference(shared_data, name)
    assert len(rows) >= 79
    assert tuple(next(iter(rows.values())))[2:71] == measures.NAMES
    wrong = {}
    for file, row in rows.items():
        ours = measures.measure(read(shared_data / "fingerprints" / name / file), minutiae())
        assert tuple(ours) == measures.NAMES
        wrong[file] = differences(ours, row, WITHOUT_MINUTIAE, 1e-8)
    assert not any(wrong.values()), wrong


def test_prints_of_sfinge_measure_what_nist_published(shared_data: Path) -> None:
    rows = json.loads((shared_data / "nfiq2/sfinge_expected_v2.3.json").read_text(encoding="utf-8"))
    assert len(rows) == 5
    for name, row in rows.items():
        ours = measures.measure(read(shared_data / f"fingerprints/sfinge/{name}.png"), minutiae())
        assert differences(ours, row, WITHOUT_MINUTIAE, 1e-5) == []


@pytest.mark.parametrize("name", ["fvc2002_db3_b", "fvc2004_db4_b"])
def test_from_the_references_minutiae_come_its_measures(shared_data: Path, name: str) -> None:
    """FingerJetFX's, on those images that have no frame: there it saw what the reference showed it.

    In the other two sets every image has one.
    """
    whole = 0
    for file, row in reference(shared_data, name).items():
        pixels = read(shared_data / "fingerprints" / name / file)
        if cropping.crop(pixels).shape == pixels.shape:
            whole += 1
            template = shared_data / "baselines/fjfx" / name / f"{Path(file).stem}.xyt"
            ours = measures.measure(pixels, templates.read_xyt(template.read_text(encoding="utf-8")))
            assert differences(ours, row, RESTING_ON_MINUTIAE, 1e-8) == [], file
    assert whole >= 79


def counts(found: dict[str, float]) -> tuple[float, float]:
    return found["FingerJetFX_MinutiaeCount"], found["FingerJetFX_MinCount_COMMinRect200x200"]


def test_minutiae_are_counted_round_their_centre() -> None:
    pixels = waves((300, 330))
    assert counts(measures.measure(pixels, minutiae())) == (0, 0)
    assert counts(measures.measure(pixels, minutiae((5, 5)))) == (1, 1)
    # Their centre is at 100, 100; the square reaches from 0 to 200
    square = minutiae((0, 0), (200, 200), (0, 200), (200, 0))
    assert counts(measures.measure(pixels, square)) == (4, 4)
    farther = minutiae((0, 0), (200, 200), (0, 200), (200, 0), (99.4, 100.4), (250, 100), (0, 100), (151, 100))
    # Now at 112, 100
    assert counts(measures.measure(pixels, farther)) == (8, 4)


def test_minutiae_outside_the_frame_are_left_out() -> None:
    inner = waves((200, 210))
    framed = np.pad(inner, ((30, 10), (50, 20)), constant_values=255)
    places = [(49.4, 40), (60, 29.4), (259.6, 100), (100, 229.6), (55, 35), (259.4, 229.4), (150, 120)]
    ours = measures.measure(framed, minutiae(*places))
    assert counts(ours)[0] == 3
    assert ours == measures.measure(inner, minutiae((5, 5), (209.4, 199.4), (100, 90)))


def test_quality_at_minutiae() -> None:
    """Darker than the print by at most half of its deviation; and ridges that run one way."""
    pixels = waves((200, 210))
    pixels[:64, :64] = np.random.default_rng(4).integers(0, 256, (64, 64))
    pixels[100:164, 100:164] = np.uint8(pixels[100:164, 100:164] * 0.85)
    pixels[:64, 150:] = 0
    names = RESTING_ON_MINUTIAE[2:]
    at = {
        place: tuple(measures.measure(pixels, minutiae(place))[name] for name in names)
        for place in ((32.0, 32.0), (132.0, 132.0), (180.0, 30.0), (180.0, 180.0))
    }
    assert at[(132.0, 132.0)] == (1, 1)
    assert at[(32.0, 32.0)][1] == 0
    # Far darker, and flat: neither
    assert at[(180.0, 30.0)] == (0, 0)
    together = measures.measure(pixels, minutiae(*at))
    for i, name in enumerate(names):
        assert together[name] == pytest.approx(np.mean([found[i] for found in at.values()]))


def test_corners_of_the_image_have_quality_too() -> None:
    pixels = waves((200, 210))
    height, width = pixels.shape
    corners = [(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)]
    found = measures.measure(pixels, minutiae(*corners))
    assert all(0 <= found[name] <= 1 for name in RESTING_ON_MINUTIAE[2:])


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (70, 400), (131, 101), (389, 201)])
def test_whatever_comes_in_is_measured_or_refused(shape: tuple[int, int]) -> None:
    for name, pixels in contents(shape).items():
        try:
            found = measures.measure(pixels, minutiae((shape[1] / 2, shape[0] / 2), (0, 0)))
        except SampleError as error:
            assert str(error).startswith("quality: ")
            continue
        assert tuple(found) == measures.NAMES, name
        assert all(math.isfinite(value) for value in found.values()), name


@pytest.mark.parametrize("pixels", [np.zeros((3, 4, 5), np.uint8), np.zeros((0, 0), np.uint8), np.zeros((300, 300))])
def test_what_is_no_image_is_said(pixels: Any) -> None:
    with pytest.raises(SampleError, match="uint8"):
        measures.measure(pixels, minutiae())


def test_any_layout_of_the_same_pixels_measures_the_same() -> None:
    pixels, found = waves((240, 210)), minutiae((100, 100), (20, 200))
    whole = measures.measure(pixels, found)
    wide = np.zeros((240, 420), np.uint8)
    wide[:, ::2] = pixels
    sealed = pixels.copy()
    sealed.flags.writeable = False
    for same in (np.asfortranarray(pixels), wide[:, ::2], sealed):
        assert measures.measure(same, found) == whole


def test_neither_direction_nor_quality_of_a_minutia_matters() -> None:
    pixels, found = waves((240, 210)), minutiae((100, 100), (20, 200))
    turned = replace(found, direction=found.direction + 1, quality=found.quality + np.uint8(9))
    assert measures.measure(pixels, turned) == measures.measure(pixels, found)
