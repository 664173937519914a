"""Tables of scores are read as NFIQ 2.3, its conformance set and `rekam assess` write them, and compared by rank."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from firmware.benchmarks import scores
from firmware.errors import InputError


@pytest.mark.parametrize("heading", ["file,UnifiedQualityScore", "Filename,QualityScore", "file,quality"])
def test_a_table_or_a_folder_of_tables(tmp_path: Path, heading: str) -> None:
    table = tmp_path / "set.csv"
    table.write_text(f"{heading}\n1_1.png,40\nsub/1_2.pgm,0\n1_3.png,NA\n1_4.png,\n")
    for path in (table, tmp_path):
        assert scores.read(path, Path("prints/set")) == {"1_1": 40, "1_2": 0}


@pytest.mark.parametrize("text", ["", "file,colour\n1_1.png,red\n", "file,quality\n1_1.png,good\n", None])
def test_what_is_no_table_of_scores_is_named(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "set.csv").write_text(text)
    with pytest.raises(InputError, match=r"set\.csv"):
        scores.read(tmp_path, Path("set"))


def test_correlation_of_ranks_is_that_of_scipy() -> None:
    random = np.random.default_rng(1)
    ours, theirs = random.integers(0, 20, (2, 100))
    theirs = theirs + ours
    assert scores.spearman(ours, theirs) == pytest.approx(stats.spearmanr(ours, theirs).statistic)
    assert math.isnan(scores.spearman([3, 3], [1, 2]))


def test_the_share_within_five_points() -> None:
    assert scores.share_near([10, 20, 30, 40], [15, 26, 25, 34]) == 0.5
