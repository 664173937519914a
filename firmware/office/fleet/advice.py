"""What somebody at the office should do about a kit, the most urgent first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from firmware import standing
from firmware.datatypes import DeviceState
from firmware.device_words import DevicePhrase
from firmware.office.fleet.rows import KitRow, moment
from firmware.office.fleet.words import AdvicePhrase, Look, age, part
from firmware.rollout_words import Stage
from firmware.standing import State
from firmware.vocabulary import ClockTrust, Language

HOT_C, LOW_MB, OLD = 80.0, 1000, timedelta(days=14)
AT_WORK = (None, Stage.INSTALLED, Stage.IN_SERVICE)
"""Stages of which silence is a fault; a kit of which nobody told the stage is taken for one at work."""
_WELL = (DeviceState.OK.value, DeviceState.UNKNOWN.value, "")


@dataclass(frozen=True, slots=True)
class Advice:
    """What is wrong, and what to do about it."""

    what: str
    todo: str


def of(row: KitRow, look: Look, stage: Stage | None, reason: str, now: datetime, language: Language) -> list[Advice]:
    """All of a kit; none for one that is retired."""
    if stage is Stage.RETIRED:
        return []
    found = [_say(AdvicePhrase.FAULTY, language, reason=reason)] if stage is Stage.FAULTY else []
    is_missed = look in (Look.LOST, Look.SILENT, Look.UNREADABLE)
    if look is Look.UNREADABLE or (is_missed and stage in AT_WORK):
        found.append(_say(AdvicePhrase[look.name], language, kit=row.kit_id))
    return found + list(_of_parts(row, language)) + list(_of_work(row, now, language))


def _of_parts(row: KitRow, language: Language) -> Iterator[Advice]:
    for name, device in sorted(row.all_devices().items()):
        if device["state"] in _WELL:
            continue
        gone = DevicePhrase.__members__.get(f"{name.upper()}_GONE")
        if gone is not None:
            what, _, todo = gone.say(language).partition(": ")
            said = f" ({device['words']})" if device["words"] else ""
            yield Advice(f"{what}{said}", f"{todo[:1].upper()}{todo[1:]}" if todo else "")
        else:
            words = device["words"] or part(device["state"], language)
            yield _say(AdvicePhrase.DEVICE, language, device=part(name, language), words=words)
    if row.clock == ClockTrust.WRONG.value:
        yield _say(AdvicePhrase.CLOCK, language)
    if row.temperature_c is not None and row.temperature_c >= HOT_C:
        yield _say(AdvicePhrase.HOT, language, degrees=round(row.temperature_c))


def _of_work(row: KitRow, now: datetime, language: Language) -> Iterator[Advice]:
    if row.free_mb is not None and row.free_mb < LOW_MB:
        yield _say(AdvicePhrase.FULL, language, free=row.free_mb)
    oldest = moment(row.oldest_waiting_utc) if row.clock != ClockTrust.WRONG.value else None
    if row.waiting and oldest is not None and now - oldest > OLD:
        days = age(oldest, now, language).removesuffix(" lalu").removesuffix(" ago")
        yield _say(AdvicePhrase.OLD, language, age=days)
    if row.identity not in ("", State.ADMITTED.value):
        yield _say(
            AdvicePhrase.IDENTITY, language, words=standing.say(row.identity, row.identity_until or None, language)
        )


def _say(phrase: AdvicePhrase, language: Language, **values: object) -> Advice:
    what, _, todo = phrase.say(language, **values).partition("|")
    return Advice(what, todo.strip())
