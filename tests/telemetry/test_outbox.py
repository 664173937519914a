"""The outbox: what it keeps, for how long, and what it lets go first."""

import itertools
import os
import signal
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from firmware.errors import OutboxError
from firmware.telemetry.metrics import Quality, Reading, Report
from firmware.telemetry.outbox import OUTBOX, Kept, Limits, Outbox
from firmware.vocabulary import ClockTrust
from tests.telemetry.snapshots import CAPTURES, STATE, WAITING, at, temperatures

EVERYTHING = ("", "fingerprint", "camera")


def state(words: str, seconds: float = 0) -> Report:
    return Report("fingerprint", at(seconds), (Reading(STATE, words), Reading(CAPTURES, None, quality=Quality.BAD)))


def numbers(kept: list[Kept]) -> list[int]:
    return [one.number for one in kept]


def test_a_report_is_kept_as_it_was_with_its_clock(tmp_path: Path) -> None:
    reports = [
        temperatures(40.5, at(0, ClockTrust.WRONG, "boot-1")),
        state("ok"),
        Report("camera", at(60), (Reading(STATE, "fault", 5), Reading(WAITING, 1))),
    ]
    with Outbox(tmp_path / OUTBOX) as outbox:
        kept = [outbox.put(report) for report in reports]
    with Outbox(tmp_path / OUTBOX) as outbox:
        assert outbox.oldest(10, EVERYTHING) == kept
        assert [one.report for one in kept] == reports
        assert outbox.counts() == (3, 0)


def test_numbers_rise_and_are_never_used_twice(tmp_path: Path) -> None:
    with Outbox(tmp_path / OUTBOX) as outbox:
        first = outbox.put(state("ok"))
        outbox.done("7f3a91c2", [first.number])
    with Outbox(tmp_path / OUTBOX) as outbox:
        assert outbox.put(state("ok")).number == first.number + 1
    with Outbox(tmp_path / "other.sqlite") as outbox:
        assert outbox.put(state("ok")).number != first.number


def test_the_oldest_of_some_devices_are_given_without_those_under_way(tmp_path: Path) -> None:
    with Outbox(tmp_path / OUTBOX) as outbox:
        kept = [outbox.put(temperatures(one, at(one)) if one % 2 else state("ok", one)) for one in range(8)]
        assert numbers(outbox.oldest(3, EVERYTHING)) == numbers(kept[:3])
        assert numbers(outbox.oldest(9, [""], numbers(kept[:4]))) == numbers([kept[5], kept[7]])
        assert outbox.oldest(9, ["iris"]) == []


def test_only_what_is_done_under_its_boot_goes(tmp_path: Path) -> None:
    with Outbox(tmp_path / OUTBOX) as outbox:
        kept = [outbox.put(temperatures(one, at(one, boot=f"boot-{one}-and-more"))) for one in range(3)]
        outbox.done("boot-1-a", numbers(kept))
        assert numbers(outbox.oldest(9, EVERYTHING)) == numbers([kept[0], kept[2]])


def test_when_it_is_full_measurements_are_thinned_and_events_stay(tmp_path: Path) -> None:
    with Outbox(tmp_path / OUTBOX, Limits(size=120_000)) as outbox:
        for minute in range(3000):
            outbox.put(temperatures(40 + minute % 9, at(60 * minute)))
            if minute % 100 == 0:
                outbox.put(state("ok" if minute % 200 else "fault", 60 * minute))
        kept = outbox.oldest(5000, EVERYTHING)
        waiting, thinned = outbox.counts()
        assert outbox.put(state("ok")).number - kept[0].number >= 3000
    assert len(kept) == waiting and waiting + thinned == 3030
    assert len([one for one in kept if one.report.device]) == 30
    minutes = [one.report.at.monotonic_s / 60 for one in kept if not one.report.device]
    gaps = [after - before for before, after in itertools.pairwise(minutes)]
    assert minutes[0] == pytest.approx(100 / 60)
    assert gaps[-50:] == pytest.approx([1] * 50)
    assert gaps[0] > 8
    used = sum(one.stat().st_size for one in tmp_path.glob(f"{OUTBOX}*"))
    assert used < 120_000 * 2 + 4_200_000, "the write-ahead log is at most four megabytes more"


def test_when_events_fill_it_the_oldest_go(tmp_path: Path) -> None:
    with Outbox(tmp_path / OUTBOX, Limits(size=60_000)) as outbox:
        first = outbox.put(state("fault"))
        for turn in range(1500):
            last = outbox.put(state("ok", turn))
        waiting, thinned = outbox.counts()
        assert waiting + thinned == 1501 and 0 < waiting < 1000
        kept = numbers(outbox.oldest(5000, EVERYTHING))
    assert first.number not in kept and kept == list(range(last.number - waiting + 1, last.number + 1))


def test_what_is_too_old_goes_where_both_clocks_are_believed(tmp_path: Path) -> None:
    with Outbox(tmp_path / OUTBOX, Limits(age=timedelta(days=2))) as outbox:
        doubted = outbox.put(temperatures(1, at(0, ClockTrust.WRONG)))
        outbox.put(temperatures(2, at(0)))
        outbox.put(temperatures(3, at(86_400 * 30, ClockTrust.UNCONFIRMED)))
        assert outbox.counts() == (3, 0)
        outbox.put(temperatures(4, at(86_400 * 3)))
        assert [one.report.readings[0].value for one in outbox.oldest(9, [""])] == [1, 3, 4]
        assert outbox.oldest(1, [""]) == [doubted] and outbox.counts() == (3, 1)


def test_a_full_disk_keeps_what_was_put(tmp_path: Path) -> None:
    with Outbox(tmp_path / OUTBOX) as outbox:
        kept = outbox.put(state("ok"))
        outbox._opened().execute("PRAGMA max_page_count = 5")
        with pytest.raises(OutboxError, match="free space"):
            for turn in range(500):
                outbox.put(state("fault", turn))
        assert outbox.oldest(1, EVERYTHING) == [kept]


KILLED = """
import os, signal, sys
from pathlib import Path
from firmware.telemetry.outbox import Outbox
from tests.telemetry.snapshots import at, temperatures
outbox = Outbox(Path(sys.argv[1])).__enter__()
for turn in range(20):
    outbox.put(temperatures(turn, at(turn)))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_all_that_was_put(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / OUTBOX)], timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL
    with Outbox(tmp_path / OUTBOX) as outbox:
        assert [one.report.readings[0].value for one in outbox.oldest(99, [""])] == list(range(20))


def test_a_file_that_is_no_outbox_is_named(tmp_path: Path) -> None:
    (tmp_path / "noise.sqlite").write_bytes(os.urandom(4096))
    with sqlite3.connect(tmp_path / "other.sqlite") as other:
        other.execute("CREATE TABLE t (x)")
    other.close()
    with Outbox(tmp_path / OUTBOX) as outbox:
        outbox.put(state("ok"))
    with sqlite3.connect(tmp_path / OUTBOX) as later:
        later.execute("PRAGMA user_version = 99")
    later.close()
    (tmp_path / "file").write_text("no folder")
    for path in (tmp_path / "noise.sqlite", tmp_path / "other.sqlite", tmp_path / OUTBOX, tmp_path / "file" / OUTBOX):
        with pytest.raises(OutboxError, match=str(path.parent)), Outbox(path):
            pass
    with pytest.raises(OutboxError, match="not open"):
        Outbox(tmp_path / OUTBOX).put(state("ok"))


def test_a_report_that_spoiled_comes_without_its_readings(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Outbox(tmp_path / OUTBOX) as outbox:
        kept = outbox.put(state("ok"))
    with sqlite3.connect(tmp_path / OUTBOX) as file:
        file.execute("UPDATE report SET readings = x'ff'")
    file.close()
    with Outbox(tmp_path / OUTBOX) as outbox:
        assert outbox.oldest(1, EVERYTHING) == [Kept(kept.number, Report("fingerprint", at(), ()))]
    assert "cannot be read" in caplog.text
