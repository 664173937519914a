"""Ridge counts, cores, deltas and class: hand-written fields, there and back."""

from dataclasses import replace

import numpy as np
import pytest

from firmware.datatypes import FingerCapture
from firmware.errors import RecordError
from firmware.records import transaction
from firmware.structure import RidgeCounts, Singularities, no_cores, no_deltas
from firmware.vocabulary import FingerPosition, PatternClass
from tests import transactions

US, RS, GS = "\x1f", "\x1e", "\x1d"


def capture(pattern: PatternClass = PatternClass.LEFT_LOOP, cores: int = 1, deltas: int = 1) -> FingerCapture:
    """A finger of three minutiae, of which only the first and second see each other over four ridges."""
    plain = transactions.capture(FingerPosition.RIGHT_INDEX)
    assert plain.features is not None
    neighbour = np.full((3, 8), -1, np.int16)
    neighbour[0, 7], neighbour[1, 2] = 1, 0
    ridges = np.where(neighbour >= 0, 4, 0).astype(np.uint8)
    quality = np.array([80, 70], np.uint8)
    x, y = np.array([9.6, 50], np.float32), np.array([20.2, -3], np.float32)
    core = Singularities(x[:cores], y[:cores], np.full((cores, 1), np.pi, np.float32), quality[:cores])
    sides = np.tile(np.radians([10, 90, 240]).astype(np.float32), (deltas, 1))
    delta = Singularities(x[:deltas], y[:deltas], sides, quality[:deltas])
    features = replace(
        plain.features, pattern=pattern, cores=core, deltas=delta, ridge_counts=RidgeCounts(neighbour, ridges)
    )
    return replace(plain, features=features)


def build(given: FingerCapture) -> bytes:
    return transaction.build(transactions.header(), transactions.RESIDENT, [given])


def field(data: bytes, number: str) -> str | None:
    """A field's content with `|` between items and `^` between subfields."""
    text = data.decode("latin-1")
    start = text.find(f"{GS}{number}:")
    if start < 0:
        return None
    content = text[start + len(number) + 2 :].split(GS)[0].split("\x1c")[0]
    return content.replace(US, "|").replace(RS, "^")


def test_the_fields_have_the_hand_written_content() -> None:
    data = build(capture(deltas=2))
    assert field(data, "9.126") == "27|514|0"
    first = "^".join(["1|0|0"] * 7 + ["1|2|4"])
    second = "^".join(["2|0|0"] * 2 + ["2|1|4"] + ["2|0|0"] * 5)
    third = "^".join(["3|0|0"] * 8)
    assert field(data, "9.138") == f"2|0|0^{first}^{second}^{third}"
    assert field(data, "9.139") == "10|20|90"
    assert field(data, "9.140") == "10|20|5^31|0|5"
    assert field(data, "9.141") == "45|120^45|120"
    # 32 by 40 pixels at 508 ppi are 1.60 by 2.00 mm
    assert (field(data, "9.300"), field(data, "9.302"), field(data, "9.307")) == ("160|200", "2", "LS")


def test_an_arch_tells_its_subclass_and_an_unknown_class_nothing() -> None:
    assert field(build(capture(PatternClass.TENTED_ARCH)), "9.307") == "AU|TA"
    unknown = build(capture(PatternClass.UNKNOWN))
    assert [field(unknown, number) for number in ("9.300", "9.302", "9.307")] == [None] * 3


@pytest.mark.parametrize("pattern", PatternClass)
@pytest.mark.parametrize(("cores", "deltas"), [(0, 0), (1, 0), (2, 2)])
def test_what_was_written_is_read(pattern: PatternClass, cores: int, deltas: int) -> None:
    (found,) = transaction.read(build(capture(pattern, cores, deltas))).fingers
    assert found.pattern is pattern
    assert (len(found.structure.cores), len(found.structure.deltas)) == (cores, deltas)
    pairs = found.structure.ridge_counts
    assert pairs is not None
    assert pairs.pairs[pairs.pairs[:, 1] > 0].tolist() == [[1, 2, 4], [2, 1, 4]]


def test_without_structure_the_record_says_so() -> None:
    plain = build(transactions.capture(FingerPosition.RIGHT_INDEX))
    assert field(plain, "9.126") == "27|513|0"
    (found,) = transaction.read(plain).fingers
    assert found.structure.ridge_counts is None
    assert (len(found.structure.cores), len(found.structure.deltas)) == (len(no_cores()), len(no_deltas()))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (f"9.138:2{US}0{US}0", f"9.138:3{US}0{US}0", "RidgeCountMethod"),
        (f"{RS}1{US}2{US}4", f"{RS}1{US}9{US}4", r"9\.138.*0\.\.3"),
        (f"9.139:10{US}20{US}90", f"9.139:99{US}20{US}90", r"9\.139.*0\.\.31"),
        (f"9.140:10{US}20{US}5", f"9.140:10{US}20{US}180", r"9\.140.*0\.\.179"),
        (f"9.141:45{US}120", f"9.141:45{US}120{RS}45{US}120", "2 deltas where field 9.140 has 1"),
        ("9.307:LS", "9.307:QQ", "no class"),
    ],
)
def test_what_no_kit_writes_is_named(old: str, new: str, reason: str) -> None:
    data = build(capture())
    assert old.encode() in data
    changed = data.replace(old.encode(), new.encode())
    grown = len(changed) - len(data)
    at = data.index(b"9.001:") + 6
    end = data.index(GS.encode(), at)
    length = int(data[at:end]) + grown
    changed = changed[:at] + str(length).encode().rjust(end - at, b"0") + changed[end:]
    with pytest.raises(RecordError, match=reason):
        transaction.read(changed)
