"""The fields of a civil record, one reader each: what is typed becomes a value, or a fault in the operator's words."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TypeVar

from firmware import ages, nik
from firmware.civil_wording import CivilPhrase
from firmware.faulting import FieldFault
from firmware.vocabulary import ConsentGiver, MaritalStatus, Sex

NAME_LIMIT = 100
"""Longest name, in characters: the registry's own limit is 60 since 2022, and older names run longer."""
OPERATOR_LIMIT = 50
PLACE_LIMIT = 125
"""As long as the standard lets an agency's name be, field 1.017."""
REASON_LIMIT = 126
"""As long as the standard lets a comment be, fields 14.020 and 10.038."""
AGE_LIMIT = 130

_SEXES = {
    "l": Sex.MALE,
    "laki-laki": Sex.MALE,
    "p": Sex.FEMALE,
    "perempuan": Sex.FEMALE,
}
_MARITAL = {
    "belum kawin": MaritalStatus.NEVER_MARRIED,
    "kawin": MaritalStatus.MARRIED,
    "kawin tercatat": MaritalStatus.MARRIED,
    "kawin belum tercatat": MaritalStatus.MARRIED,
    "cerai hidup": MaritalStatus.DIVORCED,
    "cerai mati": MaritalStatus.WIDOWED,
    **{status.value.replace("_", " "): status for status in MaritalStatus},
}
_CONSENT = {
    "sendiri": ConsentGiver.RESIDENT,
    "wali": ConsentGiver.GUARDIAN,
    **{giver.value: giver for giver in ConsentGiver},
}
_Code = TypeVar("_Code")


def read(field: str, value: object, today: date) -> object:
    """A field's value, by the field's name. Raises FieldFault."""
    if field == "date_of_birth":
        return date_of_birth(value, today)
    if not isinstance(value, str):
        is_nik = field == "nik"
        raise FieldFault(CivilPhrase.NIK_TEXT if is_nik else CivilPhrase.FIELD_TEXT, given=repr(value))
    return _READERS[field](value)


def name(text: str) -> str:
    """A name as the family card has it; one word is one. Separators of records are control characters."""
    tidy = _text(text, NAME_LIMIT)
    if not any(character.isalpha() for character in tidy):
        raise FieldFault(CivilPhrase.NAME_EMPTY)
    return tidy


def date_of_birth(value: object, today: date) -> date:
    """A day of the past as a date or in ISO 8601's extended form."""
    if isinstance(value, date) and not isinstance(value, datetime):
        born = value
    else:
        written = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", str(value).strip())
        try:
            born = date.fromisoformat(written[0] if written else "")
        except ValueError as error:
            raise FieldFault(CivilPhrase.DATE_FORMAT, given=repr(str(value))) from error
    if born > today:
        raise FieldFault(CivilPhrase.DATE_FUTURE, given=born, today=today)
    if ages.age(born, today) > AGE_LIMIT:
        raise FieldFault(CivilPhrase.DATE_AGE, given=born, limit=AGE_LIMIT)
    return born


def sex(text: str) -> Sex:
    """L or P, or their words."""
    return _code(text, _SEXES, CivilPhrase.SEX_CODE)


def marital_status(text: str) -> MaritalStatus | None:
    """The family card's words or the English codes; None where nothing is written."""
    return _code(text, _MARITAL, CivilPhrase.MARITAL_CODE) if text.strip() else None


def consent(text: str) -> ConsentGiver | None:
    """Who agreed: resident (sendiri) or guardian (wali); None where nothing is written."""
    return _code(text, _CONSENT, CivilPhrase.CONSENT_CODE) if text.strip() else None


def operator(text: str) -> str:
    """The id of an operator, may be empty."""
    return _text(text, OPERATOR_LIMIT)


def place(text: str) -> str:
    """Where the kit stands: an office, a village, a school; may be empty."""
    return _text(text, PLACE_LIMIT)


def reason(text: str) -> str:
    """A reason in somebody's own words, never empty."""
    tidy = _text(text, REASON_LIMIT)
    if not tidy:
        raise FieldFault(CivilPhrase.REASON)
    return tidy


def _text(text: str, limit: int) -> str:
    tidy = re.sub(" +", " ", text.strip(" "))
    if not tidy.isprintable():
        raise FieldFault(CivilPhrase.TEXT_CHARACTERS, given=ascii(next(c for c in tidy if not c.isprintable())))
    if len(tidy) > limit:
        raise FieldFault(CivilPhrase.TEXT_LONG, limit=limit, given=len(tidy))
    return tidy


def _code(text: str, codes: Mapping[str, _Code], phrase: CivilPhrase) -> _Code:
    try:
        return codes[" ".join(text.lower().replace("_", " ").split())]
    except KeyError as error:
        raise FieldFault(phrase, given=repr(text)) from error


_READERS: Mapping[str, Callable[[str], object]] = {
    "nik": nik.read,
    "name": name,
    "sex": sex,
    "marital_status": marital_status,
    "consent": consent,
    "operator": operator,
    "place": place,
    "override_nik": reason,
    "because": reason,
}
