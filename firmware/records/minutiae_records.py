"""Finger minutiae records of ISO/IEC 19794-2:2005 (record format) and of INCITS 378-2004: bytes to values and back.

Both begin alike and differ in the header's length field and product identifier, and in the unit of angles. Every number
is big-endian::

    header  "FMR\\0" " 20\\0" | length: ISO 4 bytes; ANSI 2, or 2 of zero and 4 | ANSI only: owner 2, type 2
            equipment 2 | width 2, height 2 (pixels) | resolution in x 2, in y 2 (pixels per cm) | views 1 | reserved 1
    view    finger position 1 | number (4 bits), impression type (4 bits) | quality 1 | count of minutiae 1
            for each: type (2 bits), x (14 bits) | reserved (2 bits), y (14 bits) | angle 1 | quality 1
            extended data, see `extended_data`

ISO/IEC 19794-2:2005 clauses 7.3 to 7.5; INCITS 378-2004 clauses 6.4 to 6.6. The origin is top left, y grows downwards.
An angle is counter-clockwise from +x in steps of 360/256 degrees (ISO) or 2 degrees (ANSI). Qualities are 0..100; that
of a minutia is 0 where none is told.
"""

import math
import struct
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Minutiae
from firmware.errors import RecordError
from firmware.records import extended_data
from firmware.records.angles import STEPS, from_steps, to_steps
from firmware.records.byte_cursor import Cursor
from firmware.records.extended_data import ExtendedData
from firmware.vocabulary import FingerPosition, ImpressionType, MinutiaKind, TemplateFormat

MAX_MINUTIAE = 255
LARGEST_SIDE = 1 << 14
"""Positions have 14 bits."""

_NAMES = {TemplateFormat.ISO: "ISO/IEC 19794-2:2005 record", TemplateFormat.ANSI: "INCITS 378-2004 record"}
_START = b"FMR\0 20\0"
_CM_PER_INCH = 2.54

_SHORT, _LONG = struct.Struct(">H"), struct.Struct(">I")
_PRODUCT = struct.Struct(">HH")
_HEADER = struct.Struct(">HHHHHBB")
_VIEW = struct.Struct(">BBBB")
_MINUTIA = np.dtype([("x", ">u2"), ("y", ">u2"), ("angle", "u1"), ("quality", "u1")])
_POSITION_BITS = 0x3FFF
_CERTIFIED = 0x8000
_EQUIPMENT_BITS = 0x0FFF


@dataclass(frozen=True, slots=True)
class FingerView:
    """One impression of one finger. number: counts the views of one finger from 0. quality: 0..100."""

    minutiae: Minutiae
    position: FingerPosition | None = None
    number: int = 0
    impression_type: ImpressionType = ImpressionType.LIVE_SCAN_PLAIN
    quality: int = 0
    extended: ExtendedData = field(default_factory=ExtendedData)


@dataclass(frozen=True, slots=True)
class MinutiaeRecord:
    """What a record holds. width, height: of the image, pixels. ppi: in x and in y.

    equipment: the maker's number for the capture device, 0 where it is not told; certified: to FBI's Appendix F.
    product: owner and type of the CBEFF product identifier, ANSI only, (0, 0) where it is not told.
    """

    format: TemplateFormat
    width: int
    height: int
    ppi: tuple[float, float]
    views: tuple[FingerView, ...]
    equipment: int = 0
    certified: bool = False
    product: tuple[int, int] = (0, 0)


def write(record: MinutiaeRecord) -> bytes:
    """Encode a record; of more than 255 minutiae in a view the best stay, positions are rounded into the image.

    Raises RecordError for what the format cannot say, and for two views of one finger with one number.
    """
    name, views = _NAMES.get(record.format), record.views
    if name is None:
        raise RecordError(f"minutiae record: {record.format.value} is no binary format; choose iso or ansi")
    if not (1 <= record.width <= LARGEST_SIDE and 1 <= record.height <= LARGEST_SIDE):
        raise RecordError(f"{name}: {record.width}x{record.height} pixels; give an image of 1 to {LARGEST_SIDE} a side")
    if not 1 <= len(views) == len({(view.position, view.number) for view in views}):
        raise RecordError(f"{name}: holds no view, or two of one finger; number the views of a finger from 0")
    equipment = _fits(name, "equipment", record.equipment, _EQUIPMENT_BITS) | _CERTIFIED * record.certified
    resolution = [_fits(name, "resolution", _per_cm(name, ppi), 0xFFFF, least=1) for ppi in record.ppi]
    body = _HEADER.pack(equipment, record.width, record.height, *resolution, _fits(name, "views", len(views), 255), 0)
    if record.format is TemplateFormat.ANSI:
        body = _PRODUCT.pack(*(_fits(name, "product", part, 0xFFFF) for part in record.product)) + body
    body += b"".join(_write_view(view, record) for view in views)
    return _START + _length(record.format, len(_START) + len(body)) + body


def read(data: bytes) -> MinutiaeRecord:
    """Decode a record of either standard; which one it is tells the length in its header.

    Raises RecordError that says what is wrong, at which byte, and what to do.
    """
    cursor, kind = _open(data)
    owner, product = cursor.numbers(_PRODUCT, "the product identifier") if kind is TemplateFormat.ANSI else (0, 0)
    start = cursor.at
    equipment, width, height, *per_cm, count, _ = cursor.numbers(_HEADER, "the header")
    if not (1 <= width <= LARGEST_SIDE and 1 <= height <= LARGEST_SIDE and min(per_cm) > 0 and count > 0):
        raise cursor.fault("a size, a resolution or the count of views cannot be; have the record written anew", start)
    views = tuple(_read_view(cursor, kind, width, height) for _ in range(count))
    if cursor.left:
        raise cursor.fault(f"{cursor.left} bytes follow the last view; the file is damaged, copy it again")
    return MinutiaeRecord(
        format=kind,
        width=width,
        height=height,
        ppi=(per_cm[0] * _CM_PER_INCH, per_cm[1] * _CM_PER_INCH),
        views=views,
        equipment=equipment & _EQUIPMENT_BITS,
        certified=bool(equipment & _CERTIFIED),
        product=(owner, product),
    )


def _open(data: bytes) -> tuple[Cursor, TemplateFormat]:
    """A cursor behind the length field, and the standard whose length field tells the record's true size."""
    if data[:4] != _START[:4]:
        raise RecordError("minutiae record, byte 0: does not begin with FMR; give an ISO or ANSI template")
    if data[4:8] != _START[4:]:
        raise RecordError(f"minutiae record, byte 4: version {data[4:8]!r} is not {_START[4:]!r}; convert it to 2005's")
    for kind, zeros, layout in (
        (TemplateFormat.ISO, 0, _LONG),
        (TemplateFormat.ANSI, 0, _SHORT),
        (TemplateFormat.ANSI, 2, _LONG),
    ):
        at = len(_START) + zeros
        end = at + layout.size
        if data[len(_START) : at] == bytes(zeros) and data[at:end] == _pack(layout, len(data)):
            return Cursor(data, _NAMES[kind], end), kind
    raise RecordError(f"minutiae record, byte 8: is not as long as it says; {len(data)} bytes came, copy it again")


def _pack(layout: struct.Struct, number: int) -> bytes:
    return number.to_bytes(max(layout.size, (number.bit_length() + 7) // 8), "big")


def _length(kind: TemplateFormat, size: int) -> bytes:
    """The length field of a record whose other bytes are `size`."""
    if kind is TemplateFormat.ISO:
        return _LONG.pack(size + _LONG.size)
    short = size + _SHORT.size
    return _SHORT.pack(short) if short <= 0xFFFF else bytes(2) + _LONG.pack(short + _LONG.size)


def _write_view(view: FingerView, record: MinutiaeRecord) -> bytes:
    name, found = _NAMES[record.format], view.minutiae
    if view.impression_type is ImpressionType.UNKNOWN:
        raise RecordError(f"{name}: has no code for an unknown impression type; say how the finger was captured")
    if not np.isfinite([found.x, found.y, found.direction]).all():
        raise RecordError(f"{name}: a minutia's position or direction is no number; extract them again")
    kept = best(found)
    table = np.zeros(len(kept), _MINUTIA)
    table["x"] = extended_data.within(found.x[kept], record.width) | found.kind[kept].astype(np.int64) << 14
    table["y"] = extended_data.within(found.y[kept], record.height)
    table["angle"] = to_steps(found.direction[kept], STEPS[record.format])
    table["quality"] = found.quality[kept]
    number = _fits(name, "view number", view.number, 15) << 4 | view.impression_type
    quality = _fits(name, "quality", view.quality, 100)
    header = _VIEW.pack(view.position or 0, number, quality, len(kept))
    extended = extended_data.write(view.extended, record.format, kept, (record.width, record.height))
    return header + table.tobytes() + extended


def best(minutiae: Minutiae) -> NDArray[np.intp]:
    """Which of the minutiae a record carries: the 255 of highest quality, in their order."""
    return np.sort(np.argsort(-minutiae.quality.astype(np.int64), kind="stable")[:MAX_MINUTIAE])


def _read_view(cursor: Cursor, kind: TemplateFormat, width: int, height: int) -> FingerView:
    start = cursor.at
    position, number, quality, count = cursor.numbers(_VIEW, "a view's header")
    if position > max(FingerPosition):
        raise cursor.fault(f"{position} is no finger position 0..10; have the record written anew", start)
    if number & 15 not in set(ImpressionType):
        raise cursor.fault(f"{number & 15} is no impression type; have the record written anew", start + 1)
    if quality > 100:
        raise cursor.fault(f"a view's quality is {quality}, more than 100; have the record written anew", start + 2)
    minutiae = _read_minutiae(cursor, kind, count, (width, height))
    extended = extended_data.read(cursor, kind, count, (width, height))
    finger = FingerPosition(position) if position else None
    return FingerView(minutiae, finger, number >> 4, ImpressionType(number & 15), quality, extended)


def _read_minutiae(cursor: Cursor, kind: TemplateFormat, count: int, size: tuple[int, int]) -> Minutiae:
    start = cursor.at
    table = cursor.rows(_MINUTIA, count, f"{count} minutiae")
    x, y, kinds = table["x"] & _POSITION_BITS, table["y"] & _POSITION_BITS, table["x"] >> 14
    wrong = (x >= size[0]) | (y >= size[1]) | (kinds > max(MinutiaKind))
    wrong |= (table["angle"] >= STEPS[kind]) | (table["quality"] > 100)
    if wrong.any():
        first = int(np.argmax(wrong))
        reason = f"minutia {first + 1} lies outside the image or has a type, angle or quality that cannot be"
        raise cursor.fault(f"{reason}; have the record written anew", start + first * _MINUTIA.itemsize)
    return Minutiae(
        x=x.astype(np.float32),
        y=y.astype(np.float32),
        direction=from_steps(table["angle"], STEPS[kind]),
        kind=kinds.astype(np.uint8),
        quality=table["quality"].copy(),
    )


def _per_cm(name: str, ppi: float) -> int:
    if not math.isfinite(ppi):
        raise RecordError(f"{name}: a resolution of {ppi} ppi; say the image's true one")
    return round(ppi / _CM_PER_INCH)


def _fits(name: str, what: str, number: int, most: int, least: int = 0) -> int:
    if not least <= number <= most:
        raise RecordError(f"{name}: {what} is {number}, not in {least}..{most}")
    return number
