"""Transactions: golden bytes, nistitl as a reader, and a reader that refuses what no kit writes."""

import dataclasses
import functools
from datetime import UTC, date, datetime
from pathlib import Path

import nistitl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.circumstances import NOTHING_NOTED, Circumstances
from firmware.datatypes import Device, FingerCapture, FrictionRidgeImage, Minutiae, Outcome, Resident, Timestamp
from firmware.errors import RecordError
from firmware.records import images, templates, transaction
from firmware.vocabulary import ClockTrust, FingerPosition, MaritalStatus, MissingFinger, Purpose
from tests import transactions
from tests.transactions import AT, NOTED, RESIDENT, capture, data, header

NEVER = MaritalStatus.NEVER_MARRIED
GOLDEN = Path(__file__).parents[1] / "golden" / "transaction.txt"
SMALL = [capture(FingerPosition.RIGHT_INDEX), capture(FingerPosition.LEFT_LITTLE, Outcome.EXCUSED)]


@functools.cache
def small() -> bytes:
    """A transaction in which everything is noted."""
    return transaction.build(header(), dataclasses.replace(RESIDENT, marital_status=NEVER), SMALL, NOTED)


def golden(png: bytes) -> bytes:
    """The hand-written fields as bytes, each record with its length in front."""
    lines = [line for line in GOLDEN.read_text().splitlines() if not line.startswith("#")]
    encoded = b""
    for text in "\n".join(lines).split("\n\n"):
        fields = text.strip().replace("|", "\x1f").replace("^", "\x1e").replace("\n", "\x1d")
        body = fields.encode().replace(b"(PNG)", png) + b"\x1c"
        kind = body.split(b".")[0]
        length = next(n for n in range(len(body), len(body) + 20) if len(b"%s.001:%d\x1d" % (kind, n)) + len(body) == n)
        encoded += b"%s.001:%d\x1d" % (kind, length) + body
    return encoded


def test_a_small_transaction_has_the_hand_written_bytes() -> None:
    image = transactions.image()
    assert small() == golden(images.encode_png(image.pixels, image.ppi))


def test_nistitl_reads_every_record_back() -> None:
    message = nistitl.Message()
    message.parse(data())
    kinds = [record.type for record in message]
    assert kinds == [1, 2, *[9] * 9, *[14] * 10]
    assert message[(2, 0)][101].value == RESIDENT.nik
    assert message[(14, 2)].COM == "Sensor depth 4 bits per pixel; low quality, the best of 2 attempts"
    assert message[(14, 1)].FQM == [["1", "55", "0000", "1"]], "score, vendor (not registered), our product"
    assert message[(14, 10)].AMP == [["10", "UP"]], "XX is for the partial print of what is left"
    assert message[(14, 10)]["DATA"] is None
    pixels, ppi = images.decode(message[(14, 1)].DATA)
    assert (pixels.tolist(), ppi) == (transactions.image().pixels.tolist(), 508)


def test_what_was_built_is_read() -> None:
    read = transaction.read(data())
    assert (read.header, read.resident) == (header(), RESIDENT)
    assert [finger.position for finger in read.fingers] == list(FingerPosition)
    first, second, last = read.fingers[0], read.fingers[1], read.fingers[9]
    assert (first.outcome, first.attempts, first.score, first.captured_at) == (Outcome.ACCEPTED, 2, 55, AT)
    assert first.image is not None
    assert np.array_equal(first.image.pixels, transactions.image().pixels)
    assert (first.image.ppi, first.image.grey_bits, first.image.device) == (508, 4, transactions.DEVICE)
    assert second.outcome is Outcome.LOW_QUALITY
    assert (last.image, last.missing, last.reason) == (None, MissingFinger.UNABLE_TO_PRINT, "lost at sea")


def test_minutiae_come_back_in_whole_pixels_and_steps_of_two_degrees() -> None:
    found = transaction.read(data()).fingers[0].minutiae
    assert found is not None
    assert (found.x.tolist(), found.y.tolist()) == ([3, 20, 31], [5, 10, 39])
    assert np.degrees(found.direction).round(3).tolist() == [0, 90, 0]
    assert (found.kind.tolist(), found.quality.tolist()) == ([1, 2, 0], [90, 0, 100])


@given(st.lists(st.floats(0, 6.2831), min_size=1, max_size=50))
def test_a_direction_moves_by_at_most_one_degree(directions: list[float]) -> None:
    n = len(directions)
    ones = np.ones(n, np.uint8)
    found = Minutiae(
        np.ones(n, np.float32), np.ones(n, np.float32), np.array(directions, np.float32), ones, ones.copy()
    )
    data = transaction.build(header(), RESIDENT, [capture(FingerPosition.LEFT_RING, found=found)])
    read = transaction.read(data).fingers[0].minutiae
    assert read is not None
    turn = np.degrees(read.direction.astype(np.float64) - found.direction)
    assert np.abs((turn + 180) % 360 - 180).max() <= 1.001


def test_of_too_many_minutiae_the_best_are_kept() -> None:
    n = 300
    spread = np.linspace(0, 30, n).astype(np.float32)
    quality = (np.arange(n) % 101).astype(np.uint8)
    many = Minutiae(spread, spread.copy(), np.zeros(n, np.float32), np.ones(n, np.uint8), quality)
    built = transaction.build(header(), RESIDENT, [capture(FingerPosition.LEFT_RING, found=many)])
    read = transaction.read(built).fingers[0].minutiae
    assert read is not None
    assert read.quality.tolist() == sorted_best(quality)


def sorted_best(quality: np.ndarray) -> list[int]:
    kept = sorted(sorted(range(len(quality)), key=lambda at: (-int(quality[at]), at))[:255])
    return [int(quality[at]) for at in kept]


def test_a_print_without_minutiae_has_its_record_all_the_same() -> None:
    none = templates.read_xyt("")
    read = transaction.read(transaction.build(header(), RESIDENT, [capture(FingerPosition.LEFT_RING, found=none)]))
    found = read.fingers[0].minutiae
    assert found is not None
    assert len(found) == 0


def test_what_was_noted_is_read() -> None:
    read = transaction.read(small())
    assert read.circumstances == NOTED
    assert read.resident.marital_status is NEVER


def test_a_transaction_in_which_nothing_is_noted_has_no_such_fields() -> None:
    built = data()
    assert not any(b"\x1d2.%d:" % number in built for number in (105, *range(208, 214)))
    assert transaction.read(built).circumstances == NOTHING_NOTED


def test_circumstances_cannot_break_the_record() -> None:
    odd = Circumstances(
        operator=" a\x1fb ", place="x\x1d2.101:1", override="\n\x1e ", supersedes="K-1", because="a\x1cb"
    )
    expected = Circumstances(operator="a b", place="x 2.101:1", supersedes="K-1", because="a b")
    assert transaction.read(transaction.build(header(), RESIDENT, SMALL, odd)).circumstances == expected


@pytest.mark.parametrize(("number", "reason"), [("", "wrong name"), ("K1-0000", " "), ("K 1", "wrong name")])
def test_a_packet_supersedes_by_number_and_reason(number: str, reason: str) -> None:
    with pytest.raises(RecordError, match=r"field 2\.212: needs the control number .* and the reason"):
        transaction.build(header(), RESIDENT, SMALL, Circumstances(supersedes=number, because=reason))


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(deadline=None)
@given(operator=TEXT, place=TEXT, override=TEXT, day=st.none() | st.dates(date(1900, 1, 1)))
def test_any_circumstances_come_back(operator: str, place: str, override: str, day: date | None) -> None:
    noted = Circumstances(operator=operator, place=place, override=override, card_from=day)
    read = transaction.read(transaction.build(header(), RESIDENT, SMALL, noted)).circumstances
    assert read.operator == " ".join(operator.split()) and read.place == " ".join(place.split())
    assert read.override == " ".join(override.split()) and read.card_from == day


def test_names_in_other_scripts_are_utf8() -> None:
    person = dataclasses.replace(RESIDENT, name="Siti Nurbaya ꦱꦶꦠꦶ é")
    built = transaction.build(header(), person, SMALL)
    assert "2.102:Siti Nurbaya ꦱꦶꦠꦶ é\x1d".encode() in built
    assert transaction.read(built).resident == person


def test_the_purpose_stands_in_the_type_of_transaction_too() -> None:
    message = nistitl.Message()
    message.parse(data(Purpose.TRAINING))
    assert (message.TOT, message[(2, 0)][204].value) == ("TRAINING", "training")
    assert transaction.read(data(Purpose.TRAINING)).header.purpose is Purpose.TRAINING


def test_the_local_date_is_the_kits_own() -> None:
    east = dataclasses.replace(header(), timezone="Asia/Jayapura", created_at=at(14, 59))
    west = dataclasses.replace(header(), timezone="Asia/Jakarta", created_at=at(14, 59))
    late = dataclasses.replace(header(), timezone="Asia/Jayapura", created_at=at(15, 0))
    dates = [transaction.build(head, RESIDENT, SMALL).split(b"1.005:")[1][:8] for head in (east, west, late)]
    assert dates == [b"20261124", b"20261124", b"20261125"]


def at(hour: int, minute: int) -> Timestamp:
    return dataclasses.replace(AT, utc=datetime(2026, 11, 24, hour, minute, tzinfo=UTC))


def test_a_wrong_clock_is_recorded_as_it_was() -> None:
    wrong = dataclasses.replace(AT, utc=datetime(1970, 1, 1, 0, 3, tzinfo=UTC), trust=ClockTrust.WRONG)
    built = transaction.build(dataclasses.replace(header(), created_at=wrong), RESIDENT, SMALL)
    assert transaction.read(built).header.created_at == wrong


def test_words_that_an_operator_types_cannot_break_the_record() -> None:
    excused = FingerCapture(FingerPosition.LEFT_RING, Outcome.EXCUSED, 0, reason=" cut\x1f off\n999: \x1d ")
    assert transaction.read(transaction.build(header(), RESIDENT, [excused])).fingers[0].reason == "cut off 999:"


def test_words_of_a_device_cannot_break_the_record() -> None:
    image = dataclasses.replace(transactions.image(), device=Device("Zhi\x1can", "999:", "x" * 80))
    odd = dataclasses.replace(SMALL[0], image=image)
    read = transaction.read(transaction.build(header(), RESIDENT, [odd])).fingers[0].image
    assert read is not None
    assert (read.device.make, read.device.model, read.device.serial) == ("Zhi an", "999", "x" * 50)


def test_a_separator_in_a_name_is_refused() -> None:
    person = Resident(RESIDENT.nik, "A\x1dB", RESIDENT.date_of_birth, RESIDENT.sex)
    with pytest.raises(RecordError, match=r"field 2\.102"):
        transaction.build(header(), person, SMALL)


@pytest.mark.parametrize("number", ["", "a b", "../x", "x" * 41])
def test_a_control_number_that_could_be_no_file_name_is_refused(number: str) -> None:
    with pytest.raises(RecordError, match="control number"):
        transaction.build(header(control_number=number), RESIDENT, SMALL)


def test_a_finger_without_image_must_be_excused() -> None:
    with pytest.raises(RecordError, match="excused"):
        transaction.build(header(), RESIDENT, [dataclasses.replace(SMALL[0], image=None)])


def test_a_transaction_without_fingers_is_refused() -> None:
    with pytest.raises(RecordError, match="no finger"):
        transaction.build(header(), RESIDENT, [])


def altered(number: str, old: str, new: str) -> bytes:
    """The small transaction with one field's content changed, its record's length kept right."""
    before, after = f"\x1d{number}:{old}".encode(), f"\x1d{number}:{new}".encode()
    built = small()
    assert built.count(before) == 1
    records = [record + b"\x1c" for record in built.split(b"\x1c")[:3]]
    tail = built[sum(map(len, records)) :]
    parts = [*records, *split_images(tail)]
    changed = [relength(part.replace(before, after)) if before in part else part for part in parts]
    return b"".join(changed)


def split_images(tail: bytes) -> list[bytes]:
    at = int(tail.split(b"\x1d")[0].split(b":")[1])
    return [tail[:at], tail[at:]]


def relength(record: bytes) -> bytes:
    head, body = record.split(b":", 1)[0], record.split(b"\x1d", 1)[1]
    length = next(n for n in range(len(body), len(body) + 30) if len(head) + len(str(n)) + 2 + len(body) == n)
    return head + b":%d\x1d" % length + body


FAULTS = [
    ("2.201", "1", "9", r"field 2\.201: is version '9'.*update"),
    ("2.104", "P", "X", r"field 2\.104: has no code 'X' in Sex"),
    ("2.103", "20100412", "20100231", r"field 2\.103: needs a date"),
    ("2.204", "live", "fun", r"field 2\.204"),
    ("2.105", "never_married", "single", r"field 2\.105: has no code 'single' in MaritalStatus"),
    ("2.210", "guardian", "uncle", r"field 2\.210: has no code 'uncle' in ConsentGiver"),
    ("2.210", "guardian\x1f2026", "guardian\x1f", r"field 2\.210: holds no moment"),
    ("2.212", "K1-0000", "../K1", r"field 2\.212: needs the control number"),
    ("2.213", "20270412", "20270431", r"field 2\.213: needs a date"),
    ("2.206", "Asia/Jakarta", "Asia/Atlantis", "no such time zone"),
    ("2.207", "20261124200003Z", "yesterday", r"field 2\.207: holds no moment"),
    ("2.301", "2\x1faccepted", "11\x1faccepted", "no code '11' in FingerPosition"),
    ("2.301", "2\x1faccepted", "2\x1fperfect", "no code 'perfect' in Outcome"),
    ("2.301", "2\x1faccepted", "2\x1faccepted\x1f2", r"field 2\.301: needs 8 information"),
    ("9.136", "3", "4", r"field 9\.137: holds 3 minutiae"),
    ("9.137", "1\x1f3\x1f5\x1f0", "1\x1f99\x1f5\x1f0", r"0\.\.31"),
    ("9.137", "1\x1f3\x1f5\x1f0", "1\x1f3\x1f5\x1f180", r"0\.\.179"),
    ("9.134", "2", "3", "contradict"),
    ("14.006", "32", "33", r"field 14\.006: differs"),
    ("14.009", "508", "500", r"field 14\.009: says 500 ppi"),
    ("14.011", "PNG", "WSQ20", r"field 14\.999: holds no WSQ20 image"),
    ("14.011", "PNG", "JPEGB", "no code 'JPEGB' in FingerCompression"),
    ("14.012", "8", "4", r"field 14\.012: is not 8 bits per pixel"),
    ("14.024", "2\x1f55", "2\x1f101", r"field 14\.024: needs a whole number in 0\.\.100"),
    ("14.020", "Sensor depth 4", "Sensor depth 9", "depth"),
    ("14.901", "3", "77", "no code '77' in CaptureTechnology"),
    ("14.018", "10\x1fUP", "10\x1fZZ", "no code 'ZZ' in MissingFinger"),
    ("14.018", "10\x1fUP", "9\x1fUP", "contradict"),
    ("1.004", "ENROLL", "TRAINING", "contradict"),
    ("1.009", "K1-0001", "K1/0001", "control number"),
    ("1.002", "0502", "0400", "contradict"),
]


@pytest.mark.parametrize(("number", "old", "new", "reason"), FAULTS)
def test_a_field_that_no_kit_writes_is_named(number: str, old: str, new: str, reason: str) -> None:
    with pytest.raises(RecordError, match=reason):
        transaction.read(altered(number, old, new))


def test_an_image_that_is_no_png_is_refused() -> None:
    with pytest.raises(RecordError, match="holds no PNG image"):
        transaction.read(small().replace(b"\x89PNG", b"\x89JNG"))


@pytest.mark.parametrize("part", [0, 0.1, 0.5, 0.99])
def test_a_truncated_transaction_is_refused(part: float) -> None:
    built = small()
    with pytest.raises(RecordError):
        transaction.read(built[: int(part * len(built))])


def test_more_bytes_behind_a_transaction_are_refused() -> None:
    with pytest.raises(RecordError):
        transaction.read(small() + b"x")


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300) | st.builds(lambda tail: small()[:600] + tail, st.binary(max_size=100)))
def test_hostile_bytes_give_a_record_error(hostile: bytes) -> None:
    with pytest.raises(RecordError):
        transaction.read(hostile)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_read_as_it_stands(at: int, change: int) -> None:
    """Free text may become other free text; no pixel ever becomes another."""
    built = bytearray(small())
    built[at % len(built)] ^= change
    try:
        read = transaction.read(bytes(built))
    except RecordError:
        return
    image = read.fingers[0].image
    assert image is not None
    assert np.array_equal(image.pixels, transactions.image().pixels)


def test_an_image_of_another_depth_says_so() -> None:
    eight = FrictionRidgeImage(transactions.image().pixels, 500, 8, transactions.DEVICE)
    read = transaction.read(transaction.build(header(), RESIDENT, [dataclasses.replace(SMALL[0], image=eight)]))
    image = read.fingers[0].image
    assert image is not None
    assert (image.grey_bits, image.ppi) == (8, 500)
