"""Packets go out on a stick; the spool keeps them."""

import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from firmware.datatypes import SealedPacket
from firmware.durable import write_file
from firmware.errors import DeliveryError, InputError
from firmware.records import sealing
from firmware.spool import Spool


def _unseen() -> None:
    """Nobody watches."""


def export(spool: Spool, folder: Path, on_progress: Callable[[], None] = _unseen) -> list[Path]:
    """Copy every packet that waits for the office's receipt into a folder; give the paths newly written.

    Each file appears whole, synced, and is read back before its packet is noted as exported. What is there already and
    equal is left alone; a different file of that name is refused. `on_progress` is called after each packet.
    Raises DeliveryError, SpoolError.
    """
    waiting = [entry for entry in spool.entries() if entry.acknowledged_utc is None]
    written = []
    try:
        folder.mkdir(exist_ok=True)
        for entry in waiting:
            path = folder / sealing.file_name(entry.control_number)
            if _copy(spool.packet(entry.control_number), path):
                written.append(path)
            spool.mark_exported(entry.control_number, datetime.now(UTC))
            on_progress()
    except (OSError, InputError) as error:
        raise DeliveryError(f"{folder}: {error}; {len(written)} packet(s) were written; {_ADVICE}") from error
    return written


_ADVICE = "check that the stick is in, writable and has room, and export again"


def _copy(packet: SealedPacket, path: Path) -> bool:
    if path.exists():
        if _digest(path) != packet.sha256:
            raise DeliveryError(f"{path}: a different file of this name is there; move it away and export again")
        return False
    write_file(path, packet.ciphertext)
    if _digest(path) != packet.sha256:
        raise DeliveryError(f"{path}: reads back differently than it was written; use another stick")
    return True


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # from the stick, not from memory
        return hashlib.file_digest(file, "sha256").hexdigest()
