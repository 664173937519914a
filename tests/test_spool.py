"""The spool loses nothing that it confirmed, and names what is wrong with its file."""

import hashlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware.datatypes import SealedPacket
from firmware.errors import SpoolDamaged, SpoolError, SpoolFull
from firmware.spool import Spool
from tests.transactions import AT


def packet(number: str = "K1-1", size: int = 5000) -> SealedPacket:
    ciphertext = random.Random(number).randbytes(size)
    return SealedPacket(number, ciphertext, hashlib.sha256(ciphertext).hexdigest())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "spool.sqlite"


def test_a_new_spool_is_empty_and_makes_its_folder(path: Path) -> None:
    with Spool(path) as spool:
        assert spool.counts() == (0, 0)
        assert spool.entries() == []


def test_a_packet_is_there_whole_when_the_spool_is_opened_again(path: Path) -> None:
    with Spool(path) as spool:
        spool.put(packet(), AT)
    with Spool(path) as spool:
        assert spool.counts() == (1, 1)
        assert spool.packet("K1-1") == packet()
        [entry] = spool.entries()
    assert (entry.control_number, entry.size, entry.sha256) == ("K1-1", 5000, packet().sha256)
    assert (entry.recorded_at, entry.exported_utc, entry.acknowledged_utc) == (AT, None, None)


def test_commits_are_synced_before_they_return(path: Path) -> None:
    with Spool(path) as spool:
        settings = [spool._opened().execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert settings == ["wal", 2]


def test_entries_keep_their_order(path: Path) -> None:
    with Spool(path) as spool:
        for number in ("b", "a", "c"):
            spool.put(packet(number), AT)
        assert [entry.control_number for entry in spool.entries()] == ["b", "a", "c"]


def test_the_same_packet_again_changes_nothing_and_another_of_its_number_is_refused(path: Path) -> None:
    with Spool(path) as spool:
        spool.put(packet(), AT)
        spool.put(packet(), AT)
        with pytest.raises(SpoolError, match="already holds another packet K1-1"):
            spool.put(named("K1-1"), AT)
        assert spool.counts() == (1, 1)
        assert spool.packet("K1-1") == packet()


def named(number: str) -> SealedPacket:
    other = packet("other")
    return SealedPacket(number, other.ciphertext, other.sha256)


def test_a_packet_that_differs_from_its_digest_is_refused(path: Path) -> None:
    with Spool(path) as spool, pytest.raises(SpoolError, match="differ from its digest"):
        spool.put(SealedPacket("K1-1", b"x", packet().sha256), AT)


def test_an_exported_packet_still_waits(path: Path) -> None:
    at = datetime(2026, 11, 25, tzinfo=UTC)
    with Spool(path) as spool:
        spool.put(packet(), AT)
        spool.mark_exported("K1-1", at)
        assert spool.counts() == (1, 1)
        assert spool.entries()[0].exported_utc == at


def test_an_unknown_packet_is_named(path: Path) -> None:
    with Spool(path) as spool, pytest.raises(SpoolError, match="no packet K1-9"):
        spool.packet("K1-9")


def test_a_closed_spool_says_so(path: Path) -> None:
    spool = Spool(path)
    with pytest.raises(SpoolError, match="not open"):
        spool.counts()


def test_a_full_spool_keeps_what_it_has(path: Path) -> None:
    with Spool(path) as spool:
        spool.put(packet(), AT)
        spool._opened().execute("PRAGMA max_page_count = 20")
        with pytest.raises(SpoolFull, match="free space"):
            spool.put(packet("K1-2", 500_000), AT)
        assert spool.counts() == (1, 1)
        assert spool.packet("K1-1") == packet()


def test_a_file_that_is_no_database_is_named(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database at all" * 500)
    with pytest.raises(SpoolDamaged, match="not a sound database"), Spool(path):
        pass
    assert path.read_bytes().startswith(b"not a database")


def test_a_database_of_another_program_is_refused(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(SpoolError, match="another program's database"), Spool(path):
        pass


def test_a_spool_of_a_later_version_is_refused(path: Path) -> None:
    with Spool(path) as spool:
        spool._opened().execute("PRAGMA user_version = 2")
    with pytest.raises(SpoolError, match="version 2, this software reads 1"), Spool(path):
        pass


def test_damage_inside_is_found_when_it_is_opened(path: Path) -> None:
    with Spool(path) as spool:
        for number in range(5):
            spool.put(packet(f"K1-{number}"), AT)
    data = bytearray(path.read_bytes())
    data[4096:8192] = os.urandom(4096)
    path.write_bytes(data)
    with pytest.raises(SpoolDamaged, match=r"still gives \(`rekam export --from`\)"), Spool(path):
        pass


def test_a_packet_that_changed_on_the_disk_is_found_when_it_is_read(path: Path) -> None:
    with Spool(path) as spool:
        spool.put(packet(), AT)
    data = path.read_bytes()
    middle = packet().ciphertext[2000:2100]
    assert data.count(middle) == 1
    path.write_bytes(data.replace(middle, bytes(100)))
    with Spool(path) as spool, pytest.raises(SpoolDamaged, match="has changed on the disk"):
        spool.packet("K1-1")


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(SpoolError, match="cannot be made"), Spool(tmp_path / "data" / "spool.sqlite"):
        pass


def test_a_path_that_cannot_be_written_is_named(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(SpoolError, match="cannot be written"), Spool(path):
        pass


def test_a_second_writer_takes_its_turn(path: Path) -> None:
    with Spool(path) as one, Spool(path) as two:
        one.put(packet("one"), AT)
        two.put(packet("two"), AT)
        assert one.counts() == two.counts() == (2, 2)


def test_a_spool_that_stays_locked_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.spool._BUSY_TIMEOUT_S", 0.05)
    locked = pytest.raises(SpoolError, match="another process keeps it locked")
    with Spool(path) as one, Spool(path) as two, one._transaction(), locked:
        two.put(packet(), AT)


WRITER = textwrap.dedent("""
    import sys
    from pathlib import Path
    from firmware.spool import Spool
    from tests.test_spool import packet
    from tests.transactions import AT

    with Spool(Path(sys.argv[1])) as spool:
        for number in range(10_000):
            spool.put(packet(f"K1-{number}", 20_000), AT)
            print(number, flush=True)
""")


@pytest.mark.parametrize("seed", range(4))
def test_what_was_confirmed_outlives_a_kill(path: Path, seed: int) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    with writer.stdout:
        confirmed = -1
        for _ in range(random.Random(seed).randint(3, 40)):
            confirmed = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        rest = [int(line) for line in writer.stdout if line.endswith("\n")]
    assert writer.wait() == -signal.SIGKILL
    confirmed = max([confirmed, *rest])
    with Spool(path) as spool:
        recorded, waiting = spool.counts()
        assert recorded == waiting
        assert confirmed + 1 <= recorded <= confirmed + 2
        for number in range(recorded):
            assert spool.packet(f"K1-{number}") == packet(f"K1-{number}", 20_000)


def test_an_emptied_file_is_not_taken_for_a_new_spool(path: Path) -> None:
    with Spool(path) as spool:
        spool.put(packet(), AT)
    for file in path.parent.iterdir():
        file.write_bytes(b"")
    with pytest.raises(SpoolDamaged, match="was emptied"), Spool(path):
        pass
    path.unlink()
    with Spool(path) as spool:
        assert spool.counts() == (0, 0)
