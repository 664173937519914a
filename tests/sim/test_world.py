"""`rekam sim DIR` starts a world, tells by kit.toml that it is whole, and leaves nothing running behind."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial

from firmware import config
from firmware.drivers.fuel_gauge import FuelGauge
from firmware.errors import DeviceAbsent
from firmware.vocabulary import Purpose
from sim import world
from sim.plug_verbs import Device, set_plugged
from tests.brokers import Listener
from tests.drivers import golden_frames

ELSEWHERE = ("--broker", "127.0.0.1:1883")
GOLDEN = golden_frames.load()


@contextmanager
def running(folder: Path, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A world in a process of its own, once its kit.toml is there."""
    process = subprocess.Popen([sys.executable, "-m", "sim", str(folder), "--pace", "0", *options])
    try:
        for _ in range(600):
            if (folder / "kit.toml").exists() or process.poll() is not None:
                break
            threading.Event().wait(0.1)
        assert process.poll() is None
        yield process
    finally:
        process.kill()
        process.wait()


def refused(*options: str | Path) -> str:
    """The one message with which a world is refused."""
    done = subprocess.run(
        [sys.executable, "-m", "sim", *map(str, options)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_world_is_whole_and_ends_with_its_children(tmp_path: Path, how: signal.Signals) -> None:
    with running(tmp_path) as process:
        kit = config.load(tmp_path / "kit.toml")
        assert (kit.kit_id, kit.purpose, kit.announcements) == (
            "BENCH-1",
            Purpose.TRAINING,
            tmp_path / "announcements.jsonl",
        )
        assert Path(kit.fingerprint.port).is_absolute()
        with serial.Serial(kit.fingerprint.port, 57600, timeout=5) as port:
            port.write(GOLDEN["VfyPwd(0)"].data)
            assert port.read(12) == GOLDEN["done"].data
        assert kit.mqtt is not None
        with Listener(kit.mqtt.port):
            pass
        (broker,) = children(process.pid)
        process.send_signal(how)
        assert process.wait(20) == (-how if how == signal.SIGKILL else 0)
        for _ in range(200):
            if not is_alive(broker):
                break
            threading.Event().wait(0.1)
        assert not is_alive(broker)
        assert (tmp_path / "fingerprint").is_symlink() == (how == signal.SIGKILL)


def test_a_folder_has_one_world_and_what_a_dead_one_left_is_cleared(tmp_path: Path) -> None:
    (tmp_path / "kit.toml").write_text("stale")
    (tmp_path / "announcements.jsonl").write_text('{"ask": "left_thumb", "attempt": 9}\n')
    (tmp_path / "fingerprint").symlink_to("/nowhere")
    (tmp_path / "data").mkdir()
    options = world.WorldOptions(tmp_path, pace=0, broker=("localhost", 1))
    with world.run(options):
        assert config.load(tmp_path / "kit.toml").mqtt == config.MqttConfig(host="localhost", port=1)
        assert not (tmp_path / "announcements.jsonl").exists()
        assert (tmp_path / "data").is_dir()
        complaint = refused(tmp_path, *ELSEWHERE)
        assert f"process {os.getpid()} simulates a world here already" in complaint
        assert (tmp_path / "kit.toml").exists()
    with world.run(options) as again:
        assert again.is_whole


def test_the_battery_of_a_world_is_set_from_outside(tmp_path: Path) -> None:
    options = world.WorldOptions(tmp_path, pace=0, broker=("localhost", 1))
    assert f"{tmp_path}: no world runs here" in refused("battery", tmp_path, "12")
    with world.run(options) as running_world:
        power = config.load(running_world.kit).power
        assert power is not None
        threading.Event().wait(1.1)
        gauge = FuelGauge(power.bus, power.address)
        assert gauge.read().charge_percent == 80
        command = [sys.executable, "-m", "sim", "battery", str(tmp_path), "12", "--rate", "-60"]
        assert subprocess.run(command, check=False).returncode == 0
        told = gauge.read()
        assert 11.5 < told.charge_percent <= 12
        assert told.rate_percent_per_h == pytest.approx(-60, abs=0.11)
        set_plugged(tmp_path, Device.BATTERY, is_in=False)
        with pytest.raises(DeviceAbsent, match="nothing answers at 0x36"):
            gauge.read()
        set_plugged(tmp_path, Device.BATTERY, is_in=True)
        assert gauge.read().charge_percent <= 12
        gauge.close()
    assert not (tmp_path / "i2c.sock").exists()


def test_faults_reach_the_gauge_of_a_world(tmp_path: Path) -> None:
    (tmp_path / "faults.toml").write_text('[[fault]]\nkind = "gauge_absent"\n')
    options = world.WorldOptions(tmp_path, pace=0, broker=("localhost", 1), faults=tmp_path / "faults.toml")
    with world.run(options) as running_world:
        power = config.load(running_world.kit).power
        assert power is not None
        with pytest.raises(DeviceAbsent, match="nothing answers at 0x36"):
            FuelGauge(power.bus, power.address).open()


def test_a_folder_s_odd_name_stays_what_it_is(tmp_path: Path) -> None:
    folder = tmp_path / 'a "b" \\ c\té'
    with world.run(world.WorldOptions(folder, pace=0, broker=("localhost", 1))):
        assert Path(config.load(folder / "kit.toml").fingerprint.port).is_symlink()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--fingers", "/nowhere"], "/nowhere: no such folder of fingers"),
        (["--faults", "/nowhere"], "/nowhere: no such file of faults"),
        (["--sensor", "r999"], "--sensor r999: no such model; use one of zfm20, r308, r503"),
        (["--broker", "localhost"], "--broker localhost: not an address; write HOST:PORT"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(tmp_path: Path, options: list[str], complaint: str) -> None:
    assert complaint in refused(tmp_path / "world", *options)
    assert not (tmp_path / "world").exists()


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "the world's folder cannot be made" in refused(tmp_path / "file", *ELSEWHERE)
