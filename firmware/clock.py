"""Civil date, wall time and monotonic time, and how far each may be trusted."""

import time
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from firmware.datatypes import Timestamp
from firmware.vocabulary import ClockTrust

RELEASED = datetime(2026, 11, 24, tzinfo=UTC)
"""When this version was released: a clock that shows an earlier time is wrong."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")


def now(*, synchronised: Path = _SYNCHRONISED) -> Timestamp:
    """Read both clocks. `synchronised` is the file that systemd-timesyncd touches once a time server has answered."""
    utc = datetime.now(UTC)
    return Timestamp(utc, judge(utc, synchronised=synchronised.exists()), _boot_id(), time.monotonic())


def judge(utc: datetime, *, synchronised: bool) -> ClockTrust:
    """How far a wall time may be believed: boards without a battery wake in the past, and still record."""
    if utc < RELEASED:
        return ClockTrust.WRONG
    return ClockTrust.NETWORK if synchronised else ClockTrust.UNCONFIRMED


def civil_date(at: Timestamp, timezone: str) -> date:
    """The date on the calendar where the kit stands; with a wrong clock that of the release, the earliest it can be."""
    utc = RELEASED if at.trust is ClockTrust.WRONG else at.utc
    return utc.astimezone(ZoneInfo(timezone)).date()


def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"
