"""A station at a question stays awake: to an empty battery, to a terminal that is closed."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from firmware.vocabulary import FingerPosition, Language
from sim.panel_client import press
from sim.world import PINS
from tests.benches import until
from tests.programs import PATIENCE_S, Program, running
from tests.screens import Screen
from tests.test_field_faults import NO_FINGER, battery, cancelled, kit_of, spooled
from tests.test_recording import PERSON
from tests.worlds import World, world

EXCUSED = [position.name.lower() for position in FingerPosition]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("bench") / "world", faults=NO_FINGER) as found:
        yield found


@pytest.fixture
def pins(bench: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "rekam_bench")
    monkeypatch.setenv("REKAM_BENCH_PINS", str(bench.settings.with_name(PINS)))
    return bench.settings.parent


@contextmanager
def at_terminal(bench: World, folder: Path, fingers: int = 0) -> Iterator[tuple[Path, Program, Program, Screen]]:
    """A kit, its station, and a client at a terminal whose resident has so many fingers to record."""
    battery(bench, 60)
    kit, screen = kit_of(bench, folder, Language.ENGLISH), Screen()
    person = kit.with_name("person.json")
    person.write_text(json.dumps({**PERSON, "excused": dict.fromkeys(EXCUSED[fingers:], "bandaged")}))
    with running(kit) as station:
        client = Program(folder / "client", "record", "-c", kit, "--resident", person, terminal=screen.name)
        yield kit, station, client, screen
        client.end(signal.SIGKILL)
    screen.close()


def wait_until_asked(screen: Screen, words: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while words not in screen.text or not screen.text.endswith(": "):
        assert time.monotonic() < until, screen.text
        time.sleep(0.01)


def test_an_empty_battery_ends_a_station_that_asks_for_the_date(bench: World, tmp_path: Path) -> None:
    with at_terminal(bench, tmp_path) as (_, station, client, screen):
        wait_until_asked(screen, "today's date")
        battery(bench, 5)
        assert station.outcome()[0] == 0 and client.outcome()[0] == 1
        assert "battery is nearly empty" in screen.text


def test_an_empty_battery_ends_a_station_that_asks_for_a_reason(bench: World, tmp_path: Path) -> None:
    with at_terminal(bench, tmp_path, fingers=1) as (kit, station, client, screen):
        wait_until_asked(screen, "today's date")
        screen.type("\n")
        until(lambda: "Put the right thumb" in screen.text)
        screen.type("\x03")
        wait_until_asked(screen, "[e] excuse it")
        screen.type("e\n")
        wait_until_asked(screen, "Why this finger")
        battery(bench, 5)
        assert station.outcome()[0] == 0 and client.outcome()[0] == 1
        assert spooled(kit) == [] and cancelled(kit) == ["device"]


def test_ctrl_c_twice_at_the_last_question_takes_no_answer_away(bench: World, tmp_path: Path) -> None:
    with at_terminal(bench, tmp_path) as (kit, station, client, screen):
        wait_until_asked(screen, "today's date")
        screen.type("\n")
        wait_until_asked(screen, "[k] keep this")
        for _ in range(2):
            screen.type("\x03")
            until(lambda: screen.text.endswith("cancel: "))
        screen.type("k\n")
        assert client.outcome()[0] == 0 and "Done. Control number" in screen.text
        station.end(signal.SIGTERM)
        assert station.outcome()[0] == 0 and len(spooled(kit)) == 1 and cancelled(kit) == []


def test_a_keyboard_that_ends_while_its_terminal_stays_leaves_the_choice_to_the_buttons(
    bench: World, pins: Path, tmp_path: Path
) -> None:
    """So do Ctrl-D, and a lost line under nohup: no signal ends the client."""
    with at_terminal(bench, tmp_path, fingers=1) as (kit, _, client, screen):
        wait_until_asked(screen, "today's date")
        screen.type("\n")
        until(lambda: "Put the right thumb" in screen.text)
        screen.type("\x03")
        wait_until_asked(screen, "[e] excuse it")
        screen.type("e\n")
        wait_until_asked(screen, "Why this finger")
        screen.type("\x04")
        press(pins, "skip", 0.1)
        press(pins, "accept", 0.1)
        assert client.outcome()[0] == 0 and len(spooled(kit)) == 1


def test_a_keyboard_that_ends_without_buttons_ends_the_session(bench: World, tmp_path: Path) -> None:
    with at_terminal(bench, tmp_path) as (kit, _, client, screen):
        wait_until_asked(screen, "today's date")
        screen.type("\x04")
        assert client.outcome()[0] == 1 and spooled(kit) == []
        assert "the keyboard is gone" in screen.text


def test_a_terminal_that_is_closed_at_a_reason_leaves_the_choice_to_the_buttons(
    bench: World, pins: Path, tmp_path: Path
) -> None:
    with at_terminal(bench, tmp_path, fingers=1) as (kit, _, client, screen):
        wait_until_asked(screen, "today's date")
        screen.type("\n")
        until(lambda: "Put the right thumb" in screen.text)
        screen.type("\x03")
        wait_until_asked(screen, "[e] excuse it")
        screen.type("e\n")
        wait_until_asked(screen, "Why this finger")
        screen.close()
        client.outcome()
        press(pins, "skip", 0.1)
        press(pins, "accept", 0.1)
        until(lambda: spooled(kit) or cancelled(kit), "the end of the session")
        assert len(spooled(kit)) == 1
