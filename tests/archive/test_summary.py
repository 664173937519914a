"""What the rows of an archive tell together."""

import io
import json
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from firmware.archive import chart, keeping, labels, summary
from firmware.archive.labels import Label
from firmware.archive.tallies import Tally, pooled, quantile
from firmware.archive.words import ArchivePhrase
from firmware.errors import InputError
from firmware.rows import Row
from firmware.vocabulary import FingerPosition, Language

TABLE = """\
file,finger,kit,sensor,day,remark
a/1.png,1,K-1,R503,2026-11-02,
a/2.png,left_little,K-2,R503,2026-11-01,smudged
b/3.png,,K-1,,,
"""


def row(file: str, score: int | None, minutiae: int = 0, feedback: tuple[str, ...] = ()) -> Row:
    error = "no image" if score is None else None
    return {"file": file, "quality": score, "minutiae": [{}] * minutiae, "feedback": list(feedback), "error": error}


ROWS = [
    row("a/1.png", 80, 40),
    row("a/2.png", 20, 12, ("too_dry", "unclear")),
    row("b/3.png", 50, 30, ("unclear",)),
    row("b/4.png", None),
    row("5.png", 100, 55),
]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of six files of which five are done."""
    (tmp_path / keeping.FILES).write_text('["x", 1]\n' * 6)
    (tmp_path / keeping.ROWS).write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return tmp_path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "labels.csv"
    path.write_text(TABLE, encoding="utf-8-sig")
    return path


def test_labels_are_read(table: Path) -> None:
    assert labels.read(table) == {
        "a/1.png": Label(FingerPosition.RIGHT_THUMB, "K-1", "R503", date(2026, 11, 2)),
        "a/2.png": Label(FingerPosition.LEFT_LITTLE, "K-2", "R503", date(2026, 11, 1)),
        "b/3.png": Label(kit="K-1"),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file\na.png\n", "needs the column file and one of finger, kit, sensor, day; its first line has file"),
        ("name,kit\na,b\n", "its first line has name, kit"),
        ("file,finger\na.png,11\n", "line 2: finger: 11 is neither"),
        ("file,finger\na.png,toe\n", "line 2: finger: toe is neither"),
        ("file,day\na.png,2026-11-31\n", "line 2: day: 2026-11-31 is no day"),
        ("file,kit\na.png,1\na.png,2\n", "line 3: a.png stands there a second time"),
        ("file,kit\n,1\n", "line 2: has no file"),
    ],
)
def test_a_wrong_label_is_named_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(InputError) as caught:
        labels.read(tmp_path / "t.csv")
    assert words in str(caught.value)


def test_what_is_no_table_is_named(tmp_path: Path) -> None:
    for content in (None, b"\xff\xfe\x00"):
        if content:
            (tmp_path / "t.csv").write_bytes(content)
        with pytest.raises(InputError, match="cannot be read as a CSV file"):
            labels.read(tmp_path / "t.csv")


def test_a_quantile_is_a_value_that_was_seen() -> None:
    rng = np.random.default_rng(3)
    values = rng.integers(0, 101, 77)
    counts = Counter(values.tolist())
    for part in (0.0, 0.05, 0.25, 0.5, 0.95, 1.0):
        assert quantile(counts, part) == np.quantile(values, part, method="inverted_cdf")
    assert quantile(Counter(), 0.5) is None


def test_groups_are_summed_up(run: Path, table: Path) -> None:
    told = summary.summarise(run, labels.read(table))
    assert (told.whole.files, told.whole.unreadable, told.missing, told.unlabelled) == (5, 1, 1, 2)
    assert told.whole.share("unclear") == 0.5
    folders = told.groups[ArchivePhrase.FOLDER]
    assert {key: tally.files for key, tally in folders.items()} == {"a": 2, "b": 2, ".": 1}
    assert folders["b"].unreadable == 1
    kits = told.groups[ArchivePhrase.KIT]
    assert {key: dict(tally.scores) for key, tally in kits.items()} == {
        "K-1": {80: 1, 50: 1},
        "K-2": {20: 1},
        None: {100: 1},
    }
    assert list(told.groups) == [getattr(ArchivePhrase, name) for name in ("FOLDER", "FINGER", "KIT", "SENSOR", "DAY")]


def test_without_labels_there_are_folders_alone(run: Path) -> None:
    told = summary.summarise(run)
    assert list(told.groups) == [ArchivePhrase.FOLDER]
    assert (told.unlabelled, told.strangers) == (0, ())


def test_of_many_groups_the_worst_are_shown_and_the_others_together(run: Path) -> None:
    rows = [row(f"box {number:03}/p.png", 100 - number) for number in range(60)]
    (run / keeping.ROWS).write_text("".join(json.dumps(row) + "\n" for row in rows))
    section = summary._sections(summary.summarise(run), Language.ENGLISH)[1]
    assert [name for name, _ in section.groups] == [*(f"box {number:03}" for number in range(20, 60)), "20 others"]
    assert pooled(tally for _, tally in section.groups).files == 60


@pytest.mark.parametrize("language", Language)
def test_tables_and_picture_tell_it(run: Path, table: Path, language: Language) -> None:
    known = labels.read(table) | {"z.png": Label(kit="[K-3]")}
    text = io.StringIO()
    console = Console(file=text, width=100)
    summary.show(console, run, summary.summarise(run, known), run / "p.png", language)
    lines = text.getvalue().splitlines()
    assert [line.split() for line in lines if line.startswith("K-1")] == [
        ["K-1", "2", "0", "50", "50", "50", "80", "80", "30", "30", "40"],
        ["K-1", "50", "0"],
    ]
    assert "z.png" in text.getvalue()
    days = [line.split()[0] for line in lines if line.startswith("2026-")]
    assert days[:2] == ["2026-11-01", "2026-11-02"]
    with Image.open(run / "p.png") as picture:
        assert picture.width == chart.WIDTH_PX


def test_a_group_without_a_readable_file_is_shown(run: Path) -> None:
    lost = Tally(unreadable=3)
    section = chart.Section("all", [("all", lost)])
    assert chart.draw([section, section], "nothing", Language.ENGLISH).width == chart.WIDTH_PX
    text = io.StringIO()
    Console(file=text, width=100).print(summary._distributions(section, Language.ENGLISH))
    assert text.getvalue().splitlines()[2].split() == ["all", "3", "3", *"--------"]


def test_a_person_gets_a_summary(run: Path, table: Path) -> None:
    command = [sys.executable, "-m", "firmware", "summary", str(run), "--labels", str(table), "--language", "id"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "6 sidik jari" in done.stdout
    assert "telunjuk" not in done.stdout
    assert "ibu jari kanan" in done.stdout
    assert (run / "summary.png").exists()
    nothing = subprocess.run([*command[:4], str(table)], capture_output=True, text=True, check=False)
    assert nothing.returncode == 1
    assert "holds no run" in nothing.stderr
