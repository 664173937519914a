"""What speaks for the wall clock, read from the files and calls of a real kernel where one is there."""

import ctypes
import platform
import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware import time_sources
from firmware.time_sources import BatteryClock, BatteryFault, Network

SINCE_EPOCH = 1_804_555_800
UTC_THEN = datetime.fromtimestamp(SINCE_EPOCH, UTC)
ADJTIMEX = {"x86_64": 159, "aarch64": 171}


def make_rtc(sysfs: Path, name: str = "rtc0", since_epoch: int | None = SINCE_EPOCH, **attributes: str) -> None:
    folder = sysfs / name
    folder.mkdir(parents=True)
    if since_epoch is not None:
        (folder / "since_epoch").write_text(f"{since_epoch}\n")
    for attribute, text in attributes.items():
        (folder / attribute).write_text(text)


@pytest.mark.skipif(platform.machine() not in ADJTIMEX, reason="the number of the system call is not known here")
def test_the_kernel_s_own_word_is_read() -> None:
    timex = bytearray(208)
    raw = (ctypes.c_char * len(timex)).from_buffer(timex)
    assert ctypes.CDLL(None).syscall(ADJTIMEX[platform.machine()], raw) >= 0
    assert time_sources.kernel_status() == struct.unpack_from("<i", timex, 40)[0]


@pytest.mark.parametrize(
    ("status", "has_file", "network"),
    [
        (0x0001, False, Network(now=True, once=True)),
        (0x2001, True, Network(now=True, once=True)),
        (0x0040, False, Network(now=False, once=False)),
        (0x2041, True, Network(now=False, once=True)),
        (None, False, Network(now=False, once=False)),
        (None, True, Network(now=False, once=True)),
    ],
)
def test_time_servers(tmp_path: Path, status: int | None, has_file: bool, network: Network) -> None:
    file = tmp_path / "synchronized"
    if has_file:
        file.touch()
    assert time_sources.network(file, lambda: status) == network


def test_no_battery_clock_is_no_fault(tmp_path: Path) -> None:
    assert time_sources.battery_clocks(tmp_path / "absent", tmp_path) == ()
    assert time_sources.battery_time(tmp_path / "absent", tmp_path) is None


def test_a_battery_clock_is_read(tmp_path: Path) -> None:
    make_rtc(tmp_path)
    assert time_sources.battery_clocks(tmp_path, tmp_path) == (BatteryClock("rtc0", UTC_THEN),)
    assert time_sources.battery_time(tmp_path, tmp_path) == UTC_THEN


def test_the_one_that_set_the_wall_clock_comes_first(tmp_path: Path) -> None:
    make_rtc(tmp_path, "rtc0", SINCE_EPOCH - 9000, hctosys="0\n")
    make_rtc(tmp_path, "rtc1", hctosys="1\n")
    assert [found.name for found in time_sources.battery_clocks(tmp_path, tmp_path)] == ["rtc1", "rtc0"]
    assert time_sources.battery_time(tmp_path, tmp_path) == UTC_THEN


@pytest.mark.parametrize(
    ("microvolts", "fault"),
    [("3021000\n", None), ("2000000", None), ("1999999", BatteryFault.NO_BATTERY), ("0\n", BatteryFault.NO_BATTERY)],
)
def test_a_pi_5_without_its_cell_is_no_witness(tmp_path: Path, microvolts: str, fault: BatteryFault | None) -> None:
    make_rtc(tmp_path, battery_voltage=microvolts)
    (found,) = time_sources.battery_clocks(tmp_path, tmp_path)
    assert found == BatteryClock("rtc0", None if fault else UTC_THEN, fault)


@pytest.mark.parametrize(
    ("flags", "fault", "keeps_time"),
    [
        (0, None, True),
        (1, BatteryFault.STOPPED, False),
        (3, BatteryFault.STOPPED, False),
        (4, BatteryFault.NO_BATTERY, False),
        (2, BatteryFault.BATTERY_LOW, True),
        (8, None, True),
        (None, None, True),
    ],
)
def test_what_the_chip_says_of_its_supply_counts(
    tmp_path: Path, flags: int | None, fault: BatteryFault | None, keeps_time: bool
) -> None:
    make_rtc(tmp_path)
    asked: list[Path] = []

    def answer(device: Path) -> int | None:
        asked.append(device)
        return flags

    (found,) = time_sources.battery_clocks(tmp_path, tmp_path / "dev", answer)
    assert found == BatteryClock("rtc0", UTC_THEN if keeps_time else None, fault)
    assert asked == [tmp_path / "dev" / "rtc0"]


@pytest.mark.parametrize("text", [None, "", "soon", "\xff", "9" * 20])
def test_a_clock_that_tells_no_time_stood_still(tmp_path: Path, text: str | None) -> None:
    make_rtc(tmp_path, since_epoch=None)
    if text is not None:
        (tmp_path / "rtc0" / "since_epoch").write_text(text, encoding="latin-1")
    (found,) = time_sources.battery_clocks(tmp_path, tmp_path)
    assert found == BatteryClock("rtc0", None, BatteryFault.UNREADABLE)


def test_a_device_that_is_absent_or_no_clock_says_nothing_of_its_supply(tmp_path: Path) -> None:
    assert time_sources.voltage_flags(tmp_path / "rtc0") is None
    (tmp_path / "rtc1").write_bytes(bytes(8))
    before = len(list(Path("/proc/self/fd").iterdir()))
    assert time_sources.voltage_flags(tmp_path / "rtc1") is None
    assert len(list(Path("/proc/self/fd").iterdir())) == before
