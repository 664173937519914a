"""The kit's hardware as a whole: one owner, and every fault told at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from firmware import kit
from firmware.config import FingerprintConfig, KitConfig
from firmware.datatypes import DeviceState
from firmware.errors import ConfigError, DeviceAbsent, DeviceBusy, DevicesFailed
from firmware.ownership import owned

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
            kit.probe(settings(tmp_path / "data"))
        assert [(seen.state, seen.words[:7]) for seen in kit.all_busy(raised.value)] == [(DeviceState.BUSY, "process")]
        holder.kill()
    assert [seen.state for seen in kit.probe(settings(tmp_path / "data"))] == [DeviceState.ABSENT]


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
