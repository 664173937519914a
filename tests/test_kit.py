"""The kit's hardware as a whole: one owner, and every fault told at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from firmware import kit, probing
from firmware.config import KitConfig, load
from firmware.datatypes import DeviceState
from firmware.device_settings import CameraConfig, FingerprintConfig
from firmware.errors import ConfigError, DeviceAbsent, DeviceBusy, DevicesFailed, LinkLost
from firmware.ownership import owned
from sim.plug_verbs import Device, set_plugged
from tests import benches
from tests.benches import until
from tests.worlds import world

HOLDS = """
import sys
from pathlib import Path
from firmware.ownership import owned
with owned(Path(sys.argv[1])):
    sys.stdout.write("held\\n")
    sys.stdout.flush()
    sys.stdin.read()
"""


def settings(data: Path, port: str = "/dev/there-is-none") -> KitConfig:
    return KitConfig(kit_id="k", data=data, fingerprint=FingerprintConfig(port=port))


def test_one_process_owns_a_kit(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDS, str(tmp_path / "data")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout and holder.stdout.readline() == "held\n"
        with (
            pytest.raises(DeviceBusy, match=f"process {holder.pid} records with .*data; wait"),
            kit.Kit(settings(tmp_path / "data")),
        ):
            raise AssertionError("a second owner")
        with pytest.raises(DeviceBusy) as raised:
            probing.probe(settings(tmp_path / "data"))
        busy = probing.all_busy(settings(tmp_path / "data"), raised.value)
        assert [(seen.name, seen.state, seen.words[:7]) for seen in busy] == [
            ("fingerprint", DeviceState.BUSY, "process")
        ]
        holder.kill()
    assert [seen.state for seen in probing.probe(settings(tmp_path / "data"))] == [DeviceState.ABSENT]


def test_a_look_tells_of_every_configured_device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with world(tmp_path / "world") as found, benches.bound(tmp_path / "world", monkeypatch):
        config = load(found.settings)
        assert {seen.name: (seen.state, seen.model) for seen in probing.probe(config)} == {
            "fingerprint": (DeviceState.OK, "ZFM/R30x/R503 family"),
            "panel": (DeviceState.OK, ""),
            "battery": (DeviceState.OK, "Analog Devices MAX17048"),
            "camera": (DeviceState.OK, "Rekam bench"),
        }
        for device in Device:
            set_plugged(tmp_path / "world", device, is_in=False)
        seen = {status.name: (status.state, status.words) for status in probing.probe(config)}
        assert seen["fingerprint"][0] is DeviceState.OK
        assert seen["panel"] == (DeviceState.ABSENT, "its plug is out; put it back in")
        assert seen["battery"][0] is DeviceState.FAULT and "nothing answers at 0x36" in seen["battery"][1]
        assert seen["camera"] == (DeviceState.ABSENT, "is not there (No such device); check its cable")
        busy = probing.all_busy(config, DeviceBusy("kit", "process 1 records"))
        assert [status.name for status in busy] == ["fingerprint", "panel", "battery", "camera"]


def test_what_went_and_what_came_back_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        world(tmp_path / "world") as found,
        benches.bound(tmp_path / "world", monkeypatch),
        kit.Kit(load(found.settings), patient=True) as opened,
    ):
        assert opened.changes() == ()
        opened.look_after(0.0)
        opened.await_power()
        assert opened.changes() == ()
        set_plugged(tmp_path / "world", Device.PANEL, is_in=False)
        until(lambda: not (opened.panel and opened.panel.is_there))
        opened.lost("fingerprint", LinkLost("fingerprint", "gone"))
        assert [(seen.name, seen.state.value) for seen in opened.changes()] == [
            ("fingerprint", "fault"),
            ("panel", "absent"),
        ]
        assert opened.changes() == ()
        with pytest.raises(DeviceAbsent):
            opened.fingerprint.check()
        set_plugged(tmp_path / "world", Device.PANEL, is_in=True)
        until(lambda: opened.panel and opened.panel.is_there)
        opened.look_after(kit.LOOK_S, in_session=True)
        assert [(seen.name, seen.state.value) for seen in opened.changes()] == [("panel", "ok")]
        opened.look_after(2 * kit.LOOK_S)
        assert [(seen.name, seen.state.value) for seen in opened.changes()] == [("fingerprint", "ok")]


def test_a_camera_that_failed_is_asked_again_and_one_that_works_is_let_be(tmp_path: Path) -> None:
    picture = tmp_path / "face.png"
    camera = CameraConfig(model="bench", source=str(picture))
    config = settings(tmp_path / "data").model_copy(update={"camera": camera})
    with kit.Kit(config, patient=True) as opened:
        opened.look_after(kit.LOOK_S)
        assert opened.statuses()[-1].state is DeviceState.FAULT
        Image.new("RGB", (4, 4)).save(picture)
        opened.look_after(2 * kit.LOOK_S)
        assert opened.statuses()[-1].state is DeviceState.FAULT
        opened.look_after(kit.LOOK_S + kit.PICTURE_S)
        assert opened.statuses()[-1].state is DeviceState.OK
        picture.unlink()
        opened.look_after(kit.LOOK_S + 2 * kit.PICTURE_S)
        assert opened.statuses()[-1].state is DeviceState.OK


def test_a_port_that_is_not_there_lets_the_kit_go(tmp_path: Path) -> None:
    for _ in range(2):
        closed = kit.Kit(settings(tmp_path))
        with pytest.raises(DeviceAbsent, match=r"fingerprint sensor: .*there-is-none"), closed:
            raise AssertionError("no device")
        assert [(seen.state, seen.words[:18]) for seen in closed.statuses()] == [
            (DeviceState.ABSENT, "/dev/there-is-none")
        ]


def test_a_device_that_is_not_open_is_unknown(tmp_path: Path) -> None:
    closed = kit.Kit(settings(tmp_path))
    with pytest.raises(DeviceAbsent, match="not open"):
        _ = closed.fingerprint
    assert [seen.state for seen in closed.statuses()] == [DeviceState.UNKNOWN]


def test_the_data_folder_is_for_this_user_alone(tmp_path: Path) -> None:
    with owned(tmp_path / "data"):
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "data" / "kit.lock").read_text() == f"{os.getpid()}\n"


def test_a_data_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"data: .*cannot be used"), owned(tmp_path / "file" / "data"):
        raise AssertionError("a folder in a file")


def test_several_faults_are_told_together() -> None:
    error = DevicesFailed((DeviceAbsent("fingerprint", "no port"), DeviceBusy("face", "in use")))
    assert str(error).splitlines() == ["kit: 2 devices cannot be used:", "  fingerprint: no port", "  face: in use"]
