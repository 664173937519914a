"""`rekam journal` tells a person and a script whether a journal is whole, and what it tells."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firmware import cli
from firmware.errors import InputError
from firmware.journal import Journal
from firmware.journal_lines import Kind
from tests.test_journal import filled
from tests.transactions import AT


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    """A kit's settings, and its journal of six lines."""
    config = tmp_path / "kit.toml"
    config.write_text('kit_id = "K1"\n[fingerprint]\nport = "/dev/none"\n')
    filled(tmp_path / "data" / "journal.jsonl")
    return config


def rekam(*words: object, status: int = 0) -> str:
    done = CliRunner().invoke(cli.app, ["journal", *map(str, words)], env={"COLUMNS": "200"})
    assert done.exit_code == status, done.output
    return done.output


def test_a_whole_journal_tells_how_many_lines_and_from_when_to_when(kit: Path) -> None:
    said = rekam("verify", "--config", kit)
    assert "journal.jsonl: 6 baris, utuh, dari 2026-11-24 20:00:03 sampai 2026-11-24 20:00:03." in said
    said = rekam("verify", kit.parent / "data" / "journal.jsonl")
    assert "journal.jsonl: 6 lines, whole, from 2026-11-24 20:00:03 to 2026-11-24 20:00:03." in said


def test_the_first_broken_line_is_named_with_what_is_wrong(kit: Path) -> None:
    path = kit.parent / "data" / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"attempts":1', b'"attempts":8'))
    said = rekam("verify", "--config", kit, "--language", "en", status=1)
    assert "line 3 is broken: its bytes are not those that were written." in said
    assert "The 2 lines before it are whole." in said
    assert "baris 3 rusak: isinya bukan yang dulu ditulis." in rekam("verify", "--config", kit, status=1)


def test_a_torn_last_line_is_told_and_no_fault(kit: Path) -> None:
    path = kit.parent / "data" / "journal.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    said = rekam("verify", path)
    assert "5 lines, whole" in said
    assert "Line 6 is unfinished: the power went" in said


def test_a_head_that_is_gone_is_told(kit: Path) -> None:
    path = kit.parent / "data" / "journal.jsonl"
    head = Journal(path).head
    assert head is not None
    assert "6 lines, whole" in rekam("verify", path, "--head", head.sha256)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert f"No line has the digest {head.sha256}" in rekam("verify", path, "--head", head.sha256, status=1)


def test_an_empty_journal_has_no_line_yet(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").touch()
    assert "no line yet" in rekam("verify", tmp_path / "journal.jsonl")


def test_neither_file_nor_settings_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REKAM_CONFIG", raising=False)
    done = CliRunner().invoke(cli.app, ["journal", "verify"])
    assert isinstance(done.exception, InputError)
    assert "name its file" in str(done.exception)


def test_every_kind_of_line_is_shown_in_words(kit: Path) -> None:
    book = Journal(kit.parent / "data" / "journal.jsonl", lambda: AT)
    book.append(Kind.SEALED, control_number="K1-20261124200003-ABCD1234", seconds=80)
    said = rekam("show", "--config", kit)
    assert "perekaman dimulai" in said
    assert "operator=op-7" in said
    assert "control_number=K1-20261124200003-ABCD1234 seconds=80.0" in said
    assert "record sealed" in rekam("show", "--config", kit, "--language", "en")


def test_the_lines_as_they_stand_and_the_broken_ones_left_out(kit: Path) -> None:
    path = kit.parent / "data" / "journal.jsonl"
    assert rekam("show", path, "--json") == path.read_text(encoding="ascii")
    path.write_bytes(path.read_bytes().replace(b'"attempts":1', b'"attempts":8'))
    said = rekam("show", path, "--json", status=1)
    assert [json.loads(line)["sequence"] for line in said.splitlines() if line[0] == "{"] == [1, 2, 4, 5, 6]
    assert "There are broken lines; run `rekam journal verify`." in rekam("show", path, status=1)
