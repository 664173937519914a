"""What the page shows of all kits, in memory: written by whoever listens, read by whoever draws."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sql

from firmware.office import numbers, register
from firmware.office.fleet import rows
from firmware.office.fleet.ledger import Changes
from firmware.office.fleet.rows import DayRow, KitRow, PlaceRow
from firmware.office.numbers import Number
from firmware.office.store import Store, outboxes, packets


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a kit told with its deliveries: where it stands, how many it recorded, how many wait."""

    district: str = ""
    place: str = ""
    recorded: int | None = None
    waiting: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """All of it at one moment. admitted: the office's kits, also those that never spoke."""

    kits: Mapping[str, KitRow]
    days: Mapping[str, tuple[DayRow, ...]]
    places: Mapping[str, PlaceRow] = field(default_factory=dict)
    delivered: Mapping[str, Delivered] = field(default_factory=dict)
    admitted: frozenset[str] = frozenset()
    numbers: Sequence[Number] = ()
    is_broker_away: bool = False
    is_store_away: bool = False

    @property
    def names(self) -> list[str]:
        """Every kit that is known."""
        return sorted({*self.kits, *self.places, *self.admitted})


class Board:
    """Kits as they were kept, then as they are heard; any thread may ask and tell. Raises StoreError at its start.

    office: the folder with the register of admitted kits; targets: the file that coverage is held against.
    """

    def __init__(self, store: Store, now: datetime, office: Path | None = None, targets: Path | None = None) -> None:
        self.store, self._office, self._targets = store, office, targets
        self._lock = threading.Lock()
        self._kits = {row.kit_id: row for row in rows.load_kits(store)}
        self._days: dict[str, tuple[DayRow, ...]] = {}
        self._add(rows.load_days(store, (now - timedelta(days=rows.TREND_DAYS)).date().isoformat()))
        self._is_broker_away, self._is_store_away = True, False
        self._districts = _districts(store)
        self.look_up()

    def take(self, changes: Changes) -> None:
        """Show what was heard and kept."""
        with self._lock:
            self._kits.update(changes.kits)
            self._add(changes.days.values())
            self._is_store_away = False

    def note(self, *, is_broker_away: bool | None = None, is_store_away: bool | None = None) -> None:
        """Tell what is in the way, or is no more."""
        with self._lock:
            self._is_broker_away = self._is_broker_away if is_broker_away is None else is_broker_away
            self._is_store_away = self._is_store_away if is_store_away is None else is_store_away

    def look_up(self) -> None:
        """Read what others write: the office's word on its kits, deliveries, admissions, targets. Raises StoreError."""
        places, told = rows.load_places(self.store), _told(self.store, self._districts)
        admitted = frozenset(register.names(self._office)) if self._office else frozenset()
        targets = tuple(numbers.read(self._targets)) if self._targets else ()
        with self._lock:
            self._places, self._delivered, self._admitted, self._numbers = places, told, admitted, targets

    def picture(self) -> Picture:
        """All of it as it is now."""
        with self._lock:
            return Picture(
                dict(self._kits),
                dict(self._days),
                self._places,
                self._delivered,
                self._admitted,
                self._numbers,
                self._is_broker_away,
                self._is_store_away,
            )

    def _add(self, days: Iterable[DayRow]) -> None:
        """Join days with those that are known; the oldest go."""
        of_kits: dict[str, dict[str, DayRow]] = {}
        for day in days:
            known = of_kits.setdefault(day.kit_id, {one.day: one for one in self._days.get(day.kit_id, ())})
            known[day.day] = day
        for kit, known in of_kits.items():
            self._days[kit] = tuple(known[day] for day in sorted(known)[-rows.TREND_DAYS - 1 :])


def _districts(store: Store) -> dict[str, str]:
    """Where kits were that delivered packets, by their names."""
    query = sql.select(packets.c.kit_id, sql.func.max(packets.c.district).label("district")).group_by(packets.c.kit_id)
    return {row["kit_id"]: row["district"] for row in store.rows(query)}


def _told(store: Store, districts: Mapping[str, str]) -> dict[str, Delivered]:
    told = {kit: Delivered(district) for kit, district in districts.items()}
    for row in store.rows(sql.select(outboxes)):
        district = row["district"] or districts.get(row["kit_id"], "")
        told[row["kit_id"]] = Delivered(district, row["place"], row["recorded"], row["waiting"])
    return told
