"""Where a class stopped: rows by keyed digests, changed lists, and a power cut at every moment."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.datatypes import Resident
from firmware.errors import DeviceBusy, InputError
from firmware.progress import FILE, KEY, Progress, RowOutcome, RowState, SkipReason
from firmware.resident import ResidentFile
from firmware.roster import Roster, Row
from firmware.vocabulary import Sex

ABSENT = RowOutcome(RowState.SKIPPED, reason=SkipReason.ABSENT)
REFUSED = RowOutcome(RowState.SKIPPED, reason=SkipReason.REFUSED)


def pupil(serial: int, name: str = "", *, too_young: bool = False) -> Row:
    resident = Resident(f"190301520410{serial:04}", name or f"Penanda {serial}", date(2010, 4, 12), Sex.FEMALE)
    return Row(serial, ResidentFile(resident, {}), is_too_young=too_young)


def listed(*rows: Row) -> Roster:
    """A list of these pupils, its rows numbered as they come."""
    numbered = tuple(replace(row, number=at) for at, row in enumerate(rows, start=2))
    return Roster(Path("class.csv"), numbered, (), repr(numbered).encode())


def recorded(number: str) -> RowOutcome:
    return RowOutcome(RowState.RECORDED, number)


@contextmanager
def progress(folder: Path, spooled: Sequence[str] = ()) -> Iterator[Progress]:
    with Progress(folder, lambda number: number in spooled) as opened:
        yield opened


def order(opened: Progress, found: Roster, outcome: RowOutcome) -> list[int]:
    """The rows in the order in which they come when each ends so."""
    rows = []
    while row := opened.next_row(found):
        opened.mark(found, row, outcome)
        rows.append(row.number)
        assert len(rows) < 20
    return rows


THREE = listed(pupil(1), pupil(2), pupil(3))


def test_every_row_comes_once_in_the_order_of_the_list(tmp_path: Path) -> None:
    with progress(tmp_path) as opened:
        assert order(opened, THREE, recorded("K-1")) == [2, 3, 4]
    with progress(tmp_path) as again:
        assert again.next_row(THREE) is None
        assert {outcome.state for outcome in again.outcomes(THREE).values()} == {RowState.RECORDED}


def test_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with progress(tmp_path) as opened:
        row = opened.next_row(THREE)
        assert row is not None
        opened.mark(THREE, row, recorded("K-1"))
    with progress(tmp_path) as again:
        assert not again.has_changed(THREE) and again.corrected(THREE) == {}
        assert order(again, THREE, recorded("K-2")) == [3, 4]
        assert [outcome.control_number for outcome in again.outcomes(THREE).values()] == ["K-1", "K-2", "K-2"]


def test_the_absent_come_again_at_the_end_and_the_refused_next_time(tmp_path: Path) -> None:
    with progress(tmp_path) as opened:
        assert order(opened, THREE, ABSENT) == [2, 3, 4, 2, 3, 4]
    with progress(tmp_path) as again:
        row = again.next_row(THREE)
        assert row is not None and row.number == 2
        again.mark(THREE, row, recorded("K-1"))
        assert order(again, THREE, REFUSED) == [3, 4]


def test_whoever_waits_comes_before_those_who_were_passed_over(tmp_path: Path) -> None:
    with progress(tmp_path) as opened:
        opened.mark(THREE, THREE.rows[0], ABSENT)
        assert order(opened, THREE, recorded("K-1")) == [3, 4, 2]


def test_the_young_are_never_called(tmp_path: Path) -> None:
    young = listed(pupil(1, too_young=True), pupil(2))
    with progress(tmp_path) as opened:
        assert order(opened, young, recorded("K-1")) == [3]


def test_a_packet_that_reached_the_spool_before_the_power_went_is_recorded(tmp_path: Path) -> None:
    for spooled, rows in ((["K-1"], [3, 4]), ([], [2, 3, 4])):
        folder = tmp_path / str(len(spooled))
        with progress(folder) as opened:
            opened.mark(THREE, THREE.rows[0], RowOutcome(RowState.SEALED, "K-1"))
        with progress(folder, spooled) as again:
            assert order(again, THREE, recorded("K-2")) == rows


def test_a_sorted_list_with_new_pupils_records_nobody_twice(tmp_path: Path) -> None:
    with progress(tmp_path) as opened:
        opened.mark(THREE, THREE.rows[0], recorded("K-1"))
        opened.mark(THREE, THREE.rows[2], ABSENT)
    changed = listed(pupil(4), pupil(3), pupil(2), pupil(1))
    with progress(tmp_path) as again:
        assert again.has_changed(changed) and again.corrected(changed) == {}
        assert order(again, changed, recorded("K-2")) == [2, 4, 3]


def test_a_corrected_name_or_number_is_known_again_and_told(tmp_path: Path) -> None:
    with progress(tmp_path) as opened:
        assert order(opened, THREE, recorded("K-1")) == [2, 3, 4]
    changed = listed(pupil(1, "Penanda Satu"), pupil(9, "PENANDA 2"), pupil(3))
    with progress(tmp_path) as again:
        assert again.next_row(changed) is None
        assert again.corrected(changed) == {2: "K-1", 3: "K-1"}


def test_a_namesake_in_the_same_list_or_another_class_is_somebody_else(tmp_path: Path) -> None:
    with progress(tmp_path) as opened:
        opened.mark(THREE, THREE.rows[0], recorded("K-1"))
        both = listed(pupil(1), pupil(7, "Penanda 1"))
        assert order(opened, both, recorded("K-2")) == [3]
        other = listed(pupil(8, "Penanda 1"), pupil(9))
        assert not opened.has_changed(other)
        assert order(opened, other, recorded("K-3")) == [2, 3]


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_however_a_list_is_sorted_and_cut_nobody_comes_twice(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder, serials = tmp_path_factory.mktemp("kit"), list(range(1, 7))
    called: list[str] = []
    for _ in range(3):
        version = listed(*map(pupil, data.draw(st.lists(st.sampled_from(serials), unique=True, min_size=1))))
        with progress(folder) as opened:
            for _ in range(data.draw(st.integers(0, 6))):
                if row := opened.next_row(version):
                    called.append(row.person.resident.nik)
                    opened.mark(version, row, recorded("K"))
    assert len(called) == len(set(called))


def test_no_number_and_no_name_is_kept_and_no_digest_that_can_be_guessed(tmp_path: Path) -> None:
    digests = set()
    for kit in ("a", "b"):
        with progress(tmp_path / kit) as opened:
            order(opened, THREE, recorded("K-1"))
        kept = (tmp_path / kit / FILE).read_text()
        # A digest may have any four figures in a row
        words = re.sub(r"\b[0-9a-f]{64}\b", "", kept)
        assert "Penanda" not in kept and "190301" not in words and "2010" not in words
        assert (tmp_path / kit / KEY).stat().st_mode & 0o777 == 0o600
        digests |= {value for row in json.loads(kept)["rows"] for value in (row["nik"], row["person"], row["list"])}
    assert len(digests) == 2 * (3 + 3 + 1), "the same list on two kits has no digest in common"


def test_two_processes_take_turns(tmp_path: Path) -> None:
    with progress(tmp_path), pytest.raises(DeviceBusy, match="another process"), progress(tmp_path):
        pass
    with progress(tmp_path):
        pass


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"rows": []}', b"\xff"])
def test_a_damaged_file_is_told_by_name(tmp_path: Path, content: bytes) -> None:
    with progress(tmp_path):
        pass
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(InputError, match=r"roster\.json: is damaged"), progress(tmp_path):
        pass


def test_a_lost_or_foreign_key_is_told(tmp_path: Path) -> None:
    with progress(tmp_path):
        pass
    for change in (lambda: (tmp_path / KEY).write_bytes(bytes(32)), (tmp_path / KEY).unlink):
        change()
        with pytest.raises(InputError, match=r"restore roster\.key"), progress(tmp_path):
            pass


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.test_progress import THREE, progress, recorded
with progress(Path(sys.argv[1])) as opened:
    for number in range(int(sys.argv[2])):
        opened.mark(THREE, opened.next_row(THREE), recorded(f"K-{number}"))
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("rows", [0, 1, 2, 3])
def test_what_was_marked_survives_a_kill(tmp_path: Path, rows: int) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), str(rows)], env=os.environ, check=False)
    assert done.returncode == -9
    with progress(tmp_path) as again:
        assert order(again, THREE, recorded("K-9")) == [2, 3, 4][rows:]
