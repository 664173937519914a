"""`rekam bench preview` sets a quick look beside the whole assessment."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from firmware.benchmarks import preview
from firmware.benchmarks.preview import Look
from firmware.cli import app
from tests.pipeline.planted import plant

LOOKS = [
    Look("a", 50, 45, 0.001, 0.01, None),
    Look("a", 45, 30, 0.001, 0.01, None),
    Look("a", 10, 20, 0.002, 0.01, 0.75),
    Look("b", 70, 80, 0.001, 0.01, 0.9),
]


def test_a_report_of_each_folder_and_of_all() -> None:
    first, second, every = preview.reports(LOOKS, 40)
    assert (first.folder, first.prints, first.accepted) == ("a", 3, 1)
    assert first.alike == pytest.approx(2 / 3)
    assert (first.told, first.at, first.false_alarms) == (0.5, 0.75, 0)
    assert (second.alike, second.told, second.false_alarms) == (1.0, 0.0, 1.0)
    assert (every.folder, every.prints, every.alike) == ("all", 4, 0.75)
    assert (every.quick_ms, every.whole_ms) == pytest.approx((1.0, 10.0))


def test_one_folder_has_one_report() -> None:
    assert len(preview.reports(LOOKS[:3], 40)) == 1


def test_lines_stand_under_their_heads() -> None:
    head, *lines = preview.as_lines(preview.reports(LOOKS, 40), 40)
    assert {len(line) for line in lines} == {len(head)}
    assert "66.7 %" in lines[0] and "from 40" in head


def test_a_folder_of_prints_is_looked_at(tmp_path: Path) -> None:
    pixels = plant(288, 256, [(70.0, 60.0, 1), (90.0, 130.0, -1)]).pixels
    for number in (1, 2):
        Image.fromarray(np.roll(pixels, number, axis=1)).save(tmp_path / f"1_{number}.png")
    done = CliRunner().invoke(app, ["bench", "preview", str(tmp_path), "--json", "--minimum", "30"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["minimum"] == 30
    assert report["folders"][0]["prints"] == 2
    assert 0 < report["folders"][0]["part_of_the_time"] < 1
    shown = CliRunner().invoke(app, ["bench", "preview", str(tmp_path)])
    assert "part" in shown.stdout and tmp_path.name[:20] in shown.stdout
