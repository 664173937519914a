"""Asks whoever runs the kit for today's date until it can be."""

from collections.abc import Callable
from datetime import date
from datetime import time as TimeOfDay  # noqa: N812

from firmware.civil_wording import CivilPhrase
from firmware.clock import Clock, needs_confirmation
from firmware.clock_words import ClockPhrase
from firmware.datatypes import Timestamp
from firmware.vocabulary import Language

Ask = Callable[[str, str], str | None]
"""Puts a question, with the answer that is proposed; None when nobody answers."""


def confirm_today(kit: Clock, language: Language, ask: Ask | None, tell: Callable[[str], None]) -> Timestamp:
    """Have today's date confirmed if the clock needs it, and tell what the clock has noticed.

    The answer is a date, 2027-03-09, or one with its time of day, 2027-03-09 08:40. Without an answer, or anybody to
    ask, the kit records with the clock that it has, and the records say so.
    """
    at = kit.now()
    if ask and needs_confirmation(at):
        tell(ClockPhrase.WHY_ASK.say(language))
    while ask and needs_confirmation(at):
        answer = ask(ClockPhrase.ASK_DATE.say(language), kit.suggested().isoformat())
        if answer is None:
            break
        try:
            on, time_of_day = _read(answer)
        except ValueError:
            tell(CivilPhrase.DATE_FORMAT.say(language, given=repr(answer)))
            continue
        if doubt := kit.doubt(on):
            tell(doubt.say(language))
            continue
        at = kit.confirm(on, time_of_day)
        tell(ClockPhrase.CONFIRMED.say(language, date=kit.today()))
    for notice in kit.notices():
        tell(notice.say(language))
    return at


def _read(answer: str) -> tuple[date, TimeOfDay | None]:
    day, _, hours = answer.strip().partition(" ")
    return date.fromisoformat(day), TimeOfDay.fromisoformat(hours.strip()) if hours.strip() else None
