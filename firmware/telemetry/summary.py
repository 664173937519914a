"""The status document of a kit: what the office may know from afar, and nothing personal.

Topic `rekam/v1/<kit>/status`, one retained JSON document that `status.schema.json` describes; what is unknown is null.
"""

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from importlib.resources import files
from pathlib import Path
from typing import Any

from firmware.datatypes import DeviceStatus, Timestamp
from firmware.standing import Standing
from firmware.vocabulary import Purpose

SCHEMA_VERSION = 1
_THERMAL = Path("/sys/class/thermal")


class KitState(Enum):
    """What a kit is doing: LOST is said by the broker when a kit goes without a word."""

    RECORDING = "recording"
    IDLE = "idle"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Nameplate:
    """What never changes while a kit runs."""

    kit_id: str
    software: str
    purpose: Purpose
    valid_for_s: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is recorded, and how far it has come: waiting (delivered: for a receipt only), acknowledged, refused."""

    recorded: int
    waiting: int
    oldest_waiting: datetime | None = None
    delivered: int = 0
    acknowledged: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Storage:
    """Room on the disk that holds the kit's data, bytes."""

    free: int
    total: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What was seen at one moment; None where it is unknown."""

    state: KitState
    at: Timestamp
    devices: tuple[DeviceStatus, ...]
    temperature_c: float | None
    storage: Storage | None
    counts: Counts | None
    standing: Standing | None = None


def topic(kit_id: str) -> str:
    """Where the status of a kit is published."""
    return f"rekam/v1/{kit_id}/status"


def document(nameplate: Nameplate, facts: Facts) -> dict[str, Any]:
    """Build the status as it goes out: a JSON object."""
    counts, storage, standing = facts.counts, facts.storage, facts.standing
    return {
        **_head(nameplate, facts.state),
        "at": _iso(facts.at.utc),
        "clock": facts.at.trust.value,
        "valid_until": _iso(facts.at.utc + timedelta(seconds=nameplate.valid_for_s)),
        "devices": [_device(status) for status in facts.devices],
        "temperature_c": facts.temperature_c,
        "storage": storage and {"free_bytes": storage.free, "total_bytes": storage.total},
        "recorded": counts and counts.recorded,
        "waiting": counts and counts.waiting,
        "delivered": counts and counts.delivered,
        "acknowledged": counts and counts.acknowledged,
        "refused": counts and counts.refused,
        "oldest_waiting": _iso(counts.oldest_waiting) if counts and counts.oldest_waiting else None,
        "identity": standing and _identity(standing),
    }


def last_will(nameplate: Nameplate) -> dict[str, Any]:
    """What the broker says when the kit vanishes: lost, and all else unknown."""
    unknown = ("at", "clock", "valid_until", "devices", "temperature_c", "storage")
    counts = ("recorded", "waiting", "delivered", "acknowledged", "refused", "oldest_waiting", "identity")
    return {**_head(nameplate, KitState.LOST), **dict.fromkeys((*unknown, *counts))}


def schema() -> dict[str, Any]:
    """Read the JSON Schema of the document."""
    loaded: dict[str, Any] = json.loads((files(__package__) / "status.schema.json").read_text(encoding="utf-8"))
    return loaded


def measure_temperature(thermal: Path = _THERMAL) -> float | None:
    """Degrees Celsius of the hottest thermal zone that the kernel shows; None where it shows none."""
    readings = []
    for zone in thermal.glob("thermal_zone*/temp"):
        try:
            readings.append(int(zone.read_text(encoding="ascii")) / 1000)
        except (OSError, ValueError):
            continue
    return max(readings, default=None)


def measure_storage(folder: Path) -> Storage | None:
    """Room on the disk of a folder; None when it cannot be told."""
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return None
    return Storage(usage.free, usage.total)


def _head(nameplate: Nameplate, state: KitState) -> dict[str, Any]:
    return {
        "schema": SCHEMA_VERSION,
        "kit": nameplate.kit_id,
        "software": nameplate.software,
        "purpose": nameplate.purpose.value,
        "state": state.value,
    }


def _device(status: DeviceStatus) -> dict[str, Any]:
    return {
        "name": status.name,
        "state": status.state.value,
        "words": status.words or None,
        "model": status.model or None,
    }


def _identity(standing: Standing) -> dict[str, Any]:
    until = standing.until and standing.until.isoformat()
    return {"state": standing.state.value, "certificate_until": until}


def _iso(utc: datetime) -> str:
    return utc.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
