"""`rekam assess` on transactions: each print in them is assessed as its image file would be."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from firmware import assessment
from firmware.assessment import SUFFIXES, TRANSACTIONS, Wishes
from firmware.errors import InputError
from tests.itl_files import finger, image_fields, tagged, transaction
from tests.test_assessment import PRINT, assess, save

SIZE = (PRINT.shape[1], PRINT.shape[0])


def png() -> bytes:
    file = io.BytesIO()
    Image.fromarray(PRINT).save(file, "PNG")
    return file.getvalue()


MIXED = transaction(
    (2, 0, tagged(2, {2: "0"})),
    (3, 1, finger(1, SIZE, PRINT.tobytes())),
    (4, 2, finger(2, SIZE, PRINT.tobytes())),
    (14, 3, tagged(14, image_fields(SIZE, "PNG", f002="3", f013="13"), png())),
    (14, 4, tagged(14, {2: "4", 13: "7", 18: "7\x1fUP"})),
    (13, 5, tagged(13, image_fields(SIZE, "JPEGL", f002="5"), b"damaged")),
)
"""Prints that are assessed in records 4 and 5; one of low resolution, one without image, one that cannot be decoded."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("transactions")
    save(folder / "a.png", PRINT)
    (folder / "deep").mkdir()
    (folder / "deep" / "b.AN2").write_bytes(MIXED)
    (folder / "c.eft").write_bytes(MIXED[:-9])
    (folder / "d.an2k").write_bytes(transaction((2, 0, tagged(2, {2: "0"}))))
    return folder


def test_each_print_is_assessed_as_its_image_would_be(folder: Path, tmp_path: Path) -> None:
    done = assess(folder, "--json", "--overlay", tmp_path, "--jobs", 2)
    assert done.returncode == 1, "some cannot be read"
    plain, *rows = (json.loads(line) for line in done.stdout.splitlines())
    assert (plain["file"], plain["record"]) == ("a.png", None)
    broken, none, grey, coded, damaged = rows
    assert broken["file"] == "c.eft" and "byte" in broken["error"] and broken["record"] is None
    assert none["file"] == "d.an2k" and none["error"].startswith("transaction: holds no print to assess")
    place = {"file": "deep/b.AN2", "idc": 2, "number": 4, "type": 4, "position": 2}
    assert (grey["file"], grey["record"]) == ("deep/b.AN2/record-04", place)
    assert (coded["file"], coded["record"]) == (
        "deep/b.AN2/record-05",
        place | {"idc": 3, "number": 5, "type": 14, "position": 13},
    )
    for row in (grey, coded):
        assert {name: row[name] for name in row if name not in ("file", "record")} == {
            name: plain[name] for name in plain if name not in ("file", "record")
        }
    assert damaged["record"]["number"] == 7 and "compressed as 'JPEGL'" in damaged["error"]
    drawn = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.png"))
    assert drawn == ["a.png", "deep/b.AN2/record-04.png", "deep/b.AN2/record-05.png"]


def test_the_resolution_may_be_told_instead(folder: Path) -> None:
    done = assess(folder / "deep" / "b.AN2", "--json", "--ppi", 1000)
    assert {json.loads(line)["ppi"] for line in done.stdout.splitlines()} == {1000, None}


def test_a_run_is_taken_up_again(folder: Path, tmp_path: Path) -> None:
    first = assess(folder / "deep" / "b.AN2", "--run", tmp_path / "run", "--json")
    second = assess(folder / "deep" / "b.AN2", "--run", tmp_path / "run", "--json")
    assert first.stdout == second.stdout != ""


def test_one_print_is_traced(folder: Path) -> None:
    files = assessment.collect([folder / "deep" / "b.AN2"], Wishes(), SUFFIXES | TRANSACTIONS)
    assert [file.name for file in files] == [f"b.AN2/record-{number:02}" for number in (4, 5, 7)]
    with pytest.raises(InputError, match="--trace: shows one print, not 3"):
        assessment.collect([folder / "deep" / "b.AN2"], Wishes(trace=folder), SUFFIXES | TRANSACTIONS)


def test_benches_take_image_files_only(folder: Path) -> None:
    assert [file.name for file in assessment.collect([folder], Wishes())] == ["a.png"]


def test_prints_of_others_are_assessed(shared_data: Path) -> None:
    done = assess(shared_data / "formats" / "valid1.7.an2", shared_data / "formats" / "valid1.8.an2", "--json")
    assert done.returncode == 0
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["record"]["type"], row["record"]["position"]) for row in rows] == [
        (14, 19),
        (14, 13),
        (14, 14),
        (14, 15),
    ]
    assert [(row["width"], row["height"]) for row in rows] == [(388, 336), (1600, 976), (1600, 976), (1600, 800)]
    assert all(len(row["minutiae"]) > 20 and row["error"] is None for row in rows)
    assert np.isfinite([row["quality"] for row in rows]).all()
