"""What a station does when the office asks, through the socket and files of a real data folder."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from firmware import rollout
from firmware.connection import Listener
from firmware.errands import Errands
from firmware.rollout import Teller
from firmware.rollout_words import Stage
from firmware.telemetry.commands import Answer, Command, CommandDesk, Outcome
from firmware.telemetry.metrics import Reading, Value
from tests.telemetry.snapshots import at

PASSED = {"passed": True, "findings": [{"part": "spool", "verdict": "passed", "words": "2 packets"}]}


@pytest.fixture
def errands(tmp_path: Path) -> Errands:
    return Errands(tmp_path, at, 60)


@pytest.fixture
def ask(errands: Errands) -> Callable[[Command, Value], Answer]:
    desk = CommandDesk(errands.handlers())

    def asked(command: Command, value: Value) -> Answer:
        answer = desk.take(Reading(command.value, value))
        assert answer is not None
        return answer

    return asked


@contextmanager
def station(data: Path, **answer: Any) -> Iterator[list[str]]:
    """Whoever asks at the data folder's socket gets this answer."""
    listener, asked = Listener(data), []

    def serve() -> None:
        while line := listener.accept():
            asked.append(str(next(line.messages())["verb"]))
            line.send(**answer)
            line.close()

    serving = threading.Thread(target=serve)
    serving.start()
    try:
        yield asked
    finally:
        listener.close()
        serving.join(20)


def test_a_self_test_is_asked_of_the_station(tmp_path: Path, ask: Callable[[Command, Value], Answer]) -> None:
    with station(tmp_path, result=PASSED) as asked:
        for _ in range(2):
            answer = ask(Command.SELF_TEST, "ticket-1")
            assert (answer.outcome, answer.words) == (Outcome.DONE, "passed\nspool: passed: 2 packets")
    assert asked == ["selftest"]


def test_a_station_at_work_is_not_disturbed(tmp_path: Path, ask: Callable[[Command, Value], Answer]) -> None:
    with station(tmp_path, error="the station is at work for somebody else; wait until it is done"):
        answer = ask(Command.SELF_TEST, "ticket-1")
    assert answer.outcome is Outcome.FAILED and "at work" in answer.words
    assert ask(Command.SELF_TEST, "ticket-2").words == "no station runs here that could test itself"


def test_the_interval_has_its_limits(errands: Errands, ask: Callable[[Command, Value], Answer]) -> None:
    assert ask(Command.INTERVAL, 120).outcome is Outcome.DONE and errands.interval_s == 120
    for beyond in (9, 3601, -1):
        assert ask(Command.INTERVAL, beyond).outcome is Outcome.REFUSED
    assert errands.interval_s == 120


def test_the_office_tells_how_far_a_kit_is(tmp_path: Path, ask: Callable[[Command, Value], Answer]) -> None:
    assert ask(Command.ROLLOUT, "waiting_for_weather: no ferry").words == "waiting_for_weather since 2026-11-29"
    kept = rollout.load(tmp_path)
    assert kept and (kept.stage, kept.reason, kept.teller) == (Stage.WAITING_FOR_WEATHER, "no ferry", Teller.OFFICE)
    for wrong in ("", "on_the_moon", "faulty: " + "x" * 200):
        answer = ask(Command.ROLLOUT, wrong)
        assert answer.outcome is Outcome.REFUSED and "moon" not in str(answer) and "xxx" not in str(answer)
    assert rollout.load(tmp_path) == kept


def test_the_log_comes_scrubbed(
    tmp_path: Path, ask: Callable[[Command, Value], Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    journalctl = tmp_path / "journalctl"
    said = "service: for 1903015204100007 'Melati'"
    journalctl.write_text(
        f"""#!/bin/sh\necho "$@" > {tmp_path}/asked\ncat <<'END'\n"""
        f"""{{"__REALTIME_TIMESTAMP": "1795968000000000", "MESSAGE": "{said}"}}\nEND\n"""
    )
    journalctl.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    answer = ask(Command.LOG_EXCERPT, "ticket-1")
    assert answer.words == "2026-11-29T16:00:00Z service: for [left out] [left out]\n"
    assert "--lines=40" in (tmp_path / "asked").read_text()
