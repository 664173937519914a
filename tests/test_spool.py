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
from firmware.errors import ReceiptError, SpoolDamaged, SpoolError, SpoolFull
from firmware.records.receipts import Receipt, Verdict
from firmware.spool import Spool, Taken, Tally
from firmware.vocabulary import Purpose
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
    monkeypatch.setattr("firmware.spool_file._BUSY_TIMEOUT_S", 0.05)
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


def receipt(number: str = "K1-1", verdict: Verdict = Verdict.ACCEPTED, sha256: str = "") -> Receipt:
    why = ("unknown_kit", "never admitted") if verdict is Verdict.REFUSED else ("", "")
    digest = sha256 or packet(number).sha256
    return Receipt(number, digest, "K1", verdict, Purpose.LIVE, datetime(2026, 12, 1, tzinfo=UTC), "Bangka", *why)


AFTER = datetime(2026, 12, 2, tzinfo=UTC)


def test_an_accepting_receipt_frees_the_bytes_and_keeps_the_count(path: Path) -> None:
    with Spool(path) as spool:
        for number in ("K1-1", "K1-2"):
            spool.put(packet(number), AT)
        assert spool.acknowledge(receipt(), AFTER) is Taken.ACKNOWLEDGED
        assert spool.counts() == (2, 1)
        assert spool.tally() == Tally(2, 1, 0, 1, 0, AT.utc)
        entry = spool.entries()[0]
        assert (entry.acknowledged_utc, entry.size, entry.sha256) == (AFTER, 0, packet().sha256)
        with pytest.raises(SpoolError, match="K1-1 was delivered and is no longer kept here"):
            spool.packet("K1-1")
        assert spool.packet("K1-2") == packet("K1-2")
        assert spool.has("K1-1")


def test_what_was_acknowledged_leaves_room(path: Path) -> None:
    with Spool(path) as spool:
        for number in range(20):
            spool.put(packet(f"K1-{number}", 100_000), AT)
        spool.free()
        full = path.stat().st_size
        for number in range(19):
            spool.acknowledge(receipt(f"K1-{number}", sha256=packet(f"K1-{number}", 100_000).sha256), AFTER)
        assert spool.unused() > 19 * 90_000
        spool.free()
        assert spool.unused() == 0
        assert path.stat().st_size < full / 5
        assert spool.packet("K1-19") == packet("K1-19", 100_000)


def test_a_refusal_keeps_the_packet_and_tells_why(path: Path) -> None:
    with Spool(path) as spool:
        spool.put(packet(), AT)
        assert spool.acknowledge(receipt(verdict=Verdict.REFUSED), AFTER) is Taken.REFUSED
        [entry] = spool.entries()
        told = (entry.refused_utc, entry.refusal, entry.refusal_words, entry.waits)
        assert told == (AFTER, "unknown_kit", "never admitted", False)
        assert (spool.counts(), spool.tally()) == ((1, 1), Tally(1, 0, 0, 0, 1))
        assert spool.packet("K1-1") == packet()
        assert spool.acknowledge(receipt(), AFTER) is Taken.ACKNOWLEDGED
        assert (spool.entries()[0].refused_utc, spool.tally()) == (None, Tally(1, 0, 0, 1, 0))


def test_a_receipt_again_is_harmless_and_an_accepted_packet_stays_so(path: Path) -> None:
    with Spool(path) as spool:
        spool.put(packet(), AT)
        spool.acknowledge(receipt(verdict=Verdict.REFUSED), AFTER)
        assert spool.acknowledge(receipt(verdict=Verdict.REFUSED), AFTER) is Taken.KNOWN
        spool.acknowledge(receipt(), AFTER)
        before = spool.entries()
        for verdict in Verdict:
            assert spool.acknowledge(receipt(verdict=verdict), datetime(2027, 1, 1, tzinfo=UTC)) is Taken.KNOWN
        assert spool.entries() == before


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_receipt_for_another_packet_deletes_nothing(path: Path, verdict: Verdict) -> None:
    with Spool(path) as spool:
        spool.put(packet(), AT)
        before = spool.entries()
        with pytest.raises(ReceiptError, match=r"for other bytes than those here .* deliver it again"):
            spool.acknowledge(receipt(verdict=verdict, sha256="ab" * 32), AFTER)
        with pytest.raises(ReceiptError, match="receipt for K1-9: this kit recorded no such packet"):
            spool.acknowledge(receipt("K1-9", verdict), AFTER)
        assert (spool.entries(), spool.packet("K1-1")) == (before, packet())


def test_a_delivered_packet_waits_for_its_receipt(path: Path) -> None:
    with Spool(path) as spool:
        spool.put(packet(), AT)
        spool.mark_delivered("K1-1", AFTER)
        assert spool.tally() == Tally(1, 1, 1, 0, 0, AT.utc)
        spool.acknowledge(receipt(), AFTER)
        assert spool.tally() == Tally(1, 0, 0, 1, 0)


def test_the_same_packet_after_its_receipt_changes_nothing(path: Path) -> None:
    with Spool(path) as spool:
        spool.put(packet(), AT)
        spool.acknowledge(receipt(), AFTER)
        spool.put(packet(), AT)
        assert spool.counts() == (1, 0)


def test_a_quota_is_a_disk_of_that_size(path: Path) -> None:
    with Spool(path, quota=400_000) as spool:
        spool.put(packet("K1-1", 150_000), AT)
        with pytest.raises(SpoolFull, match="export, and free space"):
            spool.put(packet("K1-2", 300_000), AT)
        spool.acknowledge(receipt(sha256=packet("K1-1", 150_000).sha256), AFTER)
        spool.put(packet("K1-2", 300_000), AT)
        assert spool.counts() == (2, 1)


ACKNOWLEDGER = textwrap.dedent("""
    import sys
    from pathlib import Path
    from firmware.spool import Spool
    from tests.test_spool import AFTER, packet, receipt

    with Spool(Path(sys.argv[1])) as spool:
        for number in range(300):
            name = f"K1-{number}"
            spool.acknowledge(receipt(name, sha256=packet(name, 20_000).sha256), AFTER)
            print(number, flush=True)
            if number % 7 == 0:
                spool.free()
""")


@pytest.mark.parametrize("seed", range(3))
def test_a_kill_while_receipts_are_taken_loses_no_packet(path: Path, seed: int) -> None:
    with Spool(path) as spool:
        for number in range(300):
            spool.put(packet(f"K1-{number}", 20_000), AT)
    reader = subprocess.Popen([sys.executable, "-c", ACKNOWLEDGER, str(path)], stdout=subprocess.PIPE, text=True)
    assert reader.stdout is not None
    with reader.stdout:
        confirmed = -1
        for _ in range(random.Random(seed).randint(3, 60)):
            confirmed = int(reader.stdout.readline())
        reader.send_signal(signal.SIGKILL)
        confirmed = max([confirmed, *(int(line) for line in reader.stdout if line.endswith("\n"))])
    assert reader.wait() == -signal.SIGKILL
    with Spool(path) as spool:
        tally = spool.tally()
        assert (tally.recorded, tally.waiting + tally.acknowledged) == (300, 300)
        assert confirmed + 1 <= tally.acknowledged <= confirmed + 2
        for number in range(tally.acknowledged, 300):
            assert spool.packet(f"K1-{number}") == packet(f"K1-{number}", 20_000)
