"""What a civil record must satisfy: the NIK, the name, the date of birth and the sex of a resident."""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from firmware.datatypes import Excuse, Resident
from firmware.errors import InputError
from firmware.vocabulary import FingerPosition, Language, MissingFinger, Sex
from firmware.wording import Phrase, region

NAME_LIMIT = 100
"""Longest name, in characters: the registry's own limit is 60 since 2022, and older names run longer."""
AGE_LIMIT = 130
RECORDING_AGE = 16

_FIELDS = ("nik", "name", "date_of_birth", "sex")
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_POSITIONS = {position.name.lower(): position for position in FingerPosition}
_AMPUTATED = re.compile(r"(amputation|amputated|amputasi)\b", re.IGNORECASE)


class _Fault(Exception):  # a field that cannot be; parse gathers them all into one InputError
    def __init__(self, phrase: Phrase, **values: object) -> None:
        super().__init__(phrase.name)
        self.phrase = phrase
        self.values = values

    def words(self, language: Language) -> str:
        values = {
            name: region(str(value), language) if name == "part" else value for name, value in self.values.items()
        }
        return self.phrase.say(language, **values)


@dataclass(frozen=True, slots=True)
class ResidentFile:
    """What a resident's file holds: the person, and the fingers that are excused from the start."""

    resident: Resident
    excused: Mapping[FingerPosition, Excuse]


def parse(values: Mapping[str, object], *, today: date, language: Language = Language.ENGLISH) -> Resident:
    """Make a Resident of `nik`, `name`, `date_of_birth` (ISO 8601) and `sex` (L or P).

    `today` is the civil date where the kit stands. Raises InputError that names every wrong field at once.
    """
    read, faults = _fields(values, today)
    _refuse(faults, language)
    return Resident(**read)


def check(field: str, value: str, *, today: date, language: Language) -> str:
    """What is wrong with one field's value, in words; an empty text when nothing is."""
    try:
        _read(field, value, today)
    except _Fault as fault:
        return fault.words(language)
    return ""


def excuse(reason: str, *, language: Language = Language.ENGLISH) -> Excuse:
    """Why a finger is not captured. Raises InputError when no reason is given.

    A reason that begins with "amputation" (amputasi) is one, any other means: unable to print.
    """
    try:
        return _excuse(reason)
    except _Fault as fault:
        raise InputError(f"reason: {fault.words(language)}") from fault


def load(path: Path, *, today: date) -> ResidentFile:
    """Read a resident's file, TOML or (.json) JSON. Raises InputError with the file and every wrong key."""
    return read_file(read_table(path), today=today, where=f"{path}: ")


def read_file(values: Mapping[str, object], *, today: date, where: str = "") -> ResidentFile:
    """What a file's values hold. Raises InputError that begins with `where` and names every wrong key."""
    faults: dict[str, _Fault] = {
        key: _Fault(Phrase.FIELD_UNKNOWN) for key in values if key not in (*_FIELDS, "excused")
    }
    read, wrong = _fields(values, today)
    excused, unexcused = _excused(values.get("excused", {}))
    _refuse({**wrong, **unexcused, **faults}, Language.ENGLISH, where=where)
    return ResidentFile(Resident(**read), excused)


def excuses(pairs: Mapping[str, str]) -> Mapping[FingerPosition, Excuse]:
    """Excused fingers by name, such as right_thumb. Raises InputError with every wrong name and empty reason."""
    excused, faults = _excused(pairs)
    _refuse(faults, Language.ENGLISH)
    return excused


def contradictions(resident: Resident, *, today: date, language: Language) -> tuple[str, ...]:
    """What an operator should look at again, in words: a NIK against the date of birth or the sex, and a young age."""
    found = []
    day, month, year = (int(resident.nik[at : at + 2]) for at in (6, 8, 10))
    born = resident.date_of_birth
    sex = Sex.FEMALE if day > 40 else Sex.MALE
    if (day % 40, month, year) != (born.day, born.month, born.year % 100):
        written = f"{day % 40:02d}-{month:02d}-{year:02d}"
        found.append(Phrase.NIK_AGAINST_DATE.say(language, nik=written, given=f"{born:%d-%m-%Y}"))
    if sex is not resident.sex:
        found.append(Phrase.NIK_AGAINST_SEX.say(language, nik=sex.value, given=resident.sex.value))
    if (age := _age(born, today)) < RECORDING_AGE:
        found.append(Phrase.TOO_YOUNG.say(language, age=age))
    return tuple(found)


def _fields(values: Mapping[str, object], today: date) -> tuple[dict[str, Any], dict[str, _Fault]]:
    read: dict[str, Any] = {}
    faults: dict[str, _Fault] = {}
    for field in _FIELDS:
        try:
            if field not in values:
                raise _Fault(Phrase.FIELD_MISSING)
            read[field] = _read(field, values[field], today)
        except _Fault as fault:
            faults[field] = fault
    return read, faults


def _read(field: str, value: object, today: date) -> object:
    if field == "date_of_birth":
        return _date_of_birth(value, today)
    if not isinstance(value, str):
        raise _Fault(Phrase.NIK_TEXT) if field == "nik" else _Fault(Phrase.FIELD_TEXT, given=repr(value))
    readers: Mapping[str, Callable[[str], object]] = {"nik": _nik, "name": _name, "sex": _sex}
    return readers[field](value)


def _nik(text: str) -> str:  # PPRRDD ddmmyy nnnn; women are written with day + 40
    nik = text.replace(" ", "")
    if strange := re.search("[^0-9]", nik):  # what was typed may be somebody's number: it is not repeated
        raise _Fault(Phrase.NIK_CHARACTER, position=strange.start() + 1)
    if len(nik) != 16:
        raise _Fault(Phrase.NIK_DIGITS, given=len(nik))
    for part, at in (("province", 0), ("regency", 2), ("district", 4)):
        if nik[at : at + 2] == "00":
            raise _Fault(Phrase.NIK_REGION, part=part, digits=f"{at + 1}-{at + 2}")
    day, month, year = (int(nik[at : at + 2]) for at in (6, 8, 10))
    if not 1 <= month <= 12:
        raise _Fault(Phrase.NIK_MONTH, given=nik[8:10])
    last = 28 if month == 2 and year % 4 else _MONTH_DAYS[month - 1]
    if not 1 <= (day - 40 if day > 40 else day) <= last:
        raise _Fault(Phrase.NIK_DAY, given=nik[6:8])
    if nik[12:] == "0000":
        raise _Fault(Phrase.NIK_SERIAL)
    return nik


def _name(text: str) -> str:  # one word is a name; separators of records are control characters
    name = re.sub(" +", " ", text.strip(" "))
    if not name.isprintable():
        raise _Fault(Phrase.NAME_CHARACTERS, given=ascii(next(c for c in name if not c.isprintable())))
    if not any(character.isalpha() for character in name):
        raise _Fault(Phrase.NAME_EMPTY)
    if len(name) > NAME_LIMIT:
        raise _Fault(Phrase.NAME_LONG, limit=NAME_LIMIT, given=len(name))
    return name


def _date_of_birth(value: object, today: date) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        born = value
    else:
        written = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", str(value).strip())
        try:
            born = date.fromisoformat(written[0] if written else "")
        except ValueError as error:
            raise _Fault(Phrase.DATE_FORMAT, given=repr(str(value))) from error
    if born > today:
        raise _Fault(Phrase.DATE_FUTURE, given=born, today=today)
    if _age(born, today) > AGE_LIMIT:
        raise _Fault(Phrase.DATE_AGE, given=born, limit=AGE_LIMIT)
    return born


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _sex(text: str) -> Sex:
    try:
        return Sex(text.strip().upper())
    except ValueError as error:
        raise _Fault(Phrase.SEX_CODE, given=repr(text)) from error


def _excuse(reason: object) -> Excuse:
    if not isinstance(reason, str):
        raise _Fault(Phrase.FIELD_TEXT, given=repr(reason))
    words = re.sub(" +", " ", reason.strip(" "))
    if not words:
        raise _Fault(Phrase.EXCUSE_REASON)
    if not words.isprintable():
        raise _Fault(Phrase.NAME_CHARACTERS, given=ascii(next(c for c in words if not c.isprintable())))
    if len(words) > NAME_LIMIT:
        raise _Fault(Phrase.NAME_LONG, limit=NAME_LIMIT, given=len(words))
    missing = MissingFinger.AMPUTATION if _AMPUTATED.match(words) else MissingFinger.UNABLE_TO_PRINT
    return Excuse(missing, words)


def _excused(values: object) -> tuple[dict[FingerPosition, Excuse], dict[str, _Fault]]:
    if not isinstance(values, Mapping):
        return {}, {"excused": _Fault(Phrase.EXCUSE_TABLE)}
    excused: dict[FingerPosition, Excuse] = {}
    faults: dict[str, _Fault] = {}
    for name, reason in values.items():
        try:
            if name not in _POSITIONS:
                raise _Fault(Phrase.EXCUSE_POSITION, given=repr(name), known=", ".join(_POSITIONS))
            excused[_POSITIONS[name]] = _excuse(reason)
        except _Fault as fault:
            faults[f"excused.{name}"] = fault
    return excused, faults


def _refuse(faults: Mapping[str, _Fault], language: Language, where: str = "") -> None:
    if faults:
        lines = [f"  {field}: {fault.words(language)}" for field, fault in faults.items()]
        raise InputError("\n".join([f"{where}{len(faults)} field(s) need a correction:", *lines]))


def read_table(path: Path) -> Mapping[str, object]:
    """A resident's file as it stands, not yet judged. Raises InputError for what cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        values = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file; name the resident's file with --resident") from error
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            f"{path}: empty or cut short, or not {'JSON' if path.suffix.lower() == '.json' else 'TOML'}: {error}"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    if not isinstance(values, dict) or not values:
        raise InputError(f"{path}: holds no resident; it needs the keys {', '.join(_FIELDS)}")
    return values
