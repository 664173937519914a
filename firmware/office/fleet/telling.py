"""The office's own word on a kit: how far it has come while it cannot say so itself, and where it stands."""

from dataclasses import replace
from datetime import datetime

from firmware.errors import InputError
from firmware.office.fleet import harmless, rows
from firmware.office.fleet.rows import PlaceRow, iso
from firmware.office.store import Store
from firmware.rollout import stage_of
from firmware.scrubbing import scrub

_LONGEST = 120


def tell(
    store: Store, kit_id: str, at: datetime, stage: str, reason: str, where: tuple[str | None, str | None]
) -> PlaceRow:
    """Keep it; the same stage and reason again leave the date, an empty stage all of it.

    where: district and place, None for what stays as it is. Raises InputError, StoreError.
    """
    if not harmless.is_kit(kit_id):
        raise InputError(f"{kit_id[:40]!r}: no kit's name; letters, digits and hyphens, at most 32")
    if reason and not stage:
        raise InputError("--because: tells why the kit is where it is; name that too")
    before = rows.load_places(store).get(kit_id, PlaceRow(kit_id))
    district, place = (_checked(name, told) for name, told in zip(("--district", "--place"), where, strict=True))
    row = replace(
        before,
        district=before.district if district is None else district,
        place=before.place if place is None else place,
    )
    if stage:
        code, reason = stage_of(stage).code, _checked("--because", reason) or ""
        is_same = (code, reason) == (before.stage, before.reason)
        row = replace(row, stage=code, reason=reason, since_utc=before.since_utc if is_same else iso(at))
    rows.put_places(store, [row])
    return row


def _checked(option: str, told: str | None) -> str | None:
    if told is None:
        return None
    told = " ".join(told.split())
    if len(told) > _LONGEST or not told.isprintable():
        raise InputError(f"{option}: write at most {_LONGEST} letters, on one line")
    if scrub(told) != told:
        raise InputError(f"{option}: holds a number like a NIK; tell of the kit, not of a resident")
    return told
