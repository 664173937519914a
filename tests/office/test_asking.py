"""`rekam office ask`: an office's broker with its rights, and a kit that is a node of the fleet."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware import rollout
from firmware.journal import JOURNAL
from firmware.journal_check import lines
from firmware.journal_lines import Kind, Line
from firmware.reporting import Reporter
from firmware.rollout_words import Stage
from firmware.spool import SPOOL, Spool
from tests import desks
from tests.desks import Desk
from tests.programs import Program

WHY = "ombak tinggi " * 9 + "dan"
"""Longer, with its stage, than what an answer repeats of it."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desks.desk(tmp_path_factory.mktemp("office")) as found:
        yield found


@pytest.fixture(scope="module")
def kit(desk: Desk) -> Iterator[Path]:
    """The data folder of a kit that is connected."""
    desk.kit("K1")
    config = desk.settings("K1")
    assert config.mqtt
    node = config.model_copy(update={"mqtt": config.mqtt.model_copy(update={"sparkplug": True})})
    with Spool(node.data / SPOOL) as spool, Reporter(node, lambda: (), spool):
        yield node.data


def ask(folder: Path, desk: Desk, *words: str) -> tuple[int, str, str]:
    """Exit status, what was said, and what was complained of, in one line."""
    own = "--office", desk.office.folder, "--broker", f"localhost:{desk.port}"
    program = Program(folder / "ask", "office", "ask", *words, *own)
    status, shown = program.outcome()
    return status, shown, " ".join(program.words().split())


def test_a_kit_does_what_its_office_asks_and_both_write_it_down(kit: Path, desk: Desk, tmp_path: Path) -> None:
    status, shown, _ = ask(tmp_path, desk, "K1", "rollout", f"waiting_for_weather: {WHY}")
    assert status == 0 and shown.startswith("Kit K1: rollout: done\n  waiting_for_weather since ")
    told = rollout.load(kit)
    assert told and (told.stage, told.reason) == (Stage.WAITING_FOR_WEATHER, WHY)
    assert ask(tmp_path, desk, "K1", "interval", "120")[:2] == (0, "Kit K1: interval: done\n  120 s\n")
    said = [one for _, one in lines(kit / JOURNAL) if isinstance(one, Line) and one.kind is Kind.COMMAND]
    assert [one.facts["command"] for one in said][-2:] == ["rollout", "interval"]


def test_what_a_kit_refuses_or_cannot_do_is_told_with_status_1(kit: Path, desk: Desk, tmp_path: Path) -> None:
    status, shown, _ = ask(tmp_path, desk, "K1", "interval", "5", "--language", "id")
    assert (status, shown) == (1, "Kit K1: interval: ditolak\n  reporting interval: write 10 to 3600 seconds\n")
    for turn in range(2):  # a second request is no echo of the first
        status, shown, _ = ask(tmp_path, desk, "K1", "self_test")
        assert (status, shown) == (1, "Kit K1: self_test: failed\n  no station runs here that could test itself\n"), (
            turn
        )


def test_a_kit_that_is_away_is_told(desk: Desk, tmp_path: Path) -> None:
    status, shown, said = ask(tmp_path, desk, "K2", "self_test", "--patience", "1")
    assert (status, shown) == (1, "") and "Kit K2 did not answer within 1 s" in said and "ask again later" in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("K1", "erase"), "'erase': no command to a kit; write self_test, interval, log_excerpt, rollout"),
        (("K1", "interval"), "interval needs a value"),
        (("K1", "interval", "soon"), "interval: 'soon' is no number of seconds"),
        (("K1", "self_test", "now"), "self_test takes no value"),
        (("K/1", "self_test"), "'K/1': no name for a topic"),
    ],
)
def test_what_cannot_be_asked_is_one_message(desk: Desk, tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    status, shown, said = ask(tmp_path, desk, *words)
    assert (status, shown) == (1, "") and told in said and "Traceback" not in said


def test_a_broker_that_is_away_is_named(desk: Desk, tmp_path: Path) -> None:
    program = Program(tmp_path / "ask", "office", "ask", "K1", "self_test", "--office", desk.office.folder)
    assert program.outcome() == (1, "") and "the broker localhost:8883 cannot be reached" in program.words()
