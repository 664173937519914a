"""The panel in a session on the bench: its signals follow the session, its buttons are the operator's words."""

import json
import os
import subprocess
import threading
import time
from pathlib import Path

import pytest

from sim.panel_client import press
from tests.test_recording import ALL_BUT_THE_THUMB, PERSON
from tests.test_service import ask, station
from tests.worlds import World, rekam, world

NO_FINGER = '[[fault]]\nkind = "no_finger"\n'
FROZEN = '[[fault]]\nkind = "frozen"\nafter = 40\n'


@pytest.fixture
def bench_pins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of a world whose pins this process and its children find."""
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "rekam_bench")
    monkeypatch.setenv("REKAM_BENCH_PINS", str(tmp_path / "world" / "pins.sock"))
    return tmp_path / "world"


@pytest.fixture
def person(tmp_path: Path) -> Path:
    path = tmp_path / "person.json"
    path.write_text(json.dumps(PERSON))
    return path


def begin(found: World, person: Path, *options: str) -> "subprocess.Popen[str]":
    command = rekam("record", "-c", found.settings, "--resident", person, "--json", *options)
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, text=True, **pipes)  # type: ignore[call-overload,no-any-return]


def wait_until(found: World, said: str) -> None:
    """Until the kit announces this."""
    path, until = found.settings.parent / "announcements.jsonl", time.monotonic() + 100
    while not (path.exists() and said in path.read_text()):
        assert time.monotonic() < until, said
        time.sleep(0.05)


def test_buttons_suffice_for_a_session(bench_pins: Path, person: Path) -> None:
    with world(bench_pins, faults=NO_FINGER) as found, station(found.settings):
        recording = begin(found, person, *ALL_BUT_THE_THUMB[:-2])
        for finger in ("right_thumb", "left_ring", "left_little"):
            if finger != "left_little":
                wait_until(found, f'"ask": "{finger}"')
                press(bench_pins, "skip", 0.1)
        wait_until(found, '"decide"')
        press(bench_pins, "accept", 0.1)
        told, errors = recording.communicate(timeout=60)
        assert recording.returncode == 0, errors
        outcomes = {finger["position"]: finger["outcome"] for finger in json.loads(told)["fingers"]}
        assert set(outcomes.values()) == {"excused"} and "skipped at the panel" in errors


def test_holding_the_third_button_cancels(bench_pins: Path, person: Path) -> None:
    with world(bench_pins, faults=NO_FINGER) as found, station(found.settings):
        recording = begin(found, person, *ALL_BUT_THE_THUMB)
        wait_until(found, '"ask": "right_thumb"')
        press(bench_pins, "skip", 3.0)
        _, errors = recording.communicate(timeout=60)
        assert recording.returncode == 1 and "Cancelled; nothing was kept" in errors
        assert found.packets == []


def test_a_frozen_sensor_loses_its_supply_and_goes_on(bench_pins: Path, person: Path) -> None:
    with world(bench_pins, faults=FROZEN) as found, station(found.settings):
        presser = threading.Thread(target=_accept_when_asked, args=(found, bench_pins))
        presser.start()
        done = ask("record", found.settings, "--resident", person)
        presser.join()
        assert done.returncode == 0, done.stderr
        assert "The connection failed" in done.stdout and len(found.packets) == 1


def _accept_when_asked(found: World, folder: Path) -> None:
    wait_until(found, '"decide"')
    press(folder, "accept", 0.1)


def test_a_kit_without_its_panel_records_all_the_same(tmp_path: Path, person: Path) -> None:
    assert "GPIOZERO_PIN_FACTORY" not in os.environ
    with world(tmp_path / "world") as found, station(found.settings):
        status = json.loads(ask("status", found.settings, "--json").stdout)
        states = {device["name"]: device["state"] for device in status["devices"]}
        assert states["panel"] == "absent"
        assert ask("record", found.settings, "--resident", person, *ALL_BUT_THE_THUMB).returncode == 0
