"""The durable outbox of sealed packets."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from firmware.datatypes import SealedPacket, Timestamp
from firmware.durable import sync_folder
from firmware.errors import SpoolDamaged, SpoolError, SpoolFull
from firmware.vocabulary import ClockTrust

SPOOL = "spool.sqlite"
"""The spool's file in a kit's data folder."""
PAGE_SIZE = 4096
"""Bytes; fixed, so that a rescue need not believe a damaged header."""
APPLICATION = 0x52454B41
"""`REKA`, so that no other program's database is taken for a spool."""
# Higher only where an older reader would go wrong; docs/updates.md tells what may be added without
_VERSION = 1
_BUSY_TIMEOUT_S = 10.0
_SCHEMA = """
CREATE TABLE packet (
    control_number TEXT PRIMARY KEY,
    ciphertext BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    recorded_utc TEXT NOT NULL,
    clock_trust TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    monotonic_s REAL NOT NULL,
    exported_utc TEXT,
    acknowledged_utc TEXT
) STRICT
"""
# By their names: a later version may have added columns
_INSERT = """INSERT INTO packet (control_number, ciphertext, sha256, recorded_utc, clock_trust, boot_id, monotonic_s)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
_NUMBERS = "SELECT count(*), count(*) FILTER (WHERE acknowledged_utc IS NULL) FROM packet"
_ENTRIES = """
SELECT control_number, length(ciphertext), sha256, recorded_utc, clock_trust, boot_id, monotonic_s, exported_utc,
    acknowledged_utc FROM packet ORDER BY rowid
"""
_FULL = {sqlite3.SQLITE_FULL}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_READ_ONLY = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


@dataclass(frozen=True, slots=True)
class SpoolEntry:
    """One packet of the spool, without its bytes; the last two times are None until they happen."""

    control_number: str
    size: int
    sha256: str
    recorded_at: Timestamp
    exported_utc: datetime | None
    acknowledged_utc: datetime | None


class Spool:
    """Packets from `put` until the office's receipt; context manager. Raises SpoolError and its kinds.

    What `put` returned from survives a power cut (write-ahead log, synchronous FULL). Writers take turns. Opening reads
    the whole file once (integrity check); not where it `only_reads` what another process may write.
    """

    def __init__(self, path: Path, *, only_reads: bool = False) -> None:
        self._path, self._only_reads = path, only_reads
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        with self._named_errors():
            self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; idempotent."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

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
        """How many packets were recorded, and how many of them wait for the office's receipt."""
        with self._named_errors():
            recorded, waiting = self._opened().execute(_NUMBERS).fetchone()
        return recorded, waiting

    def has(self, control_number: str) -> bool:
        """Whether this packet is kept."""
        query = "SELECT count(*) FROM packet WHERE control_number = ?"
        with self._named_errors():
            return bool(self._opened().execute(query, (control_number,)).fetchone()[0])

    def entries(self) -> list[SpoolEntry]:
        """Every packet's entry, oldest first."""
        with self._named_errors():
            return [_entry(row) for row in self._opened().execute(_ENTRIES)]

    def packet(self, control_number: str) -> SealedPacket:
        """One packet, its bytes checked against its digest."""
        query = "SELECT ciphertext, sha256 FROM packet WHERE control_number = ?"
        with self._named_errors():
            row = self._opened().execute(query, (control_number,)).fetchone()
        if row is None:
            raise SpoolError(f"{self._path}: no packet {control_number}")
        if hashlib.sha256(row[0]).hexdigest() != row[1]:
            raise SpoolDamaged(f"{self._path}: packet {control_number} has changed on the disk; {_RESCUE}")
        return SealedPacket(control_number, row[0], row[1])

    def mark_exported(self, control_number: str, at: datetime) -> None:
        """Note that a packet was copied out; it still waits for the office's receipt."""
        with self._transaction() as cursor:
            cursor.execute(
                "UPDATE packet SET exported_utc = ? WHERE control_number = ?", (at.isoformat(), control_number)
            )

    def _open(self) -> None:
        if self._only_reads:
            address = f"{self._path.resolve().as_uri()}?mode=ro"
            self._connection = sqlite3.connect(address, timeout=_BUSY_TIMEOUT_S, isolation_level=None, uri=True)
            self._check_version(self._connection.cursor())
            return
        new = not self._path.exists()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SpoolError(f"{self._path.parent}: cannot be made ({error.strerror})") from error
        if not new and not self._path.stat().st_size:
            raise SpoolDamaged(f"{self._path}: was emptied, and what it held is gone; move it away; a new one is made")
        self._connection = sqlite3.connect(self._path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
        try:
            self._prepare()
        except BaseException as error:
            self.close()
            # On a full disk an empty file is left, which would be taken for one that lost its packets
            if new and _code(error) in _FULL and not self._path.stat().st_size:
                self._path.unlink()
            raise
        if new:
            sync_folder(self._path.parent)

    def _prepare(self) -> None:
        connection = self._opened()
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        faults = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        if faults != ["ok"]:
            raise SpoolDamaged(f"{self._path}: {faults[0]}; {_RESCUE}")
        with self._transaction() as cursor:
            self._check_version(cursor)

    def _check_version(self, cursor: sqlite3.Cursor) -> None:
        application = cursor.execute("PRAGMA application_id").fetchone()[0]
        version = cursor.execute("PRAGMA user_version").fetchone()[0]
        if application == 0 and not cursor.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            cursor.execute(_SCHEMA)
            cursor.execute(f"PRAGMA application_id = {APPLICATION}")
            cursor.execute(f"PRAGMA user_version = {_VERSION}")
        elif application != APPLICATION:
            raise SpoolError(f"{self._path}: is another program's database; choose another data folder")
        elif version != _VERSION:
            raise SpoolError(f"{self._path}: spool version {version}, this software reads {_VERSION}: update it")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        with self._named_errors():
            cursor = self._opened().cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                cursor.execute("COMMIT")
            finally:
                if self._opened().in_transaction:
                    cursor.execute("ROLLBACK")

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise _named(self._path, error) from error

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise SpoolError(f"{self._path}: not open")
        return self._connection


_RESCUE = "export what it still gives (`rekam export --from`), then move it away; a new one is made"


def _named(path: Path, error: sqlite3.DatabaseError) -> SpoolError:
    code = _code(error)
    if code in _FULL:
        return SpoolFull(f"{path}: no room for another packet; export, and free space on the disk")
    if code in _DAMAGED:
        return SpoolDamaged(f"{path}: not a sound database ({error}); {_RESCUE}")
    if code in _READ_ONLY:
        return SpoolError(f"{path}: cannot be written ({error}); check its owner and that the disk is not read-only")
    if code in _BUSY:
        return SpoolError(f"{path}: another process keeps it locked; end that one and try again")
    return SpoolError(f"{path}: {error}; check the disk")


def _code(error: BaseException) -> int:
    """What SQLite calls an error; extended codes keep the kind in their low byte."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _entry(row: tuple[str, int, str, str, str, str, float, str | None, str | None]) -> SpoolEntry:
    number, size, sha256, utc, trust, boot_id, monotonic_s, exported, acknowledged = row
    known = next((one for one in ClockTrust if one.value == trust), ClockTrust.UNCONFIRMED)
    recorded_at = Timestamp(datetime.fromisoformat(utc), known, boot_id, monotonic_s)
    return SpoolEntry(number, size, sha256, recorded_at, _time(exported), _time(acknowledged))


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
