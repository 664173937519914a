"""How much room is left for records: on the card, or within the spool's quota."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from firmware.config import StorageConfig
from firmware.errors import SpoolFull
from firmware.spool import SPOOL, Spool

LEAST = 4_000_000
"""Bytes that a record takes at most: its packet, twice for the write-ahead log; a face without loss is large."""


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes taken, and bytes that there are: of the card or of the quota, whichever is fuller."""

    taken: int
    total: int
    warn_percent: int

    @property
    def percent(self) -> int:
        """How full it is, 0 to 100."""
        return min(100, 100 * self.taken // max(1, self.total))

    @property
    def is_short(self) -> bool:
        """Whether packets should be brought out soon."""
        return self.percent >= self.warn_percent

    def check(self) -> None:
        """Refuse to begin what could not be kept. Raises SpoolFull."""
        if self.total - self.taken < LEAST:
            free = max(0, self.total - self.taken) / 1e6
            raise SpoolFull(f"only {free:.1f} MB are left for records; export, take the office's receipts, free space")


def measure(data: Path, spool: Spool, settings: StorageConfig) -> Room | None:
    """The room of a kit's data folder; None where it cannot be told. Raises SpoolError.

    What was acknowledged and is still part of the spool's file counts as free.
    """
    try:
        disk = shutil.disk_usage(data)
        held = (data / SPOOL).stat().st_size
    except OSError:
        return None
    unused = spool.unused()
    rooms = [Room(disk.total - disk.free - unused, disk.total, settings.warn_percent)]
    if settings.quota_mb:
        rooms.append(Room(held - unused, settings.quota_mb * 1_000_000, settings.warn_percent))
    return min(rooms, key=lambda room: (room.total - room.taken) / max(1, room.total))
