"""The image of one finger, or the reason why there is none, as a Type-14 record."""

import re
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Device, FrictionRidgeImage, Outcome
from firmware.errors import RecordError
from firmware.records import encoding, images, itl, moments
from firmware.records.contents import FingerRecord
from firmware.records.encoding import Record, Table, value
from firmware.records.itl import Type14
from firmware.vocabulary import CaptureTechnology, FingerCompression, ImpressionType, MissingFinger, MonitoringMode

_STARTS = {
    FingerCompression.PNG: b"\x89PNG\r\n\x1a\n",
    FingerCompression.JPEG2000: b"\x00\x00\x00\x0cjP  \r\n\x87\n",
    FingerCompression.WSQ: b"\xff\xa0",
}
_NO_SCORE = 254
"""No attempt was made to reckon one, clause 7.7.7."""
_STORED_BITS = "8"
_MAX_LINE = 99999
_COMMENT = re.compile("Sensor depth ([1-8]) bits per pixel.*", re.ASCII)
_UNSAFE = re.compile("[^A-Za-z0-9 ._/+-]", re.ASCII)


def device_words(device: Device) -> Device:
    """A device with its words as field 14.904 may hold them: 1..50 plain characters, clause 7.7.1.2."""
    make, model, serial = (_UNSAFE.sub(" ", text).strip()[:50] for text in (device.make, device.model, device.serial))
    return Device(make, model, serial, technology=device.technology)


def compress(image: FrictionRidgeImage, wished: FingerCompression) -> tuple[bytes, FingerCompression]:
    """An image as it is stored: as wished, or as PNG where that cannot be, for no record shall be lost by it."""
    try:
        return images.encode(image.pixels, image.ppi, wished), wished
    except RecordError:
        return images.encode_png(image.pixels, image.ppi), FingerCompression.PNG


def write(finger: FingerRecord, idc: int, source: str, zone: ZoneInfo) -> Record:
    """The Type-14 record of a finger.

    The pixels stay the sensor's own: never resampled, 8 bits stored (the least that field 14.012 knows), the sensor's
    true depth told in the comment. An excused finger has no image, impression type unknown and an AMP code.
    """
    impression = finger.image.impression_type if finger.image else ImpressionType.UNKNOWN
    fields: dict[int, Table] = {
        Type14.IMP: value(str(int(impression))),
        Type14.SRC: value(source),
        Type14.FCD: value(moments.local_date(finger.captured_at, zone)),
        Type14.FGP: value(str(int(finger.position))),
        Type14.DMM: value(MonitoringMode.ASSISTED.value),
    }
    if finger.missing is not None:
        fields[Type14.AMP] = ((str(int(finger.position)), finger.missing.value),)
    if finger.image is None:
        return Record(14, idc, fields)
    return Record(14, idc, fields | _image_fields(finger, finger.image), finger.data)


def read_image(record: Record) -> FrictionRidgeImage:
    """The image of a Type-14 record. Raises RecordError."""
    pixels, ppi = _pixels(record)
    if record.text(Type14.BPX) != _STORED_BITS:
        raise record.fault(Type14.BPX, f"is not {_STORED_BITS} bits per pixel")
    depth = _COMMENT.fullmatch(record.text(Type14.COM))
    if depth is None:
        raise record.fault(Type14.COM, "does not tell the sensor's depth")
    make, model, serial = (text if text != itl.UNKNOWN else "" for text in record.table(Type14.MMS, 3)[0])
    technology = record.choice(Type14.FCT, record.text(Type14.FCT), CaptureTechnology)
    impression = record.choice(Type14.IMP, record.text(Type14.IMP), ImpressionType)
    device = Device(make, model, serial, technology=technology)
    return FrictionRidgeImage(pixels, ppi, int(depth[1]), device, impression)


def read_compression(record: Record) -> FingerCompression:
    """How the image of a Type-14 record is compressed. Raises RecordError."""
    return record.choice(Type14.CGA, record.text(Type14.CGA), FingerCompression)


def read_score(record: Record) -> int | None:
    """The quality score of a Type-14 record, 0..100, or None where none was reckoned. Raises RecordError."""
    text = record.table(Type14.FQM, 4)[0][1]
    return None if text == str(_NO_SCORE) else record.number_in(Type14.FQM, text, 0, 100)


def read_missing(record: Record) -> MissingFinger | None:
    """Why a Type-14 record has no image, or None where it names no reason. Raises RecordError."""
    if Type14.AMP not in record.fields:
        return None
    return record.choice(Type14.AMP, record.table(Type14.AMP, 2)[0][1], MissingFinger)


def _image_fields(finger: FingerRecord, image: FrictionRidgeImage) -> dict[int, Table]:
    height, width = image.pixels.shape
    ppi = value(str(round(image.ppi)))
    score = str(_NO_SCORE if finger.score is None else finger.score)
    device = image.device
    words = tuple(text or itl.UNKNOWN for text in (device.make, device.model, device.serial))
    mark = f"; low quality, the best of {finger.attempts} attempts" if finger.outcome is Outcome.LOW_QUALITY else ""
    return {
        Type14.HLL: value(str(width)),
        Type14.VLL: value(str(height)),
        Type14.SLC: value(itl.PIXELS_PER_INCH),
        Type14.THPS: ppi,
        Type14.TVPS: ppi,
        Type14.CGA: value(finger.compression.value),
        Type14.BPX: value(_STORED_BITS),
        Type14.COM: value(f"Sensor depth {image.grey_bits} bits per pixel{mark}"),
        Type14.FQM: ((str(int(finger.position)), score, *itl.QUALITY_ALGORITHM),),
        Type14.FCT: value(str(int(device.technology))),
        Type14.MMS: (words,),
    }


def _pixels(record: Record) -> tuple[NDArray[np.uint8], float]:
    compression = read_compression(record)
    if record.data is None or not record.data.startswith(_STARTS[compression]):
        raise record.fault(encoding.DATA, f"holds no {compression.value} image")
    pixels, told = images.decode(record.data)
    height, width = pixels.shape
    if (record.integer(Type14.HLL, 1, _MAX_LINE), record.integer(Type14.VLL, 1, _MAX_LINE)) != (width, height):
        raise record.fault(Type14.HLL, f"differs from the image's own size, {width} x {height}")
    ppi = record.integer(Type14.THPS, 1, _MAX_LINE)
    if told is not None and round(told) != ppi:
        raise record.fault(Type14.THPS, f"says {ppi} ppi where the image says {told}")
    return pixels, told or float(ppi)
