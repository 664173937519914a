"""Numbers from elsewhere that coverage is held against: each with its source and its date, from a CSV file.

::

    district,what,number,source,date
    Pongok,target,2140,"Dukcapil, wajib KTP semester I",2026-06-30
    Pongok,recorded,1984,"laporan kabupaten",2026-08-31

`what` is `target`, how many are to be recorded, or `recorded`, how many others say were; a district may have several.
"""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from firmware.errors import InputError

COLUMNS = ("district", "what", "number", "source", "date")
TARGET, RECORDED = "target", "recorded"


@dataclass(frozen=True, slots=True)
class Number:
    """One number; an empty district is the whole regency."""

    district: str
    what: str
    number: int
    source: str
    date: date


def read(path: Path) -> list[Number]:
    """The numbers of a file. Raises InputError with every bad line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    if rows and (missing := [name for name in COLUMNS if name not in rows[0]]):
        raise InputError(f"{path}: lacks the column(s) {', '.join(missing)}; the first line names {','.join(COLUMNS)}")
    found, faults = [], []
    for line, row in enumerate(rows, start=2):
        try:
            found.append(_number(row))
        except ValueError as error:
            faults.append(f"  line {line}: {error}")
    if faults or not found:
        faults = faults or ["  holds no number"]
        raise InputError("\n".join([f"{path}: {len(faults)} line(s) need a correction:", *faults]))
    return found


def _number(row: dict[str, str | None]) -> Number:
    told = {name: (row.get(name) or "").strip() for name in COLUMNS}
    if told["what"] not in (TARGET, RECORDED):
        raise ValueError(f"what: write {TARGET} or {RECORDED}, not {told['what']!r}")
    if not (told["number"].isascii() and told["number"].isdecimal()):
        raise ValueError(f"number: {told['number']!r} is no whole number; write it without dots and spaces")
    if not told["source"]:
        raise ValueError("source: must not be empty: who says so?")
    try:
        day = date.fromisoformat(told["date"])
    except ValueError as error:
        raise ValueError(f"date: {told['date']!r}; write it as 2026-06-30") from error
    if told["what"] == TARGET and int(told["number"]) == 0:
        raise ValueError("number: a target of 0 covers nothing")
    return Number(told["district"], told["what"], int(told["number"]), told["source"], day)
