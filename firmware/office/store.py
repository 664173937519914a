"""What the office knows of each packet, as rows of a database: SQLite, or PostgreSQL by its URL.

No name and no NIK is in a row: a resident is known by a keyed digest of the NIK alone, so that one who was recorded
twice can be told. Times are ISO 8601 in UTC, days are the kit's civil days; as text they sort alike in both databases.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sql
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from firmware.errors import StoreError

SCHEMA_VERSION = 1
metadata = sql.MetaData()


@dataclass(frozen=True, slots=True)
class PacketRow:
    """A packet that the office accepted.

    name: of its file among the packets. way: "https" or "stick". resident: the keyed digest of the NIK. card_from: the
    day of the card of whoever was 16 when recorded, else empty. supersedes: the packet that it replaces, or empty.
    notices: one a line. receipt: as it was given.
    """

    control_number: str
    sha256: str
    size: int
    name: str
    kit_id: str
    district: str
    place: str
    purpose: str
    recorded_utc: str
    recorded_day: str
    clock_trust: str
    received_utc: str
    way: str
    resident: str
    card_from: str
    supersedes: str
    because: str
    notices: str
    receipt: str


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """A packet that the office refused: what its carrier called it, and why. The same bytes again change its row."""

    sha256: str
    control_number: str
    size: int
    kit_id: str
    reason: str
    words: str
    received_utc: str
    way: str
    receipt: str


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """What a kit last told: where it stands, how many it recorded, how many of them wait for a receipt.

    A stick of a kit that is not updated tells neither place nor how many were recorded: they are empty, and None.
    """

    kit_id: str
    district: str
    place: str
    recorded: int | None
    waiting: int
    oldest_waiting_utc: str
    told_utc: str
    way: str


@dataclass(frozen=True, slots=True)
class OutboxDay:
    """The same of one civil day of a kit."""

    kit_id: str
    day: str
    recorded: int
    waiting: int


def make_table(name: str, row: type, key: tuple[str, ...]) -> sql.Table:
    """A table for the rows of a dataclass, made when a store is opened."""
    kinds = {int: sql.Integer, int | None: sql.Integer, float | None: sql.Float, str: sql.Text}
    nullable = (int | None, float | None)
    columns: list[sql.Column[Any]] = [
        sql.Column(one.name, kinds[one.type], primary_key=one.name in key, nullable=one.type in nullable)  # type: ignore[index]
        for one in fields(row)
    ]
    return sql.Table(name, metadata, *columns)


packets = make_table("packet", PacketRow, ("control_number",))
refusals = make_table("refusal", RefusalRow, ("sha256", "control_number"))
outboxes = make_table("outbox", OutboxRow, ("kit_id",))
outbox_days = make_table("outbox_day", OutboxDay, ("kit_id", "day"))
_versions = sql.Table("version", metadata, sql.Column("number", sql.Integer, nullable=False))
sql.Index("packet_by_digest", packets.c.sha256)
sql.Index("packet_by_resident", packets.c.resident)
sql.Index("packet_by_replaced", packets.c.supersedes)


class Store:
    """The office's rows; a context manager. Threads and processes may share a database. Raises StoreError."""

    def __init__(self, url: str) -> None:
        try:
            self._engine = sql.create_engine(url)
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise StoreError(f"--store {url.partition('@')[2] or url}: no database's address ({error})") from error
        self.name = self._engine.url.render_as_string(hide_password=True)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _prepare_sqlite)

    def __enter__(self) -> Self:
        try:
            self._open()
        except BaseException:
            self._engine.dispose()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.dispose()

    def _open(self) -> None:
        with self.begin() as connection:
            # Two processes that begin at once must not both make the tables
            if self._engine.dialect.name == "postgresql":
                connection.execute(sql.text("SELECT pg_advisory_xact_lock(1380272961)"))
            metadata.create_all(connection)
            found = connection.execute(sql.select(_versions.c.number)).scalar()
            if found is None:
                connection.execute(sql.insert(_versions).values(number=SCHEMA_VERSION))
        if found not in (None, SCHEMA_VERSION):
            raise StoreError(f"{self.name}: version {found}, this software knows {SCHEMA_VERSION}: update it")

    def keep(self, row: PacketRow) -> PacketRow:
        """Enter a packet; gives its row, or the one that has this control number already and is left as it is."""
        try:
            with self.begin() as connection:
                connection.execute(sql.insert(packets).values(asdict(row)))
        except _AlreadyThere:
            found = self.packet(row.control_number)
            if found is None:
                raise StoreError(
                    f"{self.name}: packet {row.control_number} cannot be entered; look at its log"
                ) from None
            return found
        return row

    def refuse(self, row: RefusalRow) -> None:
        """Enter why a packet was refused, in the place of what was said of the same bytes before."""
        key = (refusals.c.sha256 == row.sha256) & (refusals.c.control_number == row.control_number)
        self._put(refusals, key, asdict(row))

    def told(self, row: OutboxRow, days: Sequence[OutboxDay] = ()) -> None:
        """Enter what a kit told of its outbox instead of what it told before; the later word counts."""
        own, of_days = outboxes.c.kit_id == row.kit_id, outbox_days.c.kit_id == row.kit_id
        # Two words of one moment: either is as good
        with suppress(_AlreadyThere), self.begin() as connection:
            known = connection.execute(sql.select(outboxes.c.told_utc).where(own)).scalar()
            if known is not None and known > row.told_utc:
                return
            for table, which, rows in ((outbox_days, of_days, days), (outboxes, own, [row])):
                connection.execute(sql.delete(table).where(which))
                if rows:
                    connection.execute(sql.insert(table), [asdict(one) for one in rows])

    def packet(self, control_number: str) -> PacketRow | None:
        """The packet of this control number."""
        return next(self._packets(packets.c.control_number == control_number), None)

    def packet_of(self, sha256: str) -> PacketRow | None:
        """The packet with these bytes."""
        return next(self._packets(packets.c.sha256 == sha256), None)

    def refusal(self, sha256: str, control_number: str) -> RefusalRow | None:
        """What was said of these bytes under this number."""
        key = (refusals.c.sha256 == sha256) & (refusals.c.control_number == control_number)
        return next((RefusalRow(**row) for row in self.rows(sql.select(refusals).where(key))), None)

    def rows(self, query: sql.Select[Any]) -> list[Mapping[str, Any]]:
        """What a query of the count gives, by the columns' names."""
        with self.begin() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def _packets(self, which: sql.ColumnElement[bool]) -> Iterator[PacketRow]:
        return (PacketRow(**row) for row in self.rows(sql.select(packets).where(which)))

    def _put(self, table: sql.Table, key: sql.ColumnElement[bool], values: Mapping[str, Any]) -> None:
        """Change the row of this key, or enter it; again where another was quicker to enter it."""
        for _ in range(2):
            try:
                with self.begin() as connection:
                    if not connection.execute(sql.update(table).where(key).values(values)).rowcount:
                        connection.execute(sql.insert(table).values(values))
                return
            except _AlreadyThere:
                continue

    @contextmanager
    def begin(self) -> Iterator[sql.Connection]:
        """One transaction, committed at its end. Raises StoreError."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except IntegrityError as error:
            raise _AlreadyThere from error
        except SQLAlchemyError as error:
            words = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise StoreError(f"{self.name}: {words}; check that the database is there and may be written") from error


class _AlreadyThere(Exception):
    """A row of this key is there."""


def _prepare_sqlite(connection: Any, record: object) -> None:
    """What is answered for survives a power cut; writers take turns."""
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 20000"):
        connection.execute(f"PRAGMA {pragma}")
