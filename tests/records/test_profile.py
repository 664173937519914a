"""The strict table: every field of every transaction that a kit writes is as docs/profile.md has it."""

import functools
import re
from dataclasses import replace
from enum import IntEnum

import nistitl
import pytest

from firmware.circumstances import NOTHING_NOTED
from firmware.datatypes import Device, Outcome
from firmware.portrait import FaceFeedback
from firmware.records import encoding, images, itl, transaction
from firmware.records.encoding import Record, value
from firmware.vocabulary import (
    CaptureTechnology,
    FaceCompression,
    FingerCompression,
    FingerPosition,
    ImpressionType,
    MaritalStatus,
    PatternClass,
    Purpose,
)
from tests import transactions
from tests.records.profile import DATA, faults, fits, profile, table
from tests.records.test_faces import face
from tests.records.test_finger_compression import PRINT
from tests.records.test_structure_fields import capture as structured
from tests.transactions import NOTED, RESIDENT, capture, captures, header

HEADS = {1: {1: "LEN", 3: "CNT"}, 2: {1: "LEN", 2: "IDC"}, 9: {1: "LEN", 2: "IDC"}}
HEADS |= {10: HEADS[9] | {DATA: "DATA"}, 14: HEADS[9] | {DATA: "DATA"}}
ENUMS: dict[int, type[IntEnum]] = {1: itl.Type1, 2: itl.Type2, 9: itl.Type9, 10: itl.Type10, 14: itl.Type14}


def test_the_profile_lists_every_field_that_the_code_names() -> None:
    written = {(kind, int(field)): field.name for kind, fields in ENUMS.items() for field in fields}
    written |= {(kind, number): name for kind, names in HEADS.items() for number, name in names.items()}
    assert {place: line.name for place, line in profile().items()} == written
    assert all(line.source for line in profile().values())


def test_the_names_are_those_of_nistitl() -> None:
    for (kind, number), line in profile().items():
        assert nistitl.ALIASES[kind].get(number, line.name) == line.name


@functools.cache
def full(compression: FingerCompression = FingerCompression.PNG) -> bytes:
    """Ten fingers and a face in which everything is told that can be told."""
    print_ = replace(transactions.image(), pixels=PRINT)
    swiped = replace(print_, device=Device("Zhi", "R503", "7", technology=CaptureTechnology.CAPACITIVE))
    swiped = replace(swiped, impression_type=ImpressionType.LIVE_SCAN_VERTICAL_SWIPE)
    fingers = [replace(finger, image=print_) if finger.image else finger for finger in captures()]
    tented = structured(PatternClass.TENTED_ARCH, deltas=2)
    fingers[0] = replace(tented, position=FingerPosition.RIGHT_THUMB, image=print_)
    fingers[2] = replace(structured(PatternClass.WHORL), position=FingerPosition.RIGHT_MIDDLE, image=swiped)
    fingers[3] = replace(fingers[3], features=None)
    person = replace(RESIDENT, name="Siti ꦱꦶꦠꦶ", marital_status=MaritalStatus.NEVER_MARRIED)
    portrait = face(Outcome.LOW_QUALITY, feedback=(FaceFeedback.DARK, FaceFeedback.BLURRED))
    return transaction.build(header(), person, fingers, NOTED, portrait, FaceCompression.JPEG, compression)


def plain(purpose: Purpose = Purpose.TRAINING) -> bytes:
    """One finger, of which nothing is noted but that it is not there."""
    excused = replace(capture(FingerPosition.LEFT_LITTLE, Outcome.EXCUSED), missing=None)
    head = replace(header(purpose), district="")
    excused_face = face(Outcome.EXCUSED, pixels=None, reason="burned in a fire")
    return transaction.build(head, RESIDENT, [excused], NOTHING_NOTED, excused_face)


WRITTEN = {
    **{f"everything, {kind.name}": full(kind) for kind in FingerCompression},
    "nothing": plain(),
    "live": plain(Purpose.LIVE),
    "ten fingers": transactions.data(),
    "a good face": transaction.build(header(), RESIDENT, [capture(FingerPosition.RIGHT_INDEX)], face=face()),
}


@pytest.mark.parametrize("data", WRITTEN.values(), ids=WRITTEN.keys())
def test_every_field_keeps_to_the_profile(data: bytes) -> None:
    assert faults(data) == []


def test_what_can_be_told_is_told_in_one_of_them() -> None:
    told = set()
    for data in WRITTEN.values():
        message = nistitl.Message()
        message.parse(data)
        told |= {(record.type, field.tag) for record in message for field in record._fields}
    assert told == profile().keys()


@pytest.mark.parametrize("data", WRITTEN.values(), ids=WRITTEN.keys())
def test_what_records_say_of_each_other_is_true(data: bytes) -> None:
    message = nistitl.Message()
    message.parse(data)
    listed = [[str(record.type), str(record.IDC)] for record in list(message)[1:]]
    assert table(message[0]["CNT"].value) == [["1", str(len(listed))], *listed]
    assert sum(int(record[1].value) for record in message) == len(data)
    fingers = [row[0] for row in table(message[(2, 0)][itl.Type2.FINGERS].value)]
    assert [record.FGP for record in message.iter(14)] == fingers
    for record in message.iter(14):
        assert {row[0] for name in ("AMP", "FQM") if record[name] for row in table(record[name].value)} == {record.FGP}
        if record["DATA"]:
            pixels, told = images.decode(record.DATA)
            assert (str(pixels.shape[1]), str(pixels.shape[0])) == (record.HLL, record.VLL)
            assert told in (None, float(record.THPS)) and record.THPS == record.TVPS
    for record in message.iter(9):
        print_, names = message[(14, record.IDC)], ("HLL", "VLL", "THPS", "FGP", "IMP")
        assert [record[itl.Type9[name]].value for name in names] == [print_[name].value for name in names]


ALTERED = {
    "an unknown field": ({(2, 500): value("x")}, "2.500: not in the profile"),
    "a field of other types": ({(14, 22): (("2", "3"),)}, "14.022: not in the profile"),
    "one that is missing": ({(14, itl.Type14.FCT): None}, "14.901: missing"),
    "one of an image": ({(14, itl.Type14.AMP): (("1", "UP"),)}, "14.018: has no place here"),
    "a wrong code": ({(14, itl.Type14.IMP): value("7")}, "14.003: '7' is not one of 0 8 29"),
    "too long a text": ({(2, itl.Type2.PLACE): value("x" * 126)}, "2.209: .* is not text 1-125"),
    "a day that is none": ({(2, itl.Type2.BORN): value("20100230")}, "2.103: '20100230' is not date"),
    "too few items": ({(14, itl.Type14.FQM): (("1", "55", "0000"),)}, "14.024: "),
    "too many subfields": ({(9, itl.Type9.CEI): (("NONE", "a"), ("NONE", "b"))}, "9.127: "),
    "a leading zero": ({(14, itl.Type14.FGP): value("01")}, "14.013: '01' is not 1 to 10"),
}


@pytest.mark.parametrize(("changes", "fault"), ALTERED.values(), ids=ALTERED.keys())
def test_what_is_not_in_the_profile_is_found(changes: dict[tuple[int, int], encoding.Table | None], fault: str) -> None:
    records = encoding.decode(full())
    for (kind, number), content in changes.items():
        at = next(i for i, record in enumerate(records) if record.kind == kind)
        fields = {key: old for key, old in records[at].fields.items() if key != number}
        fields |= {} if content is None else {number: content}
        records[at] = Record(kind, records[at].idc, fields, records[at].data)
    found = faults(encoding.encode(records))
    assert len(found) == 1
    assert re.match(fault, found[0])


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("254", "0 to 100 or is 254", True),
        ("101", "0 to 100 or is 254", False),
        ("12.500", "seconds", True),
        ("12.5", "seconds", False),
        ("20261124200003Z", "moment", True),
        ("20261124250003Z", "moment", False),
        ("", "text 0-5", True),
        ("", "text 1-5", False),
        ("²", "digits 1-1", False),
    ],
)
def test_forms_are_strict(text: str, form: str, expected: bool) -> None:
    assert fits([[text]], form) == expected
