"""What the office may know of a kit's outbox: counts, also by civil day, and where the kit stands."""

from typing import Any

from firmware.clock import civil_date
from firmware.config import KitConfig
from firmware.spool import Spool


def describe(spool: Spool, config: KitConfig) -> dict[str, Any]:
    """The outbox as a JSON object. Raises SpoolError."""
    tally = spool.tally()
    days: dict[str, dict[str, int]] = {}
    for entry in spool.entries():
        day = days.setdefault(str(civil_date(entry.recorded_at, config.timezone)), {"recorded": 0, "waiting": 0})
        day["recorded"] += 1
        day["waiting"] += entry.waits
    oldest = tally.oldest_waiting.isoformat(timespec="seconds") if tally.oldest_waiting else None
    place = {"district": config.district, "place": config.place}
    return {"recorded": tally.recorded, "waiting": tally.waiting, "oldest_waiting": oldest, "days": days, **place}
