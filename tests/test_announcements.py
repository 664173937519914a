"""Announcements help a second screen, and never get in the way."""

import json
import logging
import os
from pathlib import Path

import pytest

from firmware.announcements import FileAnnouncer
from firmware.portrait import BackdropColour
from firmware.vocabulary import FingerPosition


def speak(announcer: FileAnnouncer) -> None:
    announcer.ask(FingerPosition.RIGHT_THUMB, 2)
    announcer.lift(FingerPosition.RIGHT_THUMB)
    announcer.again(FingerPosition.LEFT_LITTLE)
    announcer.look(None)
    announcer.look(BackdropColour.RED)
    announcer.done(complete=True)


def test_a_json_line_for_each(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("{}\n")
    speak(FileAnnouncer(path))
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {},
        {"ask": "right_thumb", "attempt": 2},
        {"lift": "right_thumb"},
        {"again": "left_little"},
        {"look": True},
        {"look": True, "backdrop": "red"},
        {"done": True},
    ]


def test_without_a_file_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    speak(FileAnnouncer(None))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_warned_of_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        speak(FileAnnouncer(tmp_path / "gone" / "a.jsonl"))
    assert len(caplog.records) == 1 and "recording goes on" in caplog.text


def test_a_fifo_without_a_reader_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    speak(FileAnnouncer(tmp_path / "fifo"))


def test_a_full_fifo_does_not_block(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    os.mkfifo(tmp_path / "fifo")
    reader = os.open(tmp_path / "fifo", os.O_RDONLY | os.O_NONBLOCK)
    try:
        announcer = FileAnnouncer(tmp_path / "fifo")
        for _ in range(3000):
            announcer.lift(FingerPosition.RIGHT_THUMB)
    finally:
        os.close(reader)
    assert "recording goes on" in caplog.text
