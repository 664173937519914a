"""`rekam bench reject` tells and draws what is left of the errors once the prints of lowest score are discarded."""

import io
import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from firmware.benchmarks import reject, reject_plot
from firmware.benchmarks.accuracy import PrintSet
from firmware.benchmarks.reject import Compared, Curve
from firmware.errors import InputError
from tests.benchmarks.test_accuracy import PLANTED
from tests.programs import finished

FINGERS, IMPRESSIONS = 4, 5


def compared(scores: list[int]) -> Compared:
    """Four fingers, five prints each; those of one finger are alike, but for the last two of the first finger."""
    files = tuple(Path(f"{f}_{i}.png") for f in range(1, FINGERS + 1) for i in range(1, IMPRESSIONS + 1))
    finger = np.array([int(file.stem[0]) for file in files])
    alike = np.where(finger[:, None] == finger, 0.9, 0.1)
    alike[3:5, :5] = alike[:5, 3:5] = 0.05
    return Compared(PrintSet(Path("set"), files), tuple(scores), alike)


def test_a_score_that_knows_the_bad_prints_leaves_no_error() -> None:
    scores = [90] * 20
    scores[3] = scores[4] = 7
    (curve,) = reject.curves(compared(scores), None)
    assert (curve.by, curve.prints, len(curve.fnmr)) == ("Rekam", 20, 11)
    # 7 of 40 pairs of one finger, then 4 of 36 without the first bad print, then none
    assert curve.fnmr[:3] == pytest.approx((7 / 40, 3 / 36, 0))
    assert curve.after_fifth == 0
    assert curve.area == pytest.approx((7 / 80 + 3 / 36) / 10)


def test_a_score_that_is_wrong_leaves_more() -> None:
    scores = {f"{f}_{i}": 100 - f for f in range(1, 5) for i in range(1, 6)}
    ours, theirs = reject.curves(compared([50] * 20), scores)
    assert (ours.by, theirs.by, ours.folder) == ("Rekam", "reference", theirs.folder)
    # Four prints of the last finger are gone, and with them ten pairs without an error
    assert theirs.after_fifth == pytest.approx(7 / 30)


def test_what_the_reference_refused_is_discarded_first() -> None:
    scores = {f"{f}_{i}": 0 for f in range(1, 5) for i in range(1, 6) if (f, i) not in ((1, 4), (1, 5))}
    theirs = reject.curves(compared([50] * 20), scores)[1]
    assert theirs.fnmr[2] == 0


def test_one_finger_alone_is_refused() -> None:
    one = compared([50] * 20)
    files = one.prints.files[:5]
    alone = Compared(PrintSet(Path("set"), files), one.scores[:5], one.alike[:5, :5])
    with pytest.raises(InputError, match="several fingers"):
        reject.curves(alone, None)


@pytest.mark.parametrize("sets", [1, 3])
def test_the_picture_has_a_panel_a_set_and_a_line_a_score(sets: int) -> None:
    rates = {"Rekam": (0.08, 0.03, 0.02), "reference": (0.08, 0.05, 0.04)}
    curves = [Curve(Path(f"set{n}"), by, 4, fnmr) for n in range(sets) for by, fnmr in rates.items()]
    picture = np.asarray(Image.open(io.BytesIO(reject_plot.draw(curves))))
    assert picture.shape == (reject_plot.HEAD_PX + -(-sets // 2) * 400, 600 * min(sets, 2), 3)
    for colour in reject_plot.COLOURS:
        assert (np.abs(picture.astype(int) - colour).sum(axis=2) < 30).sum() > 300 * sets


def test_a_set_without_errors_can_be_drawn() -> None:
    assert reject_plot.draw([Curve(Path("set"), "Rekam", 20, (0.0,) * 11)]).startswith(b"\x89PNG")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prints")
    for finger, planted in PLANTED.items():
        for impression in range(1, 5):
            shifted = np.roll(planted.pixels, impression, axis=1)
            Image.fromarray(shifted).save(folder / f"{finger}_{impression}.png", dpi=(500, 500))
    return folder


def bench(*arguments: object) -> subprocess.CompletedProcess[str]:
    return finished("bench", "reject", *arguments)


def test_one_json_object_and_a_picture(folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "other.csv"
    # The later touches of each finger score higher, so that some of every finger are kept
    table.write_text("file,quality\n" + "".join(f"{path.name},{path.stem[-1]}\n" for path in folder.iterdir()))
    done = bench(folder, "--reference", table, "--plot", tmp_path / "new" / "curves.png", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert [(row["set"], row["by"]) for row in report["curves"]] == [(str(folder), "Rekam"), (str(folder), "reference")]
    assert len(report["curves"][0]["curve"]) == 5
    assert (tmp_path / "new" / "curves.png").is_file()


def test_templates_of_another_extractor_are_taken_or_named(folder: Path, tmp_path: Path) -> None:
    assert "no template" in bench(folder, "--templates", tmp_path).stderr
    there = tmp_path / folder.name
    there.mkdir()
    for path in folder.iterdir():
        turns = range(0, 90, 10) if path.stem.startswith("1") else range(90, 180, 10)
        (there / f"{path.stem}.xyt").write_text("".join(f"{50 + a} {2 * a} {a * a % 360} 90 1\n" for a in turns))
    done = bench(folder, "--templates", tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1].split() == [folder.name, "Rekam", "8", "0.00", "0.00", "0.00"]
    (there / "1_1.xyt").write_text("nothing\n")
    assert "1_1.xyt" in bench(folder, "--templates", tmp_path).stderr
