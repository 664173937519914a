"""A table of labels: of which finger, kit, sensor and day each file of an archive is."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from firmware.errors import InputError
from firmware.vocabulary import FingerPosition

COLUMNS = ("file", "finger", "kit", "sensor", "day")


@dataclass(frozen=True, slots=True)
class Label:
    """What the table tells of one file; None where it tells nothing."""

    finger: FingerPosition | None = None
    kit: str | None = None
    sensor: str | None = None
    day: date | None = None


def read(path: Path) -> dict[str, Label]:
    """The labels by the files' names as the rows have them.

    The table is a CSV file whose first line names its columns: `file`, and any of `finger` (1 to 10 as in the standard,
    or right_thumb to left_little), `kit`, `sensor` and `day` (YEAR-MONTH-DAY); other columns are ignored. Raises
    InputError naming the line.
    """
    labels: dict[str, Label] = {}
    # Many files have the same label: it is kept once
    known: dict[Label, Label] = {}
    with _opened(path) as reader:
        columns = reader.fieldnames or ()
        if "file" not in columns or not set(COLUMNS[1:]) & set(columns):
            words = (
                f"needs the column file and one of {', '.join(COLUMNS[1:])}; its first line has {', '.join(columns)}"
            )
            raise InputError(f"{path}: {words}")
        for row in reader:
            place = f"{path}, line {reader.line_num}"
            name = row["file"]
            if not name or name in labels:
                raise InputError(f"{place}: {f'{name} stands there a second time' if name else 'has no file'}")
            label = _label(row, place)
            labels[name] = known.setdefault(label, label)
    return labels


@contextmanager
def _opened(path: Path) -> Iterator["csv.DictReader[str]"]:
    try:
        # A spreadsheet may begin its file with a byte order mark
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield csv.DictReader(file)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read as a CSV file in UTF-8 ({error})") from error


def _label(row: dict[str, str | None], place: str) -> Label:
    finger, kit, sensor, day = ((row.get(column) or "").strip() or None for column in COLUMNS[1:])
    return Label(_finger(finger, place), kit, sensor, _day(day, place))


def _finger(told: str | None, place: str) -> FingerPosition | None:
    if told is None:
        return None
    try:
        return FingerPosition(int(told)) if told.isdecimal() else FingerPosition[told.upper()]
    except (ValueError, KeyError) as error:
        raise InputError(f"{place}: finger: {told} is neither 1 to 10 nor right_thumb to left_little") from error


def _day(told: str | None, place: str) -> date | None:
    try:
        return date.fromisoformat(told) if told else None
    except ValueError as error:
        raise InputError(f"{place}: day: {told} is no day; write YEAR-MONTH-DAY, such as 2026-11-28") from error
