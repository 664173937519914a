"""What each record of a transaction says, field by field, in one language, with its picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.errors import RecordError
from firmware.records import dictionary, logical_records, pictures
from firmware.records.encoding import Table
from firmware.records.itl import Type1
from firmware.records.logical_records import LogicalField, LogicalRecord
from firmware.transaction_words import TransactionPhrase
from firmware.vocabulary import Language

MOST_CHARACTERS = 240
"""Of a field's content that a person is shown; --json tells all of it."""


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field for a person. table: its content, None for what is no text. mnemonic: empty where it is not known."""

    number: int
    tag: str
    mnemonic: str
    meaning: str
    value: str
    size: int
    table: Table | None


@dataclass(frozen=True, slots=True)
class RecordLines:
    """One record for a person. picture: grey (h, w) or RGB (h, w, 3), or None; reason: why it could not be drawn."""

    record: LogicalRecord
    name: str
    heading: str
    fields: tuple[FieldLine, ...]
    picture: NDArray[np.uint8] | None
    reason: str


def describe(records: Sequence[LogicalRecord], language: Language) -> Iterator[RecordLines]:
    """Each record, its picture decoded only now: of many large ones a single one is held at a time."""
    domain = records[0].text(Type1.DOM)
    for record in records:
        picture, reason = _picture(record)
        name = dictionary.type_name(record.kind, language)
        fields = [_field(record, field, domain, language) for field in record.fields]
        if record.data is not None:
            fields.append(_data(record, record.data, picture, reason, language))
        yield RecordLines(record, name, _heading(record, name, language), tuple(fields), picture, reason)


def other_contents(records: Sequence[LogicalRecord], language: Language) -> str:
    """What field 1.003 lists, where that is not what there is; empty where it is."""
    listed = logical_records.listed(records[0])
    if [(_number(kind), _number(idc)) for kind, idc in listed] == [(record.kind, record.idc) for record in records[1:]]:
        return ""
    told = ", ".join(f"{kind}/{idc}" for kind, idc in listed) or TransactionPhrase.NOTHING.say(language)
    return TransactionPhrase.OTHER_CONTENTS.say(language, listed=printable(told[:MOST_CHARACTERS]))


def printable(text: str) -> str:
    """Text that does nothing to a terminal: what cannot be printed becomes a replacement character."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _heading(record: LogicalRecord, name: str, language: Language) -> str:
    idc = "" if record.idc is None else TransactionPhrase.IDC.say(language, idc=record.idc)
    known = name or TransactionPhrase.UNKNOWN_TYPE.say(language)
    return TransactionPhrase.RECORD.say(
        language, number=record.number, kind=record.kind, name=known, idc=idc, size=record.size, at=record.at
    )


def _picture(record: LogicalRecord) -> tuple[NDArray[np.uint8] | None, str]:
    if not pictures.has_picture(record):
        return None, ""
    try:
        return pictures.decode(record), ""
    except RecordError as error:
        return None, str(error)


def _field(record: LogicalRecord, field: LogicalField, domain: str, language: Language) -> FieldLine:
    words = dictionary.field(record.kind, field.number, domain)
    table, size, tag = field.table(), len(field.content), f"{record.kind}.{field.number:03}"
    if words is None:
        told = TransactionPhrase.LENGTH.say(language, size=size)
        unknown = TransactionPhrase.UNKNOWN_FIELD.say(language)
        value = f"{told}: {_shortened(_told(table), size, language)}" if size else told
        return FieldLine(field.number, tag, "", unknown, value, size, table)
    value = _shortened(_told(table), size, language)
    meant = dictionary.code(words.mnemonic, table[0][0], language) if len(table) == len(table[0]) == 1 else ""
    value = f"{value} ({meant})" if meant else value
    return FieldLine(field.number, tag, words.mnemonic, words.say(language), value, size, table)


def _data(
    record: LogicalRecord, data: bytes, picture: NDArray[np.uint8] | None, reason: str, language: Language
) -> FieldLine:
    words = dictionary.field(record.kind, record.data_number)
    tag, size = f"{record.kind}.{record.data_number:03}", len(data)
    if picture is not None:
        height, width = picture.shape[:2]
        value = TransactionPhrase.PICTURE.say(language, width=width, height=height, size=size)
    elif reason:
        value = TransactionPhrase.NO_PICTURE.say(language, size=size, reason=printable(reason))
    else:
        value = TransactionPhrase.LENGTH.say(language, size=size)
    name, meaning = (words.mnemonic, words.say(language)) if words else ("", "")
    return FieldLine(record.data_number, tag, name, meaning, value, size, None)


def _told(table: Table) -> str:
    """A field's content in a line: items behind commas, subfields behind bars."""
    return printable(" | ".join(", ".join(subfield) for subfield in table))


def _shortened(text: str, size: int, language: Language) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    return TransactionPhrase.LONGER.say(language, start=text[:MOST_CHARACTERS], size=size)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
