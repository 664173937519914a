"""What is done is kept; the next call goes on from there, and never mixes what does not belong together."""

import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from firmware.archive import keeping, maker
from firmware.archive.spreading import Batch, Rows
from firmware.assessment import ImageFile, Wishes
from firmware.errors import InputError
from firmware.rows import Row
from firmware.vocabulary import Effort


class Power(Exception):
    """It went."""


class Assessor:
    """Makes rows, and fails after so many."""

    def __init__(self, last: int = 99) -> None:
        self.names: list[str] = []
        self.last = last

    def __call__(self, files: Batch) -> Rows:
        for file in files:
            if len(self.names) == self.last:
                raise Power
            self.names.append(file.name)
            yield {"file": file.name, "quality": 1 / 3, "error": None}


@pytest.fixture
def files(tmp_path: Path) -> list[ImageFile]:
    found = []
    for number in range(5):
        path = tmp_path / f"é{number}.png"
        path.write_bytes(b"x" * number)
        found.append(ImageFile(path, path.name))
    return found


def go(folder: Path, files: list[ImageFile], assessor: Assessor, wishes: Wishes | None = None) -> list[Row]:
    with keeping.opened(folder, files, wishes or Wishes()) as run:
        return list(run.rows(assessor))


@pytest.fixture
def begun(tmp_path: Path, files: list[ImageFile]) -> Path:
    """A run of which two of five rows are done."""
    folder = tmp_path / "run"
    with pytest.raises(Power):
        go(folder, files, Assessor(last=2))
    return folder


def test_the_second_call_goes_on_where_the_first_one_ended(begun: Path, files: list[ImageFile]) -> None:
    second = Assessor()
    rows = go(begun, files, second)
    assert [row["file"] for row in rows] == [file.name for file in files]
    assert second.names == [file.name for file in files[2:]]
    third = Assessor()
    assert go(begun, files, third) == rows
    assert third.names == []


@pytest.mark.parametrize("torn", [1, 20, 56])
def test_a_torn_row_is_made_again(
    begun: Path, files: list[ImageFile], torn: int, caplog: pytest.LogCaptureFixture
) -> None:
    path = begun / keeping.ROWS
    whole = path.read_bytes()
    path.write_bytes(whole[:-torn])
    again = Assessor()
    with caplog.at_level(logging.WARNING):
        rows = go(begun, files, again)
    assert [row["file"] for row in rows] == [file.name for file in files]
    assert again.names == [file.name for file in files[1:]]
    assert path.read_bytes().startswith(whole)
    assert "cut off" in caplog.text


@pytest.mark.parametrize("rubbish", [b"\0" * 4096, b"\0\n", b"{}\n", b'{"file": "another.png"}\n', b"[1]\n", b'{"fi'])
def test_rubbish_that_a_power_cut_left_is_cut_off(begun: Path, files: list[ImageFile], rubbish: bytes) -> None:
    with (begun / keeping.ROWS).open("ab") as rows:
        rows.write(rubbish)
    again = Assessor()
    go(begun, files, again)
    assert again.names == [file.name for file in files[2:]]
    kept = (begun / keeping.ROWS).read_bytes().splitlines()
    assert [json.loads(line)["file"] for line in kept] == [file.name for file in files]


def test_other_wishes_are_refused(begun: Path, files: list[ImageFile]) -> None:
    with pytest.raises(InputError, match="begun with effort standard, not high"):
        go(begun, files, Assessor(), Wishes(effort=Effort.HIGH))


def test_another_rekam_is_refused(begun: Path, files: list[ImageFile], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "maker", lambda: "9.9-0")
    with pytest.raises(InputError, match=f"begun by Rekam {maker.maker()}, and this is 9.9-0"):
        go(begun, files, Assessor())


def test_another_list_of_files_is_refused(begun: Path, files: list[ImageFile]) -> None:
    for other, words in (
        (files[:-1], r"file 5 was é4.png \(4 bytes\) and is now none"),
        ([*files, ImageFile(files[0].path, "z.png")], r"file 6 was none and is now z.png \(0 bytes\)"),
        ([files[0], replace(files[1], path=Path("/no/é1.png")), *files[2:]], r"is now é1.png \(not there\)"),
    ):
        with pytest.raises(InputError, match=words):
            go(begun, list(other), Assessor())
    files[3].path.write_bytes(b"changed")
    with pytest.raises(InputError, match=r"file 4 was é3.png \(3 bytes\) and is now é3.png \(7 bytes\)"):
        go(begun, files, Assessor())


def test_two_at_once_are_refused(begun: Path, files: list[ImageFile]) -> None:
    with keeping.opened(begun, files, Wishes()), pytest.raises(InputError, match="another process is at work"):
        go(begun, files, Assessor())


def test_a_folder_of_something_else_is_refused(begun: Path, files: list[ImageFile]) -> None:
    (begun / keeping.HEAD).write_text("[]")
    with pytest.raises(InputError, match="cannot be read"):
        go(begun, files, Assessor())
    (begun / keeping.HEAD).unlink()
    with pytest.raises(InputError, match=r"has rows\.jsonl but no run\.json"):
        go(begun, files, Assessor())


def test_a_run_is_read_as_far_as_it_is_done(begun: Path, tmp_path: Path) -> None:
    with (begun / keeping.ROWS).open("ab") as rows:
        rows.write(b'{"file": "torn')
    total, done = keeping.read(begun)
    assert (total, [row["file"] for row in done]) == (5, ["é0.png", "é1.png"])
    with pytest.raises(InputError, match="holds no run"):
        keeping.read(tmp_path)
