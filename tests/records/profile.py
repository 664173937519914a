"""The profile of docs/profile.md as a table, and what of a transaction does not keep to it."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import nistitl

from tests.conftest import ROOT

DATA = 999
ROW = re.compile(
    r"^\| (?P<kind>\d+)\.(?P<number>\d{3}) \| (?P<name>\w+) \| (?P<what>[^|]+) \| (?P<source>[^|]+) \| "
    r"`(?P<form>[^`]+)` \| (?P<when>always|image|no image|known) \|$",
    re.MULTILINE,
)
Table = list[list[str]]


@dataclass(frozen=True)
class Line:
    """One line of the profile."""

    name: str
    source: str
    form: str
    when: str


@cache
def profile() -> dict[tuple[int, int], Line]:
    text = (ROOT / "docs" / "profile.md").read_text(encoding="utf-8")
    rows = list(ROW.finditer(text))
    lines = [line for line in text.splitlines() if re.match(r"\| \d", line)]
    assert len(rows) == len(lines), "every line of a table is one that is understood"
    found = {
        (int(row["kind"]), int(row["number"])): Line(row["name"], row["source"], row["form"], row["when"])
        for row in rows
    }
    assert len(found) == len(rows), "no field stands twice"
    return found


def faults(data: bytes) -> list[str]:
    """What in a transaction is not as the profile has it, read by nistitl."""
    message = nistitl.Message()
    message.parse(data)
    return [fault for record in message for fault in _faults(record)]


def _faults(record: nistitl.AsciiRecord) -> list[str]:
    there = {field.tag: field for field in record._fields if field.tag != DATA or field.value}
    has_image = DATA in there
    expected = {number: line for (kind, number), line in profile().items() if kind == record.type}
    found = [f"{record.type}.{number:03}: not in the profile" for number in there if number not in expected]
    for number, line in expected.items():
        tag = f"{record.type}.{number:03}"
        wanted = {"always": True, "image": has_image, "no image": not has_image, "known": None}[line.when]
        if wanted is not None and wanted != (number in there):
            found.append(f"{tag}: {'missing' if wanted else 'has no place here'}")
        elif number in there and line.form != "bytes" and not fits(table(there[number].value), line.form):
            found.append(f"{tag}: {there[number].value!r} is not {line.form}")
    return found


def table(value: object) -> Table:
    """A field's value as nistitl has it, as subfields of items; text is UTF-8."""
    rows = value if isinstance(value, list) else [value]
    items = [row if isinstance(row, list) else [row] for row in rows]
    return [[str(item).encode("latin-1").decode("utf-8") for item in row] for row in items]


def fits(rows: Table, form: str) -> bool:
    """Whether a field's content has the form."""
    first, _, repeated = form.partition("; each ")
    if first.startswith("each "):
        return bool(rows) and all(_row_fits(row, first.removeprefix("each ")) for row in rows)
    rest = rows[1:]
    return _row_fits(rows[0], first) and (all(_row_fits(row, repeated) for row in rest) if repeated else not rest)


def _row_fits(row: list[str], form: str) -> bool:
    return any(_items_fit(row, other) for other in form.split(" / "))


def _items_fit(row: list[str], form: str) -> bool:
    items = form.split(", ")
    return len(items) == len(row) and all(
        any(_item_fits(text, words) for words in item.split(" or ")) for text, item in zip(row, items, strict=True)
    )


def _item_fits(text: str, words: str) -> bool:
    kind, _, rest = words.partition(" ")
    if span := re.fullmatch(r"(\d+) to (\d+)", words):
        return bool(re.fullmatch("0|[1-9][0-9]*", text)) and int(span[1]) <= int(text) <= int(span[2])
    if kind in ("text", "digits"):
        low, high = map(int, rest.split("-"))
        plain = "[0-9]*" if kind == "digits" else "[^\x1c-\x1f]*"
        return low <= len(text) <= high and bool(re.fullmatch(plain, text))
    if kind in ("date", "moment"):
        return _is_time(text, "%Y%m%d" if kind == "date" else "%Y%m%d%H%M%SZ")
    if kind == "seconds":
        return bool(re.fullmatch(r"[0-9]+\.[0-9]{3}", text))
    choices = {"is": [rest], "one": rest.removeprefix("of ").split(" ")}[kind]
    return text in choices


def _is_time(text: str, form: str) -> bool:
    try:
        return datetime.strptime(text, form).strftime(form) == text
    except ValueError:
        return False
