"""`rekam bench fingerprint` times both extractors on the same prints."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from firmware.benchmarks import fingerprint
from firmware.benchmarks.mindtct import Mindtct
from tests.pipeline.planted import plant

PRINT = plant(200, 180, [(70.0, 60.0, 1), (90.0, 130.0, -1)]).pixels


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prints")
    for number in (1, 2, 3):
        Image.fromarray(np.roll(PRINT, number, axis=1)).save(folder / f"1_{number}.png", dpi=(500, 500))
    return folder


def bench(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "firmware", "bench", "fingerprint", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_one_json_object_with_the_ratio(folder: Path) -> None:
    done = bench(folder, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["images"] == 3
    assert report["ratio_to_mindtct"] == pytest.approx(
        report["ours_ms"]["median"] / report["mindtct_ms"]["median"], rel=0.01
    )
    assert {"normalised", "orientation", "enhanced", "presence", "minutiae", "whole"} <= set(report["stages_ms"])


def test_a_table_for_a_person(folder: Path, tmp_path: Path) -> None:
    Image.fromarray(np.tile(PRINT, (2, 3))).save(tmp_path / "large.png")
    done = bench(folder, tmp_path / "large.png")
    assert "of MINDTCT's time over 4 images" in done.stdout
    assert "540x400 pixels" in done.stdout


def test_the_large_beside_the_small(folder: Path, tmp_path: Path) -> None:
    """As a slap beside single prints; effort and several paths are taken, too."""
    Image.fromarray(np.tile(PRINT, (2, 3))).save(tmp_path / "large.png")
    report = json.loads(bench(folder, tmp_path, "--effort", "high", "--json").stdout)
    small, large = report["sizes"]
    assert (small["width"], small["height"], small["images"]) == (180, 200, 3)
    assert (large["width"], large["height"], large["images"]) == (540, 400, 1)
    assert large["times_the_smallest"] == pytest.approx(large["ours_ms"] / small["ours_ms"], rel=0.01)
    assert large["ours_ms"] > small["ours_ms"]
    assert report["peak_mb"] > 50


def test_the_stages_add_up_to_the_whole() -> None:
    seconds = fingerprint.timed(PRINT, 500)
    whole = seconds.pop("whole")
    assert sum(seconds.values()) == pytest.approx(whole, rel=0.1)


def test_mindtct_finds_the_planted_minutiae() -> None:
    found, seconds = Mindtct().extract(PRINT)
    assert 2 <= len(found) <= 10
    assert seconds > 0


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.png"
    damaged.write_bytes(b"\x89PNG nothing")
    for path in (tmp_path / "missing.png", damaged):
        done = bench(path)
        assert done.returncode == 1
        assert done.stderr.startswith(f"rekam: {path}: ")
        assert "Traceback" not in done.stderr
