"""A session whose terminal is killed: it ends by itself where nobody is left, and is the panel's where one is there."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.journal_lines import Kind
from sim.panel_client import press
from sim.plug_verbs import Device, set_plugged
from tests.benches import until
from tests.programs import Program, running
from tests.test_devices_that_go import EMPTY_ASK
from tests.test_field_faults import ENGLISH, INDONESIAN, NO_FINGER, cancelled, client, journal, kit_of, spooled
from tests.worlds import World, world

CLASS = "nik,name,date_of_birth,sex\n" + "".join(f"190301520410004{number},Kala,2010-04-12,P\n" for number in range(3))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("bench") / "world", faults=NO_FINGER) as found:
        yield found


@pytest.fixture
def pins(bench: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = bench.settings.parent
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "rekam_bench")
    monkeypatch.setenv("REKAM_BENCH_PINS", str(folder / "pins.sock"))
    yield folder
    set_plugged(folder, Device.PANEL, is_in=True)


def state_of(kit: Path) -> str:
    status, document = Program(kit.with_name("look"), "status", "-c", kit, "--json").outcome()
    assert status == 0
    return str(json.loads(document)["state"])


def kinds(kit: Path) -> list[Kind]:
    return [line.kind for line in journal(kit) if line.kind is not Kind.DEVICE]


def test_without_a_panel_it_ends_and_the_station_is_free(bench: World, tmp_path: Path) -> None:
    kit = kit_of(bench, tmp_path, INDONESIAN)
    with running(kit):
        asked = client(kit)
        asked.wait_until_shown(EMPTY_ASK[INDONESIAN])
        assert state_of(kit) == "recording"
        asked.end(signal.SIGKILL)
        until(lambda: cancelled(kit) == ["abandoned"], "the end of the session")
        until(lambda: state_of(kit) == "idle")
        again = client(kit)
        again.wait_until_shown(EMPTY_ASK[INDONESIAN])
        again.end(signal.SIGKILL)
        until(lambda: cancelled(kit) == ["abandoned"] * 2)
    assert spooled(kit) == []


def test_a_panel_goes_on_with_it_as_long_as_it_is_there(bench: World, pins: Path, tmp_path: Path) -> None:
    kit = kit_of(bench, tmp_path, ENGLISH)
    with running(kit):
        for goes_on in (True, False):
            asked = client(kit)
            asked.wait_until_shown(EMPTY_ASK[ENGLISH])
            asked.end(signal.SIGKILL)
            if goes_on:
                press(pins, "skip", 0.1)
                until(lambda: Kind.STEP in kinds(kit), "the skipped finger")
                press(pins, "accept", 0.1)
                until(lambda: len(spooled(kit)) == 1, "the packet")
                until(lambda: state_of(kit) == "idle")
                assert cancelled(kit) == []
            else:
                set_plugged(pins, Device.PANEL, is_in=False)
                until(lambda: cancelled(kit) == ["abandoned"])
    assert len(spooled(kit)) == 1


def test_a_class_is_not_called_to_an_empty_room(bench: World, tmp_path: Path) -> None:
    kit = kit_of(bench, tmp_path, ENGLISH)
    (tmp_path / "class.csv").write_text(CLASS)
    with running(kit):
        asked = Program(tmp_path / "client", "record", "-c", kit, "--from", tmp_path / "class.csv")
        asked.wait_until_shown(EMPTY_ASK[ENGLISH])
        asked.end(signal.SIGKILL)
        until(lambda: state_of(kit) == "idle")
    assert kinds(kit) == [Kind.STARTED, Kind.BEGUN, Kind.CANCELLED, Kind.STOPPED]
    assert spooled(kit) == []
