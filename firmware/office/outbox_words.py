"""What a kit tells the office of its outbox: a JSON object with counts and places, nothing personal."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from firmware.errors import InputError
from firmware.office.store import OutboxDay, OutboxRow

_LONGEST = 125
_MOST_DAYS = 1000


def parse(content: bytes) -> object:
    """The JSON that a kit sent. Raises InputError."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"no outbox as a kit tells it ({error})") from error


def rows(told: Any, kit_id: str, at: datetime, way: str) -> tuple[OutboxRow, list[OutboxDay]]:
    """Rows of what a kit told at that moment. Raises InputError."""
    try:
        oldest = datetime.fromisoformat(told["oldest_waiting"]).isoformat() if told["oldest_waiting"] else ""
        days = [OutboxDay(kit_id, str(date.fromisoformat(day)), *_counts(of)) for day, of in told["days"].items()]
        district, place = _text(told["district"]), _text(told["place"])
        row = OutboxRow(kit_id, district, place, *_counts(told), oldest, at.isoformat(timespec="seconds"), way)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"no outbox as a kit tells it ({error})") from error
    if len(days) > _MOST_DAYS:
        raise InputError(f"no outbox as a kit tells it ({len(days)} days)")
    return row, days


def _counts(told: Mapping[str, Any]) -> tuple[int, int]:
    found = told["recorded"], told["waiting"]
    for value in found:
        if type(value) is not int or not 0 <= value < 1 << 31:
            raise ValueError(f"{value!r} is no number of packets")
    return found


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST or not value.isprintable():
        raise ValueError("a place that is no text")
    return value
