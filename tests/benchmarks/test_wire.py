import json
from pathlib import Path

import pytest

from firmware.benchmarks import wire
from firmware.errors import DeviceAbsent, DeviceRefused
from tests.drivers.scripted import ScriptedSensor
from tests.drivers.test_fingerprint import GENERATE, NO_FINGER, raise_speed, scripted


def test_what_the_bytes_need_and_what_they_took() -> None:
    measurement = wire.Measurement(57600, 128, 40044, 40044 * 10 / 57600, 7.0)
    assert measurement.needed_s == pytest.approx(6.952, abs=0.001)
    assert measurement.over_percent == pytest.approx(0.69, abs=0.01)
    assert wire.as_line(measurement).split() == ["57600", "128", "40044", "6.952", "7.000", "+0.69", "%"]
    assert len(wire.HEADINGS) == len(wire.as_line(measurement))
    assert json.loads(wire.as_json(measurement))["over_percent"] == measurement.over_percent


@pytest.mark.parametrize(
    ("setting", "wire_bytes"), [((57600, 128), 40044), ((57600, 256), 38460), ((115200, 256), 38460)]
)
def test_one_image_is_timed_at_the_settings_asked_for(setting: tuple[int, int], wire_bytes: int) -> None:
    with scripted({0x0E: raise_speed}) as far_end:
        measurement = wire.measure(far_end.port, *setting)
    assert (measurement.baud_rate, measurement.packet_size) == setting
    assert measurement.wire_bytes == wire_bytes
    assert measurement.needed_s == wire_bytes * 10 / setting[0]
    assert measurement.measured_s > 0


def test_a_sensor_that_keeps_its_settings_is_named() -> None:
    def refuse(sensor: ScriptedSensor, content: bytes) -> bytes:
        return bytes.fromhex("EF01FFFFFFFF0700031B0025")

    with (
        scripted({0x0E: refuse}) as far_end,
        pytest.raises(DeviceRefused, match="does not take 115200 baud with 256-byte packets"),
    ):
        wire.measure(far_end.port, 115200, 256)


def test_an_empty_glass_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_FINGER_S", 0.1)
    with scripted({GENERATE: NO_FINGER}) as far_end, pytest.raises(DeviceAbsent, match="no finger lies on the glass"):
        wire.measure(far_end.port, 57600, 128)


def test_the_simulated_wire_takes_the_time_that_its_bytes_need(tmp_path: Path) -> None:
    with wire.world(tmp_path) as port:
        measurement = wire.measure(port, 115200, 256)
    assert measurement.measured_s >= measurement.needed_s


def test_a_world_that_cannot_start_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DeviceAbsent, match="simulated world: it ended with status 1"), wire.world(tmp_path / "file"):
        pytest.fail("started")
