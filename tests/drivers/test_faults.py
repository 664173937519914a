"""Every fault that the simulated sensor can make ends in an image, or in one clear message that names what to do."""

import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from firmware.datatypes import Feedback, FrictionRidgeImage, GivenUp
from firmware.drivers.fingerprint import FingerprintSensor
from firmware.drivers.fingerprint_opening import RARE_BAUD_RATES
from firmware.errors import DeviceAbsent, DeviceError, DeviceRefused, LinkCorrupt, LinkError, LinkLost, LinkTimeout
from sim import faults
from sim.faults import AnyFault
from sim.gauge_faults import GaugeAbsent, GaugeFrozen, GaugeHang, GaugeNack, GaugeWrongByte
from sim.instructions import Instruction
from sim.panel_faults import ButtonFault, Frozen
from sim.sensor_faults import AnotherSensor
from tests.drivers.simulated import simulated_sensor

PATIENCE_S = 0.2
SHORT_S, LONG_S = 0.05, 0.5
ALL_USED = [Instruction[name] for name in ("VfyPwd", "ReadSysPara", "ReadProdInfo", "SetSysPara", "GenImg", "UpImage")]
GEN, UP, VERIFY, SET = Instruction.GenImg, Instruction.UpImage, Instruction.VfyPwd, Instruction.SetSysPara


@dataclass(frozen=True)
class Image:
    """The fault is overcome: an image comes all the same."""


@dataclass(frozen=True)
class NoImage:
    """No finger came in time, which is no error."""


@dataclass(frozen=True)
class Told:
    """The fault is told by one of these errors; `heals`: once it is over, the same sensor object works again."""

    errors: type[DeviceError] | tuple[type[DeviceError], ...]
    message: str
    heals: bool = False
    patience_s: float = PATIENCE_S


@dataclass(frozen=True)
class Refused:
    """The sensor finds no features in its image, and nothing is downloaded."""

    feedback: Feedback


Outcome = Image | NoImage | Told | Refused

CASES: list[tuple[AnyFault, Outcome]] = [
    *[(faults.Drop(command=command, count=3), Image()) for command in (VERIFY, UP)],
    (faults.Drop(command=UP, offset=5000, count=7), Image()),
    (faults.Drop(command=UP, offset=12 + 10 * 267, count=267), Image()),
    (faults.Drop(probability=0.0005), Image()),
    (faults.Drop(command=UP, probability=0.005, times=0), Told(LinkError, "check the cable")),
    *[(faults.Corrupt(command=command, offset=9), Image()) for command in (VERIFY, Instruction.ReadSysPara, UP)],
    (faults.Corrupt(command=UP, offset=12 + 3), Image()),
    (faults.Corrupt(command=UP, offset=12 + 7, mask=1), Image()),
    (faults.Corrupt(command=UP, offset=9000), Image()),
    (faults.Corrupt(command=UP, probability=0.001, times=0), Told(LinkError, "check the cable")),
    (
        faults.Corrupt(offset=11, times=0),
        Told(LinkCorrupt, "bytes came, but no answer; check the cable", patience_s=0.05),
    ),
    (faults.Delay(command=GEN, seconds=SHORT_S), Image()),
    (faults.Delay(command=UP, offset=9000, seconds=SHORT_S, times=0), Image()),
    (faults.Delay(command=UP, offset=9000, seconds=LONG_S), Image()),
    (faults.Delay(command=SET, seconds=LONG_S), Image()),
    (faults.Delay(command=UP, offset=9000, seconds=LONG_S, times=0), Told(LinkError, "check the cable")),
    *[(faults.Silence(command=command), Image()) for command in ALL_USED],
    (faults.Silence(command=UP, times=0), Told(LinkTimeout, "UpImage: no answer; check the cable")),
    (faults.Silence(times=0), Told(DeviceAbsent, "nothing answers at .* check its supply", patience_s=0.05)),
    *[(faults.Truncate(command=command, offset=5), Image()) for command in (SET, UP)],
    (faults.Truncate(command=UP, offset=20000), Image()),
    (faults.Truncate(command=UP, offset=20000, times=0), Told(LinkTimeout, "middle of its data; check the cable")),
    (faults.Duplicate(times=0), Image()),
    (faults.Stray(times=0), Image()),
    (faults.Stray(line=bytes.fromhex("EF01FFFFFFFF070003")), Image()),
    (faults.Unplug(command=UP, offset=9000, seconds=0.3), Told(LinkLost, "went away .* check the cable", heals=True)),
    (faults.Unplug(command=GEN, seconds=0.3), Told(LinkLost, "went away", heals=True)),
    (faults.Unplug(command=VERIFY, seconds=0.3), Told(LinkLost, "went away", heals=True)),
    (faults.LoseFirstCommand(times=0), Image()),
    *[(faults.WrongBaud(baud=baud), Image()) for baud in (9600, 19200, 38400, 57600, 115200)],
    (faults.WrongBaud(baud=28800), Told((DeviceAbsent, LinkCorrupt), "check", patience_s=0.05)),
    (AnotherSensor(), Image()),
    (faults.WrongPassword(), Image()),
    (faults.WrongPassword(password=42), Told(DeviceRefused, "none of the 2 known ones; add the right one")),
    (faults.UnknownCommand(), Image()),
    *[(faults.Sleepy(command=command), Image()) for command in ALL_USED],
    (faults.Sleepy(command=GEN, times=2), Image()),
    (faults.Sleepy(command=GEN, times=0), Told(DeviceRefused, "wants its password first .* switch it off and on")),
    (faults.SensorFault(times=2), Image()),
    (faults.SensorFault(), Told(DeviceRefused, "GenImg: it could not take an image .* clean its glass")),
    (faults.SensorFault(code=0x29), Told(DeviceRefused, "optics or its chip .* replace it")),
    (faults.SensorFault(code=0x5A), Told(DeviceRefused, "no data sheet, 0x5A")),
    (faults.SensorFault(code=0x01), Told(LinkCorrupt, "did not receive the command whole .* check the cable")),
    (faults.SensorFault(command=UP, code=0x0F, times=2), Image()),
    (faults.SensorFault(command=UP, code=0x0F), Told(LinkCorrupt, "cannot send the data")),
    (faults.SensorFault(command=SET, code=0x18), Image()),
    (faults.SensorFault(command=VERIFY, code=0x18), Told(DeviceRefused, "VfyPwd: it could not write its flash")),
    (faults.NoFinger(), NoImage()),
    (faults.PoorPrints(), Image()),
    (Frozen(), Told(DeviceAbsent, "nothing answers at .* check its supply", patience_s=0.05)),
    (Frozen(after=7), Told(LinkTimeout, "no answer; check the cable and the sensor's supply")),
]


@pytest.mark.parametrize("baud", RARE_BAUD_RATES)
def test_a_rare_speed_is_found_where_it_is_looked_for(baud: int, tmp_path: Path) -> None:
    port, fault = tmp_path / "fingerprint", faults.WrongBaud(baud=baud)
    with simulated_sensor(port, "zfm20", fault):
        with (
            pytest.raises((DeviceAbsent, LinkCorrupt), match="check"),
            FingerprintSensor(str(port), answer_s=0.05) as lost,
        ):
            raise AssertionError(f"found at {lost.found_at}")
        sensor = FingerprintSensor(str(port), answer_s=0.05)
        sensor.open(rare_baud_rates=RARE_BAUD_RATES)
        assert (sensor.found_at, sensor.baud_rate) == (baud, 115200)
        sensor.close()
        with FingerprintSensor(str(port), answer_s=0.05) as sensor:
            assert sensor.found_at == 115200, "it is put right for good"


CHECK = Instruction.Img2Tz
CHECKED: list[tuple[AnyFault, Outcome]] = [
    (faults.SensorFault(command=CHECK, code=0x07), Refused(Feedback.FEW_MINUTIAE)),
    (faults.SensorFault(command=CHECK, code=0x06, times=1), Refused(Feedback.UNCLEAR)),
    (faults.UnknownCommand(command=CHECK), Image()),
    (faults.Silence(command=CHECK), Image()),
    (faults.Silence(command=CHECK, times=0), Image()),
    (faults.Corrupt(command=CHECK, offset=9), Image()),
    (faults.Delay(command=CHECK, seconds=LONG_S), Image()),
    (faults.Sleepy(command=CHECK), Image()),
    (faults.Unplug(command=CHECK, seconds=0.3), Told(LinkLost, "went away", heals=True)),
    (faults.Drop(command=UP, offset=9000, count=300), Image()),
]


def name(case: tuple[AnyFault, Outcome]) -> str:
    fields = [
        f"{field}={getattr(value, 'name', value)}"
        for field, value in ((f, getattr(case[0], f)) for f in case[0].__dataclass_fields__)
        if field != "kind" and value != case[0].__dataclass_fields__[field].default
    ]
    return f"{case[0].kind}({','.join(fields)})"


GAUGE = {GaugeAbsent, GaugeFrozen, GaugeHang, GaugeNack, GaugeWrongByte}


def test_every_kind_of_fault_has_an_expectation() -> None:
    expected = defaultdict(list)
    for fault, outcome in CASES:
        expected[type(fault)].append(outcome)
    assert set(expected) == set(get_args(AnyFault)) - set(get_args(ButtonFault)) - GAUGE


@pytest.mark.parametrize(("fault", "outcome"), CASES, ids=map(name, CASES))
def test_the_fault_is_overcome_or_told(fault: AnyFault, outcome: Outcome, tmp_path: Path) -> None:
    assert_outcome(fault, outcome, tmp_path, check=False)


@pytest.mark.parametrize(("fault", "outcome"), CHECKED, ids=map(name, CHECKED))
def test_a_fault_is_overcome_or_told_where_prints_are_checked(
    fault: AnyFault, outcome: Outcome, tmp_path: Path
) -> None:
    assert_outcome(fault, outcome, tmp_path, check=True)


def assert_outcome(fault: AnyFault, outcome: Outcome, tmp_path: Path, *, check: bool) -> None:
    port = tmp_path / "fingerprint"
    with (
        simulated_sensor(port, "zfm20", fault),
        FingerprintSensorClosing(str(port), answer_s=getattr(outcome, "patience_s", PATIENCE_S)) as sensor,
    ):
        match outcome:
            case Image():
                assert_image(sensor, check=check)
            case NoImage():
                assert sensor.capture(timeout_s=0.2) is None
            case Refused(feedback):
                assert sensor.capture(timeout_s=5, check=check) == GivenUp((feedback,))
                assert sensor.shape is None
            case Told():
                with pytest.raises(outcome.errors, match=outcome.message) as told:
                    sensor.capture(timeout_s=5, check=check)
                assert str(told.value).startswith("fingerprint sensor: ")
                assert "\n" not in str(told.value)
                if outcome.heals:
                    wait_for(port)
                    assert_image(sensor, check=check)


class FingerprintSensorClosing(FingerprintSensor):
    """Opens with its first capture, so that a fault of the opening is met there, and closes at the end."""

    def __enter__(self) -> "FingerprintSensorClosing":
        return self


def assert_image(sensor: FingerprintSensor, *, check: bool) -> None:
    image = sensor.capture(timeout_s=5, check=check)
    assert isinstance(image, FrictionRidgeImage)
    assert image.pixels.shape == (288, 256)
    assert len(np.unique(image.pixels)) > 4


def wait_for(port: Path) -> None:
    deadline = time.monotonic() + 30
    while not port.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
