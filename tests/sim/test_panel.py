"""A world's panel in a process of its own: pressed and watched by commands, and its switch gives the sensor power."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from firmware import config
from firmware.drivers.fingerprint import FingerprintSensor
from firmware.drivers.panel import Panel, Wiring
from firmware.errors import LinkTimeout
from firmware.signals import PanelButton, Signal
from sim import panel_client
from sim.errors import SimulationError
from sim.panel import Panel as SimulatedPanel
from sim.pin_socket import LineReader, Message, connect, encode
from tests import benches
from tests.benches import PATIENCE_S, until
from tests.sim.test_world import ELSEWHERE, running


def python_sim(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "sim", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@contextmanager
def kit_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Panel]:
    """The panel as the world's own kit.toml tells it."""
    settings = config.load(folder / "kit.toml").panel
    assert settings
    with benches.bound(folder, monkeypatch):
        panel = Panel(Wiring(**settings.model_dump()))
        panel.open()
        yield panel
        panel.close()


def test_commands_press_and_watch_the_panel_of_a_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(tmp_path, *ELSEWHERE), kit_of(tmp_path, monkeypatch) as panel:
        words = f"GPIOZERO_PIN_FACTORY=rekam_bench REKAM_BENCH_PINS={tmp_path / 'pins.sock'}"
        assert words in (tmp_path / "kit.toml").read_text()
        assert (tmp_path / "pins.sock").stat().st_mode & 0o777 == 0o600
        command = [sys.executable, "-u", "-m", "sim", "watch", str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watch:
            assert watch.stdout
            first = [watch.stdout.readline().split()[1:] for _ in range(6)]
            assert ["supply", "on"] in first
            assert ["white", "off"] in first
            panel.show(Signal.PLACE_FINGER)
            changes = [watch.stdout.readline().split()[1:] for _ in range(4)]
            assert changes == [["white", "on"], ["buzzer", "on"], ["white", "off"], ["buzzer", "off"]]
            watch.terminate()
        for action, held in (("accept", False), ("skip", False), ("cancel", True)):
            assert python_sim("press", tmp_path, action).returncode == 0
            press = panel.presses.get(timeout=PATIENCE_S)
            assert press.button is (PanelButton.ACCEPT if action == "accept" else PanelButton.SKIP)
            assert press.held is held
    gone = python_sim("press", tmp_path, "accept")
    assert gone.returncode == 1
    assert "no world is up here" in gone.stderr
    assert "no world is up here" in python_sim("watch", tmp_path).stderr


def test_commands_pull_the_panels_plug_and_put_it_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(tmp_path, *ELSEWHERE), kit_of(tmp_path, monkeypatch) as panel:
        assert panel.is_there
        assert python_sim("unplug", tmp_path, "panel").returncode == 0
        until(lambda: not panel.is_there)
        assert python_sim("plug", tmp_path, "panel").returncode == 0
        until(lambda: panel.is_there)
    gone = python_sim("unplug", tmp_path, "panel")
    assert gone.returncode == 1 and "no world runs here" in gone.stderr


def test_a_frozen_sensor_is_brought_back_by_the_panel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planned = tmp_path / "faults.toml"
    planned.write_text('[[fault]]\nkind = "frozen"\nafter = 30\n')
    with running(tmp_path, *ELSEWHERE, "--faults", str(planned)), kit_of(tmp_path, monkeypatch) as panel:
        sensor = FingerprintSensor(config.load(tmp_path / "kit.toml").fingerprint.port)
        sensor.open()
        with pytest.raises(LinkTimeout):
            for _ in range(31):
                sensor.wait_for_lift(0.1)
        panel.power_cycle(0.5)
        sensor.close()
        sensor.open()
        assert sensor.wait_for_lift(30)
        sensor.close()


def test_a_press_without_a_world_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match="no world is up here"):
        panel_client.press(tmp_path, "accept", 0.1)


def test_a_button_that_is_none_is_refused(tmp_path: Path) -> None:
    with benches.panel(tmp_path), pytest.raises(SimulationError, match="has no such button"):
        panel_client.press(tmp_path, "reset", 0.1)


def test_a_watcher_sees_the_world_end(tmp_path: Path) -> None:
    with benches.panel(tmp_path):
        changes = panel_client.watch(tmp_path)
        assert len([next(changes) for _ in range(6)]) == 6
    assert list(changes) == []


def test_rubbish_is_answered_and_harms_nobody(tmp_path: Path) -> None:
    with benches.panel(tmp_path) as panel, connect(tmp_path / "pins.sock") as link:
        link.sendall(b'\xff\n[1]\n{"pin": 22, "level": 7}\n' + encode({"press": "accept", "seconds": "long"}))
        reader = LineReader()
        answers: list[Message] = []
        while len(answers) < 2:
            answers += reader.feed(link.recv(4096))
        assert all("refused" in answer for answer in answers)
        link.sendall(encode({"pin": 22, "level": 1}))
        until(lambda: panel.is_on("white"))


def test_a_socket_s_folder_may_have_a_long_name(tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 120)
    folder.mkdir()
    with benches.panel(folder) as panel:
        panel_client.press(folder, "accept", 0.01)
        assert isinstance(panel, SimulatedPanel)
    assert list(folder.iterdir()) == []
