"""The durable outbox of sealed packets."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import partial
from sqlite3 import Cursor
from typing import Any

from firmware.datatypes import SealedPacket, Timestamp
from firmware.errors import ReceiptError, SpoolDamaged, SpoolError
from firmware.records.receipts import Receipt, Verdict
from firmware.spool_file import APPLICATION as APPLICATION
from firmware.spool_file import PAGE_SIZE as PAGE_SIZE
from firmware.spool_file import RESCUE, SpoolFile
from firmware.vocabulary import ClockTrust

SPOOL = "spool.sqlite"
"""The spool's file in a kit's data folder."""
# By their names: a later version may have added columns
_INSERT = """INSERT INTO packet (control_number, ciphertext, sha256, recorded_utc, clock_trust, boot_id, monotonic_s)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
_NUMBERS = "SELECT count(*), count(*) FILTER (WHERE acknowledged_utc IS NULL) FROM packet"
_ENTRIES = """
SELECT control_number, length(ciphertext), sha256, recorded_utc, clock_trust, boot_id, monotonic_s, exported_utc,
    acknowledged_utc, {}, {}, {}, {}, {} FROM packet ORDER BY rowid
"""
# The row stays, so that what was recorded is counted, and a rescue misses no number
_ACKNOWLEDGE = """UPDATE packet SET acknowledged_utc = ?, ciphertext = x'', refused_utc = NULL, refusal = NULL,
    refusal_words = NULL WHERE control_number = ?"""
_REFUSE = "UPDATE packet SET refused_utc = ?, refusal = ?, refusal_words = ? WHERE control_number = ?"


@dataclass(frozen=True, slots=True)
class SpoolEntry:
    """One packet of the spool, without its bytes; each of the times is None until it happens.

    size: 0 once the packet was acknowledged. delivered_utc: when the office had all of it, before its receipt came.
    refusal and its words: why the office refused it, until it accepts it. stick: the last one it was copied to.
    """

    control_number: str
    size: int
    sha256: str
    recorded_at: Timestamp
    exported_utc: datetime | None
    acknowledged_utc: datetime | None
    delivered_utc: datetime | None = None
    refused_utc: datetime | None = None
    refusal: str = ""
    refusal_words: str = ""
    stick: str = ""

    @property
    def waits(self) -> bool:
        """Whether the office has said nothing about it yet."""
        return self.acknowledged_utc is None and self.refused_utc is None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many packets were recorded, and how many of them wait, are acknowledged, or refused.

    delivered: those of the waiting ones that the office has, without a receipt yet. oldest_waiting: None where none is.
    """

    recorded: int
    waiting: int
    delivered: int
    acknowledged: int
    refused: int
    oldest_waiting: datetime | None = None


class Taken(Enum):
    """What a receipt changed."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    KNOWN = "known"


class Spool(SpoolFile):
    """Packets from `put` until the office's receipt; context manager. Raises SpoolError and its kinds."""

    def put(self, packet: SealedPacket, recorded_at: Timestamp) -> None:
        """Keep a packet; returns once it is on the disk. The same packet again changes nothing."""
        if hashlib.sha256(packet.ciphertext).hexdigest() != packet.sha256:
            raise SpoolError(f"packet {packet.control_number}: its bytes differ from its digest; seal it again")
        row = (
            packet.control_number,
            packet.ciphertext,
            packet.sha256,
            recorded_at.utc.isoformat(),
            recorded_at.trust.value,
            recorded_at.boot_id,
            recorded_at.monotonic_s,
        )
        with self._transaction() as cursor:
            found = cursor.execute("SELECT sha256 FROM packet WHERE control_number = ?", row[:1]).fetchone()
            if found is None:
                cursor.execute(_INSERT, row)
            elif found[0] != packet.sha256:
                raise SpoolError(f"{self._path}: already holds another packet {packet.control_number}")

    def counts(self) -> tuple[int, int]:
        """How many packets were recorded, and how many of them lie here alone: without an accepting receipt."""
        with self._named_errors():
            recorded, waiting = self._opened().execute(_NUMBERS).fetchone()
        return recorded, waiting

    def tally(self) -> Tally:
        """How far the packets have come."""
        entries = self.entries()
        waiting = [entry for entry in entries if entry.waits]
        return Tally(
            len(entries),
            len(waiting),
            sum(entry.delivered_utc is not None for entry in waiting),
            sum(entry.acknowledged_utc is not None for entry in entries),
            sum(entry.refused_utc is not None for entry in entries),
            min((entry.recorded_at.utc for entry in waiting), default=None),
        )

    def has(self, control_number: str) -> bool:
        """Whether this packet was recorded here."""
        query = "SELECT count(*) FROM packet WHERE control_number = ?"
        with self._named_errors():
            return bool(self._opened().execute(query, (control_number,)).fetchone()[0])

    def entries(self) -> list[SpoolEntry]:
        """Every packet's entry, oldest first."""
        added = map(self._added, ("delivered_utc", "refused_utc", "refusal", "refusal_words", "stick"))
        with self._named_errors():
            return [_entry(row) for row in self._opened().execute(_ENTRIES.format(*added))]

    def packet(self, control_number: str) -> SealedPacket:
        """One packet, its bytes checked against its digest."""
        query = "SELECT ciphertext, sha256 FROM packet WHERE control_number = ?"
        with self._named_errors():
            row = self._opened().execute(query, (control_number,)).fetchone()
        if row is None:
            raise SpoolError(f"{self._path}: no packet {control_number}")
        if not row[0]:
            raise SpoolError(f"{self._path}: packet {control_number} was delivered and is no longer kept here")
        if hashlib.sha256(row[0]).hexdigest() != row[1]:
            raise SpoolDamaged(f"{self._path}: packet {control_number} has changed on the disk; {RESCUE}")
        return SealedPacket(control_number, row[0], row[1])

    def mark_exported(self, control_number: str, at: datetime, stick: str = "") -> None:
        """Note that a packet was copied out to a stick; it still waits for the office's receipt."""
        update = "UPDATE packet SET exported_utc = ?, stick = ? WHERE control_number = ?"
        row = at.isoformat(), stick, control_number
        self._note(lambda cursor: cursor.execute(update, row))

    def number_export(self, stick: str, at: datetime) -> int:
        """Count an export to a stick; gives its number, from 1."""
        insert, row = "INSERT INTO export (at_utc, stick) VALUES (?, ?)", (at.isoformat(), stick)
        return self._note(lambda cursor: int(cursor.execute(insert, row).lastrowid or 0))

    def mark_delivered(self, control_number: str, at: datetime) -> None:
        """Note that the office has all of a packet; it still waits for the receipt."""
        update, row = "UPDATE packet SET delivered_utc = ? WHERE control_number = ?", (at.isoformat(), control_number)
        self._note(lambda cursor: cursor.execute(update, row))

    def acknowledge(self, receipt: Receipt, at: datetime) -> Taken:
        """Take the office's receipt, read by `receipts.parse`; returns once that is on the disk.

        Accepted: the packet's bytes go, its entry stays. Refused: it is kept, with the reason. A receipt again, or a
        refusal after it was accepted, changes nothing. Raises ReceiptError, and changes nothing, where no such packet
        was recorded here or its digest is another.
        """
        return self._note(partial(self._take, receipt, at))

    def _take(self, receipt: Receipt, at: datetime, cursor: Cursor) -> Taken:
        number = receipt.control_number
        query = "SELECT sha256, acknowledged_utc, refusal, refusal_words FROM packet WHERE control_number = ?"
        found = cursor.execute(query, (number,)).fetchone()
        if found is None:
            raise ReceiptError(f"receipt for {number}: this kit recorded no such packet; take it to its own kit")
        if found[0] != receipt.sha256:
            raise ReceiptError(
                f"receipt for {number}: is for other bytes than those here (sha256 {receipt.sha256[:16]}, here "
                f"{found[0][:16]}); the packet is kept: deliver it again"
            )
        if found[1] is not None:
            return Taken.KNOWN
        if receipt.verdict is Verdict.ACCEPTED:
            cursor.execute(_ACKNOWLEDGE, (at.isoformat(), number))
            return Taken.ACKNOWLEDGED
        if found[2:] == (receipt.reason, receipt.words):
            return Taken.KNOWN
        cursor.execute(_REFUSE, (at.isoformat(), receipt.reason, receipt.words, number))
        return Taken.REFUSED

    def free(self) -> None:
        """Give the room of what was acknowledged back to the disk; a spool from before keeps it for what comes."""
        with self._named_errors():
            # One step of the statement frees one page; a script is stepped to its end
            self._opened().executescript("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)")

    def unused(self) -> int:
        """Bytes within the file that the next packets can take."""
        with self._named_errors():
            return int(self._opened().execute("PRAGMA freelist_count").fetchone()[0]) * PAGE_SIZE


def _entry(row: tuple[Any, ...]) -> SpoolEntry:
    number, size, sha256, utc, trust, boot_id, monotonic_s, exported, acknowledged, delivered, refused, *why = row
    known = next((one for one in ClockTrust if one.value == trust), ClockTrust.UNCONFIRMED)
    return SpoolEntry(
        number,
        size,
        sha256,
        Timestamp(datetime.fromisoformat(utc), known, boot_id, monotonic_s),
        _time(exported),
        _time(acknowledged),
        _time(delivered),
        _time(refused),
        *(word or "" for word in why),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
