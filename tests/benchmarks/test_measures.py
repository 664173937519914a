"""`rekam bench measures` tells how near our measures come to a reference's, the worst first."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from firmware.benchmarks import measures
from firmware.errors import InputError
from firmware.pipeline import extraction
from firmware.pipeline.nfiq2 import measures as native
from firmware.vocabulary import Effort
from tests.pipeline.planted import plant
from tests.programs import finished

Rows = dict[str, dict[str, float]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prints")
    for i, places in enumerate(([(70.0, 60.0, 1)], [(90.0, 130.0, -1)], [(120.0, 60.0, 1), (60.0, 140.0, 1)])):
        planted = plant(200, 180 + 4 * i, places)
        Image.fromarray(planted.pixels).save(folder / f"{i}_1.png", dpi=(500, 500))
    return folder


@pytest.fixture(scope="module")
def rows(folder: Path) -> Rows:
    """What a reference that measures as we do would tell."""
    images = {path.name: np.array(Image.open(path)) for path in sorted(folder.iterdir())}
    return {
        name: native.measure(pixels, extraction.extract(pixels, 500.0, Effort.STANDARD).minutiae)
        for name, pixels in images.items()
    }


def write(table: Path, rows: Mapping[str, Mapping[str, object]], column: str = "file") -> Path:
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [column, *native.NAMES])
        writer.writeheader()
        writer.writerows({column: name, **row} for name, row in rows.items())
    return table


def report(*arguments: Path) -> measures.Report:
    return measures.run(measures.collect(arguments), Effort.STANDARD, lambda: None)


def test_the_same_measures_are_all_within(folder: Path, rows: Rows, tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(json.dumps({Path(name).stem: row for name, row in rows.items()}))
    found = report(write(tmp_path / "a.csv", rows, "Filename"), folder, tmp_path / "b.json", folder)
    assert (found.prints, found.refused) == (6, ())
    assert sorted(one.name for one in found.agreements) == sorted(native.NAMES)
    assert [one.judged for one in found.agreements] == [True] * 65 + [False] * 4
    assert all(one.within for one in found.agreements)
    assert "65 of 65 measures within on 6 of 6 prints" in "\n".join(measures.as_lines(found))


def test_what_differs_comes_first(folder: Path, rows: Rows, tmp_path: Path) -> None:
    values = [row["Mu"] for row in rows.values()]
    changed = {
        name: row | {"Mu": row["Mu"] * 1.02, "MMB": value, "LCS_Bin10_0": 0.0, "FingerJetFX_MinutiaeCount": 1.0}
        for (name, row), value in zip(rows.items(), reversed(values), strict=True)
    }
    found = {one.name: one for one in report(write(tmp_path / "a.csv", changed), folder).agreements}
    assert next(iter(found)) == "MMB"
    assert found["MMB"].spearman < 1
    assert found["Mu"].median == pytest.approx(1 - 1 / 1.02)
    assert [one.within for one in found.values()][:2] == [False, False]
    assert all(one.within for one in list(found.values())[3:65])
    assert found["LCS_Bin10_0"].at_zero == max(row["LCS_Bin10_0"] for row in rows.values())


def test_the_command_prints_a_table_or_json(folder: Path, rows: Rows, tmp_path: Path) -> None:
    table = write(tmp_path / "a.csv", rows)
    for options in ((), ("--json",)):
        done = finished("bench", "measures", table, folder, *options)
        assert done.returncode == 0, done.stderr
        if options:
            printed = json.loads(done.stdout)
            assert (printed["prints"], len(printed["measures"])) == (3, 69)
            assert [one["within"] for one in printed["measures"]] == [True] * 65 + [None] * 4
        else:
            assert sum("within" in line for line in done.stdout.splitlines()) == 66
            assert sum("not judged" in line for line in done.stdout.splitlines()) == 4


def test_refused_prints_are_left_out_and_named(folder: Path, rows: Rows, tmp_path: Path) -> None:
    """Those that the reference refused have no row, or NA in it; those that we refuse are told."""
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    Image.new("L", (200, 200), 200).save(tmp_path / "flat.png")
    row = next(iter(rows.values()))
    more: dict[str, Mapping[str, object]] = {**rows, "flat.png": row, "none.png": dict.fromkeys(native.NAMES, "NA")}
    found = report(write(tmp_path / "a.csv", more), tmp_path)
    assert (found.prints, found.refused) == (4, (tmp_path / "flat.png",))
    assert "on 3 of 4 prints" in "\n".join(measures.as_lines(found))
    with pytest.raises(InputError, match="none of 1 prints"):
        report(write(tmp_path / "b.csv", {"flat.png": row}), tmp_path)


def test_what_cannot_be_compared_is_said(folder: Path, rows: Rows, tmp_path: Path) -> None:
    table = write(tmp_path / "a.csv", rows)
    with pytest.raises(InputError, match="then the next table"):
        measures.collect([table])
    with pytest.raises(InputError, match="has no print"):
        measures.collect([table, tmp_path])
    with pytest.raises(InputError, match="can't be read"):
        measures.collect([tmp_path / "missing.csv", folder])
    (tmp_path / "b.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="column file"):
        measures.collect([tmp_path / "b.csv", folder])
    (tmp_path / "b.json").write_text("[]")
    with pytest.raises(InputError, match="an object a print"):
        measures.collect([tmp_path / "b.json", folder])
    (tmp_path / "c.csv").write_text("file,Mu\n0_1.png,2\n")
    with pytest.raises(InputError, match="no measure FDA_Bin10_0"):
        measures.collect([tmp_path / "c.csv", folder])
