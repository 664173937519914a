"""What the office keeps of each kit that it hears: rows of the same database that knows its packets.

Nothing personal is in a row: counts, states and the kit's own words on its parts, without numbers like a NIK. Times are
ISO 8601 in UTC, empty where unknown; they are the office's own unless said otherwise.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sql
from sqlalchemy.dialects import postgresql, sqlite

from firmware.office.store import Store, make_table

KEPT = timedelta(days=400)
"""So long a report is kept, and known when it comes again: a kit gives up on one after 180 days."""
TREND_DAYS = 30
BORN, DEAD, UNREADABLE = "born", "dead", "unreadable"
_INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True, slots=True)
class KitRow:
    """A kit as it was last heard.

    state: "recording", "idle", "lost", "unreadable", or empty. said_utc: its last own word; until_utc: until when that
    is believed. node: "born" or "dead" as Sparkplug has it, and in which group. digest: of the last summary, so that a
    broker that retained it does not tell it twice. devices: JSON, name to state, words and model. oldest_waiting_utc,
    stage_since_utc and identity_until are by the kit's clock.
    """

    kit_id: str
    node_group: str = ""
    node: str = ""
    state: str = ""
    said_utc: str = ""
    until_utc: str = ""
    digest: str = ""
    software: str = ""
    purpose: str = ""
    clock: str = ""
    temperature_c: float | None = None
    free_mb: int | None = None
    total_mb: int | None = None
    recorded: int | None = None
    waiting: int | None = None
    oldest_waiting_utc: str = ""
    identity: str = ""
    identity_until: str = ""
    stage: str = ""
    stage_reason: str = ""
    stage_since_utc: str = ""
    stage_told_utc: str = ""
    devices: str = "{}"

    def device(self, name: str) -> dict[str, str]:
        """What is known of one device."""
        found: dict[str, str] = self.all_devices().get(name, {"state": "", "words": "", "model": ""})
        return found

    def all_devices(self) -> dict[str, dict[str, str]]:
        """What is known of all devices."""
        found: dict[str, dict[str, str]] = json.loads(self.devices)
        return found


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report that a kit numbered: what changed on a device. readings: JSON, metric to value; at_utc: its clock."""

    kit_id: str
    boot: str
    number: int
    device: str
    at_utc: str
    trust: str
    heard_utc: str
    readings: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """How a kit stood at the end of a day; temperature: the highest. at_utc: of the last word of that day."""

    kit_id: str
    day: str
    at_utc: str
    recorded: int | None
    waiting: int | None
    temperature_c: float | None


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """What the office itself says of a kit: where it stands or is to stand, how far it has come, and why."""

    kit_id: str
    district: str = ""
    place: str = ""
    stage: str = ""
    reason: str = ""
    since_utc: str = ""


kits = make_table("fleet_kit", KitRow, ("kit_id",))
reports = make_table("fleet_report", ReportRow, ("kit_id", "boot", "number"))
# An outbox begins at a random number of 32 bits
reports.c.number.type = sql.BigInteger()
days = make_table("fleet_day", DayRow, ("kit_id", "day"))
places = make_table("fleet_place", PlaceRow, ("kit_id",))


def put(
    store: Store, of_kits: Iterable[KitRow], of_days: Iterable[DayRow] = (), of_reports: Sequence[ReportRow] = ()
) -> None:
    """Keep all of these or none; a report that is there already stays as it is. Raises StoreError."""
    with store.begin() as connection:
        for table, rows in ((kits, of_kits), (days, of_days), (reports, of_reports)):
            _put(connection, table, [asdict(row) for row in rows])


def put_places(store: Store, of_kits: Iterable[PlaceRow]) -> None:
    """Keep what the office says of kits, in the place of what it said before. Raises StoreError."""
    with store.begin() as connection:
        _put(connection, places, [asdict(row) for row in of_kits])


def load_kits(store: Store) -> list[KitRow]:
    """Every kit that was ever heard; whoever was there before we were away has to say so again."""
    found = [KitRow(**row) for row in store.rows(sql.select(kits))]
    return [replace(row, node="") if row.node == BORN else row for row in found]


def load_places(store: Store) -> dict[str, PlaceRow]:
    """What the office says of its kits, by their names."""
    return {row["kit_id"]: PlaceRow(**row) for row in store.rows(sql.select(places))}


def load_days(store: Store, since: str) -> list[DayRow]:
    """The days from this one on, each kit's in their order."""
    query = sql.select(days).where(days.c.day >= since).order_by(days.c.kit_id, days.c.day)
    return [DayRow(**row) for row in store.rows(query)]


def load_reports(store: Store, kit_id: str, since_utc: str) -> list[ReportRow]:
    """What a kit reported since then, by its clock, in that order."""
    query = sql.select(reports).where((reports.c.kit_id == kit_id) & (reports.c.at_utc >= since_utc))
    return [ReportRow(**row) for row in store.rows(query.order_by(reports.c.at_utc, reports.c.number))]


def prune(store: Store, now: datetime) -> None:
    """Let go of reports that no kit can send again. Raises StoreError."""
    with store.begin() as connection:
        connection.execute(sql.delete(reports).where(reports.c.heard_utc < iso(now - KEPT)))


def iso(utc: datetime) -> str:
    """A moment as it stands in a row."""
    return utc.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime | None:
    """A moment of a row; None for an empty one."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) if text else None


def _put(connection: sql.Connection, table: sql.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    insert = _INSERTS[connection.dialect.name](table)
    key = [column.name for column in table.primary_key]
    if table is reports:
        statement = insert.on_conflict_do_nothing(index_elements=key)
    else:
        others = {one.name: insert.excluded[one.name] for one in table.columns if one.name not in key}
        statement = insert.on_conflict_do_update(index_elements=key, set_=others)
    connection.execute(statement, rows)
