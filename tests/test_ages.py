"""Ages by civil date: birthdays, leap days, midnight in three time zones, and what a marriage changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware import ages, clock
from firmware.datatypes import Timestamp
from firmware.vocabulary import ClockTrust, MaritalStatus

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
YEARS = st.integers(0, 130)
HAVE_MARRIED = [MaritalStatus.MARRIED, MaritalStatus.DIVORCED, MaritalStatus.WIDOWED]
NEVER = [None, MaritalStatus.NEVER_MARRIED]


@given(born=DAYS, years=YEARS)
def test_a_birthday_is_the_first_day_of_the_new_age(born: date, years: int) -> None:
    day = ages.birthday(born, years)
    assert ages.age(born, day) == years
    assert ages.age(born, day - timedelta(1)) == years - 1


@given(born=DAYS, years=YEARS)
def test_a_birthday_is_the_same_day_but_for_leap_days(born: date, years: int) -> None:
    day = ages.birthday(born, years)
    if (day.month, day.day) != (born.month, born.day):
        assert ((born.month, born.day), (day.month, day.day)) == ((2, 29), (3, 1))


@given(st.integers(475, 520).map(lambda quarter: quarter * 4).filter(lambda year: year not in (1900, 2100)))
def test_the_card_of_a_leap_day_s_child_comes_on_the_first_of_march(year: int) -> None:
    assert ages.card_from(date(year, 2, 29), None, date(year + 16, 3, 1)) == date(year + 17, 3, 1)


@pytest.mark.parametrize(
    ("today", "age"), [((2024, 2, 28), 15), ((2024, 2, 29), 16), ((2025, 2, 28), 16), ((2025, 3, 1), 17)]
)
def test_a_leap_day_s_child_by_hand(today: tuple[int, int, int], age: int) -> None:
    assert ages.age(date(2008, 2, 29), date(*today)) == age


@given(born=DAYS, today=DAYS, status=st.sampled_from(NEVER))
def test_never_married_from_sixteen_on(born: date, today: date, status: MaritalStatus | None) -> None:
    assert ages.may_be_recorded(born, status, today) is (today >= ages.birthday(born, 16))
    assert ages.card_from(born, status, today) == ages.birthday(born, 17)


@given(born=DAYS, today=DAYS, status=st.sampled_from(HAVE_MARRIED))
def test_who_has_married_is_recorded_and_may_have_the_card_at_once(
    born: date, today: date, status: MaritalStatus
) -> None:
    assert ages.may_be_recorded(born, status, today)
    assert ages.card_from(born, status, today) <= max(today, born)
    assert ages.card_from(born, status, today) == min(today, ages.birthday(born, 17))


@pytest.mark.parametrize(("zone", "hours"), [("Asia/Jakarta", 7), ("Asia/Makassar", 8), ("Asia/Jayapura", 9)])
@given(born=DAYS.filter(lambda day: 1990 < day.year < 2080), second=st.integers(-2, 1))
def test_a_birthday_begins_at_the_kits_own_midnight(zone: str, hours: int, born: date, second: int) -> None:
    birthday = ages.birthday(born, 40)  # after any release of the firmware
    midnight = datetime(birthday.year, birthday.month, birthday.day, tzinfo=UTC) - timedelta(hours=hours)
    at = Timestamp(midnight + timedelta(seconds=second), ClockTrust.NETWORK, "b", 0.0)
    assert ages.age(born, clock.civil_date(at, zone)) == (40 if second >= 0 else 39)
