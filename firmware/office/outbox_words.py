"""What a kit tells the office of its outbox: a JSON object with counts and places, nothing personal."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from firmware.errors import InputError
from firmware.office.store import OutboxDay, OutboxRow

_LONGEST = 125
_MOST_DAYS = 1000


def read(content: bytes, kit_id: str, way: str) -> tuple[OutboxRow, list[OutboxDay]]:
    """Rows of what a kit told just now. Raises InputError."""
    try:
        told = json.loads(content)
        oldest = datetime.fromisoformat(told["oldest_waiting"]).isoformat() if told["oldest_waiting"] else ""
        days = [OutboxDay(kit_id, str(date.fromisoformat(day)), *_counts(of)) for day, of in told["days"].items()]
        district, place = _text(told["district"]), _text(told["place"])
        now = datetime.now(UTC).isoformat(timespec="seconds")
        row = OutboxRow(kit_id, district, place, *_counts(told), oldest, now, way)
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
