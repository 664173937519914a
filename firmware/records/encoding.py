"""The traditional encoding of ANSI/NIST-ITL 1-2011 Update 2015, Annex B: records to bytes and back by nistitl."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

import nistitl

from firmware.errors import RecordError

MAX_BYTES = 64 << 20
"""More than any ten fingers need; a longer transaction is refused unread."""

IDC = 2
DATA = 999

Table = tuple[tuple[str, ...], ...]
"""A field's content: subfields of information items; a plain value is one subfield of one item."""

_INTEGER = re.compile("0|[1-9][0-9]{0,8}", re.ASCII)
_IMAGE_TYPES = (10, 14)
_SEPARATORS = re.compile("[\x1c-\x1f]")


_Choice = TypeVar("_Choice", bound=Enum)


@dataclass(frozen=True, slots=True)
class Record:
    """One logical record without its length and, in Type-1, without its content list; `data` is field 999.

    Its readers raise RecordError naming record, field and reason.
    """

    kind: int
    idc: int
    fields: Mapping[int, Table]
    data: bytes | None = None

    def table(self, number: int, width: int) -> Table:
        """A field's subfields, each of `width` items."""
        table = self.fields.get(number)
        if table is None:
            raise self.fault(number, "is missing")
        if any(len(subfield) != width for subfield in table):
            raise self.fault(number, f"needs {width} information item(s) in each subfield")
        return table

    def text(self, number: int) -> str:
        """A field of one plain value."""
        table = self.table(number, 1)
        if len(table) != 1:
            raise self.fault(number, f"needs one value, not {len(table)}")
        return table[0][0]

    def integer(self, number: int, low: int, high: int) -> int:
        """A field of one whole number in low..high."""
        return self.number_in(number, self.text(number), low, high)

    def number_in(self, number: int, text: str, low: int, high: int) -> int:
        """An item of a field as a whole number in low..high."""
        if not _INTEGER.fullmatch(text) or not low <= int(text) <= high:
            raise self.fault(number, f"needs a whole number in {low}..{high}, not {text!r}")
        return int(text)

    def choice(self, number: int, text: str, choices: type[_Choice]) -> _Choice:
        """An item of a field as a code of one of the standard's tables."""
        for choice in choices:
            if str(choice.value) == text:
                return choice
        raise self.fault(number, f"has no code {text!r} in {choices.__name__}")

    def fault(self, number: int, reason: str) -> RecordError:
        """The error that says what is wrong with a field."""
        return RecordError(f"Type-{self.kind} record (IDC {self.idc}), field {self.kind}.{number:03}: {reason}")


def value(text: str) -> Table:
    """A field of one plain value."""
    return ((text,),)


def encode(records: Sequence[Record]) -> bytes:
    """Write records, Type-1 first; text is UTF-8. Raises RecordError where a text holds a separator."""
    message = nistitl.Message()
    for record in records:
        target = message[0] if record.kind == 1 else nistitl.AsciiRecord(record.kind)
        if record.kind != 1:
            target.IDC = record.idc
            message += target
        for number, table in record.fields.items():
            setattr(target, f"_{int(number)}", _outward(record.kind, number, table))
        if record.data is not None:
            target.DATA = record.data
    return bytes(message.NIST)


def decode(data: bytes) -> list[Record]:
    """Read a transaction's records. Raises RecordError."""
    if len(data) > MAX_BYTES:
        raise RecordError(f"transaction: {len(data)} bytes are more than {MAX_BYTES}")
    message = nistitl.Message()
    try:
        message.parse(data)
        return [_record(record) for record in message]
    except RecordError:
        raise
    except Exception as error:  # nistitl lets ValueError, KeyError, struct.error and others through
        raise RecordError(f"transaction: damaged or truncated ({error})") from error


def _record(record: nistitl.AsciiRecord) -> Record:
    if isinstance(record, nistitl.BinaryRecord):
        raise RecordError(f"transaction: a Type-{record.type} record, which no kit writes")
    skipped = (1, 3) if record.type == 1 else (1, IDC)
    fields: dict[int, Table] = {}
    data = None
    # Asked for by number, nistitl looks through all of them each time: half of what reading a packet took
    for field in record._fields:
        number = int(field.tag)
        if isinstance(field, nistitl.BinaryField):
            data = bytes(field.value)
        elif number not in skipped and 1 <= number <= DATA:
            fields[number] = _inward(field.value)
    return Record(record.type, 0 if record.type == 1 else int(record.IDC), fields, data)


def _outward(kind: int, number: int, table: Table) -> str | list[list[str]]:
    for item in (item for subfield in table for item in subfield):
        # nistitl looks for the data field of an image record by its number and colon
        if _SEPARATORS.search(item) or (kind in _IMAGE_TYPES and f"{DATA}:" in item):
            raise RecordError(f"field {kind}.{number:03}: {item!r} holds a separator of the encoding")
    # nistitl writes Latin-1: handing it the UTF-8 bytes as such characters gives UTF-8
    rows = [[item.encode().decode("latin-1") for item in subfield] for subfield in table]
    return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows


def _inward(content: object) -> Table:
    rows = content if isinstance(content, list) else [content]
    return tuple(tuple(_text(item) for item in (row if isinstance(row, list) else [row])) for row in rows)


def _text(item: object) -> str:
    return str(item).encode("latin-1").decode("utf-8")
