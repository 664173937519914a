"""Packets go out on a stick; the spool keeps them."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from firmware.datatypes import SealedPacket
from firmware.durable import write_file
from firmware.errors import DeliveryError, InputError, SpoolDamaged
from firmware.records import sealing
from firmware.spool import Spool


def export(spool: Spool, folder: Path, on_progress: Callable[[], None] = lambda: None) -> list[Path]:
    """Copy every packet that waits for the office's receipt into a folder; give the paths newly written.

    A packet is noted as exported once it was read back; one that is damaged in the spool costs no other.
    `on_progress` is called after each packet. Raises DeliveryError, SpoolError.
    """
    waiting = [entry.control_number for entry in spool.entries() if entry.acknowledged_utc is None]
    damaged: list[SpoolDamaged] = []

    def whole() -> Iterator[SealedPacket]:
        for number in waiting:
            try:
                yield spool.packet(number)
            except SpoolDamaged as error:
                damaged.append(error)

    def note(packet: SealedPacket) -> None:
        spool.mark_exported(packet.control_number, datetime.now(UTC))
        on_progress()

    written = copy(whole(), folder, note)
    if damaged:
        raise SpoolDamaged("\n".join([*map(str, damaged), f"{folder}: {len(written)} other packet(s) were written"]))
    return written


def copy(
    packets: Iterable[SealedPacket], folder: Path, on_copied: Callable[[SealedPacket], None] = lambda packet: None
) -> list[Path]:
    """Copy packets into a folder; give the paths newly written.

    Each file appears whole, synced, and is read back before `on_copied` is called. What is there already and equal is
    left alone; a different file of that name is refused. Raises DeliveryError, and whatever the packets raise.
    """
    written = []
    try:
        folder.mkdir(exist_ok=True)
        for packet in packets:
            path = folder / sealing.file_name(packet.control_number)
            if _copy(packet, path):
                written.append(path)
            on_copied(packet)
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
