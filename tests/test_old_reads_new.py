"""What a later version may add to a kit's data, by docs/updates.md; this version still works after a roll-back."""

import json
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware import spool_file
from firmware.errors import SpoolError
from firmware.journal import Journal
from firmware.journal_check import verify
from firmware.journal_lines import Fault, Kind
from firmware.records.receipts import Verdict
from firmware.spool import Spool, Tally
from firmware.uplink.rescue import Rescue
from firmware.vocabulary import ClockTrust
from tests.test_journal import resealed
from tests.test_spool import packet, receipt
from tests.transactions import AT
from tests.worlds import rekam

ADDITIONS = """
ALTER TABLE packet ADD COLUMN sent_utc TEXT;
ALTER TABLE packet ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
CREATE TABLE delivery (number INTEGER PRIMARY KEY, broker TEXT NOT NULL) STRICT;
CREATE INDEX packet_by_time ON packet (recorded_utc);
INSERT INTO delivery (broker) VALUES ('office');
UPDATE packet SET sent_utc = '2027-01-01T00:00:00+00:00', clock_trust = 'atomic';
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A spool as a later version left it, with one packet."""
    path = tmp_path / "data/spool.sqlite"
    with Spool(path) as spool:
        spool.put(packet("old"), AT)
    with closing(sqlite3.connect(path)) as later:
        later.executescript(ADDITIONS)
    return path


def test_the_file_tells_the_version_of_its_form(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA user_version").fetchone()[0] == 1


def test_a_spool_with_additions_is_read_and_written(path: Path) -> None:
    with Spool(path) as spool:
        spool.put(packet("new"), AT)
        spool.mark_exported("old", datetime(2027, 1, 2, tzinfo=UTC))
        assert [entry.control_number for entry in spool.entries()] == ["old", "new"]
        # A word for trust that this version does not know speaks for nothing
        assert [entry.recorded_at.trust for entry in spool.entries()] == [ClockTrust.UNCONFIRMED, AT.trust]
        assert [spool.packet(number) for number in ("old", "new")] == [packet("old"), packet("new")]
        assert spool.counts() == (2, 2)
    with closing(sqlite3.connect(path)) as later:
        assert later.execute("SELECT sent_utc FROM packet").fetchall() == [("2027-01-01T00:00:00+00:00",), (None,)]


def test_a_spool_with_additions_is_rescued(path: Path) -> None:
    assert list(Rescue(path).packets()) == [packet("old")]


def test_an_older_form_is_read_without_a_change_and_gets_its_columns_when_it_is_written(tmp_path: Path) -> None:
    """The table as the first version made it: nothing of what came later is there."""
    path = tmp_path / "spool.sqlite"
    with closing(sqlite3.connect(path)) as first:
        first.executescript(spool_file._SCHEMA)
        first.execute(f"PRAGMA application_id = {spool_file.APPLICATION}")
        first.execute("PRAGMA user_version = 1")
    before = path.read_bytes()
    with Spool(path, only_reads=True) as spool:
        assert (spool.counts(), spool.entries()) == ((0, 0), [])
    assert path.read_bytes() == before
    with Spool(path) as spool:
        spool.put(packet("new"), AT)
        spool.acknowledge(receipt("new"), AT.utc)
        spool.free()
        assert spool.tally() == Tally(1, 0, 0, 1, 0)


def test_what_the_first_version_asks_of_a_spool_is_answered_after_receipts(tmp_path: Path) -> None:
    """Its own words, in SQL: what was delivered counts as recorded and not as waiting."""
    path = tmp_path / "spool.sqlite"
    with Spool(path) as spool:
        for number in ("done", "refused", "waiting"):
            spool.put(packet(number), AT)
        spool.acknowledge(receipt("done"), AT.utc)
        spool.acknowledge(receipt("refused", Verdict.REFUSED), AT.utc)
    with closing(sqlite3.connect(path)) as first:
        asked = "SELECT count(*), count(*) FILTER (WHERE acknowledged_utc IS NULL) FROM packet"
        assert first.execute(asked).fetchone() == (3, 2)
        waiting = "SELECT control_number, ciphertext, sha256 FROM packet WHERE acknowledged_utc IS NULL"
        assert first.execute(waiting).fetchall() == [
            (one.control_number, one.ciphertext, one.sha256) for one in map(packet, ("refused", "waiting"))
        ]


def test_a_spool_of_another_form_is_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as later:
        later.execute("PRAGMA user_version = 2")
    before = path.read_bytes()
    for only_reads in (False, True):
        with pytest.raises(SpoolError, match="spool version 2, this software reads 1"):
            Spool(path, only_reads=only_reads).__enter__()
    assert path.read_bytes() == before


def test_a_reader_changes_nothing_while_another_writes(path: Path) -> None:
    with Spool(path) as writer, writer._transaction(), Spool(path, only_reads=True) as reader:
        assert reader.counts() == (1, 1)
        with pytest.raises(SpoolError, match="cannot be written"):
            reader.put(packet("new"), AT)


def test_the_chain_goes_on_behind_a_line_of_a_later_version(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    book = Journal(path, lambda: AT)
    book.append(Kind.STARTED, version="1.0")
    book.append(Kind.STOPPED)
    first, last = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + resealed(last, kind="weighed", facts={"count": 3}))
    assert book.append(Kind.STARTED, version="1.0").sequence == 3
    # Nothing that was written is lost; the check of this version says that a later one may have written it
    assert (verify(path).lines, verify(path).fault) == (1, Fault.FORM)
    assert len(path.read_bytes().splitlines()) == 3


def test_a_new_version_reads_what_the_old_one_left_and_changes_nothing(tmp_path: Path, path: Path) -> None:
    Journal(path.with_name("journal.jsonl"), lambda: AT).append(Kind.STARTED, version="1.0")
    settings = tmp_path / "kit.toml"
    settings.write_text('kit_id = "KTP-1"\n[fingerprint]\nport = "/dev/null"\n')
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    done = subprocess.run(rekam("preflight", "--config", settings), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["kit"], told["recorded"], told["waiting"], told["journal"]) == ("KTP-1", 1, 1, 1)
    after = {file.name: file.read_bytes() for file in path.parent.iterdir() if not file.name.endswith(("-shm", "-wal"))}
    assert after == before


@pytest.mark.parametrize(
    ("name", "content"),
    [("spool.sqlite", b"no database at all" * 300), ("identity/kit.key", b"no key")],
)
def test_what_the_new_version_cannot_read_keeps_it_away(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / "data" / name).parent.mkdir(parents=True)
    (tmp_path / "data" / name).write_bytes(content)
    settings = tmp_path / "kit.toml"
    settings.write_text('kit_id = "KTP-1"\n[fingerprint]\nport = "/dev/null"\n')
    done = subprocess.run(rekam("preflight", "--config", settings), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert name.rpartition("/")[2] in done.stderr
