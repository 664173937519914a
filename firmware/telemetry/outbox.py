"""Reports kept until the office has them: an SQLite file, bounded by age and by size."""

import json
import logging
import secrets
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from firmware.clock import needs_confirmation
from firmware.datatypes import Timestamp
from firmware.errors import MessageError, OutboxError
from firmware.telemetry import payload
from firmware.telemetry.metrics import Report
from firmware.telemetry.payload import Message
from firmware.transactions import immediate
from firmware.vocabulary import ClockTrust

_log = logging.getLogger(__name__)

OUTBOX = "outbox.sqlite"
"""The outbox's file in a kit's data folder."""

BOOT_LETTERS = 8
"""A number and so many letters of a boot's name tell a kit's reports apart."""

_APPLICATION = 0x52454B4F  # `REKO`
_VERSION = 1
_BUSY_TIMEOUT_S = 2.0
_UNTRUSTED = f"('{ClockTrust.UNCONFIRMED.value}', '{ClockTrust.WRONG.value}')"
_SCHEMA = (
    """CREATE TABLE report (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    boot_id TEXT NOT NULL,
    monotonic_s REAL NOT NULL,
    utc TEXT NOT NULL,
    clock_trust TEXT NOT NULL,
    device TEXT NOT NULL,
    is_event INTEGER NOT NULL,
    readings BLOB NOT NULL
) STRICT""",
    "CREATE TABLE tally (thinned INTEGER NOT NULL) STRICT",
    "INSERT INTO tally VALUES (0)",
)
_PAGES = ("page_count", "freelist_count", "page_size")
_INSERT = """INSERT INTO report (boot_id, monotonic_s, utc, clock_trust, device, is_event, readings)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
_OLDEST = """SELECT number, boot_id, monotonic_s, utc, clock_trust, device, readings FROM report
    WHERE device IN (SELECT value FROM json_each(?)) AND number NOT IN (SELECT value FROM json_each(?))
    ORDER BY number LIMIT ?"""
_DONE = "DELETE FROM report WHERE number IN (SELECT value FROM json_each(?)) AND substr(boot_id, 1, ?) = ?"
_OUTDATED = f"DELETE FROM report WHERE utc < ? AND clock_trust NOT IN {_UNTRUSTED}"
# Every second one of a device's measurements in the older half: what stays still shows the course
_THIN = """DELETE FROM report WHERE number IN (
    SELECT number FROM (SELECT number, row_number() OVER (PARTITION BY device ORDER BY number) AS place FROM
        (SELECT number, device FROM report WHERE NOT is_event ORDER BY number LIMIT
            (SELECT (count(*) + 1) / 2 FROM report WHERE NOT is_event)))
    WHERE place % 2 = 0)"""
_DROP = "DELETE FROM report WHERE number IN (SELECT number FROM report ORDER BY number LIMIT ?)"
_DROPPED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """What an outbox may hold. size: bytes of the file that are in use."""

    size: int = 16_000_000
    age: timedelta = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Kept:
    """A report with its number, which no other report of this boot has."""

    number: int
    report: Report


class Outbox:
    """Reports from `put` until `done`; a context manager, for one thread at a time. Raises OutboxError.

    What `put` returned from survives the end of the process; a power cut may cost the last seconds (write-ahead log,
    synchronous NORMAL), for which a card is written ten times less. Numbers rise and are never used twice; a new file
    starts at a random one.
    """

    def __init__(self, path: Path, limits: Limits = Limits()) -> None:
        self._path, self._limits = path, limits
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        with self._named_errors():
            self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def put(self, report: Report) -> Kept:
        """Keep a report under a new number; makes room first where the limits are reached."""
        encoded = payload.encode(Message(report.readings, None), defines=True)
        at = report.at
        utc = at.utc.astimezone(UTC).isoformat(timespec="milliseconds")
        is_event = any(isinstance(one.value, bool | str | bytes) for one in report.readings)
        row = (at.boot_id, at.monotonic_s, utc, at.trust.value, report.device, is_event, encoded)
        with self._transaction() as cursor:
            self._make_room(cursor, at)
            cursor.execute(_INSERT, row)
            return Kept(int(cursor.lastrowid or 0), report)

    def oldest(self, count: int, devices: Collection[str], without: Collection[int] = ()) -> list[Kept]:
        """The oldest reports of these devices but for some numbers, at most so many."""
        wanted = (json.dumps(sorted(devices)), json.dumps(sorted(without)), count)
        with self._named_errors():
            rows = self._opened().execute(_OLDEST, wanted).fetchall()
        return [Kept(row[0], _report(row)) for row in rows]

    def done(self, boot: str, numbers: Collection[int]) -> None:
        """Let go of the reports of one boot that have these numbers."""
        with self._transaction() as cursor:
            cursor.execute(_DONE, (json.dumps(sorted(numbers)), BOOT_LETTERS, boot))

    def counts(self) -> tuple[int, int]:
        """How many reports wait, and how many were let go to make room since the file was made."""
        with self._named_errors():
            counted = self._opened().execute("SELECT (SELECT count(*) FROM report), thinned FROM tally").fetchone()
        return int(counted[0]), int(counted[1])

    def _make_room(self, cursor: sqlite3.Cursor, now: Timestamp) -> None:
        gone = 0
        if not needs_confirmation(now):
            before = (now.utc - self._limits.age).astimezone(UTC).isoformat(timespec="milliseconds")
            gone += cursor.execute(_OUTDATED, (before,)).rowcount
        while self._used(cursor) > self._limits.size:
            thinned = cursor.execute(_THIN).rowcount or cursor.execute(_DROP, (_DROPPED_AT_ONCE,)).rowcount
            if not thinned:
                break
            gone += thinned
        if gone:
            cursor.execute("UPDATE tally SET thinned = thinned + ?", (gone,))

    def _used(self, cursor: sqlite3.Cursor) -> int:
        pages, free, size = (cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in _PAGES)
        return int((pages - free) * size)

    def _open(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutboxError(f"{self._path.parent}: cannot be made ({error.strerror})") from error
        self._connection = sqlite3.connect(
            self._path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        with self._transaction() as cursor:
            self._prepare(cursor)

    def _prepare(self, cursor: sqlite3.Cursor) -> None:
        application = cursor.execute("PRAGMA application_id").fetchone()[0]
        version = cursor.execute("PRAGMA user_version").fetchone()[0]
        if application == 0 and not cursor.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            for statement in _SCHEMA:
                cursor.execute(statement)
            cursor.execute("INSERT INTO sqlite_sequence VALUES ('report', ?)", (secrets.randbelow(1 << 32),))
            cursor.execute(f"PRAGMA application_id = {_APPLICATION}")
            cursor.execute(f"PRAGMA user_version = {_VERSION}")
        elif (application, version) != (_APPLICATION, _VERSION):
            raise OutboxError(f"{self._path}: is no outbox of this version; move it away, a new one is made")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        with self._named_errors(), immediate(self._opened()) as cursor:
            yield cursor

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise OutboxError(f"{self._path}: {error}; free space on the disk, or move it away") from error

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise OutboxError(f"{self._path}: not open")
        return self._connection


def boot_name(at: Timestamp) -> str:
    """The start of the machine that a moment lies in, by the first letters of the kernel's name for it."""
    return at.boot_id[:BOOT_LETTERS]


def _report(row: tuple[int, str, float, str, str, str, bytes]) -> Report:
    _, boot_id, monotonic_s, utc, trust, device, encoded = row
    known = next((one for one in ClockTrust if one.value == trust), ClockTrust.UNCONFIRMED)
    at = Timestamp(datetime.fromisoformat(utc), known, boot_id, monotonic_s)
    try:
        return Report(device, at, payload.decode(encoded).readings)
    except MessageError as error:
        _log.warning("mqtt: a report in the outbox cannot be read: %s", error)
        return Report(device, at, ())
