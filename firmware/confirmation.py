"""The operator's word for today's date, kept until the kit is switched off."""

import json
import logging
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from firmware.durable import write_file
from firmware.errors import InputError

_log = logging.getLogger(__name__)

FILE = "clock.json"
"""Its name in the data folder; nothing personal stands in it."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A moment of this start of the kit, and what UTC was then by the date that the operator confirmed."""

    boot_id: str
    monotonic_s: float
    utc: datetime

    def at(self, monotonic_s: float) -> datetime:
        """UTC at another moment of the same start, counted on by the monotonic clock."""
        return self.utc + timedelta(seconds=monotonic_s - self.monotonic_s)


def keep(folder: Path, confirmed: Confirmation) -> None:
    """Keep it for other processes of this start; where the disk does not let us, this process still has it."""
    values = {"boot_id": confirmed.boot_id, "monotonic_s": confirmed.monotonic_s, "utc": confirmed.utc.isoformat()}
    try:
        write_file(folder / FILE, json.dumps(values).encode("ascii"))
    except InputError as error:
        _log.warning("clock: the confirmed date is not kept: %s", error)


def load(folder: Path, boot_id: str, monotonic_s: float) -> Confirmation | None:
    """Find what was confirmed since this start; None where nothing was, or where the file cannot be read."""
    try:
        values = json.loads((folder / FILE).read_text(encoding="ascii"))
        utc = datetime.fromisoformat(values["utc"]).astimezone(UTC)
        found = Confirmation(str(values["boot_id"]), float(values["monotonic_s"]), utc)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, OverflowError) as error:
        _log.warning("clock: %s cannot be read (%s); the date is asked for again", folder / FILE, error)
        return None
    is_ours = found.boot_id == boot_id and math.isfinite(found.monotonic_s) and found.monotonic_s <= monotonic_s
    return found if is_ours else None
