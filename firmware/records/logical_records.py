"""The logical records of any transaction in the traditional encoding, ours or another's, with their places.

ANSI/NIST-ITL 1-2011 Update 2015, Annex B, and the binary records (Types 3 to 8) of the editions before it. nistitl,
with which our own records are read, takes a transaction whole or not at all, only of the types that it knows, and tells
no place. This reader takes what is there, knows no field, and refuses only a broken structure, by record and byte.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from firmware.errors import RecordError
from firmware.records.encoding import DATA, IDC, Table

MAX_BYTES = 256 << 20
MAX_RECORDS = 1000
"""Field 1.003 counts at most 999 beside Type-1."""
MAX_FIELDS = 100_000
BINARY = range(3, 9)
CNT = 3

_FS, _GS, _RS, _US = b"\x1c", b"\x1d", b"\x1e", b"\x1f"
_HEAD = re.compile(rb"(\d{1,2})\.0*1:(\d{1,10})[\x1c\x1d]")
_TAG = re.compile(rb"(\d{1,2})\.(\d{1,9}):")
_WITHOUT_DATA = (1, 2, 9)
"""Types whose field 999, if any, is text."""
_START = struct.Struct(">LB")
_FINGER = struct.Struct(">B6sBHHB")
_SIGNATURE = struct.Struct(">BBBHH")
_UNUSED = 255
_SEALED = b"age-encryption.org/"


@dataclass(frozen=True, slots=True)
class LogicalField:
    """One field. at: the byte of the file at which its content begins."""

    number: int
    content: bytes
    at: int

    def table(self) -> Table:
        """Its subfields, each of its information items, as UTF-8 or else as Latin-1."""
        try:
            text = self.content.decode("utf-8")
        except UnicodeDecodeError:
            text = self.content.decode("latin-1")
        return tuple(tuple(subfield.split("\x1f")) for subfield in text.split("\x1e"))


@dataclass(frozen=True, slots=True)
class LogicalRecord:
    """One record. number: counts from 1. at, size: where it is in the file, bytes. data: its last field, not text.

    The fields of a binary record are numbered as the standard numbers them; `data_number` is that of the data.
    """

    number: int
    kind: int
    at: int
    size: int
    fields: tuple[LogicalField, ...]
    data: bytes | None = None
    data_number: int = DATA

    def text(self, number: int) -> str:
        """The first information item of a field; empty where there is none."""
        found = next((field for field in self.fields if field.number == number), None)
        return found.table()[0][0].strip() if found else ""

    def integer(self, number: int) -> int | None:
        """The same as a whole number; None where it is none."""
        text = self.text(number)
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None

    @property
    def idc(self) -> int | None:
        """The number that ties records together; Type-1 has none."""
        return None if self.kind == 1 else self.integer(IDC)


def read(data: bytes) -> tuple[LogicalRecord, ...]:
    """All records of a transaction, Type-1 first. Raises RecordError that names the record and the byte."""
    if len(data) > MAX_BYTES:
        raise RecordError(f"transaction: {len(data)} bytes are more than {MAX_BYTES}")
    head = _HEAD.match(data)
    if head is None or int(head[1]) != 1:
        raise RecordError(f"byte 0: {_foreign(data)}; give a transaction such as an .an2, .an2k or .eft file")
    records: list[LogicalRecord] = []
    at = fields = 0
    while at < len(data):
        place = _Place(len(records) + 1, at)
        record = _next(data, place, records[0] if records else None)
        fields += len(record.fields)
        if len(records) == MAX_RECORDS or fields > MAX_FIELDS:
            place.fault(at, f"more than {MAX_RECORDS} records or {MAX_FIELDS} fields")
        records.append(record)
        at += record.size
    return tuple(records)


def listed(type1: LogicalRecord) -> tuple[tuple[str, str], ...]:
    """The types and IDCs of the records behind Type-1, as field 1.003 lists them."""
    table: Table = next((field.table() for field in type1.fields if field.number == CNT), ())
    return tuple((row[0], row[1] if len(row) > 1 else "") for row in table[1:])


@dataclass(slots=True)
class _Place:
    """Where a record begins, for its faults."""

    number: int
    at: int
    kind: int | None = None

    def fault(self, at: int, reason: str) -> NoReturn:
        """Raise the error that says what is wrong, and where."""
        kind = "" if self.kind is None else f" (Type-{self.kind})"
        raise RecordError(f"record {self.number}{kind}, byte {at}: {reason}; the file is damaged, have it sent again")


def _foreign(data: bytes) -> str:
    if data.startswith(_SEALED):
        return "is a sealed packet, which `rekam office open` opens"
    if data.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<"):
        return "is XML, and only the traditional encoding is read"
    return "does not begin with a Type-1 record"


def _next(data: bytes, place: _Place, type1: LogicalRecord | None) -> LogicalRecord:
    head = _HEAD.match(data, place.at)
    if head is not None:
        place.kind = int(head[1])
        if place.kind == 1 and type1 is not None:
            place.fault(place.at, "another transaction begins here")
        return _tagged(data, place, int(head[2]))
    rows = listed(type1) if type1 else ()
    kind = rows[place.number - 2][0] if place.number - 2 < len(rows) else ""
    if not (kind.isascii() and kind.isdecimal() and int(kind) in BINARY):
        place.fault(place.at, "no record begins here")
    place.kind = int(kind)
    return _binary(data, place)


def _tagged(data: bytes, place: _Place, size: int) -> LogicalRecord:
    end = place.at + size - 1
    if end >= len(data):
        place.fault(place.at, f"says {size} bytes and {len(data) - place.at} are left")
    if end <= place.at or data[end : end + 1] != _FS:
        place.fault(place.at, f"says {size} bytes, but no record ends there")
    fields, content = [], None
    for field in _fields(data, place, end):
        if field.number == DATA and place.kind not in _WITHOUT_DATA and field.at + len(field.content) == end:
            content = field.content or None
        else:
            fields.append(field)
    return LogicalRecord(place.number, place.kind or 0, place.at, size, tuple(fields), content)


def _fields(data: bytes, place: _Place, end: int) -> Iterator[LogicalField]:
    again = re.compile(rb"[ -~]{0,64}\x1d%d\.%d:" % (place.kind or 0, DATA))
    at = place.at
    while at < end:
        tag = _TAG.match(data, at, end)
        if tag is None or int(tag[1]) != place.kind:
            place.fault(at, "no field of this record begins here")
        number, start = int(tag[2]), tag.end()
        holds_data = number == DATA and place.kind not in _WITHOUT_DATA and not again.match(data, start, end)
        stop = end if holds_data else data.find(_GS, start, end)
        stop = end if stop < 0 else stop
        if not holds_data and (cut := data.find(_FS, start, stop)) >= 0:
            place.fault(cut, f"ends here, before its {end + 1 - place.at} bytes")
        yield LogicalField(number, data[start:stop], start)
        at = stop + 1


def _binary(data: bytes, place: _Place) -> LogicalRecord:
    at, layout = place.at, {7: None, 8: _SIGNATURE}.get(place.kind or 0, _FINGER)
    least = _START.size + (layout.size if layout else 0)
    if at + least > len(data):
        place.fault(at, f"needs {least} bytes and {len(data) - at} are left")
    size, idc = _START.unpack_from(data, at)
    if not least <= size <= len(data) - at:
        place.fault(at, f"says {size} bytes, needs {least} and {len(data) - at} are left")
    values = [b"%d" % size, b"%d" % idc]
    for value in layout.unpack_from(data, at + _START.size) if layout else ():
        codes = [value] if isinstance(value, int) else [code for code in value if code != _UNUSED]
        values.append(_RS.join(b"%d" % code for code in codes))
    fields = tuple(LogicalField(number, value, at) for number, value in enumerate(values, start=1))
    content = data[at + least : at + size]
    return LogicalRecord(place.number, place.kind or 0, at, size, fields, content, len(values) + 1)
