"""The training record of an acceptance: made by the kit itself, told on the page, and nobody's."""

import json
import os
from pathlib import Path

import pytest

from provisioning import acceptance, report
from provisioning.words import SetupFailed
from tests.provisioning.trees import machine, tree

TOLD = {
    "control_number": "KTP-1-20261129-AB",
    "fingers": [
        {"position": "right_thumb", "outcome": "accepted", "score": 61, "attempts": 1},
        {"position": "left_little", "outcome": "excused", "score": None, "attempts": 0},
    ],
    "face": {"outcome": "accepted", "attempts": 2, "feedback": []},
    "seconds": 74.4,
}


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """A kit whose command is this script, and a log of how it was called."""
    for name, text in {"setpriv": 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"', "rekam": script}.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setattr(acceptance, "PROGRAM", "rekam")
    return folder / "called"


def test_a_training_record_stands_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = f'echo "$@" >{tmp_path}/called; cat "$5" >>{tmp_path}/called; echo \'{json.dumps(TOLD)}\''
    called = program(tmp_path, monkeypatch, script)
    kit = machine(tree(tmp_path / "tree"))
    acceptance.record(kit)
    assert called.read_text().startswith("record --training --json --resident /")
    assert 'name = "Latihan Penerimaan"' in called.read_text()
    told, page = report.write(tmp_path / "report", kit, [], "id")
    assert json.loads(told.read_text())["training_record"] == TOLD
    for words in ("Rekaman latihan", "KTP-1-20261129-AB", "ibu jari kanan", "baik, skor 61, 1 kali", "dimaafkan", "74"):
        assert words in page.read_text()
    english = report.write(tmp_path / "report", kit, [], "en")[1].read_text()
    for words in ("Training record", "right thumb", "good, score 61, 1 tries", "left little finger", "excused", "face"):
        assert words in english


def test_a_page_without_a_training_record_says_so(tmp_path: Path) -> None:
    page = report.write(tmp_path / "report", machine(tree(tmp_path / "tree")), [], "en")[1].read_text()
    assert "<h2>Training record on the attached hardware</h2>\n<table>\n<tr><th>not made yet</th>" in page


def test_a_training_record_that_was_not_finished_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, monkeypatch, "echo 'the sensor is gone' >&2; exit 1")
    kit = machine(tree(tmp_path / "tree"))
    with pytest.raises(SetupFailed, match=r"not finished \(status 1\); mend what is named above"):
        acceptance.record(kit)
    assert acceptance.NOTE not in kit.ledger.notes
