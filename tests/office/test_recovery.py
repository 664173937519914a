"""The recovery sheet: what is printed can be typed again, slips are told by the row, and it opens what was sealed."""

import os
import pty
import subprocess
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pyrage
import pytest

from firmware.errors import InputError
from firmware.office import keys, opening, recovery, recovery_sheet
from firmware.office.words import SheetPhrase
from firmware.vocabulary import Language
from tests import offices, transactions
from tests.conftest import ROOT
from tests.worlds import rekam

SECRET = "AGE-SECRET-KEY-1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE"


class Paper(HTMLParser):
    """The page as a person reads it: its text, and the cells of its table."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.cells, self._is_cell = "", [], False
        self.feed(page)

    text: str
    cells: list[str]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_cell = tag == "td"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._is_cell:
            self.cells.append(data)
            self._is_cell = False

    @property
    def rows(self) -> list[str]:
        return [" ".join(self.cells[at + 1 : at + 4]) for at in range(0, len(self.cells), 4)]


def typed(rows: list[str]) -> str:
    """A key from rows that are given once each; a slip ends it."""
    given = iter(rows)

    def refuse(error: InputError) -> None:
        raise error

    return recovery.read(lambda number: next(given), refuse)


def key() -> str:
    return str(pyrage.x25519.Identity.generate())


def test_the_rows_are_these() -> None:
    """A sheet lies in a safe for years: a later version must read it."""
    assert recovery.rows(SECRET) == [
        "QPZRY 9X8GF 8Y",
        "2TVDW 0S3JN VS",
        "54KHC E6MUA JC",
        "7LQPZ RY9X8 U2",
        "GF2TV DW0S3 VP",
        "JN54K HCE Y5",
    ]


def test_any_key_is_read_again_from_its_rows() -> None:
    for _ in range(20):
        secret = key()
        assert typed(recovery.rows(secret)) == secret
        assert typed([secret]) == secret
        assert typed([row.lower().replace(" ", "") for row in recovery.rows(secret)]) == secret
        misread = str.maketrans("08L", "OB1")
        assert typed([row.translate(misread) for row in recovery.rows(secret)]) == secret


def test_nearly_every_slip_is_told_by_its_row() -> None:
    """Each of one character by another, and of two neighbours: the check is ten bits, so one in a thousand may pass."""
    alphabet = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
    slips = passed = 0
    for number, row in enumerate(recovery.rows(key()), start=1):
        text = row.replace(" ", "")
        ones = [text[:at] + one + text[at + 1 :] for at in range(len(text)) for one in alphabet if one != text[at]]
        twos = [text[:at] + text[at + 1] + text[at] + text[at + 2 :] for at in range(len(text) - 1)]
        for slip in [*ones, *(two for two in twos if two != text)]:
            slips += 1
            try:
                recovery.read_row(number, slip)
                passed += 1
            except InputError as error:
                assert f"row {number}: does not fit" in str(error)
    assert slips > 2000 and passed < slips / 200


def test_rows_that_are_exchanged_or_cut_are_told() -> None:
    rows = recovery.rows(key())
    with pytest.raises(InputError, match="row 1: does not fit"):
        typed([rows[1], rows[0], *rows[2:]])
    with pytest.raises(InputError, match="row 3: has 11 characters, 12 are needed"):
        typed([*rows[:2], rows[2][:-1]])
    with pytest.raises(InputError, match="row 6: has 12 characters, 10 are needed"):
        typed([*rows[:5], rows[0]])


def test_rows_of_two_sheets_make_no_key() -> None:
    one, other = recovery.rows(key()), recovery.rows(key())
    with pytest.raises(InputError, match="make no key of age"):
        typed([*one[:3], *other[3:]])


def test_a_row_is_asked_for_again_after_a_slip() -> None:
    secret = key()
    heard: list[InputError] = []
    rows = recovery.rows(secret)
    given = iter([rows[0], "nonsense", rows[1], *rows[2:]])
    assert recovery.read(lambda number: next(given), heard.append) == secret
    assert [str(error) for error in heard] == ["row 2: has 8 characters, 12 are needed"]


@pytest.mark.parametrize("text", ["", "AGE-SECRET-KEY-1", SECRET[:-1], SECRET.replace("Z", "B")])
def test_what_is_no_key_has_no_rows(text: str) -> None:
    with pytest.raises(InputError, match="no secret key"):
        recovery.rows(text)


def test_the_sheet_tells_all_in_both_languages(tmp_path: Path) -> None:
    secret = key()
    recovery_sheet.write(tmp_path / "sheet.html", secret, "abcd 1234", date(2026, 12, 1))
    paper = Paper((tmp_path / "sheet.html").read_text())
    assert typed(paper.rows) == secret
    for words in (secret, str(pyrage.x25519.Identity.from_str(secret).to_public()), "abcd 1234", "2026-12-01"):
        assert words in paper.text
    told = [phrase.say(language).replace("`", "") for phrase in SheetPhrase for language in Language]
    assert [words for words in told if words not in paper.text] == []
    assert (tmp_path / "sheet.html").stat().st_mode & 0o777 == 0o600
    with pytest.raises(InputError, match="never overwritten"):
        recovery_sheet.write(tmp_path / "sheet.html", secret, "", date(2026, 12, 1))


def test_the_sheet_goes_into_memory_where_nobody_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    first, second = recovery_sheet.place(), recovery_sheet.place()
    assert first != second and first.is_relative_to(tmp_path) and not first.exists()


def run(*words: str | Path, typed: str = "", status: int = 0) -> str:
    done = subprocess.run(rekam(*words), input=typed, capture_output=True, text=True, timeout=100, cwd=ROOT)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_an_office_that_lost_its_key_opens_its_packets_from_the_sheet(tmp_path: Path) -> None:
    """By the real programs: made, printed, checked, lost, typed again, opened; and by the stock age."""
    office, sheet = tmp_path / "office", tmp_path / "sheet.html"
    assert str(sheet) in run("office", "init", office, "--sheet", sheet)
    paper = Paper(sheet.read_text())
    rows = "".join(f"{row}\n" for row in paper.rows)
    kit = offices.admitted_by(keys.load(office), tmp_path)
    packet = offices.on_stick(tmp_path, offices.packet(kit))
    words = ("office", "recover", "--office", office)
    assert "The sheet is right" in run(*words, "--check", typed=rows)
    (office / "identity.txt").unlink()
    assert "rekam office recover" in run("office", "open", packet, "--office", office, status=1)
    assert "row 2: does not fit" in run(*words, typed=rows.replace("\n" + paper.rows[1][:2], "\n22"), status=1)
    assert "nothing more was typed" in run(*words, typed=rows[:30], status=1)
    assert "opens this office's packets" in run(*words, typed=rows)
    assert "the signature holds" in run("office", "open", packet, "--office", office, "--out", tmp_path / "opened")
    (tmp_path / "key.txt").write_text(next(line for line in paper.text.split() if line.startswith(recovery.PREFIX)))
    command = ["age", "-d", "-i", str(tmp_path / "key.txt"), str(packet)]
    assert transactions.data() in subprocess.run(command, check=True, capture_output=True).stdout


def test_a_person_at_a_terminal_types_a_row_again_after_a_slip(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.html"
    run("office", "init", tmp_path / "office", "--sheet", sheet)
    rows = Paper(sheet.read_text()).rows
    ours, theirs = pty.openpty()
    try:
        os.write(ours, "".join(f"{row}\n" for row in [rows[0], "slip", *rows[1:]]).encode())
        command = rekam("office", "recover", "--check", "--office", tmp_path / "office", "--language", "id")
        done = subprocess.run(command, stdin=theirs, capture_output=True, text=True, timeout=100)
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 0, done.stderr
    assert "row 2: has 4 characters" in done.stdout and done.stdout.count("Baris 2 dari 6") == 2
    assert "Lembar ini benar" in done.stdout


def test_an_office_that_was_lost_whole_is_made_again_from_the_sheet(tmp_path: Path) -> None:
    """The kits keep their keys and their packets; the new office admits them, and opens what the old one was to get."""
    old, new, sheet = tmp_path / "old", tmp_path / "new", tmp_path / "sheet.html"
    run("office", "init", old, "--sheet", sheet)
    kit = offices.admitted_by(keys.load(old), tmp_path)
    packet = offices.on_stick(tmp_path, offices.packet(kit))
    run("office", "init", new, "--sheet", tmp_path / "new-sheet.html")
    words = ("office", "recover", "--office", new)
    rows = "".join(f"{row}\n" for row in Paper(sheet.read_text()).rows)
    assert "of another office" in run(*words, "--check", typed=rows, status=1)
    assert "key of a former office" in run(*words, typed=rows)
    offices.admitted_by(keys.load(new), tmp_path, replace=True)
    opened = opening.lay_out(packet, keys.load(new), tmp_path / "opened")
    assert opened.opened.data == transactions.data()
    assert opened.commands[0].count(" -i ") == 2
