"""A school class as a CSV file, read whole and judged before the first capture; docs/roster.md has its columns."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from firmware import ages, fields
from firmware.civil_wording import CivilPhrase
from firmware.datatypes import Resident
from firmware.errors import InputError
from firmware.faulting import FieldFault
from firmware.resident import ResidentFile
from firmware.roster_wording import RosterPhrase
from firmware.vocabulary import Language

MAX_BYTES = 4 << 20
"""More than any school needs: a larger file is no list."""

_REQUIRED = ("nik", "name", "date_of_birth", "sex")
_OPTIONAL = ("marital_status", "consent", "override_nik", "class")
_TITLES: Mapping[str, tuple[str, ...]] = {
    "nik": ("nik",),
    "name": ("name", "nama", "nama_lengkap", "nama_siswa"),
    "date_of_birth": ("date_of_birth", "tanggal_lahir", "tgl_lahir"),
    "sex": ("sex", "jenis_kelamin", "jk", "l_p"),
    "marital_status": ("marital_status", "status_perkawinan", "status_kawin"),
    "consent": ("consent", "persetujuan"),
    "override_nik": ("override_nik", "alasan_nik"),
    "class": ("class", "kelas", "rombel"),
}
_SEPARATORS = ",;\t"
_DAY_FIRST = re.compile(r"([0-9]{1,2})([-/])([0-9]{1,2})\2([0-9]{4})", re.ASCII)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DAY_NUMBER = re.compile(r"[0-9]{4,5}", re.ASCII)
_NUMBER = re.compile(r"[0-9]+([.,][0-9]+)?([eE]\+?[0-9]+)?", re.ASCII)
_ENOUGH = 4
"""So many numbers that all end in 0 are no accident: that would be one list of ten thousand."""


@dataclass(frozen=True, slots=True)
class Row:
    """One pupil: the row's number as a spreadsheet shows it, and what the list says of them; `group` is the class."""

    number: int
    person: ResidentFile
    group: str = ""
    is_too_young: bool = False


class Turn(Enum):
    """What is to be done with the pupil who was called."""

    RECORD = "record"
    SKIP = "skip"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one cell, in words that repeat nothing of it."""

    row: int
    column: str
    words: str


@dataclass(frozen=True, slots=True)
class Roster:
    """A class: its good rows, what is wrong with the others, and the bytes that were read, for their digest."""

    path: Path
    rows: tuple[Row, ...]
    faults: tuple[RowFault, ...]
    content: bytes = b""


def read(path: Path, today: date, language: Language) -> Roster:
    """Read a list. Raises InputError where it is none: not there, not UTF-8, a column missing, no row below the header.

    `today` is the civil date where the kit stands. Every bad cell becomes a fault; see `refuse`.
    """
    content = _content(path, language)
    (_, header), *lines = _lines(path, content, language)
    columns = _columns(path, header, language)
    titles = {name: header[at].strip() for name, at in columns.items()}
    rows: list[Row] = []
    faults: list[RowFault] = []
    niks: dict[str, int] = {}
    for number, cells in lines:
        values = {name: cells[at].strip() for name, at in columns.items() if at < len(cells)}
        found, wrong = _read(values, today)
        nik = values.get("nik", "").replace(" ", "")
        if nik and niks.setdefault(nik, number) != number:
            wrong.setdefault("nik", FieldFault(RosterPhrase.NIK_TWICE, row=niks[nik]))
        faults += [
            RowFault(number, titles[name], fault.words(language, discreet=True)) for name, fault in wrong.items()
        ]
        if any(cell.strip() for cell in cells[len(header) :]):
            faults.append(RowFault(number, header[-1], RosterPhrase.ROW_LONG.say(language)))
        if not wrong:
            rows.append(_row(number, found, today))
    if not lines:
        raise InputError(RosterPhrase.NO_PUPIL.say(language, path=path))
    if len(niks) >= _ENOUGH and all(nik.endswith("0") for nik in niks):
        faults.insert(0, RowFault(lines[0][0], titles["nik"], RosterPhrase.NIK_ALL_ROUNDED.say(language)))
    return Roster(path, tuple(rows), tuple(faults), content)


def column(title: str) -> str:
    """Which column a title names; an empty text where it names none."""
    tidy = "_".join(re.findall(r"[a-z0-9]+", title.lower()))
    return next((name for name, titles in _TITLES.items() if tidy in titles), "")


def refuse(roster: Roster, language: Language) -> None:
    """Raises InputError that names every bad cell, by row and column."""
    if roster.faults:
        head = RosterPhrase.BAD_CELLS.say(language, path=roster.path, count=len(roster.faults))
        lines = [
            "  " + RosterPhrase.BAD_CELL.say(language, row=fault.row, column=fault.column, words=fault.words)
            for fault in roster.faults
        ]
        raise InputError("\n".join([head, *lines]))


def _content(path: Path, language: Language) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(RosterPhrase.NOT_THERE.say(language, path=path, why=error.strerror)) from error
    if len(content) > MAX_BYTES:
        raise InputError(RosterPhrase.TOO_LARGE.say(language, path=path, limit=MAX_BYTES))
    return content


def _lines(path: Path, content: bytes, language: Language) -> list[tuple[int, list[str]]]:
    """Every row that holds something, by its number in a spreadsheet; the first is the header."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(RosterPhrase.NOT_UTF8.say(language, path=path)) from error
    first, _, rest = text.partition("\n")
    told = re.fullmatch(r"sep=(.)\s*", first, re.IGNORECASE)  # a line that some spreadsheets write, and hide again
    text = rest if told else text
    first = text.lstrip().partition("\n")[0]
    separator = told[1] if told else max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        lines = [(number, cells) for number, cells in enumerate(reader, start=1) if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise InputError(RosterPhrase.NOT_CSV.say(language, path=path, row=reader.line_num)) from error
    return lines or [(1, [])]


def _columns(path: Path, header: Sequence[str], language: Language) -> Mapping[str, int]:
    """Where each known column is; others are passed over, for schools know more than a card needs."""
    named = [column(title) for title in header]
    places = {name: [at for at, found in enumerate(named) if found == name] for name in _TITLES}
    if missing := [name for name in _REQUIRED if not places[name]]:
        raise InputError(RosterPhrase.COLUMN_MISSING.say(language, path=path, columns=", ".join(missing)))
    if twice := [name for name, found in places.items() if len(found) > 1]:
        raise InputError(RosterPhrase.COLUMN_TWICE.say(language, path=path, columns=", ".join(twice)))
    return {name: found[0] for name, found in places.items() if found}


def _read(values: Mapping[str, str], today: date) -> tuple[dict[str, Any], dict[str, FieldFault]]:
    found: dict[str, Any] = {}
    faults: dict[str, FieldFault] = {}
    for name in (*_REQUIRED, *_OPTIONAL):
        text = values.get(name, "")
        try:
            if text:
                found[name] = _cell(name, text, today)
            elif name in _REQUIRED:
                raise FieldFault(CivilPhrase.FIELD_MISSING)
        except FieldFault as fault:
            faults[name] = fault
    return found, faults


def _cell(name: str, text: str, today: date) -> object:
    if name == "nik":
        _look_for_a_spreadsheet(text.replace(" ", ""))
    if name == "date_of_birth":
        return fields.date_of_birth(_date(text), today)
    return fields.read("place" if name == "class" else name, text, today)


def _look_for_a_spreadsheet(nik: str) -> None:
    """Raises FieldFault where a spreadsheet took the NIK for a number; it keeps fifteen digits of any."""
    if nik.startswith(("'", "’", "‘", "`")):
        raise FieldFault(RosterPhrase.NIK_APOSTROPHE)
    is_whole = nik.isascii() and nik.isdigit()
    if _NUMBER.fullmatch(nik) and not is_whole:
        raise FieldFault(RosterPhrase.NIK_AS_NUMBER)
    if is_whole and len(nik) < 16:
        raise FieldFault(RosterPhrase.NIK_SHORT, given=len(nik))
    if is_whole and nik.endswith("0000"):
        raise FieldFault(RosterPhrase.NIK_ROUNDED)


def _date(text: str) -> date:
    if _DAY_NUMBER.fullmatch(text):
        raise FieldFault(RosterPhrase.DATE_SERIAL)
    written = _DAY_FIRST.fullmatch(text)
    try:
        if written:
            return date(int(written[4]), int(written[3]), int(written[1]))
        return date.fromisoformat(text if _ISO.fullmatch(text) else "")
    except ValueError as error:
        raise FieldFault(RosterPhrase.DATE_FORMAT) from error


def _row(number: int, found: Mapping[str, Any], today: date) -> Row:
    resident = Resident(**{name: found[name] for name in (*_REQUIRED, "marital_status") if name in found})
    person = ResidentFile(resident, {}, found.get("override_nik", ""), found.get("consent"))
    too_young = not ages.may_be_recorded(resident.date_of_birth, resident.marital_status, today)
    return Row(number, person, found.get("class", ""), too_young)
