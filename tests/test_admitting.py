"""Who may be recorded now, and what of the circumstances stands in the record."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from firmware import admitting, ages, clock
from firmware.circumstances import NOTHING_NOTED, Circumstances, Consent
from firmware.config import KitConfig
from firmware.datatypes import Resident, Timestamp
from firmware.device_settings import FingerprintConfig
from firmware.errors import InputError
from firmware.resident import ResidentFile
from firmware.vocabulary import ClockTrust, ConsentGiver, Language, MaritalStatus, Sex
from firmware.wording import Bilingual
from tests.residents import MELATI

AT = Timestamp(datetime(2026, 12, 1, 5, 0, tzinfo=UTC), ClockTrust.NETWORK, "boot", 12.5)
CONFIG = KitConfig(kit_id="k", language=Language.ENGLISH, fingerprint=FingerprintConfig(port="/dev/none"))
ODD = replace(MELATI, sex=Sex.MALE)
"""Her NIK says that she is a woman."""


class Answers:
    """An operator who has these answers ready; `told` is what was said."""

    def __init__(self, *, override: str = "", consent: ConsentGiver | None = None, who: Resident = MELATI) -> None:
        self.told: list[str] = []
        self._override, self._consent, self._who = override, consent, who

    def ask_resident(self, today: date) -> Resident:
        return self._who

    def ask_consent(self, today: date) -> ConsentGiver | None:
        return self._consent

    def ask_override(self, today: date) -> str:
        return self._override

    def say(self, phrase: Bilingual, style: str = "", **values: object) -> None:
        self.told.append(phrase.say(Language.ENGLISH, **values))

    def warn(self, warnings: Sequence[str]) -> None:
        self.told += warnings


def admit(
    person: Resident,
    noted: Circumstances = NOTHING_NOTED,
    *,
    clerk: Answers | None = None,
    override: str = "",
    consent: ConsentGiver | None = None,
    at: Timestamp = AT,
) -> Circumstances:
    found, noted = admitting.admit(CONFIG, clerk or Answers(), ResidentFile(person, {}, override, consent), noted, at)
    assert found == person
    return noted


def test_sixteen_is_recorded_and_told_from_when_a_card_may_be_issued() -> None:
    clerk = Answers()
    assert admit(MELATI, clerk=clerk).card_from == date(2027, 4, 12)
    assert clerk.told == ["A card may be issued from 12-04-2027 on."]


def test_seventeen_is_recorded_without_a_word() -> None:
    clerk = Answers()
    born = date(2009, 12, 1)
    noted = admit(replace(MELATI, nik="1903014112090007", date_of_birth=born), clerk=clerk)
    assert (noted.card_from, clerk.told) == (date(2026, 12, 1), [])


def young(status: MaritalStatus | None = None) -> Resident:
    return Resident("1903015204120007", "Ayu", date(2012, 4, 12), Sex.FEMALE, status)


@pytest.mark.parametrize("status", [None, MaritalStatus.NEVER_MARRIED])
def test_under_sixteen_is_refused(status: MaritalStatus | None) -> None:
    with pytest.raises(InputError, match=r"date_of_birth: aged 14 and never married"):
        admit(young(status))


@pytest.mark.parametrize("status", [MaritalStatus.MARRIED, MaritalStatus.DIVORCED, MaritalStatus.WIDOWED])
def test_under_sixteen_is_recorded_once_married_and_may_have_the_card_at_once(status: MaritalStatus) -> None:
    assert admit(young(status)).card_from == date(2026, 12, 1)


def test_the_kits_own_midnight_decides() -> None:
    sixteen = replace(MELATI, nik="1903014212100007", date_of_birth=date(2010, 12, 2))
    before, after = datetime(2026, 12, 1, 16, 59, 59, tzinfo=UTC), datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
    with pytest.raises(InputError, match="aged 15"):
        admit(sixteen, at=replace(AT, utc=before))
    assert admit(sixteen, at=replace(AT, utc=after)).card_from == date(2027, 12, 2)


def test_a_wrong_clock_refuses_nobody_for_an_age_that_nobody_knows() -> None:
    clerk = Answers()
    at = replace(AT, utc=datetime(1970, 1, 1, tzinfo=UTC), trust=ClockTrust.WRONG)
    born = date(clock.RELEASED.year - 15, clock.RELEASED.month, clock.RELEASED.day)
    pupil = Resident(f"190301{born.day:02}{born:%m%y}0007", "Budi", born, Sex.MALE)
    assert admit(pupil, clerk=clerk, at=at).card_from == ages.birthday(born, 17)
    assert "clock is wrong" in clerk.told[0] and "aged 15" in clerk.told[0]


def test_a_nik_that_contradicts_needs_a_reason() -> None:
    clerk = Answers()
    with pytest.raises(InputError, match="nik: correct it, or say why that NIK is right with --override-nik"):
        admit(ODD, clerk=clerk)
    assert "the NIK says P" in clerk.told[0]


@pytest.mark.parametrize("source", ["option", "file", "operator"])
def test_the_reason_comes_from_whoever_gives_one_and_is_kept(source: str) -> None:
    said = "a mistake of the registry"
    noted = Circumstances(override=said if source == "option" else "")
    clerk = Answers(override=said if source == "operator" else "never asked")
    noted = admit(ODD, noted, override=said if source == "file" else "", clerk=clerk)
    assert noted.override == said


def test_a_reason_that_is_not_needed_is_not_kept() -> None:
    assert admit(MELATI, Circumstances(override="x"), override="y").override == ""


def test_consent_is_noted_with_the_moment_from_the_file_before_the_option() -> None:
    option = Circumstances(consent=Consent(ConsentGiver.RESIDENT, AT))
    assert admit(MELATI, option).consent == option.consent
    assert admit(MELATI, option, consent=ConsentGiver.GUARDIAN).consent == Consent(ConsentGiver.GUARDIAN, AT)
    assert admit(MELATI).consent is None


def test_who_is_asked_for_is_asked_for_consent_too() -> None:
    clerk = Answers(consent=ConsentGiver.RESIDENT)
    person, noted = admitting.admit(CONFIG, clerk, None, Circumstances(operator="B", place="C"), AT)
    assert person == MELATI and noted.consent == Consent(ConsentGiver.RESIDENT, AT)
    assert (noted.operator, noted.place) == ("B", "C")
    told = Circumstances(consent=Consent(ConsentGiver.GUARDIAN, AT))
    assert admitting.admit(CONFIG, clerk, None, told, AT)[1].consent == told.consent
