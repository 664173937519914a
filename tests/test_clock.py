"""The kit's clocks: what is believed, and what a wrong one still lets through."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from firmware import clock
from firmware.datatypes import Timestamp
from firmware.vocabulary import ClockTrust


def test_now_reads_all_three_clocks(tmp_path: Path) -> None:
    first = clock.now(synchronised=tmp_path / "absent")
    second = clock.now(synchronised=tmp_path)
    assert first.boot_id == second.boot_id == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert second.monotonic_s >= first.monotonic_s
    assert first.utc.tzinfo is UTC
    assert first.trust is not ClockTrust.NETWORK


@pytest.mark.parametrize(
    ("after_release", "synchronised", "trust"),
    [
        (timedelta(seconds=-1), True, ClockTrust.WRONG),
        (timedelta(days=-20000), False, ClockTrust.WRONG),
        (timedelta(0), False, ClockTrust.UNCONFIRMED),
        (timedelta(days=900), True, ClockTrust.NETWORK),
    ],
)
def test_trust(after_release: timedelta, synchronised: bool, trust: ClockTrust) -> None:
    assert clock.judge(clock.RELEASED + after_release, synchronised=synchronised) is trust


def test_the_civil_date_is_that_of_the_kit_s_zone() -> None:
    at = Timestamp(datetime(2027, 1, 1, 16, 30, tzinfo=UTC), ClockTrust.NETWORK, "b", 0.0)
    assert clock.civil_date(at, "Asia/Jakarta") == date(2027, 1, 1)
    assert clock.civil_date(at, "Asia/Jayapura") == date(2027, 1, 2)


def test_a_clock_in_the_past_does_not_make_births_lie_in_the_future() -> None:
    at = Timestamp(datetime(1970, 1, 1, tzinfo=UTC), ClockTrust.WRONG, "b", 0.0)
    assert clock.civil_date(at, "Asia/Jakarta") == clock.RELEASED.date()
