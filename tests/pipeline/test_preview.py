"""A quick look says about what the whole assessment would."""

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console

from firmware.errors import InputError, SampleError
from firmware.pipeline import preview
from firmware.pipeline.nfiq2 import forest
from firmware.pipeline.preview import Foresight
from firmware.training import previewing
from sim.grow import Order, grow_finger
from sim.impressions import Condition


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two good prints."""
    folder = tmp_path_factory.mktemp("grown")
    (folder / "truth").mkdir()
    for finger in (1, 2):
        grow_finger(finger, Order(folder, 1, 31, Condition.GOOD))
    return folder


def read(path: Path) -> NDArray[np.uint8]:
    return np.asarray(Image.open(path).convert("L"), np.uint8).copy()


def test_a_good_print_looks_good(grown: Path) -> None:
    scores = [preview.look(read(path), 500) for path in grown.glob("*.png")]
    assert min(scores) >= 50


def test_the_fixed_resolution_of_small_sensors_is_near_enough(grown: Path) -> None:
    pixels = read(grown / "00001_1.png")
    assert preview.look(pixels, 508) == preview.look(pixels, 500)
    assert abs(preview.look(np.kron(pixels, np.ones((2, 2), np.uint8)), 1000) - preview.look(pixels, 500)) < 15


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((288, 256), 255, np.uint8),
        np.full((288, 256), 128, np.uint8),
        np.zeros((1, 1), np.uint8),
        np.pad(np.zeros((40, 40), np.uint8), 80, constant_values=200),
    ],
    ids=["white", "grey", "one pixel", "a spot"],
)
def test_what_is_no_print_scores_0(pixels: NDArray[np.uint8]) -> None:
    assert preview.look(pixels, 500) == 0


@pytest.mark.parametrize(
    ("pixels", "ppi"),
    [
        (np.zeros((10, 10), np.float32), 500.0),
        (np.zeros((10, 10, 3), np.uint8), 500.0),
        (np.zeros((288, 256), np.uint8), 5.0),
        (np.random.default_rng(1).integers(0, 200, (1200, 900)).astype(np.uint8), 500.0),
    ],
    ids=["floats", "colours", "resolution", "several fingers"],
)
def test_what_cannot_be_looked_at_is_refused(pixels: NDArray[np.uint8], ppi: float) -> None:
    with pytest.raises(SampleError):
        preview.look(pixels, ppi)


def test_what_is_known_and_what_is_foretold_make_up_the_forests_measures(grown: Path) -> None:
    shipped = preview.load()
    known = preview.measure(read(grown / "00001_1.png"))
    assert shipped.known == tuple(sorted(known))
    assert shipped.wanted == previewing.WANTED
    assert set(forest.load().names) == (set(known) | set(shipped.wanted)) - {"lively_pixels"}


def test_the_map_keeps_within_its_limits() -> None:
    seen = Foresight(
        ("a", "b"),
        ("c",),
        low=np.array([0.0, 0.0]),
        high=np.array([1.0, 10.0]),
        weight=np.array([[2.0, 1.0]]),
        bias=np.array([0.5]),
        least=np.array([1.0]),
        most=np.array([8.0]),
    )
    assert seen.foretell({"a": 1, "b": 3, "unasked": 9}) == {"c": 5.5}
    assert seen.foretell({"a": 7, "b": 3}) == {"c": 5.5}
    assert seen.foretell({"a": 1, "b": 10}) == {"c": 8.0}
    assert seen.foretell({"a": 0, "b": -5}) == {"c": 1.0}


def test_a_linear_relation_is_found_again() -> None:
    random = np.random.default_rng(1)
    known = random.uniform(0, 1, (4000, 3)) * [1, 100, 0]
    wanted = known[:, :2] @ [[2.0], [0.03]] + 5
    figures = previewing.fit(known, wanted)
    assert figures["weight"][0] == pytest.approx([2.0, 0.03, 0], rel=0.03)
    middle = figures["weight"] @ known.mean(axis=0) + figures["bias"]
    assert middle == pytest.approx(wanted.mean(axis=0), rel=1e-3)
    assert figures["least"] < figures["most"]


def test_prints_are_measured_in_both_ways(grown: Path, tmp_path: Path) -> None:
    known, wanted = previewing.gather(grown, Console(quiet=True))
    assert len(known) == len(wanted) == 2
    assert all(whole[name] >= 0 for whole in wanted for name in previewing.WANTED)
    with pytest.raises(InputError, match="no print here"):
        previewing.gather(tmp_path, Console(quiet=True))


def test_nine_of_ten_real_prints_are_accepted_or_rejected_as_by_the_reference(shared_data: Path) -> None:
    alike = []
    for table in sorted((shared_data / "nfiq2").glob("fvc*.csv")):
        with table.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                pixels = read(shared_data / "fingerprints" / table.stem / row["file"])
                alike.append((preview.look(pixels, 500) >= 40) == (int(row["UnifiedQualityScore"]) >= 40))
    assert len(alike) == 318
    assert np.mean(alike) >= 0.9
