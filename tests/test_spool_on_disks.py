"""The spool on a disk that is full, or was mounted read-only: what it holds stays, and receipts still make room."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.errors import SpoolError, SpoolFull
from firmware.spool import SPOOL, Spool, Taken
from tests import disks
from tests.disks import Disk
from tests.test_spool import AFTER, packet, receipt
from tests.transactions import AT

pytestmark = pytest.mark.skipif(not disks.can_be(), reason="needs root and loop devices")
SIZE = 200_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with disks.disk(tmp_path, 8) as made:
        yield made


def fill(disk: Disk, name: str = "ballast") -> None:
    with pytest.raises(OSError), (disk.root / name).open("wb", buffering=0) as ballast:
        while True:
            ballast.write(bytes(4096))


def test_a_full_disk_keeps_what_there_is_and_receipts_make_room(disk: Disk) -> None:
    path = disk.root / SPOOL
    with Spool(path) as spool:
        spool.put(packet("K1-0", SIZE), AT)
        fill(disk)
        kept = 1
        with pytest.raises(SpoolFull, match="free space"):
            while True:
                spool.put(packet(f"K1-{kept}", SIZE), AT)
                kept += 1
        assert spool.counts() == (kept, kept)
    fill(disk, "more")
    with Spool(path) as spool:
        assert [spool.packet(f"K1-{number}") for number in range(kept)] == [
            packet(f"K1-{number}", SIZE) for number in range(kept)
        ]
        for number in range(kept):
            taken = spool.acknowledge(receipt(f"K1-{number}", sha256=packet(f"K1-{number}", SIZE).sha256), AFTER)
            assert taken is Taken.ACKNOWLEDGED
            spool.mark_exported(f"K1-{number}", AFTER, "0a1b2c3d")
        spool.free()
    (disk.root / "ballast").unlink()
    with Spool(path) as spool:
        spool.put(packet("K1-99", SIZE), AT)
        assert spool.counts() == (kept + 1, 1)


def test_a_disk_that_became_read_only_loses_nothing_and_is_named(disk: Disk) -> None:
    path = disk.root / SPOOL
    with Spool(path) as spool:
        spool.put(packet("K1-0", SIZE), AT)
    subprocess.run(["mount", "-o", "remount,ro", str(disk.root)], check=True)
    with pytest.raises(SpoolError, match=r"(cannot be written|check the disk)"), Spool(path) as spool:
        spool.acknowledge(receipt("K1-0", sha256=packet("K1-0", SIZE).sha256), AFTER)
    subprocess.run(["mount", "-o", "remount,rw", str(disk.root)], check=True)
    with Spool(path) as spool:
        assert (spool.counts(), spool.packet("K1-0")) == ((1, 1), packet("K1-0", SIZE))
