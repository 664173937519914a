"""The pictures in the records of a transaction: as pixels, or the reason why not."""

import struct

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from firmware.errors import RecordError
from firmware.records import images
from firmware.records.itl import Type1, Type14
from firmware.records.logical_records import BINARY, LogicalRecord

FINGERPRINTS = (4, 13, 14)
"""Types that hold prints of which minutiae can be found; the grey ones of high or told resolution."""

_PICTURES = (3, 4, 5, 6, 8, 10, 13, 14, 15, 16, 17, 19)
_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"\xff\xa0", b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51", b"II*\0", b"MM\0*")
"""Of PNG, JPEG, WSQ, JPEG 2000 as a file or bare, TIFF in both orders of its bytes."""
_UNCOMPRESSED = ("NONE", "0", "")
_BLACK_AND_WHITE = (5, 6, 8)
_SIGNATURE = 8
_STROKES = "2"
_GROUP_4 = 4
_NATIVE = "1"
_PER_INCH = {"1": 1.0, "2": 2.54}
_MM_PER_INCH = 25.4


def has_picture(record: LogicalRecord) -> bool:
    """Whether a record holds what can be drawn: an image by its type, or data that begin as one."""
    return record.data is not None and (record.kind in _PICTURES or record.data.startswith(_STARTS))


def decode(record: LogicalRecord) -> NDArray[np.uint8]:
    """The pixels of a record's picture, grey (h, w) or RGB (h, w, 3). Raises RecordError naming the fault."""
    data, algorithm = record.data or b"", _algorithm(record)
    if algorithm in _UNCOMPRESSED and (raw := _raw(record, data)) is not None:
        return raw
    if data.startswith(_STARTS):
        return _plain(images.decode_colour(data))
    if record.kind == _SIGNATURE and algorithm == _STROKES:
        raise RecordError("image: a signature written down as strokes of a pen, which is not drawn")
    if algorithm in _UNCOMPRESSED:
        raise RecordError(f"image: {len(data)} bytes are no {_sides(record)[0]} x {_sides(record)[1]} pixels")
    if record.kind in _BLACK_AND_WHITE:
        return _plain(images.decode_colour(_as_tiff(data, *_sides(record))))
    raise RecordError(f"image: compressed as {algorithm!r}, which is not known here, or its beginning is damaged")


def position(record: LogicalRecord) -> int | None:
    """Of which finger or fingers a print is, by Table 8; None where it does not tell."""
    return record.integer(4 if record.kind in BINARY else Type14.FGP)


def fingerprint(record: LogicalRecord, type1: LogicalRecord) -> tuple[NDArray[np.uint8], float | None]:
    """A print's grey pixels (h, w) and its resolution in ppi, None where none is told. Raises RecordError."""
    pixels = decode(record)
    if pixels.ndim == 3:
        pixels = np.array(Image.fromarray(pixels).convert("L"))
    ppi = _resolution(record, type1)
    low, high = images.PLAUSIBLE_PPI
    return pixels, ppi if ppi is not None and low <= ppi <= high else None


def _resolution(record: LogicalRecord, type1: LogicalRecord) -> float | None:
    """Type-4 tells whether it has the resolution of field 1.012, pixels a millimetre, or the least, 500 ppi."""
    if record.kind not in BINARY:
        across, down = record.integer(Type14.THPS), record.integer(Type14.TVPS)
        factor = _PER_INCH.get(record.text(Type14.SLC))
        return None if factor is None or across is None or across != down else round(across * factor, 1)
    if record.text(5) != _NATIVE:
        return 500.0
    try:
        return round(float(type1.text(Type1.NTR)) * _MM_PER_INCH, 1)
    except ValueError:
        return None


def _algorithm(record: LogicalRecord) -> str:
    if record.kind == _SIGNATURE:
        return record.text(4)
    return record.text(8 if record.kind in BINARY else Type14.CGA).upper()


def _sides(record: LogicalRecord) -> tuple[int, int]:
    """Width and height, pixels; every image record has them side by side, in fields 6 and 7."""
    width, height = record.integer(Type14.HLL), record.integer(Type14.VLL)
    if not width or not height or width * height > images.MAX_PIXELS:
        told = f"{record.text(Type14.HLL)!r} x {record.text(Type14.VLL)!r}"
        raise RecordError(f"image: {told} pixels are none, or more than {images.MAX_PIXELS}")
    return width, height


def _raw(record: LogicalRecord, data: bytes) -> NDArray[np.uint8] | None:
    """Uncompressed pixels; how many bits each has tells their number. None where no number of bits fits."""
    width, height = _sides(record)
    samples = np.frombuffer(data, np.uint8)
    if record.kind in _BLACK_AND_WHITE:
        bits = _bits(samples, width, height)
        if bits is not None:
            return bits
    if len(data) == width * height:
        return samples.reshape(height, width)
    if len(data) == 2 * width * height:
        return samples[::2].reshape(height, width)
    if len(data) == 3 * width * height:
        return samples.reshape(height, width, 3)
    return None


def _bits(samples: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8] | None:
    """Pixels of one bit, in rows of whole bytes or one after another; 1 is ink."""
    padded = -(-width // 8) * 8
    if 8 * len(samples) == padded * height:
        ink = np.unpackbits(samples).reshape(height, padded)[:, :width]
    elif 0 <= 8 * len(samples) - width * height < 8:
        ink = np.unpackbits(samples)[: width * height].reshape(height, width)
    else:
        return None
    return np.where(ink, 0, 255).astype(np.uint8)


def _as_tiff(data: bytes, width: int, height: int) -> bytes:
    """Facsimile (Group 4) as a TIFF file of one strip, which decoders know."""
    tags = ((256, width), (257, height), (258, 1), (259, _GROUP_4), (262, 0), (273, 8), (277, 1), (278, height))
    entries = [struct.pack("<HHII", tag, 4, 1, value) for tag, value in (*tags, (279, len(data)))]
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory


def _plain(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Three equal channels as one."""
    return pixels[:, :, 0] if (pixels == pixels[:, :, :1]).all() else pixels
