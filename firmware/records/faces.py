"""The picture of a face as a Type-10 record.

ANSI/NIST-ITL 1-2011 Update 2015, clause 8.10. What is stored is the frame of ISO/IEC 19794-5 cut out of the camera's
picture. PNG loses nothing and takes megabytes of a camera that has some; JPEG, without subsampled colours, is for thin
links: at quality 95, and where that takes more than `MOST_BYTES` at the best lower one that does not, of a picture
halved as often as it takes.
"""

import io
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from firmware.datatypes import Device, Outcome, Timestamp
from firmware.portrait import FaceCapture, FaceFeedback
from firmware.records import encoding, images, itl, moments
from firmware.records.contents import FaceRecord
from firmware.records.encoding import Record, Table, value
from firmware.records.fingerprints import device_words
from firmware.records.itl import Type2, Type10
from firmware.vocabulary import AcquisitionProfile, FaceCompression, MonitoringMode

JPEG_QUALITIES = (95, 90, 85, 80, 75)
MOST_BYTES = 250_000
"""Of a JPEG picture: with it and ten fingers of a UART sensor a packet stays below 600 kB."""
_FACE, _FRONTAL = "FACE", "F"
_COLOUR_SPACES = {FaceCompression.PNG: "SRGB", FaceCompression.JPEG: "SYCC"}
_MAX_LINE, _MAX_ATTEMPTS = 99999, 999


def stored(
    capture: FaceCapture, created_at: Timestamp, compression: FaceCompression = FaceCompression.PNG
) -> FaceRecord:
    """A capture as its record keeps it. Raises RecordError where picture and outcome contradict each other."""
    at, reason = capture.captured_at or created_at, " ".join(capture.reason.split())
    excused = capture.outcome is Outcome.EXCUSED
    if (capture.pixels is None) != excused:
        raise Record(10, 0, {}).fault(encoding.DATA, "an excused face, and no other, lacks a picture")
    data = b"" if capture.pixels is None else _encode(capture.pixels, compression)
    device = device_words(capture.device)
    return FaceRecord(capture.outcome, capture.attempts, at, data, compression, device, capture.feedback, reason=reason)


def row(face: FaceRecord) -> tuple[str, ...]:
    """The subfield of field 2.302 of a face."""
    codes = " ".join(code.value for code in face.feedback)
    return (face.outcome.value, str(face.attempts), *moments.items(face.captured_at), codes, face.reason)


def write(face: FaceRecord, idc: int, source: str, zone: ZoneInfo) -> Record:
    """The Type-10 record of a face that has a picture.

    The profile is ISO's full frontal image only where nothing was wrong; no resolution is told, for none is known.
    """
    height, width = images.decode_colour(face.data).shape[:2]
    accepted = face.outcome is Outcome.ACCEPTED
    profile = AcquisitionProfile.ISO_FULL_FRONTAL if accepted else AcquisitionProfile.UNKNOWN
    device = face.device
    fields: dict[int, Table] = {
        Type10.IMT: value(_FACE),
        Type10.SRC: value(source),
        Type10.PHD: value(moments.local_date(face.captured_at, zone)),
        Type10.HLL: value(str(width)),
        Type10.VLL: value(str(height)),
        Type10.SLC: value(itl.NO_SCALE),
        Type10.THPS: value("1"),
        Type10.TVPS: value("1"),
        Type10.CGA: value(face.compression.value),
        Type10.CSP: value(_COLOUR_SPACES[face.compression]),
        Type10.SAP: value(str(int(profile))),
        Type10.POS: value(_FRONTAL),
        Type10.DMM: value(MonitoringMode.ASSISTED.value),
        Type10.MMS: (tuple(text or itl.UNKNOWN for text in (device.make, device.model, device.serial)),),
        Type10.T2C: value(itl.TYPE_2_IDC),
    }
    return Record(10, idc, fields, face.data)


def read(type2: Record, type10: Record | None) -> FaceRecord | None:
    """The face of a transaction, or None where nothing is told of one. Raises RecordError."""
    if Type2.FACE not in type2.fields:
        return None
    outcome, attempts, *moment, codes, reason = type2.table(Type2.FACE, 4 + moments.WIDTH)[0]
    kept = type2.choice(Type2.FACE, outcome, Outcome)
    if (type10 is None) != (kept is Outcome.EXCUSED):
        raise type2.fault(Type2.FACE, "an excused face, and no other, lacks a Type-10 record")
    return FaceRecord(
        kept,
        type2.number_in(Type2.FACE, attempts, 0, _MAX_ATTEMPTS),
        moments.read(type2, Type2.FACE, tuple(moment)),
        b"" if type10 is None else _picture(type10),
        FaceCompression.PNG if type10 is None else type10.choice(Type10.CGA, type10.text(Type10.CGA), FaceCompression),
        Device("", "") if type10 is None else _device(type10),
        tuple(type2.choice(Type2.FACE, code, FaceFeedback) for code in codes.split()),
        reason=reason,
    )


def _picture(record: Record) -> bytes:
    data = record.data or b""
    height, width = images.decode_colour(data).shape[:2]
    if (record.integer(Type10.HLL, 1, _MAX_LINE), record.integer(Type10.VLL, 1, _MAX_LINE)) != (width, height):
        raise record.fault(Type10.HLL, f"differs from the picture's own size, {width} x {height}")
    return data


def _device(record: Record) -> Device:
    make, model, serial = (text if text != itl.UNKNOWN else "" for text in record.table(Type10.MMS, 3)[0])
    return Device(make, model, serial)


def _encode(pixels: NDArray[np.uint8], compression: FaceCompression) -> bytes:
    image = Image.fromarray(pixels)
    if compression is FaceCompression.PNG:
        return _saved(image, "PNG", compress_level=9)
    while True:
        for quality in JPEG_QUALITIES:
            data = _saved(image, "JPEG", quality=quality, subsampling=0)
            if len(data) <= MOST_BYTES:
                return data
        image = image.reduce(2)


def _saved(image: Image.Image, kind: str, **options: int) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()
