"""What of a kit's words is kept: known codes, numbers, and words about its parts without numbers like a NIK."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from firmware.datatypes import DeviceState
from firmware.office.fleet.rows import iso
from firmware.rollout_words import Stage
from firmware.scrubbing import scrub
from firmware.standing import State
from firmware.telemetry import readings
from firmware.telemetry.commands import ANSWER
from firmware.telemetry.metrics import DataType, Metric, Reading
from firmware.telemetry.node_session import REBIRTH
from firmware.telemetry.summary import KitState
from firmware.vocabulary import ClockTrust, Purpose

MOST = 2**31
"""Beyond it no count of packets or megabytes is believed."""
LATEST_MS = 4_102_444_800_000
"""The year 2100: a clock beyond it is no clock."""
REBIRTH_NOW = Reading(REBIRTH, True)

_LONGEST, _LONGEST_ANSWER = 160, 4000
_KIT = re.compile(r"[A-Za-z0-9-]{1,32}", re.ASCII)
_NAME = re.compile(r"[\w /().%-]{0,64}", re.ASCII)
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+-]{0,31}", re.ASCII)
_TEXTS = {one.name for one in (readings.DEVICE_WORDS, readings.DEVICE_MODEL, readings.REASON)}
_CODES: Mapping[str, frozenset[str]] = {
    readings.STATE.name: frozenset(one.value for one in KitState),
    readings.PURPOSE.name: frozenset(one.value for one in Purpose),
    readings.CLOCK.name: frozenset(one.value for one in ClockTrust),
    readings.IDENTITY.name: frozenset(one.value for one in State),
    readings.STAGE.name: frozenset(one.code for one in Stage),
    readings.DEVICE_STATE.name: frozenset(one.value for one in DeviceState),
}
_COLUMNS: Mapping[Metric, str] = {
    readings.SOFTWARE: "software",
    readings.PURPOSE: "purpose",
    readings.STATE: "state",
    readings.CLOCK: "clock",
    readings.IDENTITY: "identity",
    readings.STAGE: "stage",
    readings.REASON: "stage_reason",
    readings.TEMPERATURE: "temperature_c",
    readings.FREE: "free_mb",
    readings.TOTAL: "total_mb",
    readings.RECORDED: "recorded",
    readings.WAITING: "waiting",
    readings.OLDEST: "oldest_waiting_utc",
    readings.UNTIL: "identity_until",
    readings.SINCE: "stage_since_utc",
}


def is_kit(name: str) -> bool:
    """Whether a kit can be called so."""
    return bool(_KIT.fullmatch(name))


def is_name(name: str) -> bool:
    """Whether a metric, device or boot may be kept under its name."""
    return bool(_NAME.fullmatch(name)) and scrub(name) == name


def value(reading: Reading) -> str | float | int | None:
    """What is kept of a reading; None where it is nothing, or may be anything."""
    told, name = reading.value, reading.metric.name
    if isinstance(told, str):
        if name == ANSWER.name:
            return scrub(told)[:_LONGEST_ANSWER]
        return _text(told) if name in _TEXTS else _code(name, told)
    return number(reading)


def number(reading: Reading) -> float | int | None:
    """A reading's number, if it is one that no NIK can be."""
    told = reading.value
    if isinstance(told, bool):
        return int(told)
    if not isinstance(told, int | float) or not math.isfinite(told) or abs(told) >= 1e14:
        return None
    return told


def count(told: object) -> int | None:
    """A number of packets or megabytes, if it is one."""
    return int(told) if isinstance(told, int | float) and not isinstance(told, bool) and 0 <= told < MOST else None


def at(at_ms: int | None) -> str:
    """A kit's moment as it stands in a row; empty where it is none."""
    if at_ms is None or not 0 <= at_ms < LATEST_MS:
        return ""
    return iso(datetime.fromtimestamp(at_ms / 1000, UTC))


def of_kit(told: Iterable[Reading]) -> dict[str, Any]:
    """Columns of what a kit itself reports, by their names."""
    found: dict[str, Any] = {}
    for one in told:
        column = _COLUMNS.get(Metric(one.metric.name, one.metric.datatype, _unit(one.metric)))
        if column is None:
            continue
        if one.metric.datatype is DataType.DATETIME:
            moment = at(one.value if isinstance(one.value, int) else None)
            found[column] = moment[:10] if column == "identity_until" else moment
        elif one.metric.datatype is DataType.STRING:
            found[column] = str(value(one) or "")
        else:
            kept = number(one)
            found[column] = kept if kept is None or column == "temperature_c" else count(kept)
    return found


def of_summary(told: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of what a summary tells, by their names; of a member that is of another form nothing."""
    identity, storage = _object(told.get("identity")), _object(told.get("storage"))
    megabytes = [count(one // 10**6 if type(one) is int else None) for one in map(storage.get, _STORAGE)]
    degrees = told.get("temperature_c")
    devices = {
        name: {
            "state": _code(readings.DEVICE_STATE.name, one.get("state")) or "",
            "words": _text(one.get("words") or ""),
            "model": _text(one.get("model") or ""),
        }
        for one in map(_object, told.get("devices") or ())
        if is_name(name := str(one.get("name")))
    }
    return {
        "software": _code(readings.SOFTWARE.name, told.get("software")) or "",
        "purpose": _code(readings.PURPOSE.name, told.get("purpose")) or "",
        "clock": _code(readings.CLOCK.name, told.get("clock")) or "",
        "temperature_c": degrees if isinstance(degrees, float) and abs(degrees) < 1000 else count(degrees),
        "free_mb": megabytes[0],
        "total_mb": megabytes[1],
        "recorded": count(told.get("recorded")),
        "waiting": count(told.get("waiting")),
        "oldest_waiting_utc": _moment(told.get("oldest_waiting")),
        "identity": _code(readings.IDENTITY.name, identity.get("state")) or "",
        "identity_until": _moment(f"{identity.get('certificate_until')}T00:00:00Z")[:10],
        "devices": json.dumps(devices, sort_keys=True, ensure_ascii=False),
    }


_STORAGE = ("free_bytes", "total_bytes")


def _unit(metric: Metric) -> str:
    """Data messages carry no unit; a metric is known by name and type."""
    return next((one.unit for one in _COLUMNS if one.name == metric.name and one.datatype is metric.datatype), "")


def _code(name: str, told: object) -> str | None:
    if name == readings.SOFTWARE.name:
        return told if isinstance(told, str) and _VERSION.fullmatch(told) else None
    return told if isinstance(told, str) and told in _CODES.get(name, ()) else None


def _text(told: object) -> str:
    plain = "".join(sign if sign.isprintable() else "?" for sign in str(told)[:_LONGEST])
    return scrub(plain)


def _object(told: object) -> Mapping[str, Any]:
    return told if isinstance(told, Mapping) else {}


def _moment(told: object) -> str:
    try:
        return iso(datetime.strptime(str(told), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC))
    except ValueError:
        return ""
