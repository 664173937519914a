"""Whether a resident may be recorded now, and what of the circumstances stands in the record."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from firmware import ages, clock
from firmware.circumstances import Circumstances, Consent
from firmware.civil_wording import CivilPhrase
from firmware.config import KitConfig
from firmware.datatypes import Resident, Timestamp
from firmware.errors import InputError
from firmware.records.contents import CONTROL_NUMBER
from firmware.resident import ResidentFile, contradictions, refusal, remark
from firmware.vocabulary import ClockTrust, ConsentGiver
from firmware.wording import Bilingual


class Clerk(Protocol):
    """An operator who can be asked for a resident and for what is noted about the recording."""

    def ask_resident(self, today: date) -> Resident:
        """Ask for the resident."""

    def ask_consent(self, today: date) -> ConsentGiver | None:
        """Ask who agreed to the recording; None where that is not noted."""

    def ask_override(self, today: date) -> str:
        """Ask why a NIK that contradicts the record is right; empty where nobody says."""

    def say(self, phrase: Bilingual, style: str = "", **values: object) -> None:
        """Tell one text."""

    def warn(self, warnings: Sequence[str]) -> None:
        """Show what to look at again."""


def admit(
    config: KitConfig, clerk: Clerk, person: ResidentFile | None, noted: Circumstances, at: Timestamp
) -> tuple[Resident, Circumstances]:
    """The resident, asked for where no file tells, and the circumstances with consent, override and the card's day.

    Nothing of what is noted is required, but a reason for a NIK that contradicts the record. Raises InputError without
    it, and for whoever may not be recorded yet; with a wrong clock that is a warning, for nobody knows the age.
    """
    today = clock.civil_date(at, config.timezone)
    resident = person.resident if person else clerk.ask_resident(today)
    _judge_age(config, clerk, resident, today, at.trust)
    override = _override(config, clerk, resident, today, noted.override or (person.override if person else ""))
    giver = person.consent if person else None if noted.consent else clerk.ask_consent(today)
    card_from = ages.card_from(resident.date_of_birth, resident.marital_status, today)
    if card_from > today:
        clerk.say(CivilPhrase.CARD_FROM, day=f"{card_from:%d-%m-%Y}")
    consent = Consent(giver, at) if giver else noted.consent
    return resident, replace(noted, consent=consent, override=override, card_from=card_from)


def note(
    *, operator: str, place: str, override: str, supersedes: str, because: str, consent: Consent | None
) -> Circumstances:
    """What is noted about a recording, tidied. Raises InputError for what can't stand in a record.

    A packet with a mistake is replaced by its control number and with a reason, both or neither.
    """
    if bool(supersedes) != bool(because):
        raise InputError(
            "--supersedes: needs the control number of the packet with a mistake, and --because the mistake"
        )
    if supersedes and not CONTROL_NUMBER.fullmatch(supersedes):
        raise InputError(f"--supersedes: {supersedes!r} is no control number; copy it from the packet's name")
    return Circumstances(
        operator=remark("operator", operator),
        place=remark("place", place),
        consent=consent,
        override=remark("override_nik", override) if override else "",
        supersedes=supersedes,
        because=remark("because", because) if because else "",
    )


def _judge_age(config: KitConfig, clerk: Clerk, resident: Resident, today: date, trust: ClockTrust) -> None:
    words = refusal(resident, today=today, language=config.language)
    if words and trust is not ClockTrust.WRONG:
        raise InputError(f"date_of_birth: {words}")
    if words:
        clerk.warn([CivilPhrase.TOO_YOUNG_BY_A_WRONG_CLOCK.say(config.language, words=words)])


def _override(config: KitConfig, clerk: Clerk, resident: Resident, today: date, given: str) -> str:
    warnings = contradictions(resident, config.language)
    if not warnings:
        return ""
    clerk.warn(warnings)
    override = given or clerk.ask_override(today)
    if not override:
        raise InputError(f"nik: {CivilPhrase.OVERRIDE_MISSING.say(config.language)}")
    return override
