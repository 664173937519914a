"""How the last delivery over the network failed, kept beside the packets until one succeeds."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from firmware.durable import write_file
from firmware.errors import DeliveryError, DeliveryRefused, OfficeForeign

FILE = "delivery.json"
UNREACHABLE, FOREIGN = "unreachable", "foreign_server"
REASONS = (UNREACHABLE, FOREIGN, "unknown_kit", "revoked_kit", "certificate_ended", "no_certificate")

_SAME_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Failure:
    """When a delivery failed, by the kit's clock, and why: one of `REASONS`."""

    at: datetime
    reason: str


def reason_of(error: DeliveryError) -> str:
    """Which of `REASONS` an error is."""
    if isinstance(error, OfficeForeign):
        return FOREIGN
    code = error.code if isinstance(error, DeliveryRefused) else UNREACHABLE
    return code if code in REASONS else UNREACHABLE


def look(data: Path) -> Failure | None:
    """The last failure; None where none is known, or the last delivery went well."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        told = json.loads((data / FILE).read_text(encoding="ascii"))
        at = datetime.fromisoformat(told["at"]).astimezone(UTC)
        return Failure(at, told["reason"]) if told["reason"] in REASONS else None
    return None


def note(data: Path, at: datetime, reason: str) -> None:
    """Keep a failure, or forget the last one where `reason` is empty.

    The same again is written once an hour: a kit may be without a network for weeks, on a card that wears. What cannot
    be written is no loss to a delivery.
    """
    before = look(data)
    with suppress(OSError):
        if not reason:
            (data / FILE).unlink(missing_ok=True)
        elif before is None or before.reason != reason or abs(at - before.at) >= _SAME_FOR:
            told = {"at": at.astimezone(UTC).isoformat(timespec="seconds"), "reason": reason}
            write_file(data / FILE, json.dumps(told).encode(), 0o600)
