"""What a NIK says of its owner, held against every date and both sexes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware import nik
from firmware.civil_wording import CivilPhrase
from firmware.faulting import FieldFault
from firmware.vocabulary import Language, Sex

BORN = st.dates(date(1900, 1, 1), date(2099, 12, 31))
SEXES = st.sampled_from(Sex)
SERIALS = st.integers(1, 9999)


def number(born: date, sex: Sex, serial: int) -> str:
    day = born.day + (40 if sex is Sex.FEMALE else 0)
    return f"190301{day:02}{born:%m%y}{serial:04}"


@given(BORN.filter(lambda day: (day.month, day.day, day.year) != (2, 29, 1900)), SEXES, SERIALS)
def test_a_number_made_of_a_birth_is_read_and_contradicts_nothing(born: date, sex: Sex, serial: int) -> None:
    found = nik.read(number(born, sex, serial))
    assert nik.contradictions(found, born, sex, Language.ENGLISH) == ()


@given(BORN, SEXES, BORN, SEXES)
def test_any_other_birth_or_sex_is_a_contradiction(born: date, sex: Sex, given: date, other: Sex) -> None:
    found = nik.contradictions(number(born, sex, 7), given, other, Language.INDONESIAN)
    differs = (born.day, born.month, born.year % 100) != (given.day, given.month, given.year % 100)
    assert len(found) == differs + (sex is not other)


@given(st.text("0123456789 Aé٣", min_size=6, max_size=20))
def test_any_text_is_a_number_or_a_fault_that_does_not_repeat_it(text: str) -> None:
    try:
        found = nik.read(text)
    except FieldFault as fault:
        assert text not in fault.words(Language.ENGLISH, discreet=True)
    else:
        assert len(found) == 16 and found.isascii() and found.isdigit()


@given(st.from_regex(r"[0-9]{16}", fullmatch=True))
def test_any_sixteen_digits_name_a_day_of_the_calendar_or_are_refused(text: str) -> None:
    try:
        nik.read(text)
    except FieldFault:
        return
    day, month, year = int(text[6:8]) % 40 or 40, int(text[8:10]), int(text[10:12])
    date(2000 + year, month, day)


def test_discreet_words_hide_what_was_given_and_keep_where() -> None:
    with pytest.raises(FieldFault) as raised:
        nik.read("1903019904100007")
    assert "99" in raised.value.words(Language.ENGLISH)
    assert raised.value.words(Language.ENGLISH, discreet=True) == CivilPhrase.NIK_DAY.say(Language.ENGLISH, given="…")
