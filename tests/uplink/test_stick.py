"""Packets on a stick: whole, read back, never overwritten, and still in the spool."""

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.errors import DeliveryError, SpoolDamaged
from firmware.spool import Spool
from firmware.uplink import stick
from tests.test_spool import packet
from tests.transactions import AT


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with Spool(tmp_path / "spool.sqlite") as opened:
        for number in ("K1-1", "K1-2", "K1-3"):
            opened.put(packet(number), AT)
        yield opened


def test_every_packet_is_copied_whole_under_its_name(spool: Spool, tmp_path: Path) -> None:
    steps: list[int] = []
    written = stick.export(spool, tmp_path / "stick", lambda: steps.append(1))
    assert [path.name for path in written] == ["K1-1.v2.rekam", "K1-2.v2.rekam", "K1-3.v2.rekam"]
    assert [path.read_bytes() for path in written] == [packet(f"K1-{n}").ciphertext for n in (1, 2, 3)]
    assert sorted(path.name for path in (tmp_path / "stick").iterdir()) == [path.name for path in written]
    assert len(steps) == 3


def test_the_spool_keeps_what_was_exported(spool: Spool, tmp_path: Path) -> None:
    stick.export(spool, tmp_path / "stick")
    assert spool.counts() == (3, 3)
    assert all(entry.exported_utc is not None for entry in spool.entries())
    assert spool.packet("K1-2") == packet("K1-2")


def test_a_second_export_writes_only_what_is_not_there(spool: Spool, tmp_path: Path) -> None:
    first = stick.export(spool, tmp_path / "stick")
    first[1].unlink()
    before = first[0].stat().st_mtime_ns
    assert stick.export(spool, tmp_path / "stick") == [first[1]]
    assert first[0].stat().st_mtime_ns == before


def test_a_different_file_of_that_name_is_refused_and_left_alone(spool: Spool, tmp_path: Path) -> None:
    there = tmp_path / "stick" / "K1-2.v2.rekam"
    there.parent.mkdir()
    there.write_bytes(b"someone else's")
    with pytest.raises(DeliveryError, match=r"K1-2\.v2\.rekam: a different file"):
        stick.export(spool, tmp_path / "stick")
    assert there.read_bytes() == b"someone else's"
    assert [entry.exported_utc is None for entry in spool.entries()] == [False, True, True]


def test_a_stick_that_is_not_there_is_named(spool: Spool, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="check that the stick is in"):
        stick.export(spool, tmp_path / "media" / "not" / "mounted")


LIMITED = textwrap.dedent("""
    import resource
    import signal
    import sys
    from pathlib import Path
    from firmware.errors import DeliveryError
    from firmware.spool import Spool
    from firmware.uplink import stick

    with Spool(Path(sys.argv[1])) as spool:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
        try:
            stick.export(spool, Path(sys.argv[2]))
        except DeliveryError as error:
            print(error)
""")


def test_a_full_stick_leaves_no_half_written_packet(spool: Spool, tmp_path: Path) -> None:
    """A limit on the size of files stands in for a full stick: the write fails in the same way."""
    command = [sys.executable, "-c", LIMITED, str(tmp_path / "spool.sqlite"), str(tmp_path / "stick")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "File too large" in said
    assert "has room" in said
    assert list((tmp_path / "stick").iterdir()) == []
    assert spool.counts() == (3, 3)


def test_a_packet_that_changed_in_the_spool_is_not_exported(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    with Spool(path) as spool:
        spool.put(packet(), AT)
    path.write_bytes(path.read_bytes().replace(packet().ciphertext[2000:2100], bytes(100)))
    with Spool(path) as spool, pytest.raises(SpoolDamaged):
        stick.export(spool, tmp_path / "stick")
    assert list((tmp_path / "stick").iterdir()) == []


def test_a_damaged_packet_costs_no_other(spool: Spool, tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool._opened().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spool.close()
    path.write_bytes(path.read_bytes().replace(packet("K1-2").ciphertext[2000:2100], bytes(100)))
    with Spool(path) as damaged, pytest.raises(SpoolDamaged, match=r"K1-2 has changed(.|\n)*2 other packet"):
        stick.export(damaged, tmp_path / "stick")
    assert sorted(file.name for file in (tmp_path / "stick").iterdir()) == ["K1-1.v2.rekam", "K1-3.v2.rekam"]
