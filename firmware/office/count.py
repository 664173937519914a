"""What came to the office, counted: by day, district, school and kit; recorded twice; when cards may be issued."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sql

from firmware.office.counted import Count, Coverage, Group, KitCount, Refused, Replaced, Sixteen
from firmware.office.numbers import TARGET, Number
from firmware.office.store import Store, outbox_days, outboxes, packets, refusals
from firmware.vocabulary import Purpose

OWN = "Rekam"


def count(
    store: Store, numbers: Sequence[Number] = (), purpose: Purpose = Purpose.LIVE, today: date | None = None
) -> Count:
    """Count what is in the store. Of residents of 16 those are named whose day is not before `today`."""
    own = packets.c.purpose == purpose.value
    day = (today or datetime.now(UTC).date()).isoformat()
    now = datetime.now(UTC).isoformat(timespec="seconds")
    districts = _groups(store, packets.c.district, own, outboxes.c.district)
    return Count(
        at_utc=now,
        purpose=purpose.value,
        kits=_kits(store, own),
        days=_groups(store, packets.c.recorded_day, own, outbox_days.c.day),
        districts=districts,
        schools=_groups(store, packets.c.place, own, outboxes.c.place),
        refused=_refused(store),
        twice=_twice(store, own),
        replaced=_replaced(store, own),
        sixteen=_sixteen(store, own, day),
        coverage=tuple(_coverage(districts, numbers, now[:10])),
    )


def _current(own: sql.ColumnElement[bool]) -> sql.ColumnElement[bool]:
    """Packets that no other one replaces."""
    later = packets.alias("later")
    same = (later.c.supersedes == packets.c.control_number) & (later.c.purpose == packets.c.purpose)
    return own & ~sql.exists().where(same).correlate(packets)


def _groups(
    store: Store, column: sql.Column[Any], own: sql.ColumnElement[bool], told_by: sql.Column[Any]
) -> tuple[Group, ...]:
    current = _current(sql.true())
    is_16 = sql.case((current & (packets.c.card_from != ""), 1), else_=0)
    query = sql.select(
        column.label("name"),
        sql.func.count().label("accepted"),
        sql.func.sum(sql.case((current, 0), else_=1)).label("replaced"),
        sql.func.count(sql.distinct(sql.case((current, packets.c.resident)))).label("residents"),
        sql.func.sum(is_16).label("sixteen"),
    )
    recorded, waiting = told_by.table.c.recorded, told_by.table.c.waiting
    # Where one kit did not tell, a sum of the others would mislead
    all_told = sql.case((sql.func.count(recorded) == sql.func.count(), sql.func.sum(recorded)))
    sums = [all_told.label("recorded"), sql.func.sum(waiting).label("waiting")]
    told = {row["name"]: row for row in store.rows(sql.select(told_by.label("name"), *sums).group_by(told_by))}
    here = {row["name"]: row for row in store.rows(query.where(own).group_by(column))}
    return tuple(_group(name, told.get(name, {}), here.get(name, {})) for name in sorted({*told, *here}))


def _group(name: str, told: Mapping[str, Any], here: Mapping[str, Any]) -> Group:
    recorded, waiting = (_number(told.get(key)) for key in ("recorded", "waiting"))
    counts = [_number(here.get(key)) or 0 for key in ("accepted", "replaced", "residents", "sixteen")]
    return Group(name, recorded, waiting, *counts)


def _number(value: object) -> int | None:
    """PostgreSQL sums to a decimal."""
    return None if value is None else int(str(value))


def _kits(store: Store, own: sql.ColumnElement[bool]) -> tuple[KitCount, ...]:
    last = sql.func.max(packets.c.received_utc)
    accepted = _by_kit(
        store,
        sql.select(
            packets.c.kit_id,
            sql.func.count().label("n"),
            last.label("last"),
            sql.func.max(packets.c.district).label("district"),
        )
        .where(own)
        .group_by(packets.c.kit_id),
    )
    refused = _by_kit(
        store, sql.select(refusals.c.kit_id, sql.func.count().label("n")).where(_open()).group_by(refusals.c.kit_id)
    )
    told = _by_kit(store, sql.select(outboxes))
    return tuple(
        KitCount(
            kit_id=kit_id,
            district=told.get(kit_id, {}).get("district") or accepted.get(kit_id, {}).get("district", ""),
            recorded=told.get(kit_id, {}).get("recorded"),
            waiting=told.get(kit_id, {}).get("waiting"),
            oldest_waiting_utc=told.get(kit_id, {}).get("oldest_waiting_utc", ""),
            told_utc=told.get(kit_id, {}).get("told_utc", ""),
            accepted=accepted.get(kit_id, {}).get("n", 0),
            refused=refused.get(kit_id, {}).get("n", 0),
            last_received_utc=accepted.get(kit_id, {}).get("last", ""),
        )
        for kit_id in sorted({*accepted, *refused, *told})
    )


def _by_kit(store: Store, query: sql.Select[Any]) -> dict[str, Mapping[str, Any]]:
    return {row["kit_id"]: row for row in store.rows(query)}


def _open() -> sql.ColumnElement[bool]:
    """Refusals of bytes that were not accepted since."""
    return refusals.c.sha256.not_in(sql.select(packets.c.sha256))


def _refused(store: Store) -> tuple[Refused, ...]:
    query = (
        sql.select(refusals.c.reason, sql.func.count().label("count"), sql.func.max(refusals.c.words).label("words"))
        .where(_open())
        .group_by(refusals.c.reason)
        .order_by(refusals.c.reason)
    )
    return tuple(Refused(**row) for row in store.rows(query))


def _twice(store: Store, own: sql.ColumnElement[bool]) -> tuple[tuple[str, ...], ...]:
    """The control numbers of each resident of whom more than one packet counts."""
    current = _current(own)
    several = sql.select(packets.c.resident).where(current).group_by(packets.c.resident).having(sql.func.count() > 1)
    which = current & packets.c.resident.in_(several)
    query = sql.select(packets.c.resident, packets.c.control_number).where(which).order_by(packets.c.control_number)
    found: dict[str, list[str]] = {}
    for row in store.rows(query):
        found.setdefault(row["resident"], []).append(row["control_number"])
    return tuple(sorted(tuple(numbers) for numbers in found.values()))


def _replaced(store: Store, own: sql.ColumnElement[bool]) -> tuple[Replaced, ...]:
    first = packets.alias("first")
    query = (
        sql.select(packets.c.supersedes, packets.c.control_number, packets.c.because, first.c.sha256)
        .select_from(packets.outerjoin(first, first.c.control_number == packets.c.supersedes))
        .where(own & (packets.c.supersedes != ""))
        .order_by(packets.c.supersedes, packets.c.control_number)
    )
    rows = store.rows(query)
    return tuple(
        Replaced(row["supersedes"], row["control_number"], row["because"], row["sha256"] is not None) for row in rows
    )


def _sixteen(store: Store, own: sql.ColumnElement[bool], day: str) -> tuple[Sixteen, ...]:
    columns = [packets.c[name] for name in ("card_from", "control_number", "kit_id", "place")]
    query = sql.select(*columns).where(_current(own) & (packets.c.card_from >= day))
    return tuple(Sixteen(**row) for row in store.rows(query.order_by(packets.c.card_from, packets.c.control_number)))


def _coverage(districts: Sequence[Group], numbers: Sequence[Number], day: str) -> list[Coverage]:
    """Each number by itself: two of different days are never added up, nor one held for the other."""
    if not numbers:
        return []
    own = {group.name: group.residents for group in districts}
    found = []
    for name in sorted({*own, *(one.district for one in numbers)}):
        targets = [one for one in numbers if one.district == name and one.what == TARGET]
        target = max(targets, key=lambda one: one.date, default=None)
        counted = own.get(name, 0) if name else sum(own.values())
        told = [(one.what, one.number, one.source, one.date.isoformat()) for one in numbers if one.district == name]
        for what, number, source, date_told in [*told, ("counted", counted, OWN, day)]:
            percent = None if target is None or what == TARGET else 100 * number / target.number
            found.append(Coverage(name, what, number, source, date_told, percent))
    return found
