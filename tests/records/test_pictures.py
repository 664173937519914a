"""Pictures in records: each way to store one gives its pixels, and what cannot be decoded is named."""

import io

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from firmware.errors import RecordError
from firmware.records import images, logical_records, pictures
from firmware.records.logical_records import LogicalRecord
from firmware.vocabulary import FingerCompression
from tests.itl_files import finger, image_fields, signature, tagged, transaction
from tests.pipeline.planted import plant

GREY = np.random.default_rng(4).integers(0, 256, (36, 44)).astype(np.uint8)
COLOUR = np.random.default_rng(5).integers(0, 256, (36, 44, 3)).astype(np.uint8)
INK = np.random.default_rng(6).integers(0, 2, (10, 12)).astype(np.uint8)
SIZE = (44, 36)
PRINT = plant(192, 160, [(70.0, 60.0, 1), (90.0, 130.0, -1)]).pixels


def read(kind: int, record: bytes, **more: str) -> tuple[LogicalRecord, LogicalRecord]:
    """The record and its Type-1."""
    type1, found = logical_records.read(transaction((kind, 1, record), **more))
    return found, type1


def print_(algorithm: str, data: bytes, size: tuple[int, int] = SIZE, **more: str) -> LogicalRecord:
    return read(14, tagged(14, image_fields(size, algorithm, **more), data))[0]


def saved(pixels: np.ndarray, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("algorithm", "data"),
    [
        ("NONE", GREY.tobytes()),
        ("none", np.repeat(GREY.reshape(-1, 1), 2, axis=1).tobytes()),
        ("PNG", saved(GREY, "PNG")),
        ("JP2L", saved(GREY, "JPEG2000")),
        ("JP2", saved(GREY, "JPEG2000", no_jp2=True)),
        ("NONE", saved(GREY, "PNG")),
    ],
)
def test_a_print_is_decoded(algorithm: str, data: bytes) -> None:
    record = print_(algorithm, data)
    assert pictures.has_picture(record)
    assert np.array_equal(pictures.decode(record), GREY)


@pytest.mark.parametrize(
    ("algorithm", "data"),
    [
        ("JPEGB", saved(PRINT, "JPEG")),
        ("WSQ20", images.encode(PRINT, 500, FingerCompression.WSQ)),
        ("WSQ", images.encode(PRINT, 500, FingerCompression.WSQ)),
    ],
)
def test_a_print_with_loss_is_decoded(algorithm: str, data: bytes) -> None:
    off = pictures.decode(print_(algorithm, data, (160, 192))).astype(float) - PRINT
    assert np.sqrt((off**2).mean()) <= 12


@pytest.mark.parametrize("data", [COLOUR.tobytes(), saved(COLOUR, "PNG")])
def test_colours_stay(data: bytes) -> None:
    fields = {2: "1", 3: "FACE", 6: "44", 7: "36", 11: "NONE", 12: "RGB"}
    record = read(10, tagged(10, fields, data))[0]
    assert np.array_equal(pictures.decode(record), COLOUR)


@pytest.mark.parametrize("kind", [3, 4])
def test_a_binary_record_of_grey_pixels_is_decoded(kind: int) -> None:
    assert np.array_equal(pictures.decode(read(kind, finger(1, SIZE, GREY.tobytes()))[0]), GREY)
    coded = finger(1, SIZE, saved(GREY, "PNG"), algorithm=6)
    assert np.array_equal(pictures.decode(read(kind, coded)[0]), GREY)


def facsimile() -> bytes:
    """The strip of a Group 4 TIFF file that Pillow writes."""
    data = saved(INK == 1, "TIFF", compression="group4")
    with TiffImagePlugin.TiffImageFile(io.BytesIO(data)) as image:
        at, size = image.tag_v2[273][0], image.tag_v2[279][0]
    return data[at : at + size]


@pytest.mark.parametrize(
    ("data", "compressed"),
    [(np.packbits(INK, axis=1).tobytes(), 0), (np.packbits(INK).tobytes(), 0), (facsimile(), 1)],
    ids=["rows of whole bytes", "one after another", "facsimile"],
)
def test_ink_is_black(data: bytes, compressed: int) -> None:
    expected = np.where(INK, 0, 255)
    assert np.array_equal(pictures.decode(read(6, finger(1, (12, 10), data, algorithm=compressed))[0]), expected)
    assert np.array_equal(pictures.decode(read(8, signature(1, (12, 10), data, form=compressed))[0]), expected)


def test_a_signature_of_grey_pixels_is_decoded() -> None:
    assert np.array_equal(pictures.decode(read(8, signature(1, SIZE, GREY.tobytes()))[0]), GREY)


BAD = {
    "too few bytes": (print_("NONE", GREY.tobytes()[1:]), "1583 bytes are no 44 x 36 pixels"),
    "no size": (print_("NONE", b"x", f006="wide"), "'wide' x '36' pixels are none, or more than"),
    "no pixels": (print_("NONE", b"x", (0, 36)), "'0' x '36' pixels are none"),
    "a bomb": (print_("NONE", b"x", (99999, 99999)), "'99999' x '99999' pixels are none, or more than"),
    "unknown": (print_("JPEGL", b"rubbish"), "compressed as 'JPEGL', which is not known here"),
    "damaged": (print_("PNG", saved(GREY, "PNG")[:-20]), "damaged or truncated"),
    "a bomb of PNG": (print_("PNG", saved(np.zeros((9000, 9000), np.uint8), "PNG")), "9000 x 9000 pixels are more"),
    "strokes": (read(8, signature(1, SIZE, b"x" * 9, form=2))[0], "strokes of a pen"),
    "damaged facsimile": (read(5, finger(1, SIZE, b"", algorithm=1))[0], "damaged or truncated"),
}


@pytest.mark.parametrize(("record", "reason"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_decoded_is_named(record: LogicalRecord, reason: str) -> None:
    with pytest.raises(RecordError, match=f"^image: .*{reason}"):
        pictures.decode(record)


@pytest.mark.parametrize(("kind", "expected"), [(98, False), (22, True), (14, True), (2, False)])
def test_other_types_are_drawn_where_their_data_begin_as_an_image(kind: int, expected: bool) -> None:
    record = read(kind, tagged(kind, {2: "1"}, saved(GREY, "PNG") if kind == 22 else b"data"))[0]
    assert pictures.has_picture(record) == expected


@pytest.mark.parametrize(
    ("more", "ppi"),
    [
        ({}, 500),
        ({"f008": "2", "f009": "197", "f010": "197"}, 500.4),
        ({"f009": "1000", "f010": "1000"}, 1000),
        ({"f008": "0", "f009": "1", "f010": "1"}, None),
        ({"f009": "500", "f010": "250"}, None),
        ({"f009": "96", "f010": "96"}, None),
        ({"f009": "fine"}, None),
    ],
)
def test_a_print_tells_its_resolution_where_it_can_be(more: dict[str, str], ppi: float | None) -> None:
    record, type1 = read(14, tagged(14, image_fields(SIZE, "NONE", **more), GREY.tobytes()))
    pixels, told = pictures.fingerprint(record, type1)
    assert (pixels.tolist(), told) == (GREY.tolist(), ppi)
    assert pictures.position(record) == 2


@pytest.mark.parametrize(("native", "told", "ppi"), [(0, "39.37", 500), (1, "39.37", 1000), (1, "fine", None)])
def test_type_4_has_the_least_resolution_or_that_of_type_1(native: int, told: str, ppi: float | None) -> None:
    record, type1 = read(4, finger(1, SIZE, GREY.tobytes(), native=native), f012=told)
    assert pictures.fingerprint(record, type1)[1] == ppi
    assert pictures.position(record) == 2


def test_a_print_in_colours_becomes_grey() -> None:
    record, type1 = read(14, tagged(14, image_fields(SIZE, "PNG"), saved(COLOUR, "PNG")))
    expected = np.asarray(Image.fromarray(COLOUR).convert("L"))
    assert np.array_equal(pictures.fingerprint(record, type1)[0], expected)
