"""Any transaction by its structure: all that is whole is read, all that is broken is named with its place."""

import dataclasses
from pathlib import Path

import nistitl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.errors import RecordError
from firmware.records import logical_records
from firmware.transaction_lines import describe
from firmware.vocabulary import Language
from tests import transactions
from tests.itl_files import finger, image_fields, signature, tagged, transaction

TEXT = tagged(2, {2: "00", 18: "Tom\x1fThumb\x1eT"})
RAW = tagged(14, image_fields((4, 3), "NONE"), bytes(range(12)))
MIXED = transaction(
    (2, 0, TEXT),
    (4, 1, finger(1, (4, 3), bytes(12))),
    (7, 3, b"\0\0\0\x09\x03\xff\xa0\x1c\x1d"),
    (8, 2, signature(2, (8, 2), b"\xf0\x0f")),
    (14, 1, RAW),
    (77, 5, tagged(77, {2: "5", 400: "what nobody knows"})),
)


def test_tagged_and_binary_records_are_read() -> None:
    records = logical_records.read(MIXED)
    assert [record.kind for record in records] == [1, 2, 4, 7, 8, 14, 77]
    assert [record.number for record in records] == list(range(1, 8))
    assert [record.idc for record in records] == [None, 0, 1, 3, 2, 1, 5]
    assert b"".join(MIXED[record.at : record.at + record.size] for record in records) == MIXED
    assert records[1].fields[2].table() == (("Tom", "Thumb"), ("T",))
    assert (records[2].text(4), records[2].integer(6), records[2].data_number) == ("2", 4, 9)
    assert records[3].data == b"\xff\xa0\x1c\x1d", "separators in data are no separators"
    assert (records[4].data, records[4].data_number) == (b"\xf0\x0f", 8)
    assert (records[5].data, records[5].data_number) == (bytes(range(12)), 999)
    assert logical_records.listed(records[0])[1] == ("4", "01")


def test_each_field_tells_where_it_is() -> None:
    for record in logical_records.read(MIXED):
        for field in record.fields if record.kind not in logical_records.BINARY else ():
            assert MIXED[field.at : field.at + len(field.content)] == field.content


def test_our_own_record_is_what_nistitl_reads() -> None:
    data = transactions.data(noted=transactions.NOTED)
    message = nistitl.Message()
    message.parse(data)
    records = logical_records.read(data)
    assert [record.kind for record in records] == [record.type for record in message]
    for ours, theirs in zip(records, message, strict=True):
        for field in ours.fields:
            value = theirs[field.number].value
            rows = value if isinstance(value, list) else [value]
            told = tuple(tuple(map(str, row)) if isinstance(row, list) else (str(row),) for row in rows)
            assert told == dataclasses.replace(field, content=field.content).table()
        assert ours.data is None or ours.data == theirs["DATA"].value


def test_a_data_field_that_is_written_twice_is_read_as_text_and_data() -> None:
    record = tagged(14, image_fields((1, 1), "JPEGB", f999="011010"), b"\xff\xd8\x1d14.999:")
    read = logical_records.read(transaction((14, 1, record)))[1]
    assert (read.text(999), read.data) == ("011010", b"\xff\xd8\x1d14.999:")


def test_text_is_utf8_or_else_latin1() -> None:
    both = tagged(2, {2: "0", 3: "é"}) + tagged(2, {2: "1", 3: "A"}).replace(b"A", b"\xe9")
    records = logical_records.read(transaction((2, 0, both)))
    assert [record.text(3) for record in records[1:]] == ["é", "é"]


AT = len(transaction((2, 0, b"")))
BROKEN = {
    "nothing": (b"", r"byte 0: does not begin with a Type-1 record; give a transaction"),
    "an image": (b"\xff\xa0\xff\xa8", r"byte 0: does not begin with a Type-1 record"),
    "XML": (b'\xef\xbb\xbf<?xml version="1.0"?>', r"byte 0: is XML"),
    "a packet": (b"age-encryption.org/v1\n", r"byte 0: is a sealed packet, which `rekam office open` opens"),
    "another record first": (TEXT, r"byte 0: does not begin with a Type-1 record"),
    "cut off": (MIXED[:-3], r"record 7 \(Type-77\), byte \d+: says \d+ bytes and \d+ are left"),
    "cut off in Type-1": (MIXED[:50], r"record 1 \(Type-1\), byte 0: says \d+ bytes and 50 are left"),
    "too short a length": (
        transaction((2, 0, TEXT.replace(b"2.001:36", b"2.001:34"))),
        rf"record 2 \(Type-2\), byte {AT}: says 34 bytes, but no record ends there",
    ),
    "no length": (transaction((2, 0, TEXT.replace(b"2.001:36", b"2.001:00"))), r"says 0 bytes, but no record ends"),
    "too long a length": (
        transaction((2, 0, TEXT.replace(b"2.001:36", b"2.001:72") + TEXT)),
        rf"record 2 \(Type-2\), byte {AT + 35}: ends here, before its 72 bytes",
    ),
    "no tag": (transaction((2, 0, TEXT.replace(b"2.018:", b"2x018:"))), rf"byte {AT + 18}: no field of this record"),
    "a foreign tag": (transaction((2, 0, TEXT.replace(b"2.018:", b"9.018:"))), r"no field of this record begins here"),
    "rubbish behind": (MIXED + b"\n", r"record 8, byte \d+: no record begins here"),
    "a tagged record that is none": (transaction((14, 1, b"\0\0\0\x05\x01")), r"record 2, byte \d+: no record begins"),
    "two transactions": (MIXED + MIXED, r"record 8 \(Type-1\), byte \d+: another transaction begins here"),
    "a short binary record": (transaction((4, 1, b"\0\0\0\x12\1")), r"record 2 \(Type-4\), .*needs 18 bytes and 5 are"),
    "a binary record without length": (transaction((4, 1, bytes(30))), r"says 0 bytes, needs 18 and 30 are left"),
    "a long binary record": (transaction((4, 1, b"\0\0\1\0" + bytes(30))), r"says 256 bytes, needs 18 and 34 are left"),
    "many fields": (
        transaction((2, 0, tagged(2, dict.fromkeys(range(100_000), "")))),
        r"more than \d+ records or 100000",
    ),
    "many records": (transaction((2, 0, tagged(2, {2: "0"}) * 1001)), r"record 1001 \(?.*more than 1000 records"),
}


@pytest.mark.parametrize(("data", "reason"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_structure_is_named_with_its_place(data: bytes, reason: str) -> None:
    with pytest.raises(RecordError, match=reason):
        logical_records.read(data)


def test_what_is_larger_than_any_transaction_is_refused_unread() -> None:
    with pytest.raises(RecordError, match="bytes are more than"):
        logical_records.read(bytes(logical_records.MAX_BYTES + 1))


@pytest.mark.parametrize("part", range(0, len(MIXED), 7))
def test_a_truncated_transaction_is_refused_unless_a_whole_record_is_left(part: int) -> None:
    ends = [record.at + record.size for record in logical_records.read(MIXED)]
    if part in ends:
        assert len(logical_records.read(MIXED[:part])) == ends.index(part) + 1
    else:
        with pytest.raises(RecordError, match=r"byte \d+: "):
            logical_records.read(MIXED[:part])


def survives(data: bytes) -> None:
    """See that bytes are described to the last record, or refused by place; whatever else happens fails the test."""
    try:
        records = logical_records.read(data)
    except RecordError as error:
        assert "byte " in str(error)
        return
    lines = list(describe(records, Language.INDONESIAN))
    assert [line.record for line in lines] == list(records)
    assert all(line.picture is None or line.reason == "" for line in lines)


def mutated(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """At each place so many bytes are taken out and others put in."""
    altered = bytearray(data)
    for at, length, others in changes:
        start = at % (len(altered) + 1)
        altered[start : start + length] = others
    return bytes(altered)


CHANGES = st.lists(
    st.tuples(
        st.integers(0, 1 << 20), st.integers(0, 4), st.binary(max_size=4) | st.sampled_from([b"\x1d", b"\x1c", b"9"])
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=300, deadline=None)
@given(CHANGES)
def test_altered_bytes_give_a_result_or_a_named_error(changes: list[tuple[int, int, bytes]]) -> None:
    survives(mutated(MIXED, changes))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_give_a_result_or_a_named_error(tail: bytes, behind_type1: bool) -> None:
    survives(MIXED[:120] + tail if behind_type1 else tail)


WHOLE = ("sign_raw.an2", "type3.an2k", "type9.an2k", "valid1.7.an2", "valid1.8.an2")


def test_every_third_party_transaction_is_shown(shared_data: Path) -> None:
    files = sorted((shared_data / "formats").glob("*.an2*"))
    assert [file.name for file in files] == list(WHOLE)
    for file in files:
        for lines in describe(logical_records.read(file.read_bytes()), Language.ENGLISH):
            assert lines.reason == "", file
            assert lines.record.data is None or lines.picture is not None, file
            assert lines.name


@pytest.mark.parametrize("name", [name for name in WHOLE if name != "valid1.8.an2"])
@settings(max_examples=40, deadline=None)
@given(changes=CHANGES, kept=st.floats(0.0, 1.5))
def test_third_party_transactions_that_were_altered_are_shown_or_named(
    shared_data: Path, name: str, changes: list[tuple[int, int, bytes]], kept: float
) -> None:
    data = (shared_data / "formats" / name).read_bytes()
    survives(mutated(data[: int(kept * len(data))], changes))
