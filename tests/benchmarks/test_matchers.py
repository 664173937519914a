"""`rekam bench match` sets our comparison beside the plain matcher's on the same minutiae."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from firmware.benchmarks import accuracy, matchers
from firmware.benchmarks.matchers import Report
from firmware.cli import app
from firmware.errors import InputError
from firmware.pipeline.parameters import MATCH_SCORE
from firmware.vocabulary import Effort
from tests.pipeline.planted import plant

RUNNER = CliRunner()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two fingers with two prints each."""
    places = np.random.default_rng(1).uniform(40, 210, (2, 12, 2))
    for finger, some in enumerate(places, start=1):
        planted = plant(288, 256, [(x, y, (-1) ** k) for k, (x, y) in enumerate(some.tolist())]).pixels
        for number in (1, 2):
            Image.fromarray(np.roll(planted, 3 * number, axis=1)).save(tmp_path / f"{finger}_{number}.png")
    return tmp_path


def report(name: str, rates: tuple[float, float, float]) -> Report:
    return Report(Path(name), 4, 2, 4, rates, (0.2, 0.3, 0.4), 0.5, 0.0, np.array([1.0, 2.0, 3.0]))


def test_two_fingers_are_told_apart(folder: Path) -> None:
    steps: list[int] = []
    (prints,) = accuracy.collect([folder])
    found = matchers.measure(prints, Effort.STANDARD, lambda: steps.append(1))
    assert (found.prints, found.genuine, found.impostor, len(steps)) == (4, 2, 4, 8)
    assert found.ours == (0, 0, 0)
    assert (found.missed, found.false) == (0, 0)
    assert len(found.ms) == 6 and (found.ms > 0).all()


def test_a_set_of_one_finger_is_refused(folder: Path) -> None:
    for path in folder.glob("2_*.png"):
        path.unlink()
    done = RUNNER.invoke(app, ["bench", "match", str(folder)])
    assert done.exit_code != 0
    (prints,) = accuracy.collect([folder])
    with pytest.raises(InputError, match="several fingers"):
        matchers.measure(prints, Effort.STANDARD, lambda: None)


def test_the_means_are_those_of_the_sets() -> None:
    told = matchers.as_json([report("a", (0.1, 0.1, 0.1)), report("b", (0.3, 0.2, 0.1))], Effort.HIGH)
    assert told["threshold"] == MATCH_SCORE
    assert told["mean"] == {
        "ours": {"eer": 20.0, "fmr100": 15.0, "fmr1000": 10.0},
        "plain": {"eer": 20.0, "fmr100": 30.0, "fmr1000": 40.0},
        "ms": {"median": 2.0, "p95": 3.0},
    }
    sets = told["sets"]
    assert isinstance(sets, list)
    assert sets[1]["at_threshold"] == {"fnmr": 50.0, "fmr": 0.0}


def test_lines_stand_under_their_heads() -> None:
    head, *lines = matchers.as_lines([report("a", (0.1, 0.1, 0.1)), report("b", (0.3, 0.2, 0.1))])
    assert len(lines) == 6
    assert {len(line) for line in lines if "Rekam" in line} == {len(head)}
    assert all(line[head.index("EER") - 3 :].split()[0].endswith(".00") for line in lines)
    assert len(matchers.as_lines([report("a", (0, 0, 0))])) == 3


def test_the_verb_prints_both(folder: Path) -> None:
    done = RUNNER.invoke(app, ["bench", "match", str(folder), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["sets"][0]["prints"] == 4
    assert 0 < told["mean"]["ms"]["median"] <= told["mean"]["ms"]["p95"]
    shown = RUNNER.invoke(app, ["bench", "match", str(folder)])
    assert "plain" in shown.stdout and folder.name[:20] in shown.stdout
