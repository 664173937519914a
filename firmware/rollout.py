"""How far a kit has come on its way into service: told by technician or office, kept in its data folder."""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from firmware.datatypes import Timestamp
from firmware.durable import write_file
from firmware.errors import InputError
from firmware.rollout_words import Stage
from firmware.scrubbing import scrub

_log = logging.getLogger(__name__)

FILE = "rollout.json"
"""Its name in the data folder."""
_LONGEST = 120


class Teller(Enum):
    """Who said it."""

    TECHNICIAN = "technician"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class Rollout:
    """Where a kit is on its way, why (empty where nobody said), since when by its own clock, and who said so."""

    stage: Stage
    reason: str
    since: datetime
    teller: Teller


def tell(folder: Path, stage: Stage, reason: str, at: Timestamp, teller: Teller) -> Rollout:
    """Keep where the kit is now; the same again leaves the date. Raises InputError for a reason that cannot be kept."""
    reason = " ".join(reason.split())
    if len(reason) > _LONGEST or not reason.isprintable():
        raise InputError(f"reason: write at most {_LONGEST} letters, on one line")
    if scrub(reason) != reason:
        raise InputError("reason: holds a number like a NIK; tell of the kit, not of a resident")
    before = load(folder)
    if before is not None and (before.stage, before.reason) == (stage, reason):
        return before
    told = Rollout(stage, reason, at.utc.astimezone(UTC), teller)
    values = {"stage": stage.code, "reason": reason, "since": told.since.isoformat(), "teller": teller.value}
    write_file(folder / FILE, json.dumps(values, ensure_ascii=False).encode())
    return told


def load(folder: Path) -> Rollout | None:
    """What was told last; None where nothing was, or where the file cannot be read."""
    try:
        values = json.loads((folder / FILE).read_text(encoding="utf-8"))
        since = datetime.fromisoformat(values["since"]).astimezone(UTC)
        return Rollout(stage_of(values["stage"]), str(values["reason"]), since, Teller(values["teller"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InputError) as error:
        _log.warning("kit: %s cannot be read (%s)", folder / FILE, type(error).__name__)
        return None


def stage_of(code: str) -> Stage:
    """The stage of a code. Raises InputError."""
    for stage in Stage:
        if stage.code == code:
            return stage
    raise InputError(f"{code[:40]!r}: no stage of a rollout; write {', '.join(one.code for one in Stage)}")
