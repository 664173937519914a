"""From images: the score of our measures and our minutiae is nearly the reference's."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy import stats

from firmware.datatypes import Minutiae
from firmware.pipeline import extraction
from firmware.pipeline.nfiq2 import forest, measures, scoring


def read(path: Path) -> NDArray[np.uint8]:
    return np.array(Image.open(path).convert("L"))


def none() -> Minutiae:
    nothing = np.zeros(0, np.float32)
    return Minutiae(nothing, nothing, nothing, np.zeros(0, np.uint8), np.zeros(0, np.uint8))


def test_what_cannot_be_measured_scores_0() -> None:
    assert scoring.assess(np.full((300, 300), 200, np.uint8), none()) == (0, {})


def test_the_forest_counts_the_measures_as_they_are_named() -> None:
    assert forest.load().names == measures.NAMES


def test_the_prints_of_sfinge_score_as_nist_published(shared_data: Path) -> None:
    reference = json.loads((shared_data / "nfiq2/sfinge_expected_v2.3.json").read_text(encoding="utf-8"))
    folder = shared_data / "fingerprints/sfinge"
    for path in folder.iterdir():
        expected = int(reference[path.stem]["UnifiedQualityScore"])
        assert abs(extraction.extract(read(path), 500).quality.score - expected) <= 5, path.stem


@pytest.mark.timeout(300)
def test_real_prints_score_nearly_as_the_reference_scores_them(shared_data: Path) -> None:
    ours, theirs = [], []
    for name in ("fvc2002_db1_b", "fvc2002_db3_b", "fvc2004_db2_b", "fvc2004_db4_b"):
        with (shared_data / "nfiq2" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                pixels = read(shared_data / "fingerprints" / name / row["file"])
                ours.append(extraction.extract(pixels, 500).quality.score)
                theirs.append(int(row["UnifiedQualityScore"]))
    assert stats.spearmanr(ours, theirs).statistic >= 0.98
    assert np.mean(np.abs(np.subtract(ours, theirs)) <= 5) >= 0.90
