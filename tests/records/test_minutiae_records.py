"""Binary minutiae records: golden bytes, NIST's samples, what a format can hold, and hostile bytes."""

import dataclasses
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.datatypes import Minutiae
from firmware.errors import RecordError
from firmware.records import extended_data, minutiae_records
from firmware.records.extended_data import ExtendedData, RidgePairs
from firmware.records.minutiae_records import FingerView, MinutiaeRecord
from firmware.structure import RidgeCounts, Singularities
from firmware.vocabulary import FingerPosition, ImpressionType, RidgeCountMethod, TemplateFormat

BINARY = (TemplateFormat.ISO, TemplateFormat.ANSI)
TEXTS: dict[str, str] = tomllib.loads((Path(__file__).parents[1] / "golden/minutiae_records.toml").read_text())
GOLDEN = {
    kind: bytes.fromhex("".join(line.partition(";")[0] for line in TEXTS[kind.value].splitlines())) for kind in BINARY
}
STEP = {TemplateFormat.ISO: np.radians(360 / 256), TemplateFormat.ANSI: np.radians(2)}
HEADER = {TemplateFormat.ISO: 24, TemplateFormat.ANSI: 26}


def minutiae(n: int, seed: int = 1, width: int = 300, height: int = 400) -> Minutiae:
    rng = np.random.default_rng(seed)
    return Minutiae(
        x=rng.uniform(0, width - 1, n).astype(np.float32),
        y=rng.uniform(0, height - 1, n).astype(np.float32),
        direction=rng.uniform(0, 2 * np.pi, n).astype(np.float32),
        kind=rng.integers(0, 3, n).astype(np.uint8),
        quality=rng.integers(0, 101, n).astype(np.uint8),
    )


def points(rows: list[tuple[float, ...]]) -> Singularities:
    table = np.array(rows, np.float32)
    directions = np.radians(table[:, 2:])
    return Singularities(table[:, 0].copy(), table[:, 1].copy(), directions, np.full(len(rows), 80, np.uint8))


def record(kind: TemplateFormat, *views: FingerView) -> MinutiaeRecord:
    return MinutiaeRecord(kind, 300, 400, (500, 500), views)


def printed(kind: TemplateFormat) -> MinutiaeRecord:
    """What the golden bytes say."""
    found = Minutiae(
        x=np.array([100.2, -0.4, 310], np.float32),
        y=np.array([199.6, 0, 400], np.float32),
        direction=np.radians([90, 180, 358.59]).astype(np.float32),
        kind=np.array([1, 2, 0], np.uint8),
        quality=np.array([90, 0, 100], np.uint8),
    )
    pairs = RidgePairs(RidgeCountMethod.EIGHT_NEIGHBOUR, np.array([[1, 2, 5], [1, 0, 0]]))
    cores = points([(150, 250, 270)])
    deltas = points([(50, 350, 0, 120, 240), (250, 350, np.nan, np.nan, np.nan)])
    extended = ExtendedData(pairs, cores, deltas)
    return record(kind, FingerView(found, FingerPosition.LEFT_INDEX, quality=86, extended=extended))


@pytest.mark.parametrize("kind", BINARY)
def test_a_record_has_the_hand_written_bytes(kind: TemplateFormat) -> None:
    assert minutiae_records.write(printed(kind)).hex(" ") == GOLDEN[kind].hex(" ")


@pytest.mark.parametrize("kind", BINARY)
def test_the_hand_written_bytes_are_read(kind: TemplateFormat) -> None:
    read = minutiae_records.read(GOLDEN[kind])
    (view,) = read.views
    assert (read.format, read.width, read.height, read.equipment, read.certified) == (kind, 300, 400, 0, False)
    assert read.ppi == pytest.approx((500.38, 500.38))
    assert (view.position, view.number, view.impression_type, view.quality) == (FingerPosition.LEFT_INDEX, 0, 0, 86)
    assert view.minutiae.x.tolist() == [100, 0, 299]
    assert view.minutiae.y.tolist() == [200, 0, 399]
    assert np.degrees(view.minutiae.direction) == pytest.approx([90, 180, 358.3], abs=0.4)
    assert (view.minutiae.kind.tolist(), view.minutiae.quality.tolist()) == ([1, 2, 0], [90, 0, 100])
    pairs = view.extended.ridge_counts
    assert pairs is not None
    assert (pairs.method, pairs.pairs.tolist()) == (RidgeCountMethod.EIGHT_NEIGHBOUR, [[1, 2, 5], [1, 0, 0]])
    cores, deltas = view.extended.cores, view.extended.deltas
    assert (cores.x.tolist(), cores.y.tolist(), np.degrees(cores.directions).tolist()) == ([150], [250], [[270]])
    assert (deltas.x.tolist(), deltas.y.tolist()) == ([50, 250], [350, 350])
    assert np.isnan(deltas.directions[:, 0]).tolist() == [kind is TemplateFormat.ANSI, True]


@pytest.mark.parametrize("kind", BINARY)
def test_nists_sample_is_read_and_written_again(kind: TemplateFormat, shared_data: Path) -> None:
    name = {TemplateFormat.ISO: "fmr.iso2005", TemplateFormat.ANSI: "fmr.ansi2004"}[kind]
    data = (shared_data / "formats" / name).read_bytes()
    read = minutiae_records.read(data)
    last = read.views[-1].extended
    assert [len(view.minutiae) for view in read.views] == [27, 22, 28][: len(read.views)]
    assert (len(last.cores), len(last.deltas)) == (2, 4)
    written = minutiae_records.write(read)
    differ = [i for i, (old, new) in enumerate(zip(data, written, strict=True)) if old != new]
    # The sample states two sizes wrongly: that of all extended data and that of the cores and deltas
    assert len(differ) == 2
    assert minutiae_records.write(minutiae_records.read(written)) == written


@given(st.sampled_from(BINARY), st.integers(0, 60), st.integers(0, 2**32))
def test_what_was_written_is_read_within_the_steps(kind: TemplateFormat, n: int, seed: int) -> None:
    found = minutiae(n, seed)
    read = minutiae_records.read(minutiae_records.write(record(kind, FingerView(found)))).views[0].minutiae
    assert np.abs(read.x - found.x).max(initial=0) <= 0.5
    assert np.abs(read.y - found.y).max(initial=0) <= 0.5
    turn = np.abs((read.direction - found.direction + np.pi) % (2 * np.pi) - np.pi)
    assert turn.max(initial=0) <= STEP[kind] / 2 + 1e-5
    assert (read.kind.tolist(), read.quality.tolist()) == (found.kind.tolist(), found.quality.tolist())


@pytest.mark.parametrize("kind", BINARY)
def test_of_too_many_minutiae_the_best_stay_with_their_ridge_counts(kind: TemplateFormat) -> None:
    found = minutiae(300)
    neighbour = np.full((300, 8), -1, np.int16)
    neighbour[:, 3] = (np.arange(300) + 1) % 300
    pairs = extended_data.pairs_of(RidgeCounts(neighbour, np.full((300, 8), 4, np.uint8)))
    data = minutiae_records.write(record(kind, FingerView(found, extended=ExtendedData(pairs))))
    view = minutiae_records.read(data).views[0]
    kept = minutiae_records.best(found)
    assert view.minutiae.x.tolist() == np.rint(found.x[kept]).tolist()
    assert set(np.delete(found.quality, kept)) <= set(range(found.quality[kept].min() + 1))
    counts = view.extended.ridge_counts
    assert counts is not None
    expected = []
    for number, i in enumerate(kept.tolist(), start=1):
        there = kept.tolist().index((i + 1) % 300) + 1 if (i + 1) % 300 in kept else 0
        expected += [[number, there if octant == 3 else 0, 4 if octant == 3 and there else 0] for octant in range(8)]
    assert counts.pairs.tolist() == expected


@pytest.mark.parametrize("kind", BINARY)
def test_several_views_keep_their_order(kind: TemplateFormat) -> None:
    views = (
        FingerView(minutiae(3), FingerPosition.RIGHT_THUMB, 0, ImpressionType.LIVE_SCAN_ROLLED, 70),
        FingerView(minutiae(0), FingerPosition.RIGHT_THUMB, 1, ImpressionType.LIVE_SCAN_VERTICAL_SWIPE, 0),
        FingerView(minutiae(255), None, 15, ImpressionType.NON_LIVE_SCAN_PLAIN, 100),
    )
    whole = dataclasses.replace(record(kind, *views), equipment=181, certified=True, ppi=(1000, 500))
    read = minutiae_records.read(minutiae_records.write(whole))
    assert (read.equipment, read.certified) == (181, True)
    assert read.ppi == pytest.approx((1000, 500), rel=2e-3)
    assert [(v.position, v.number, v.impression_type, v.quality, len(v.minutiae)) for v in read.views] == [
        (FingerPosition.RIGHT_THUMB, 0, 1, 70, 3),
        (FingerPosition.RIGHT_THUMB, 1, 8, 0, 0),
        (None, 15, 2, 100, 255),
    ]


def test_a_long_ansi_record_has_a_length_of_six_bytes() -> None:
    views = [FingerView(minutiae(255), position, number) for position in FingerPosition for number in range(5)]
    data = minutiae_records.write(dataclasses.replace(record(TemplateFormat.ANSI, *views), product=(27, 513)))
    assert data[8:14] == bytes(2) + len(data).to_bytes(4, "big")
    assert data[14:18].hex() == "001b0201"
    read = minutiae_records.read(data)
    assert (read.format, read.product, len(read.views)) == (TemplateFormat.ANSI, (27, 513), 50)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": TemplateFormat.XYT}, "no binary format"),
        ({"width": 0}, "1 to 16384"),
        ({"height": 16385}, "1 to 16384"),
        ({"ppi": (float("nan"), 500)}, "resolution"),
        ({"ppi": (500, 1e9)}, "resolution"),
        ({"equipment": 4096}, "equipment"),
        ({"views": ()}, "no view"),
        ({"views": (FingerView(minutiae(1)), FingerView(minutiae(2)))}, "two of one finger"),
        ({"views": (FingerView(minutiae(1), impression_type=ImpressionType.UNKNOWN),)}, "unknown impression"),
        ({"views": (FingerView(minutiae(1), quality=101),)}, "quality"),
        ({"views": (FingerView(minutiae(1), number=16),)}, "view number"),
        ({"views": (FingerView(dataclasses.replace(minutiae(1), x=np.array([np.nan], np.float32))),)}, "no number"),
    ],
)
def test_what_a_record_cannot_say_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(RecordError, match=words):
        minutiae_records.write(dataclasses.replace(record(TemplateFormat.ISO, FingerView(minutiae(1))), **changes))  # type: ignore[arg-type]


def test_ridge_counts_that_fit_no_record_are_refused() -> None:
    pairs = RidgePairs(RidgeCountMethod.NON_SPECIFIC, np.tile([1, 2, 3], (22000, 1)))
    with pytest.raises(RecordError, match="65535"):
        minutiae_records.write(record(TemplateFormat.ISO, FingerView(minutiae(2), extended=ExtendedData(pairs))))


@pytest.mark.parametrize("kind", BINARY)
@pytest.mark.parametrize(
    ("at", "to", "words"),
    [
        (-10, b"\0\0", "a size"),
        (-8, b"\x40\x01", "a size"),
        (-4, b"\0\0", "a resolution"),
        (-2, b"\0", "count of views"),
        (-2, b"\2", "a view's header"),
        (0, b"\x0b", "finger position"),
        (1, b"\x07", "impression type"),
        (2, b"\x65", "quality"),
        (3, b"\xff", "255 minutiae needs"),
        (4, b"\xc0", "minutia 1 lies"),
        (10, b"\x81\x2c", "minutia 2 lies"),
        (18, b"\x01\x90", "minutia 3 lies"),
        (21, b"\x65", "minutia 3 lies"),
        (22, b"\xff\xff", "areas? .*needs|the head of"),
        (22, b"\0\4", "area of 11 bytes"),
        (26, b"\0\3", "area of 3 bytes"),
        (26, b"\0\x0a", "whole number of ridge counts"),
        (28, b"\3", "choose ridge counts"),
        (29, b"\0", "beyond the 3"),
        (30, b"\4", "beyond the 3"),
        (39, b"\x0f", "core or delta"),
        (40, b"\x41\x2c", "core or delta lies"),
    ],
)
def test_a_lie_is_named_with_its_place(kind: TemplateFormat, at: int, to: bytes, words: str) -> None:
    place = HEADER[kind] + at
    data = GOLDEN[kind][:place] + to + GOLDEN[kind][place + len(to) :]
    with pytest.raises(RecordError, match=rf"byte \d+: .*({words})"):
        minutiae_records.read(data)


@pytest.mark.parametrize(("data", "words"), [(b"GIF89a", "byte 0: .*FMR"), (b"FMR\x00030\0", "byte 4: version b'030")])
def test_another_format_or_version_is_named(data: bytes, words: str) -> None:
    with pytest.raises(RecordError, match=words):
        minutiae_records.read(data)


def test_an_angle_beyond_the_turn_is_refused() -> None:
    data = bytearray(GOLDEN[TemplateFormat.ANSI])
    data[34] = 180
    with pytest.raises(RecordError, match="byte 30: minutia 1 lies"):
        minutiae_records.read(bytes(data))


def test_an_area_of_another_type_is_passed_over() -> None:
    data = minutiae_records.write(record(TemplateFormat.ISO, FingerView(minutiae(2))))
    size = len(data) + 7
    padded = data[:8] + size.to_bytes(4, "big") + data[12:-2] + bytes.fromhex("0007 0103 0007 AABBCC")
    assert minutiae_records.write(minutiae_records.read(padded)) == data


@pytest.mark.parametrize("kind", BINARY)
def test_a_record_of_another_length_is_refused(kind: TemplateFormat) -> None:
    for data in (*(GOLDEN[kind][:end] for end in range(len(GOLDEN[kind]))), GOLDEN[kind] + b"\0"):
        with pytest.raises(RecordError, match="byte"):
            minutiae_records.read(data)


def read_or_refuse(data: bytes) -> None:
    try:
        read = minutiae_records.read(data)
    except RecordError as error:
        assert "byte" in str(error)
    else:
        minutiae_records.write(dataclasses.replace(read, views=read.views[:1]))


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refuse(data)
    read_or_refuse(b"FMR\0 20\0" + (len(data) + 12).to_bytes(4, "big") + data)


@given(st.sampled_from(BINARY), st.lists(st.tuples(st.integers(0, 80), st.binary(min_size=1, max_size=4)), max_size=4))
def test_spoiled_bytes_are_read_or_refused(kind: TemplateFormat, changes: list[tuple[int, bytes]]) -> None:
    data = GOLDEN[kind]
    for at, to in changes:
        data = data[:at] + to + data[at + len(to) :]
    read_or_refuse(data[:8] + len(data).to_bytes(4, "big") + data[12:] if kind is TemplateFormat.ISO else data)
