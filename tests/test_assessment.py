"""`rekam assess` as a person runs it."""

import csv
import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from firmware.pipeline import extraction
from firmware.pipeline.nfiq2 import forest, measures
from firmware.records import minutiae_records
from firmware.records.templates import read_xyt
from firmware.rows import COLUMNS
from tests.pipeline.planted import plant
from tests.programs import finished

PRINT = plant(192, 160, [(70.0, 60.0, 1), (90.0, 130.0, -1)]).pixels
EVALUATION = Path("tools") / "minutiae_eval.py"
SETS = {"fvc2002_db1_b": 8.0, "fvc2002_db3_b": 8.0, "fvc2004_db4_b": 8.0, "fvc2004_db2_b": 11.0}


def assess(*arguments: object) -> subprocess.CompletedProcess[str]:
    return finished("assess", *arguments)


def save(path: Path, pixels: np.ndarray, ppi: float | None = 500) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(pixels)
    if ppi:
        image.save(path, dpi=(ppi, ppi))
    else:
        image.save(path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prints of several formats in folders, one picture without a print, one spoiled file, one text."""
    folder = tmp_path_factory.mktemp("prints")
    save(folder / "a.png", PRINT)
    save(folder / "deep" / "er" / "b.tif", PRINT)
    save(folder / "c.bmp", PRINT)
    save(folder / "d.pgm", PRINT, None)
    save(folder / "e.jp2", PRINT)
    save(folder / "empty.png", np.full((100, 120), 200, np.uint8))
    (folder / "spoiled.png").write_bytes((folder / "a.png").read_bytes()[:300])
    (folder / "notes.txt").write_text("no image")
    return folder


NAMES = ["a.png", "c.bmp", "d.pgm", "deep/er/b.tif", "e.jp2", "empty.png", "spoiled.png"]


@pytest.fixture(scope="module")
def done(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    out = tmp_path_factory.mktemp("out")
    options = ("--csv", out / "t" / "all.csv", "--overlay", out / "o", "--template", out / "x", "--jobs", 2)
    return assess(folder, "--json", *options), out


def test_json_lines_hold_every_file_in_order(done: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    rows = [json.loads(line) for line in done[0].stdout.splitlines()]
    assert [row["file"] for row in rows] == NAMES
    for row in rows[:5]:
        assert (row["width"], row["height"], row["error"]) == (160, 192, None)
        assert abs(row["ppi"] - 500) < 1
        assert row["quality"] > 0
        assert {minutia["type"] for minutia in row["minutiae"]} <= {"ending", "bifurcation"}
        assert len(row["minutiae"]) == 2
    empty, spoiled = rows[5:]
    assert (empty["quality"], empty["feedback"], empty["minutiae"]) == (0, ["no_finger"], [])
    assert spoiled["quality"] is None
    assert "truncated" in spoiled["error"]


def test_a_spoiled_file_is_named_and_the_others_are_done(done: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    assert done[0].returncode == 1
    assert "1 of 7 could not be read" in done[0].stderr
    assert "spoiled.png" in done[0].stderr
    assert "2 files, d.pgm the first, tell no resolution" in done[0].stderr
    assert "Traceback" not in done[0].stderr


def test_the_table_has_the_documented_columns(done: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    text = (done[1] / "t" / "all.csv").read_text()
    assert text.splitlines()[0] == "file,width,height,ppi,quality,minutiae,pattern,feedback,error"
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["file"] for row in rows] == NAMES
    assert rows[0]["minutiae"] == "2"
    assert rows[5]["feedback"] == "no_finger"


def test_the_table_has_the_measures_of_nfiq_2_where_they_are_wished(folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "all.csv"
    assert assess(folder, "--csv", table, "--measures").returncode == 1
    text = table.read_text()
    assert text.splitlines()[0] == ",".join((*COLUMNS, *measures.NAMES))
    rows = {row["file"]: row for row in csv.DictReader(io.StringIO(text))}
    found = measures.measure(PRINT, extraction.extract(PRINT, 500).minutiae)
    assert [rows["a.png"][name] for name in measures.NAMES] == [f"{found[name]:.9g}" for name in measures.NAMES]
    assert rows["a.png"]["quality"] == str(max(1, forest.score(found)))
    for name in ("empty.png", "spoiled.png"):
        assert {rows[name][measure] for measure in measures.NAMES} == {""}


def test_measures_need_a_table(folder: Path) -> None:
    done = assess(folder, "--measures")
    assert done.returncode == 1
    assert "name one" in done.stderr


def test_templates_and_pictures_stand_under_the_same_names(
    done: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    out = done[1]
    templates = sorted(p.relative_to(out / "x").as_posix() for p in (out / "x").rglob("*.*"))
    assert templates == ["a.xyt", "c.xyt", "d.xyt", "deep/er/b.xyt", "e.xyt", "empty.xyt"]
    assert len(read_xyt((out / "x" / "deep" / "er" / "b.xyt").read_text())) == 2
    assert (out / "x" / "empty.xyt").read_text() == ""
    with Image.open(out / "o" / "deep" / "er" / "b.png") as picture:
        colours = np.asarray(picture).reshape(-1, 3)
        assert (colours.max(axis=1).astype(int) - colours.min(axis=1) > 100).any(), "minutiae are drawn in colour"


@pytest.mark.parametrize("kind", ["iso", "ansi"])
def test_a_binary_template_has_the_suffix_of_its_format(folder: Path, tmp_path: Path, kind: str) -> None:
    assert assess(folder / "a.png", "--template", tmp_path, "--template-format", kind).returncode == 0
    record = minutiae_records.read((tmp_path / f"a.{kind}").read_bytes())
    assert (record.format.value, record.width, record.height, round(record.ppi[0])) == (kind, 160, 192, 500)
    assert len(record.views[0].minutiae) == 2


def test_a_person_gets_a_table(folder: Path) -> None:
    done = assess(folder / "a.png", folder / "empty.png")
    assert done.returncode == 0
    assert "put the finger flat" in " ".join(done.stdout.split())


def test_the_resolution_given_beats_the_files(folder: Path) -> None:
    done = assess(folder / "d.pgm", "--ppi", 1000, "--json")
    assert json.loads(done.stdout)["ppi"] == 1000
    assert "resolution" not in done.stderr


@pytest.mark.parametrize("second", ["a.png", "a.bmp"])
def test_two_inputs_of_one_name_are_refused_before_the_first(folder: Path, tmp_path: Path, second: str) -> None:
    other = save(tmp_path / "other" / second, PRINT)
    done = assess(folder / "a.png", other, "--template", tmp_path / "x")
    assert done.returncode == 1
    assert "share the name" in done.stderr
    assert not (tmp_path / "x").exists()


def test_what_is_not_there_is_an_error_of_that_file(folder: Path) -> None:
    done = assess(folder / "missing.png", folder / "a.png", "--json")
    assert done.returncode == 1
    assert [bool(json.loads(line)["error"]) for line in done.stdout.splitlines()] == [True, False]


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    done = assess(tmp_path)
    assert done.returncode == 1
    assert f"{tmp_path}: no image" in done.stderr


@pytest.mark.parametrize("option", ["--template", "--overlay", "--csv"])
@pytest.mark.parametrize("inside", ["", "x"])
def test_what_cannot_be_written_is_named_before_any_work(
    folder: Path, tmp_path: Path, option: str, inside: str
) -> None:
    (tmp_path / "file").touch()
    place = tmp_path / "file" / inside / "t.csv" if option == "--csv" else tmp_path / "file" / inside
    done = assess(folder, option, place)
    assert done.returncode == 1
    assert f"{tmp_path / 'file'}" in done.stderr
    assert "cannot be a folder" in done.stderr
    assert "assessing" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_is_no_table(folder: Path, tmp_path: Path) -> None:
    done = assess(folder / "a.png", "--csv", tmp_path)
    assert done.returncode == 1
    assert "name a file" in done.stderr


@pytest.mark.parametrize("ppi", [0, -5, 99, 5000])
def test_an_impossible_resolution_is_refused(folder: Path, ppi: int) -> None:
    done = assess(folder / "a.png", "--ppi", ppi)
    assert done.returncode == 2
    assert "--ppi" in done.stderr


def test_the_workers_end_with_their_parent(tmp_path: Path) -> None:
    """Their parent told to end, they let go of its output: a reader of the pipe sees the end."""
    for number in range(200):
        save(tmp_path / f"{number}.png", PRINT)
    command = [sys.executable, "-m", "firmware", "assess", str(tmp_path), "--json", "--jobs", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as assessing:
        assert assessing.stdout
        assessing.stdout.readline()
        assessing.send_signal(signal.SIGTERM)
        rest, _ = assessing.communicate(timeout=60)
        assert assessing.returncode == 143
        assert len(rest.splitlines()) < 190


def test_a_reader_that_stops_early_is_no_error_to_a_person(folder: Path) -> None:
    command = f"{sys.executable} -m firmware assess {folder} --json | head -c 10"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_equal_error_rates_on_real_prints(shared_data: Path, tmp_path: Path) -> None:
    """The bounds that the first whole version must keep; a later one tightens them."""
    done = assess(shared_data / "fingerprints", "--template", tmp_path, "--csv", tmp_path / "all.csv", "--jobs", 2)
    assert done.returncode == 0, done.stderr
    command = [sys.executable, str(shared_data.parent / EVALUATION), "eer", *(str(tmp_path / name) for name in SETS)]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rates = {Path(row["set"]).name: row["eer"] for row in map(json.loads, report.splitlines())}
    assert rates.keys() == SETS.keys()
    assert all(rates[name] <= bound for name, bound in SETS.items()), rates
