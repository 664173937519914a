"""The fuel gauge's driver over a bus in another thread, with all that goes wrong on one."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from firmware.datatypes import Device
from firmware.drivers.fuel_gauge import FuelGauge
from firmware.drivers.i2c import Bus, open_bus
from firmware.errors import DeviceAbsent, DeviceBusy, DeviceError, LinkCorrupt, LinkLost
from firmware.power import BatteryReading
from sim import fuel_gauge
from sim.battery import Battery
from sim.gauge_faults import GaugeAbsent, GaugeFault, GaugeFrozen, GaugeNack, GaugeWrongByte
from sim.i2c_line import I2cLine
from tests.clocks import Ticks


@contextmanager
def bench(folder: Path, *faults: GaugeFault, charge: float = 50.0, rate: float = -10.0) -> Iterator[FuelGauge]:
    """A driver at a bench's bus, its chip switched on long ago."""
    ticks = Ticks()
    battery = Battery(charge, rate, ticks)
    chip = fuel_gauge.FuelGauge(battery, faults, ticks)
    ticks.now_s += 5
    with I2cLine(folder / "i2c.sock", {fuel_gauge.ADDRESS: chip}, battery):
        gauge = FuelGauge(f"bench:{folder / 'i2c.sock'}")
        try:
            yield gauge
        finally:
            gauge.close()


def test_a_gauge_is_read(tmp_path: Path) -> None:
    with bench(tmp_path) as gauge:
        assert gauge.device == Device("", "")
        gauge.open()
        told = gauge.read()
        assert told.voltage_v == pytest.approx(3.75, abs=1e-3)
        assert told.charge_percent == pytest.approx(50, abs=0.02)
        assert told.rate_percent_per_h == pytest.approx(-10, abs=0.11)
        assert gauge.device == Device("Analog Devices", "MAX17048")


def test_a_gauge_that_refuses_now_and_then_is_read(tmp_path: Path) -> None:
    with bench(tmp_path, GaugeNack(every=2)) as gauge:
        for _ in range(20):
            assert gauge.read().charge_percent == pytest.approx(50, abs=0.02)


@pytest.mark.parametrize("offset", [0, 1])
@pytest.mark.parametrize("mask", [0x01, 0x10, 0x40, 0x80])
@pytest.mark.parametrize("after", range(9))
def test_a_wrong_byte_is_never_believed(tmp_path: Path, after: int, mask: int, offset: int) -> None:
    with bench(tmp_path, GaugeWrongByte(after=after, mask=mask, offset=offset)) as gauge:
        for _ in range(2):
            told = gauge.read()
            assert told.voltage_v == pytest.approx(3.75, abs=0.05)
            assert told.charge_percent == pytest.approx(50, abs=0.55)
            assert (told.rate_percent_per_h or -10) == pytest.approx(-10, abs=5)


def test_bytes_that_are_always_wrong_are_told(tmp_path: Path) -> None:
    with (
        bench(tmp_path, GaugeWrongByte(mask=0x80, times=0)) as gauge,
        pytest.raises(LinkCorrupt, match=r"battery: the gauge makes no sense \(.*\); check the four wires"),
    ):
        gauge.read()


@pytest.mark.parametrize(("charge", "volts"), [(95, r"4\.13"), (50, r"3\.80"), (15, r"3\.64")])
def test_a_gauge_that_has_just_been_switched_on_is_not_believed(tmp_path: Path, charge: float, volts: str) -> None:
    ticks = Ticks()
    battery = Battery(charge, 0.0, ticks)
    chip = fuel_gauge.FuelGauge(battery, (), ticks)
    with I2cLine(tmp_path / "i2c.sock", {fuel_gauge.ADDRESS: chip}, battery):
        gauge = FuelGauge(f"bench:{tmp_path / 'i2c.sock'}")
        with pytest.raises(LinkCorrupt, match=rf"0 % at {volts} V"):
            gauge.read()
        ticks.now_s += 1
        assert gauge.read().charge_percent == charge
        gauge.close()


def test_an_absent_gauge_is_told_and_found_when_it_is_back(tmp_path: Path) -> None:
    with bench(tmp_path, GaugeAbsent(after=14, times=3)) as gauge:
        gauge.read()
        gauge.read()
        with pytest.raises(DeviceAbsent, match=r"nothing answers at 0x36; check the four wires"):
            gauge.read()
        assert gauge.device == Device("", "")
        gauge.read()
        assert gauge.device.model == "MAX17048"


def test_a_gauge_at_another_address_is_absent(tmp_path: Path) -> None:
    with bench(tmp_path) as served:
        gauge = FuelGauge(served._name, 0x40)
        with pytest.raises(DeviceAbsent, match="nothing answers at 0x40"):
            gauge.open()
        gauge.close()


def test_a_frozen_gauge_repeats_itself(tmp_path: Path) -> None:
    with bench(tmp_path, GaugeFrozen(), rate=-300.0) as gauge:
        assert gauge.read() == gauge.read()


def test_a_world_that_ends_and_comes_back_is_followed(tmp_path: Path) -> None:
    with bench(tmp_path) as gauge:
        gauge.read()
    with pytest.raises(DeviceAbsent, match="no such I2C bus"):
        gauge.read()
    with bench(tmp_path, charge=30.0):
        assert gauge.read().charge_percent == pytest.approx(30, abs=0.02)
        gauge.close()


def test_a_folder_as_deep_as_they_come(tmp_path: Path) -> None:
    deep = tmp_path / "a b" / ("x" * 120)
    deep.mkdir(parents=True)
    with bench(deep) as gauge:
        gauge.read()


def test_a_bus_that_is_not_there(tmp_path: Path) -> None:
    for bus in (97, "/dev/i2c-97"):
        with pytest.raises(DeviceAbsent, match=f"bus {bus}: no such I2C bus; switch it on"):
            FuelGauge(bus).open()


def test_a_file_that_is_no_bus(tmp_path: Path) -> None:
    path = tmp_path / "i2c"
    path.touch()
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(DeviceAbsent, match=r"this is no I2C bus; check power\.bus"):
        FuelGauge(str(path)).open()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_scheme_that_nobody_brings() -> None:
    with pytest.raises(DeviceAbsent, match="nothing installed brings a bus 'benhc'"):
        FuelGauge("benhc:/tmp/i2c.sock").open()


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.EACCES, DeviceAbsent, "add the user to the group i2c"),
        (errno.EBUSY, DeviceBusy, "a kernel driver owns 0x36; take its overlay from config.txt"),
        (errno.EIO, LinkLost, "check the four wires"),
        (errno.ETIMEDOUT, LinkLost, "check the four wires"),
        (errno.ENXIO, DeviceAbsent, "nothing answers at 0x36"),
    ],
)
def test_what_the_kernel_says_is_told_with_what_to_do(number: int, kind: type[DeviceError], words: str) -> None:
    def refuse(_bus: int | str) -> Bus:
        raise OSError(number, os.strerror(number))

    with pytest.raises(kind, match=words):
        FuelGauge(1, opener=refuse).open()


class Chip43:
    """A bus with a MAX17043: VERSION 0x0003, no CRATE."""

    def __init__(self) -> None:
        self.closed = 0

    def read_i2c_block_data(self, i2c_addr: int, register: int, length: int, force: bool | None = None) -> list[int]:
        return list({0x02: b"\xc0\x00", 0x04: b"\x32\x00", 0x08: b"\x00\x03"}[register][:length])

    def close(self) -> None:
        self.closed += 1


def test_the_older_chip_has_no_rate() -> None:
    bus = Chip43()
    gauge = FuelGauge(1, opener=lambda _: bus)
    assert gauge.read() == BatteryReading(3.84, 50.0, None)
    assert gauge.device.model == "MAX17043"
    gauge.close()
    gauge.close()
    assert bus.closed == 1


def test_closing_what_was_never_opened_is_no_fault() -> None:
    FuelGauge(1).close()


def test_the_bench_s_bus_comes_by_its_entry_point(tmp_path: Path) -> None:
    with bench(tmp_path):
        bus = open_bus(f"bench:{tmp_path / 'i2c.sock'}")
        assert bus.read_i2c_block_data(0x36, 0x08, 2) == [0x00, 0x12]
        bus.close()
