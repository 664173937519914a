"""What a civil record must satisfy: a resident, read from what was typed or from a file, every fault told at once."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from firmware import ages, fields, nik
from firmware.civil_wording import CivilPhrase
from firmware.datatypes import Excuse, Resident
from firmware.errors import InputError
from firmware.faulting import FieldFault
from firmware.vocabulary import ConsentGiver, FingerPosition, Language, MissingFinger

_FIELDS = ("nik", "name", "date_of_birth", "sex")
_OPTIONAL = ("marital_status",)
_REMARKS = ("override_nik", "consent")
_POSITIONS = {position.name.lower(): position for position in FingerPosition}
_AMPUTATED = re.compile(r"(amputation|amputated|amputasi)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ResidentFile:
    """What a resident's file holds: the person, the fingers that are excused from the start, and what was noted.

    override: why a NIK that contradicts the record is right. consent: who agreed to the recording.
    """

    resident: Resident
    excused: Mapping[FingerPosition, Excuse]
    override: str = ""
    consent: ConsentGiver | None = None


def parse(values: Mapping[str, object], *, today: date, language: Language = Language.ENGLISH) -> Resident:
    """Make a Resident of `nik`, `name`, `date_of_birth` (ISO 8601), `sex` (L or P) and, optional, `marital_status`.

    `today` is the civil date where the kit stands. Raises InputError that names every wrong field at once.
    """
    found, faults = _person(values, today)
    _refuse(faults, language)
    return Resident(**found)


def check(field: str, value: str, *, today: date, language: Language) -> str:
    """What is wrong with one field's value, in words; an empty text when nothing is."""
    try:
        fields.read(field, value, today)
    except FieldFault as fault:
        return fault.words(language)
    return ""


def remark(field: str, value: str, *, language: Language = Language.ENGLISH) -> str:
    """A recording's `operator`, `place`, `override_nik` or `because`, tidied. Raises InputError."""
    try:
        return str(fields.read(field, value, date.max))
    except FieldFault as fault:
        raise InputError(f"{field}: {fault.words(language)}") from fault


def consent(text: str) -> ConsentGiver | None:
    """Who agreed: "resident" or "guardian"; None of an empty text. Raises InputError."""
    try:
        return fields.consent(text)
    except FieldFault as fault:
        raise InputError(f"consent: {fault.words(Language.ENGLISH)}") from fault


def excuse(reason: str, *, language: Language = Language.ENGLISH) -> Excuse:
    """Why a finger is not captured. Raises InputError when no reason is given.

    A reason that begins with "amputation" (amputasi) is one, any other means: unable to print.
    """
    try:
        return _excuse(reason)
    except FieldFault as fault:
        raise InputError(f"reason: {fault.words(language)}") from fault


def load(path: Path, *, today: date) -> ResidentFile:
    """Read a resident's file, TOML or (.json) JSON. Raises InputError with the file and every wrong key."""
    return read_file(read_table(path), today=today, where=f"{path}: ")


def read_file(values: Mapping[str, object], *, today: date, where: str = "") -> ResidentFile:
    """What a file's values hold. Raises InputError that begins with `where` and names every wrong key."""
    known = (*_FIELDS, *_OPTIONAL, *_REMARKS, "excused")
    faults: dict[str, FieldFault] = {key: FieldFault(CivilPhrase.FIELD_UNKNOWN) for key in values if key not in known}
    found, wrong = _person(values, today)
    remarks, unclear = _read(_REMARKS, values, today)
    excused, unexcused = _excused(values.get("excused", {}))
    _refuse({**wrong, **unclear, **unexcused, **faults}, Language.ENGLISH, where=where)
    return ResidentFile(Resident(**found), excused, remarks.get("override_nik", ""), remarks.get("consent"))


def excuses(pairs: Mapping[str, str]) -> Mapping[FingerPosition, Excuse]:
    """Excused fingers by name, such as right_thumb. Raises InputError with every wrong name and empty reason."""
    excused, faults = _excused(pairs)
    _refuse(faults, Language.ENGLISH)
    return excused


def contradictions(resident: Resident, language: Language) -> tuple[str, ...]:
    """Where the NIK contradicts the date of birth or the sex, in words: the operator may know why it is right."""
    return nik.contradictions(resident.nik, resident.date_of_birth, resident.sex, language)


def refusal(resident: Resident, *, today: date, language: Language) -> str:
    """Why this resident can't be recorded yet, in words; an empty text when they can."""
    born = resident.date_of_birth
    if ages.may_be_recorded(born, resident.marital_status, today):
        return ""
    return CivilPhrase.TOO_YOUNG.say(language, age=ages.age(born, today))


def _person(values: Mapping[str, object], today: date) -> tuple[dict[str, Any], dict[str, FieldFault]]:
    found, faults = _read((*_FIELDS, *_OPTIONAL), values, today)
    faults.update({field: FieldFault(CivilPhrase.FIELD_MISSING) for field in _FIELDS if field not in values})
    return found, faults


def _read(
    names: tuple[str, ...], values: Mapping[str, object], today: date
) -> tuple[dict[str, Any], dict[str, FieldFault]]:
    found: dict[str, Any] = {}
    faults: dict[str, FieldFault] = {}
    for field in names:
        try:
            if field in values:
                found[field] = fields.read(field, values[field], today)
        except FieldFault as fault:
            faults[field] = fault
    return found, faults


def _excuse(reason: object) -> Excuse:
    words = fields.read("because", reason, date.max)
    missing = MissingFinger.AMPUTATION if _AMPUTATED.match(str(words)) else MissingFinger.UNABLE_TO_PRINT
    return Excuse(missing, str(words))


def _excused(values: object) -> tuple[dict[FingerPosition, Excuse], dict[str, FieldFault]]:
    if not isinstance(values, Mapping):
        return {}, {"excused": FieldFault(CivilPhrase.EXCUSE_TABLE)}
    excused: dict[FingerPosition, Excuse] = {}
    faults: dict[str, FieldFault] = {}
    for name, reason in values.items():
        try:
            if name not in _POSITIONS:
                raise FieldFault(CivilPhrase.EXCUSE_POSITION, given=repr(name), known=", ".join(_POSITIONS))
            excused[_POSITIONS[name]] = _excuse(reason)
        except FieldFault as fault:
            faults[f"excused.{name}"] = fault
    return excused, faults


def _refuse(faults: Mapping[str, FieldFault], language: Language, where: str = "") -> None:
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
