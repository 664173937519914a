"""Drivers that never return: the device is given up and opened anew, and the rest of the station goes on."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from firmware.config import load
from firmware.datatypes import DeviceState
from firmware.errors import DeviceStuck, LinkError
from firmware.kit import Kit
from tests.drivers import protocol_hang
from tests.drivers.simulated import simulated_sensor
from tests.test_service import ask
from tests.worlds import world

RUN = "from tests.drivers import protocol_hang; protocol_hang.use(); from firmware.__main__ import main; main()"
PATIENCE_S = 90


@contextmanager
def station(settings: Path) -> Iterator[Path]:
    """`rekam run` with ports that may hang, and the file of what it logs."""
    log = settings.with_name("station.log")
    with log.open("wb") as file:
        process = subprocess.Popen([sys.executable, "-c", RUN, "run", "-c", str(settings)], stderr=file)
    try:
        until(lambda: "ready" in log.read_text())
        yield log
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(30)


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.1)


def devices(settings: Path) -> dict[str, tuple[str, str]]:
    """State and words of each device, as the running station tells them."""
    document = json.loads(ask("status", settings, "--json").stdout)
    return {device["name"]: (device["state"], device["words"] or "") for device in document["devices"]}


def change(settings: Path, old: str, new: str) -> None:
    text = settings.read_text()
    assert old in text
    settings.write_text(text.replace(old, new))


def test_a_sensor_that_hangs_is_replaced_and_the_battery_is_read_on(tmp_path: Path) -> None:
    with world(tmp_path / "world") as found:
        settings, port = found.settings, found.settings.parent / "fingerprint"
        change(settings, f'port = "{port}"', f'port = "hang://{port}"')
        with station(settings) as log:
            until(lambda: devices(settings)["fingerprint"][0] == "ok")
            Path(f"{port}.hangs").touch()
            until(lambda: devices(settings)["fingerprint"][0] == "fault")
            told = devices(settings)
            assert "its driver has not returned" in told["fingerprint"][1] and told["battery"][0] == "ok"
            Path(f"{port}.hangs").unlink()
            until(lambda: devices(settings)["fingerprint"][0] == "ok")
            assert log.read_text().count("its driver hangs and is given up") in (1, 2, 3)


def test_a_gauge_that_hangs_is_replaced_and_prints_are_taken_on(tmp_path: Path) -> None:
    with (
        world(tmp_path / "world", faults='[[fault]]\nkind = "gauge_hang"\ntimes = 1\n') as found,
        station(found.settings) as log,
    ):
        until(lambda: devices(found.settings)["battery"][0] == "ok")
        assert "battery: its driver hangs and is given up" in log.read_text()
        assert devices(found.settings)["fingerprint"][0] == "ok"


def test_a_camera_that_hangs_is_replaced_and_the_other_parts_are_tested(tmp_path: Path) -> None:
    with world(tmp_path / "world") as found:
        picture = tmp_path / "picture.png"
        # Opening a pipe for reading does not return before somebody writes
        os.mkfifo(picture)
        own = found.settings.parent / "camera.sock"
        change(found.settings, f'source = "{own}"', f'source = "{picture}"\ntimeout_s = 1')
        with station(found.settings):
            told = json.loads(ask("selftest", found.settings, "--json").stdout)
            failed = {part["part"]: part["words"] for part in told["findings"] if part["verdict"] == "failed"}
            assert list(failed) == ["camera"] and "its driver has not returned" in failed["camera"]
            picture.unlink()
            Image.new("RGB", (640, 480)).save(picture)
            told = json.loads(ask("selftest", found.settings, "--json").stdout)
            assert told["passed"], told


def test_a_port_that_a_hanging_driver_holds_can_be_opened_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.guarded._SENSOR_S", 1.0)
    port, settings = tmp_path / "fingerprint", tmp_path / "kit.toml"
    settings.write_text(f'kit_id = "K-1"\n[fingerprint]\nport = "hang://{port}"\n')
    protocol_hang.use()
    with simulated_sensor(port), Kit(load(settings)) as kit:
        kit.fingerprint.check()
        Path(f"{port}.hangs").touch()
        with pytest.raises(DeviceStuck, match="fingerprint sensor: its driver has not returned"):
            kit.fingerprint.check()
        Path(f"{port}.hangs").unlink()
        # The driver that was given up may still take what comes first; the station tries again too
        for _ in range(5):
            with contextlib.suppress(LinkError):
                kit.reopen("fingerprint")
                break
        kit.fingerprint.check()
        assert kit.statuses()[0].state is DeviceState.OK
