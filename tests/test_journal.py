"""The journal tells who did what when, nothing personal, and every change of it is found."""

import base64
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware import journal, journal_lines
from firmware.datatypes import Timestamp
from firmware.errors import JournalError
from firmware.journal import Journal
from firmware.journal_check import verify
from firmware.journal_lines import NOTHING, Fault, Kind, Line
from firmware.vocabulary import ClockTrust
from tests.conftest import ROOT
from tests.transactions import AT

GOLDEN = (
    b'{"at":{"boot_id":"boot-7","monotonic_s":12.5,"trust":"unconfirmed","utc":"2026-11-24T20:00:03.000Z"},'
    b'"facts":{"attempts":2,"outcome":"accepted","seconds":4.063,"step":"right_thumb"},"kind":"step",'
    b'"previous":"0000000000000000000000000000000000000000000000000000000000000000","sequence":1,'
    b'"sha256":"912e67d83a98f7926497f41ad835b564c64d0f91662a2c6c73fe1a10c4f8655d"}\n'
)
STEP: dict[str, str | int | float] = {"step": "right_thumb", "outcome": "accepted", "seconds": 4.0629, "attempts": 2}
NIK = "1903015204100007"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.jsonl"


def told(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def session(book: Journal, steps: int = 2) -> None:
    book.append(Kind.BEGUN, operator="op-7")
    for number in range(steps):
        book.append(Kind.STEP, **{**STEP, "attempts": number})


def filled(path: Path, steps: int = 5) -> bytes:
    session(Journal(path, lambda: AT), steps)
    return path.read_bytes()


def test_the_golden_line(path: Path) -> None:
    """These bytes are the format: docs/journal.md tells them, other programs read them."""
    Journal(path, lambda: AT).append(Kind.STEP, **STEP)
    assert path.read_bytes() == GOLDEN
    assert hashlib.sha256(GOLDEN[:-78]).hexdigest().encode() in GOLDEN
    assert path.stat().st_mode & 0o777 == 0o600


def test_each_line_gives_the_digest_of_the_line_before(path: Path) -> None:
    raw = filled(path).splitlines(keepends=True)
    lines = told(path)
    assert [line["sequence"] for line in lines] == [1, 2, 3, 4, 5, 6]
    assert [line["previous"] for line in lines] == [NOTHING, *[hashlib.sha256(line).hexdigest() for line in raw[:-1]]]
    assert Journal(path).head == journal.Head(6, hashlib.sha256(raw[-1]).hexdigest())


def test_a_journal_that_is_not_there_has_no_head_and_nothing_unfinished(path: Path) -> None:
    assert Journal(path).head is None
    assert Journal(path).unfinished() is None
    with pytest.raises(JournalError, match="no journal is here; name its file"):
        verify(path)
    assert not path.parent.exists()


def test_a_whole_journal_tells_its_length_and_its_days(path: Path) -> None:
    later = replace(AT, utc=datetime(2027, 1, 2, tzinfo=UTC))
    moments = iter([AT, AT, later])
    session(Journal(path, lambda: next(moments)))
    verdict = verify(path)
    assert (verdict.lines, verdict.first, verdict.last, verdict.fault, verdict.torn) == (3, AT, later, None, 0)
    assert verdict.is_whole


@pytest.mark.parametrize(
    ("kind", "facts", "reason"),
    [
        (Kind.BEGUN, {"operator": "op-7", "name": "Melati"}, "no place for 'name'"),
        (Kind.BEGUN, {"operator": "Melati Contoh"}, "operator is not of its form"),
        (Kind.BEGUN, {"operator": NIK}, "operator holds a number of 16 digits"),
        (Kind.BEGUN, {"operator": "19.0301.520410-0007"}, "operator holds a number of 16 digits"),
        (Kind.STEP, {**STEP, "reason": "n_1903_0152_0410_0007"}, "reason holds a number of 16 digits"),
        (Kind.BEGUN, {"operator": ""}, "operator is not of its form"),
        (Kind.BEGUN, {"operator": "op\n"}, "operator is not of its form"),
        (Kind.BEGUN, {}, "operator is required"),
        (Kind.BEGUN, {"operator": "op-7", "count": 3}, "no place for 'count'"),
        (Kind.SEALED, {"control_number": f"K1-{NIK}", "seconds": 1.0}, "control_number holds a number of 16 digits"),
        (Kind.SEALED, {"control_number": 5, "seconds": 1.0}, "control_number is not of its form"),
        (Kind.STEP, {**STEP, "seconds": float("nan")}, "seconds is not of its form"),
        (Kind.STEP, {**STEP, "seconds": -1}, "seconds is not of its form"),
        (Kind.STEP, {**STEP, "seconds": 10**400}, "seconds is not of its form"),
        (Kind.STEP, {**STEP, "attempts": True}, "attempts is not of its form"),
        (Kind.STEP, {**STEP, "attempts": int(NIK)}, "attempts is not of its form"),
        (Kind.STEP, {**STEP, "outcome": "Melati"}, "outcome is not of its form"),
        (Kind.STEP, {**STEP, "step": ["right_thumb"]}, "step is not of its form"),
    ],
)
def test_what_may_be_personal_is_refused_and_not_repeated(
    path: Path, kind: Kind, facts: dict[str, object], reason: str
) -> None:
    with pytest.raises(JournalError, match=reason) as refused:
        Journal(path).append(kind, **facts)
    assert NIK not in str(refused.value)
    assert "Melati" not in str(refused.value)
    assert not path.exists()


def test_a_civil_servants_number_of_18_digits_is_an_operator(path: Path) -> None:
    assert Journal(path).append(Kind.BEGUN, operator="198503302003121002").facts["operator"] == "198503302003121002"


@pytest.mark.parametrize("end", [Kind.SEALED, Kind.CANCELLED, Kind.INTERRUPTED])
def test_the_session_under_way_is_named_until_it_ends(path: Path, end: Kind) -> None:
    book = Journal(path)
    book.append(Kind.STARTED, version="0.1.0")
    assert book.unfinished() is None
    session(book)
    # The power goes; the station starts again, and once more
    for _ in range(2):
        book.append(Kind.STARTED, version="0.1.0")
        found = Journal(path).unfinished()
        assert found is not None
        assert (found.begun.facts, [line.facts["attempts"] for line in found.steps]) == ({"operator": "op-7"}, [0, 1])
    book.append(end, **({"control_number": "K1-1", "seconds": 3.0} if end is Kind.SEALED else {}))
    assert Journal(path).unfinished() is None


def test_a_session_that_the_power_ended_while_it_was_sealed_names_its_packet(path: Path) -> None:
    """The spool may hold the packet although the journal never came to say so."""
    book = Journal(path)
    session(book)
    assert (left := Journal(path).unfinished()) is not None
    assert left.control_number is None
    book.append(Kind.STEP, step="sealing", outcome="begun", seconds=0, control_number="K1-20261124200003-12345678")
    assert (left := Journal(path).unfinished()) is not None
    assert left.control_number == "K1-20261124200003-12345678"


def test_an_unfinished_session_is_found_however_far_back_it_began(path: Path) -> None:
    filled(path, 400)
    assert path.stat().st_size > 2 * journal._BLOCK
    found = Journal(path).unfinished()
    assert found is not None
    assert len(found.steps) == 400


def test_a_clock_that_jumps_and_a_year_of_three_digits_keep_the_chain(path: Path) -> None:
    moments = [AT, replace(AT, utc=datetime(1970, 1, 1, tzinfo=UTC), trust=ClockTrust.WRONG), AT]
    moments += [Timestamp(datetime(987, 1, 1, tzinfo=UTC), ClockTrust.WRONG, 'b"\u00e9\n', 0.0004)]
    for moment in moments:
        Journal(path, lambda moment=moment: moment).append(Kind.CANCELLED)  # type: ignore[misc]
    assert verify(path).lines == 4
    assert [line["at"]["utc"][:4] for line in told(path)] == ["2026", "1970", "2026", "0987"]  # type: ignore[index]


@given(data=st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_flipped_byte_is_found_and_its_line_named(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "whole.jsonl"
    whole = path.read_bytes() if path.exists() else filled(path)
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = bytearray(whole)
    flipped[at] ^= data.draw(st.integers(1, 255))
    other = tmp_path / "flipped.jsonl"
    other.write_bytes(flipped)
    verdict = verify(other)
    assert verdict.lines == whole[:at].count(b"\n")
    unfinished = verdict.lines == 5 and (at == len(whole) - 1 or flipped[at] == 0)
    assert (verdict.fault, verdict.torn > 0) == ((None, True) if unfinished else (Fault.CHANGED, False))


def resealed(line: bytes, **members: object) -> bytes:
    """A line that somebody changed and gave a fitting digest of its own."""
    parts = {**json.loads(line), **members}
    parts.pop("sha256")
    body = json.dumps(parts, sort_keys=True, separators=(",", ":")).encode()[:-1]
    return body + b',"sha256":"' + hashlib.sha256(body).hexdigest().encode() + b'"}\n'


@pytest.mark.parametrize(
    ("change", "lines", "fault"),
    [
        (lambda raw: [raw[0], *raw[2:]], 1, Fault.SEQUENCE),
        (lambda raw: raw[1:], 0, Fault.SEQUENCE),
        (lambda raw: [*raw[:2], raw[1], *raw[2:]], 2, Fault.SEQUENCE),
        (lambda raw: [raw[0], raw[2], raw[1], *raw[3:]], 1, Fault.SEQUENCE),
        (lambda raw: [*raw[:2], resealed(raw[2], kind="cancelled", facts={}), *raw[3:]], 3, Fault.PREVIOUS),
        (lambda raw: [*raw[:2], resealed(raw[2], kind="else"), *raw[3:]], 2, Fault.FORM),
        (lambda raw: [*raw[:2], resealed(raw[2], facts={"name": "M"}), *raw[3:]], 2, Fault.FORM),
        (lambda raw: [*raw[:2], resealed(raw[2], more=1), *raw[3:]], 2, Fault.FORM),
        (lambda raw: [*raw[:2], resealed(raw[2], at=[]), *raw[3:]], 2, Fault.FORM),
        (lambda raw: [*raw[:2], b"\n", *raw[2:]], 2, Fault.CHANGED),
        (lambda raw: [*raw[:3], raw[3][:100], *raw[4:]], 3, Fault.CHANGED),
    ],
)
def test_what_somebody_did_to_the_lines_is_named(path: Path, change: object, lines: int, fault: Fault) -> None:
    raw = filled(path).splitlines(keepends=True)
    path.write_bytes(b"".join(change(raw)))  # type: ignore[operator]
    verdict = verify(path)
    assert (verdict.lines, verdict.fault, verdict.is_whole) == (lines, fault, False)


def test_an_end_that_was_cut_off_is_seen_by_the_head_alone(path: Path) -> None:
    whole = filled(path)
    head = Journal(path).head
    assert head is not None
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    assert verify(path).is_whole
    assert not verify(path, head.sha256).is_whole
    path.write_bytes(whole)
    Journal(path).append(Kind.CANCELLED)
    assert verify(path, head.sha256).is_whole


def test_a_last_line_torn_at_any_byte_is_set_aside_whole(path: Path) -> None:
    whole = filled(path, 2)
    start = whole.rfind(b"\n", 0, -1) + 1
    for end in range(start + 1, len(whole)):
        path.write_bytes(whole[:end])
        verdict = verify(path)
        assert (verdict.lines, verdict.torn, verdict.is_whole) == (2, end - start, True)
        Journal(path).append(Kind.INTERRUPTED)
        assert verify(path).is_whole
        assert [line["kind"] for line in told(path)] == ["begun", "step", "torn", "interrupted"]
        facts = told(path)[2]["facts"]
        assert facts == {"bytes": end - start, "torn": base64.b64encode(whole[start:end]).decode()}
        assert Journal(path).unfinished() is None


def test_a_line_torn_while_another_was_set_aside_is_set_aside_in_turn(path: Path) -> None:
    """The power may go again in the one write that sets aside."""
    whole = filled(path, 2)
    torn = whole[:-40]
    path.write_bytes(torn)
    Journal(path).append(Kind.INTERRUPTED)
    after = path.read_bytes()
    start = whole.rfind(b"\n", 0, -1) + 1
    for cut in random.Random(7).sample(range(start, len(after)), 50):
        path.write_bytes(after[:cut] + torn[cut:])
        assert verify(path).is_whole
        Journal(path).append(Kind.INTERRUPTED)
        assert verify(path).is_whole
        assert [line["kind"] for line in told(path)].count("torn") >= 1


def test_a_last_line_of_zeros_is_a_torn_one(path: Path) -> None:
    whole = filled(path, 2)
    path.write_bytes(whole[:-100] + bytes(99) + b"\n")
    assert (verify(path).lines, verify(path).is_whole) == (2, True)
    Journal(path).append(Kind.INTERRUPTED)
    assert (verify(path).lines, verify(path).is_whole) == (4, True)


def test_a_broken_last_line_does_not_stop_the_kit_and_stays_named(path: Path) -> None:
    whole = filled(path, 2)
    path.write_bytes(whole.replace(b'"attempts":1', b'"attempts":7'))
    assert Journal(path).append(Kind.INTERRUPTED).sequence == 4
    assert path.read_bytes().startswith(whole.replace(b'"attempts":1', b'"attempts":7'))
    assert (verify(path).lines, verify(path).fault) == (2, Fault.CHANGED)


def test_a_line_is_synced_before_its_writer_goes_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, synced = os.fsync, []

    def fsync(file: int) -> None:
        synced.append(os.fstat(file).st_ino)
        assert path.read_bytes().endswith(b'"}\n')
        real(file)

    monkeypatch.setattr(os, "fsync", fsync)
    Journal(path).append(Kind.CANCELLED)
    assert synced == [path.stat().st_ino, path.parent.stat().st_ino]
    Journal(path).append(Kind.CANCELLED)
    assert synced[2:] == [path.stat().st_ino]


WRITER = textwrap.dedent("""
    import sys
    from pathlib import Path
    from firmware.journal import Journal
    from tests.test_journal import Kind, STEP

    book = Journal(Path(sys.argv[1]))
    for number in range(100_000):
        book.append(Kind.STEP, **{**STEP, "attempts": number})
        print(number, flush=True)
""")


@pytest.mark.parametrize("seed", range(6))
def test_what_was_confirmed_outlives_a_kill(path: Path, seed: int) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    with writer.stdout:
        for _ in range(random.Random(seed).randint(1, 60)):
            writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
        rest = [int(line) for line in writer.stdout if line.endswith("\n")]
    writer.wait()
    before = verify(path)
    assert before.is_whole
    assert before.lines > max(rest, default=0)
    Journal(path).append(Kind.STARTED, version="0.1.0")
    assert verify(path).is_whole
    steps = [line["facts"]["attempts"] for line in told(path) if line["kind"] == "step"]  # type: ignore[index]
    assert steps == list(range(before.lines))


def test_writers_take_turns(path: Path) -> None:
    script = WRITER.replace("100_000", "60")
    writers = [subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.DEVNULL) for _ in "abc"]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert (verify(path).lines, verify(path).is_whole) == (180, True)


def test_a_journal_that_stays_locked_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.journal._LOCK_TIMEOUT_S", 0.02)
    book = Journal(path)
    with book._writing(), pytest.raises(JournalError, match="another process keeps it locked"):
        book.append(Kind.CANCELLED)


FULL = textwrap.dedent("""
    import resource, signal, sys
    from pathlib import Path
    from firmware.errors import JournalError
    from firmware.journal import Journal
    from tests.test_journal import Kind

    path = Path(sys.argv[1])
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limit = path.stat().st_size + int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        Journal(path).append(Kind.INTERRUPTED)
    except JournalError as error:
        print(error)
""")


@pytest.mark.parametrize("room", [0, 1, 300])
@pytest.mark.parametrize("torn", [0, 40])
def test_a_full_disk_leaves_the_file_as_it_was(path: Path, room: int, torn: int) -> None:
    """A limit on the size of files stands in for a full disk: the write fails in the same way, part of it done."""
    whole = filled(path, 2)
    path.write_bytes(before := whole[: len(whole) - torn])
    command = [sys.executable, "-c", FULL, str(path), str(room)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "journal.jsonl: no room for another line" in said
    assert "export, and free space on the disk" in said
    assert path.read_bytes() == before
    Journal(path).append(Kind.INTERRUPTED)
    assert verify(path).is_whole


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB, where the tests may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("no right to mount a disk here")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_disk_that_fills_up_and_one_that_turns_read_only(small_disk: Path) -> None:
    book = Journal(small_disk / "journal.jsonl")
    appended = 0
    with pytest.raises(JournalError, match="free space on the disk"):
        while appended < 1000:
            book.append(Kind.STEP, **STEP)
            appended += 1
    assert appended > 50
    verdict = verify(small_disk / "journal.jsonl")
    assert (verdict.lines, verdict.torn, verdict.is_whole) == (appended, 0, True)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(JournalError, match="the disk is not read-only"):
        book.append(Kind.CANCELLED)
    assert book.unfinished() is None
    assert verify(small_disk / "journal.jsonl").is_whole
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)


def test_a_folder_that_lets_nobody_write_is_named(path: Path) -> None:
    path.parent.mkdir(mode=0o500)
    if os.access(path.parent, os.W_OK):
        pytest.skip("this user may write everywhere")
    with pytest.raises(JournalError, match="check its owner"):
        Journal(path).append(Kind.CANCELLED)


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(JournalError, match="check the disk"):
        Journal(tmp_path / "data" / "journal.jsonl").append(Kind.CANCELLED)


def test_lines_are_what_was_appended(path: Path) -> None:
    line = Journal(path, lambda: AT).append(Kind.STEP, **STEP)
    assert line == Line(1, NOTHING, AT, Kind.STEP, STEP | {"seconds": 4.063})
    assert journal_lines.decode(path.read_bytes()) == line


def test_the_documentation_shows_the_golden_line_and_names_every_kind_and_fact() -> None:
    page = (ROOT / "docs" / "journal.md").read_text(encoding="utf-8")
    assert GOLDEN.decode() in page
    for name in (*(kind.value for kind in Kind), *journal_lines._FACTS):
        assert f"`{name}`" in page
