"""Packets go out on a stick, with a list that the kit signs; the spool keeps them."""

import hashlib
import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from firmware.config import KitConfig
from firmware.datatypes import SealedPacket, Timestamp
from firmware.durable import write_file
from firmware.errors import DeliveryError, InputError, SpoolDamaged
from firmware.records import sealing, stick_lists
from firmware.records.sealing import Signer
from firmware.records.stick_lists import Listed, StickList
from firmware.spool import Spool, SpoolEntry
from firmware.uplink import outbox


@dataclass(frozen=True, slots=True)
class Exporter:
    """Who exports, and when: the kit's settings, its key, its clock."""

    config: KitConfig
    signer: Signer
    at: Timestamp


def outgoing(spool: Spool, *, everything: bool = False) -> list[SpoolEntry]:
    """The packets to copy out: those on no stick yet, or `everything` that the office has not accepted."""
    entries = [entry for entry in spool.entries() if entry.acknowledged_utc is None]
    return entries if everything else [entry for entry in entries if entry.waits and entry.exported_utc is None]


def export(
    spool: Spool,
    folder: Path,
    on_progress: Callable[[], None] = lambda: None,
    *,
    exporter: Exporter | None = None,
    everything: bool = False,
) -> list[Path]:
    """Copy what `outgoing` tells into a folder, the oldest first; give the paths newly written.

    A packet is noted as exported once it was read back; one that is damaged in the spool costs no other. Pulled out in
    the middle, a stick has whole packets alone, and the next export goes on. At the end comes the exporter's signed
    list of all that this kit has there. `on_progress` is called after each packet. Raises DeliveryError, SpoolError.
    """
    going = [entry.control_number for entry in outgoing(spool, everything=everything)]
    damaged: list[SpoolDamaged] = []
    name = _stick(folder, exporter)

    def whole() -> Iterator[SealedPacket]:
        for number in going:
            try:
                yield spool.packet(number)
            except SpoolDamaged as error:
                damaged.append(error)

    def note(packet: SealedPacket) -> None:
        spool.mark_exported(packet.control_number, datetime.now(UTC), name)
        on_progress()

    _clear(folder)
    written = copy(whole(), folder, note)
    if exporter:
        _write_list(spool, folder, name, exporter)
    if damaged:
        raise SpoolDamaged("\n".join([*map(str, damaged), f"{folder}: {len(written)} other packet(s) were written"]))
    return written


def elsewhere(spool: Spool, folder: Path) -> int:
    """How many packets without an accepting receipt are not in a folder."""
    names = [sealing.file_name(entry.control_number) for entry in outgoing(spool, everything=True)]
    return sum(not (folder / name).exists() for name in names)


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
        if digest(path) != packet.sha256:
            raise DeliveryError(f"{path}: a different file of this name is there; move it away and export again")
        return False
    write_file(path, packet.ciphertext)
    if digest(path) != packet.sha256:
        raise DeliveryError(f"{path}: reads back differently than it was written; use another stick")
    return True


def _stick(folder: Path, exporter: Exporter | None) -> str:
    """The stick's name in this kit's own list on it; a new one where there is no such list."""
    if exporter is None:
        return ""
    with suppress(OSError, DeliveryError):
        told, signed = stick_lists.parse((folder / stick_lists.file_name(exporter.config.kit_id)).read_bytes())
        if signed.public_key() == exporter.signer.certificate.public_key():
            return told.stick
    return secrets.token_hex(4)


def _clear(folder: Path) -> None:
    """Take away what a stick that was pulled out kept of a packet under its temporary name."""
    with suppress(OSError):
        for path in folder.glob(f".*{sealing.SUFFIX}.*.part"):
            path.unlink()


def _write_list(spool: Spool, folder: Path, name: str, exporter: Exporter) -> None:
    """The list of what this kit has in the folder, read back from there, last of all and in one step."""
    waiting = [entry for entry in spool.entries() if entry.acknowledged_utc is None]
    there = []
    try:
        for entry in waiting:
            path = folder / sealing.file_name(entry.control_number)
            if path.exists() and digest(path) == entry.sha256:
                there.append(Listed(entry.control_number, entry.sha256, entry.size))
        others = Counter(entry.stick for entry in waiting if entry.stick not in ("", name))
        number = spool.number_export(name, exporter.at.utc)
        told = StickList(
            kit_id=exporter.config.kit_id,
            stick=name,
            sequence=number,
            written_utc=exporter.at.utc,
            clock_trust=exporter.at.trust,
            packets=tuple(there),
            others=others,
            waiting=len(waiting),
            outbox=outbox.describe(spool, exporter.config),
        )
        write_file(folder / stick_lists.file_name(exporter.config.kit_id), stick_lists.write(told, exporter.signer))
    except (OSError, InputError) as error:
        raise DeliveryError(f"{folder}: the list cannot be written ({error}); {_ADVICE}") from error


def digest(path: Path) -> str:
    """A file's SHA-256 in hexadecimal, read from the stick itself. Raises OSError."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # not from memory
        return hashlib.file_digest(file, "sha256").hexdigest()
