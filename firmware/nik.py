"""The NIK, the number of a resident: what its sixteen digits must be, and what they say of their owner.

PPRRDD ddmmyy nnnn: the province, regency and district where it was given, the date of birth (women: day + 40), a
serial from 0001. It is never changed, also when its owner moves or the registry corrects a date of birth.
"""

import re
from datetime import date

from firmware.civil_wording import CivilPhrase
from firmware.faulting import FieldFault
from firmware.vocabulary import Language, Sex

_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_REGIONS = (("province", 0), ("regency", 2), ("district", 4))
_WOMEN = 40


def read(text: str) -> str:
    """The sixteen digits, spaces taken out. Raises FieldFault, which never repeats the number."""
    nik = text.replace(" ", "")
    if strange := re.search("[^0-9]", nik):
        raise FieldFault(CivilPhrase.NIK_CHARACTER, position=strange.start() + 1)
    if len(nik) != 16:
        raise FieldFault(CivilPhrase.NIK_DIGITS, given=len(nik))
    for part, at in _REGIONS:
        if nik[at : at + 2] == "00":
            raise FieldFault(CivilPhrase.NIK_REGION, part=part, digits=f"{at + 1}-{at + 2}")
    _, day, month, year = _birth(nik)
    if not 1 <= month <= 12:
        raise FieldFault(CivilPhrase.NIK_MONTH, given=nik[8:10])
    last = 28 if month == 2 and year % 4 else _MONTH_DAYS[month - 1]
    if not 1 <= day <= last:
        raise FieldFault(CivilPhrase.NIK_DAY, given=nik[6:8])
    if nik[12:] == "0000":
        raise FieldFault(CivilPhrase.NIK_SERIAL)
    return nik


def contradictions(nik: str, born: date, sex: Sex, language: Language) -> tuple[str, ...]:
    """Where a NIK says another date of birth or another sex than the rest of the record, in words."""
    found = []
    named, day, month, year = _birth(nik)
    if (day, month, year) != (born.day, born.month, born.year % 100):
        written, given = f"{day:02}-{month:02}-{year:02}", f"{born:%d-%m-%Y}"
        found.append(CivilPhrase.NIK_AGAINST_DATE.say(language, nik=written, given=given))
    if named is not sex:
        found.append(CivilPhrase.NIK_AGAINST_SEX.say(language, nik=named.value, given=sex.value))
    return tuple(found)


def _birth(nik: str) -> tuple[Sex, int, int, int]:
    day, month, year = (int(nik[at : at + 2]) for at in (6, 8, 10))
    return (Sex.FEMALE, day - _WOMEN, month, year) if day > _WOMEN else (Sex.MALE, day, month, year)
