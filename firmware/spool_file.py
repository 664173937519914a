"""The file of the spool: an SQLite database with its checks, its columns and what its errors are called."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from firmware.durable import sync_folder
from firmware.errors import SpoolDamaged, SpoolError, SpoolFull
from firmware.transactions import immediate

_Result = TypeVar("_Result")

PAGE_SIZE = 4096
"""Bytes; fixed, so that a rescue need not believe a damaged header."""
APPLICATION = 0x52454B41
"""`REKA`, so that no other program's database is taken for a spool."""
RESCUE = "export what it still gives (`rekam export --from`), then move it away; a new one is made"
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
_EXPORTS = """CREATE TABLE IF NOT EXISTS export (sequence INTEGER PRIMARY KEY, at_utc TEXT NOT NULL,
    stick TEXT NOT NULL) STRICT"""
# Behind the others, and empty: an older version passes them over, docs/updates.md
_ADDED = ("delivered_utc", "refused_utc", "refusal", "refusal_words", "stick")
RESERVE = "spool.reserve"
"""Room beside the spool that only exports and receipts may use: without it a full card could never be emptied."""
_RESERVE_SIZE = 1_000_000
_FULL = {sqlite3.SQLITE_FULL}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_READ_ONLY = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class SpoolFile:
    """The open database; context manager. Raises SpoolError and its kinds.

    What a transaction wrote survives a power cut (write-ahead log, synchronous FULL). Writers take turns. Opening reads
    the whole file once (integrity check); not where it `only_reads` what another process may write. quota: bytes that
    the file may take, 0 for as many as the disk has.
    """

    def __init__(self, path: Path, *, only_reads: bool = False, quota: int = 0) -> None:
        self._path, self._only_reads, self._quota = path, only_reads, quota
        self._connection: sqlite3.Connection | None = None
        self._columns: frozenset[str] = frozenset()
        self._has_released = False

    def __enter__(self) -> Self:
        try:
            with self._named_errors():
                self._open()
        except SpoolFull:
            if not self._release():
                raise
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
            self._prepare(new)
        except BaseException as error:
            self.close()
            # On a full disk an empty file is left, which would be taken for one that lost its packets
            if new and _code(error) in _FULL and not self._path.stat().st_size:
                self._path.unlink()
            raise
        if new:
            sync_folder(self._path.parent)

    def _prepare(self, new: bool) -> None:
        connection = self._opened()
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        if new:
            # A file from before keeps its size, and uses its free pages for what is recorded next
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        faults = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        if faults != ["ok"]:
            raise SpoolDamaged(f"{self._path}: {faults[0]}; {RESCUE}")
        with self._transaction() as cursor:
            self._check_version(cursor)
            for column in _ADDED:
                if column not in self._columns:
                    cursor.execute(f"ALTER TABLE packet ADD COLUMN {column} TEXT")
            cursor.execute(_EXPORTS)
        self._columns |= set(_ADDED)
        if not self._has_released:
            self._set_aside()
        if self._quota:
            connection.execute(f"PRAGMA max_page_count = {max(1, self._quota // PAGE_SIZE)}")

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
        self._columns = frozenset(row[1] for row in cursor.execute("PRAGMA table_info(packet)"))

    def _added(self, column: str) -> str:
        """What to ask for a column: nothing, where an older version made the file and this one only reads it."""
        return column if column in self._columns else "NULL"

    def _set_aside(self) -> None:
        """Make the reserve where there is none and it fits."""
        with suppress(OSError):
            file = os.open(self._path.with_name(RESERVE), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                os.posix_fallocate(file, 0, _RESERVE_SIZE)
            except OSError:
                self._path.with_name(RESERVE).unlink()
            finally:
                os.close(file)

    def _release(self) -> bool:
        """Give the reserve back, and what the log takes; whether there was one."""
        reserve = self._path.with_name(RESERVE)
        there = reserve.exists() and not self._only_reads
        if there:
            reserve.unlink()
            self._has_released = True
        if self._connection is not None:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return there

    def _note(self, change: Callable[[sqlite3.Cursor], _Result]) -> _Result:
        """Change what is noted of packets, also on a full disk: with the reserve."""
        try:
            with self._transaction() as cursor:
                return change(cursor)
        except SpoolFull:
            self._release()
            with self._transaction() as cursor:
                return change(cursor)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        with self._named_errors(), immediate(self._opened()) as cursor:
            yield cursor

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


def _named(path: Path, error: sqlite3.DatabaseError) -> SpoolError:
    code = _code(error)
    if code in _FULL or getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_SHMSIZE:
        return SpoolFull(f"{path}: no room for another packet; export, and free space on the disk")
    if code in _DAMAGED:
        return SpoolDamaged(f"{path}: not a sound database ({error}); {RESCUE}")
    if code in _READ_ONLY:
        return SpoolError(f"{path}: cannot be written ({error}); check its owner and that the disk is not read-only")
    if code in _BUSY:
        return SpoolError(f"{path}: another process keeps it locked; end that one and try again")
    return SpoolError(f"{path}: {error}; check the disk")


def _code(error: BaseException) -> int:
    """What SQLite calls an error; extended codes keep the kind in their low byte."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
