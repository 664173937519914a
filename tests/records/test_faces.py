"""Type-10: golden bytes, nothing changes without a face, and a reader that refuses what contradicts itself."""

import io
from pathlib import Path

import nistitl
import numpy as np
import pytest
from PIL import Image

from firmware.datatypes import Device, Outcome
from firmware.errors import RecordError
from firmware.portrait import FaceCapture, FaceFeedback
from firmware.records import images, transaction
from firmware.records.faces import MOST_BYTES
from firmware.vocabulary import FaceCompression, FingerPosition
from tests.transactions import AT, RESIDENT, capture, header

GOLDEN = Path(__file__).parents[1] / "golden" / "face_record.txt"
PIXELS = np.random.default_rng(3).integers(0, 256, (8, 6, 3)).astype(np.uint8)
FINGERS = [capture(FingerPosition.RIGHT_INDEX), capture(FingerPosition.LEFT_LITTLE, Outcome.EXCUSED)]
CAMERA = Device("Raspberry Pi", "imx708")


def face(outcome: Outcome = Outcome.ACCEPTED, **changes: object) -> FaceCapture:
    kept: dict[str, object] = {"pixels": PIXELS.copy(), "device": CAMERA, "captured_at": AT}
    return FaceCapture(outcome, 2, **(kept | changes))  # type: ignore[arg-type]


def built(portrait: FaceCapture | None, compression: FaceCompression = FaceCompression.PNG) -> bytes:
    return transaction.build(header(), RESIDENT, FINGERS, face=portrait, face_compression=compression)


def type10(data: bytes) -> nistitl.AsciiRecord:
    message = nistitl.Message()
    message.parse(data)
    return next(record for record in message if record.type == 10)


def golden(png: bytes) -> bytes:
    lines = [line for line in GOLDEN.read_text().splitlines() if not line.startswith("#")]
    body = "\x1d".join(lines).replace("|", "\x1f").encode().replace(b"(PNG)", png) + b"\x1c"
    length = next(n for n in range(len(body), len(body) + 20) if len(b"10.001:%d\x1d" % n) + len(body) == n)
    return b"10.001:%d\x1d" % length + body


def test_a_face_has_the_hand_written_bytes() -> None:
    file = io.BytesIO()
    Image.fromarray(PIXELS).save(file, "PNG", compress_level=9)
    assert golden(file.getvalue()) in built(face())


def test_without_a_face_no_byte_is_other() -> None:
    assert built(None) == transaction.build(header(), RESIDENT, FINGERS)
    assert b"2.302:" not in built(None)


def test_png_keeps_every_pixel() -> None:
    assert images.decode_colour(bytes(type10(built(face())).DATA)).tolist() == PIXELS.tolist()


def test_jpeg_says_so_and_comes_near() -> None:
    smooth = np.linspace(60, 180, 8 * 6 * 3).reshape(8, 6, 3).astype(np.uint8)
    record = type10(built(face(pixels=smooth), FaceCompression.JPEG))
    assert (record.CGA, record._12) == ("JPEGB", "SYCC")
    assert np.abs(images.decode_colour(bytes(record.DATA)).astype(int) - smooth).max() <= 12


@pytest.mark.parametrize(("side", "halved"), [(400, 1), (900, 2)])
def test_jpeg_never_takes_more_than_its_share(side: int, halved: int) -> None:
    noise = np.random.default_rng(5).integers(0, 256, (side, side, 3)).astype(np.uint8)
    record = type10(built(face(pixels=noise), FaceCompression.JPEG))
    assert len(record.DATA) <= MOST_BYTES
    assert record.HLL == record.VLL == str(side // halved)


def test_a_face_is_not_halved_where_a_lower_quality_suffices() -> None:
    noise = np.random.default_rng(5).integers(0, 120, (380, 380, 3)).astype(np.uint8)
    record = type10(built(face(pixels=noise), FaceCompression.JPEG))
    best = io.BytesIO()
    Image.fromarray(noise).save(best, "JPEG", quality=95, subsampling=0)
    assert len(best.getvalue()) > MOST_BYTES >= len(record.DATA)
    assert (record.HLL, record.VLL) == ("380", "380")


def test_a_poor_face_claims_no_profile_and_keeps_its_codes() -> None:
    data = built(face(Outcome.LOW_QUALITY, feedback=(FaceFeedback.BLURRED, FaceFeedback.DARK)))
    assert type10(data)._13 == "0"
    kept = transaction.read(data).face
    assert kept is not None
    assert kept.feedback == (FaceFeedback.BLURRED, FaceFeedback.DARK)


@pytest.mark.parametrize(
    "portrait", [face(), face(Outcome.LOW_QUALITY), face(Outcome.EXCUSED, pixels=None, reason="burned  in a fire")]
)
def test_what_was_built_is_read(portrait: FaceCapture) -> None:
    kept = transaction.read(built(portrait)).face
    assert kept is not None
    assert (kept.outcome, kept.attempts, kept.captured_at) == (portrait.outcome, 2, AT)
    assert bool(kept.data) == (portrait.pixels is not None)
    assert kept.reason == " ".join(portrait.reason.split())


@pytest.mark.parametrize("portrait", [face(Outcome.EXCUSED), face(pixels=None)])
def test_a_face_without_picture_is_an_excused_one(portrait: FaceCapture) -> None:
    with pytest.raises(RecordError, match="Type-10"):
        built(portrait)


@pytest.mark.parametrize(
    ("told", "other"),
    [
        (b"10.006:6", b"10.006:7"),
        (b"10.011:PNG", b"10.011:GIF"),
        (b"10.013:13", b"10.013:14"),
        (b"2.302:a", b"2.303:a"),
    ],
)
def test_a_changed_record_is_refused(told: bytes, other: bytes) -> None:
    data = built(face())
    assert told in data
    with pytest.raises(RecordError):
        transaction.read(data.replace(told, other))
