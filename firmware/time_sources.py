"""The witnesses of the wall clock: a time server, a battery clock."""

import ctypes
import fcntl
import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
_RTC = Path("/sys/class/rtc")
_DEVICES = Path("/dev")

# struct timex begins with modes and four longs, adjtimex(2)
_STATUS = struct.calcsize("@I4l")
_STA_UNSYNC = 0x0040

# include/uapi/linux/rtc.h: _IOR('p', 0x13, int), and what its answer means
_RTC_VL_READ = 0x80047013
_DATA_INVALID, _BACKUP_LOW, _BACKUP_EMPTY = 1, 2, 4

_NO_BATTERY_UV = 2_000_000
"""Below this no cell keeps a Raspberry Pi 5's clock going: the one that is sold for it has 3 V."""


@dataclass(frozen=True, slots=True)
class Network:
    """Whether time servers hold the wall clock `now`, or did `once` since this start."""

    now: bool
    once: bool


class BatteryFault(Enum):
    """Why a battery clock is no witness, or soon will not be one."""

    UNREADABLE = "unreadable"
    STOPPED = "stopped"
    NO_BATTERY = "no_battery"
    BATTERY_LOW = "battery_low"


@dataclass(frozen=True, slots=True)
class BatteryClock:
    """A real-time clock as the kernel shows it; `utc` is None where it kept no time."""

    name: str
    utc: datetime | None
    fault: BatteryFault | None = None


def network(synchronised: Path = _SYNCHRONISED, status: Callable[[], int | None] | None = None) -> Network:
    """Ask the kernel, which chrony, ntpd and timesyncd all tell, and look for the file that timesyncd leaves.

    The kernel takes its word back some nine hours after the last answer; the file stays until the kit is switched off.
    status: the kernel's clock status bits, adjtimex(2); None where it does not say.
    """
    bits = (status or kernel_status)()
    now = bits is not None and not bits & _STA_UNSYNC
    return Network(now, now or synchronised.exists())


def kernel_status() -> int | None:
    """Status bits of the kernel's clock, adjtimex(2); None where it refuses."""
    answer = ctypes.create_string_buffer(512)
    if ctypes.CDLL(None, use_errno=True).adjtimex(answer) < 0:
        return None
    return int(struct.unpack_from("@i", answer, _STATUS)[0])


def battery_clocks(
    sysfs: Path = _RTC, devices: Path = _DEVICES, flags: Callable[[Path], int | None] | None = None
) -> tuple[BatteryClock, ...]:
    """Every real-time clock, the one that set the wall clock at the start first (`hctosys`)."""
    names = sorted(path.name for path in sysfs.glob("rtc[0-9]*"))
    names.sort(key=lambda name: _text(sysfs / name / "hctosys") != "1")
    return tuple(_look(sysfs / name, devices / name, flags or voltage_flags) for name in names)


def battery_time(sysfs: Path = _RTC, devices: Path = _DEVICES) -> datetime | None:
    """UTC by the first battery clock that kept its time; None where none did."""
    return next((found.utc for found in battery_clocks(sysfs, devices) if found.utc), None)


def voltage_flags(device: Path) -> int | None:
    """What a clock's chip says of its supply (RTC_VL_READ); None where driver or rights do not let it say anything."""
    answer = bytearray(4)
    try:
        descriptor = os.open(device, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.ioctl(descriptor, _RTC_VL_READ, answer)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return int(struct.unpack("@i", answer)[0])


def _look(folder: Path, device: Path, flags: Callable[[Path], int | None]) -> BatteryClock:
    try:
        utc = datetime.fromtimestamp(int(_text(folder / "since_epoch")), UTC)
    except (ValueError, OverflowError, OSError):
        # Drivers refuse to tell a time that stood still, so this is also how a flat battery looks
        return BatteryClock(folder.name, None, BatteryFault.UNREADABLE)
    fault = next(_faults(folder, flags(device) or 0), None)
    return BatteryClock(folder.name, utc if fault in (None, BatteryFault.BATTERY_LOW) else None, fault)


def _faults(folder: Path, supply: int) -> Iterator[BatteryFault]:
    """What is wrong, the worst first. battery_voltage: microvolts, drivers/rtc/rtc-rpi.c of the Raspberry Pi kernel."""
    battery_uv = _text(folder / "battery_voltage")
    if supply & _DATA_INVALID:
        yield BatteryFault.STOPPED
    if supply & _BACKUP_EMPTY or (battery_uv.isdecimal() and int(battery_uv) < _NO_BATTERY_UV):
        yield BatteryFault.NO_BATTERY
    if supply & _BACKUP_LOW:
        yield BatteryFault.BATTERY_LOW


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
