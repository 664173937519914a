"""`rekam bench quality` times quality and minutiae together, and tells how the score agrees with a reference's."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from firmware.benchmarks import agreement, fingerprint
from firmware.benchmarks.agreement import Agreement
from firmware.errors import InputError
from tests.pipeline.planted import plant
from tests.programs import finished

PRINT = plant(200, 180, [(70.0, 60.0, 1), (90.0, 130.0, -1)]).pixels


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prints")
    for number in (1, 2, 3):
        Image.fromarray(np.roll(PRINT, number, axis=1)).save(folder / f"1_{number}.png", dpi=(500, 500))
    return folder


def bench(*arguments: object) -> subprocess.CompletedProcess[str]:
    return finished("bench", "quality", *arguments)


def test_one_json_object_with_the_ratio_and_the_agreement(folder: Path, tmp_path: Path) -> None:
    table = tmp_path / f"{folder.name}.csv"
    table.write_text("file,UnifiedQualityScore\n1_1.png,30\n1_2.png,90\n")
    done = bench(folder, "--reference", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["images"] == 3
    assert report["ratio_to_mindtct"] > 0
    assert {"measures", "quality", "minutiae", "whole"} <= report["stages_ms"].keys()
    assert [(row["set"], row["prints"]) for row in report["agreement"]] == [(folder.name, 2), ("all", 2)]


def test_a_table_for_a_person(folder: Path) -> None:
    done = bench(folder)
    assert "of MINDTCT's time over 3 images" in done.stdout
    assert "Spearman" not in done.stdout


def test_the_bench_of_minutiae_leaves_quality_out(folder: Path) -> None:
    stages, told = fingerprint.run([folder]).stages, fingerprint.timed(PRINT, 500)
    for stage in fingerprint.JUDGING:
        assert stage not in stages
        assert told[stage] > 0


def test_sets_are_told_one_by_one_and_together() -> None:
    found = [Agreement("a", (10, 20, 30), (11, 22, 90)), Agreement("b", (5, 5), (5, 7))]
    first, second, both = agreement.as_json(found)
    assert first == {"set": "a", "prints": 3, "spearman": 1.0, "within_5": 0.6667}
    assert (second["spearman"], second["within_5"]) == (None, 1.0)
    assert (both["set"], both["prints"], both["within_5"]) == ("all", 5, 0.8)
    assert [line.split()[0] for line in agreement.as_lines(found)] == ["prints", "a", "b", "all"]


def test_a_table_of_other_prints_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="none of its prints"):
        agreement.compare(folder, {"7_7": 40})
