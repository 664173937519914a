"""The extended data of a finger minutiae record: ridge counts, cores and deltas.

Behind a view's minutiae stands the size of all areas (2 bytes), then the areas, each with its type 2 and its size 2,
which counts these four bytes too; every number is big-endian::

    1  ridge counts      method 1 | for each: centre 1, neighbour 1, count 1; minutiae count from 1, 0 is no neighbour
    2  cores and deltas  count 1 | for each core: x 2, y 2, angle 1 | count 1 | for each delta: x 2, y 2, angles 3

Angles may be left out. That they are there is told by bit 14 of each x (ISO) or by bit 6 of the count (ANSI). Areas of
other types are passed over. ISO/IEC 19794-2:2005 clause 7.5; INCITS 378-2004 clause 6.6.

NIST's samples of both formats state the size of their cores and deltas wrongly, by -2 and +1, so the counts inside are
believed, not that size.
"""

import struct
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firmware.errors import RecordError
from firmware.records.angles import STEPS, from_steps, to_steps
from firmware.records.byte_cursor import Cursor
from firmware.structure import RidgeCounts, Singularities, freeze, no_cores, no_deltas
from firmware.vocabulary import RidgeCountMethod, TemplateFormat

MAX_SINGULARITIES = 15
"""Their count has four bits."""

_RIDGE_COUNTS, _SINGULARITIES = 1, 2
_LARGEST = 0xFFFF
_SIZE, _AREA, _BYTE, _POINT = struct.Struct(">H"), struct.Struct(">HH"), struct.Struct("B"), struct.Struct(">HH")
_PAIR = np.dtype([("centre", "u1"), ("neighbour", "u1"), ("count", "u1")])
_POSITION_BITS = 0x3FFF
_ANSI_ANGLES, _ISO_ANGLES = 0x40, 0x4000
_COUNT_BITS = 0x0F


@dataclass(frozen=True, slots=True)
class RidgePairs:
    """Ridge counts as records carry them: how the pairs were chosen, and the pairs.

    pairs: int64 (m, 3), centre and neighbour as numbers of minutiae from 1 (neighbour 0: none), and ridges between.
    """

    method: RidgeCountMethod
    pairs: NDArray[np.int64]

    def __post_init__(self) -> None:
        freeze(self, "pairs")


@dataclass(frozen=True, slots=True)
class ExtendedData:
    """What a view tells beside its minutiae.

    Of cores and deltas that were read, a direction that is not told is NaN, and the quality, which is never told, 0.
    """

    ridge_counts: RidgePairs | None = None
    cores: Singularities = field(default_factory=no_cores)
    deltas: Singularities = field(default_factory=no_deltas)


def pairs_of(counts: RidgeCounts) -> RidgePairs:
    """The eight-neighbour ridge counts of a print as pairs, a row an octant."""
    n, octants = counts.neighbour.shape
    centre = np.repeat(np.arange(1, n + 1), octants)
    columns = [centre, counts.neighbour.ravel() + 1, counts.count.ravel()]
    return RidgePairs(RidgeCountMethod.EIGHT_NEIGHBOUR, np.stack(columns, axis=1).astype(np.int64))


def write(data: ExtendedData, kind: TemplateFormat, kept: NDArray[np.intp], size: tuple[int, int]) -> bytes:
    """The extended data with its size in front; nothing but a size of 0 where there is nothing to tell.

    kept: which minutiae the record carries. size: the image's width and height, into which positions are rounded. Of
    more than 15 cores or deltas the first stay. Raises RecordError where the ridge counts don't fit.
    """
    areas: dict[int, bytes] = {}
    if data.ridge_counts is not None:
        areas[_RIDGE_COUNTS] = _write_pairs(data.ridge_counts, kept)
    if len(data.cores) or len(data.deltas):
        areas[_SINGULARITIES] = b"".join(_write_points(points, kind, size) for points in (data.cores, data.deltas))
    whole = sum(_AREA.size + len(content) for content in areas.values())
    if whole > _LARGEST:
        raise RecordError(f"minutiae record: {whole} bytes of ridge counts, more than {_LARGEST}; give fewer pairs")
    heads = {area: _AREA.pack(area, _AREA.size + len(content)) for area, content in areas.items()}
    return _SIZE.pack(whole) + b"".join(heads[area] + content for area, content in areas.items())


def read(cursor: Cursor, kind: TemplateFormat, minutiae: int, size: tuple[int, int]) -> ExtendedData:
    """The extended data at the cursor. minutiae: how many the view has. size: width and height. Raises RecordError."""
    pairs, cores, deltas = None, no_cores(), no_deltas()
    left = cursor.number(_SIZE, "the size of the extended data")
    while left:
        start = cursor.at
        area, stated = cursor.numbers(_AREA, "the head of an extended data area")
        if not _AREA.size <= stated <= left:
            raise cursor.fault(f"an area of {stated} bytes where 4 to {left} can be; have it written anew", start)
        left -= stated
        if area == _SINGULARITIES:
            cores, deltas = _read_points(cursor, kind, 1, size), _read_points(cursor, kind, 3, size)
            continue
        part = cursor.part(stated - _AREA.size, "an extended data area")
        if area == _RIDGE_COUNTS:
            pairs = _read_pairs(part, minutiae)
    return ExtendedData(pairs, cores, deltas)


def within(values: NDArray[np.float32], side: int) -> NDArray[np.int64]:
    """Positions as whole pixels of an image with that side."""
    return np.rint(values).clip(0, side - 1).astype(np.int64)


def _write_pairs(counts: RidgePairs, kept: NDArray[np.intp]) -> bytes:
    number = np.zeros(max(int(counts.pairs[:, :2].max(initial=0)), int(kept.max(initial=0)) + 1) + 1, np.int64)
    number[kept + 1] = np.arange(1, len(kept) + 1)
    centre, neighbour = number[counts.pairs[:, 0]], number[counts.pairs[:, 1]]
    table = np.zeros(len(counts.pairs), _PAIR)
    table["centre"], table["neighbour"] = centre, neighbour
    table["count"] = np.where(neighbour > 0, counts.pairs[:, 2].clip(0, 255), 0)
    return _BYTE.pack(counts.method) + table[centre > 0].tobytes()


def _read_pairs(part: Cursor, minutiae: int) -> RidgePairs:
    start = part.at
    method = part.number(_BYTE, "the ridge counts' method")
    if method not in set(RidgeCountMethod):
        raise part.fault(f"{method} is no way to choose ridge counts; have the record written anew", start)
    if part.left % _PAIR.itemsize:
        raise part.fault(f"{part.left} bytes are no whole number of ridge counts; have the record written anew")
    start = part.at
    table = part.rows(_PAIR, part.left // _PAIR.itemsize, "the ridge counts")
    wrong = (table["centre"] < 1) | (table["centre"] > minutiae) | (table["neighbour"] > minutiae)
    if wrong.any():
        first = start + int(np.argmax(wrong)) * _PAIR.itemsize
        raise part.fault(f"a ridge count names a minutia beyond the {minutiae}; have the record written anew", first)
    columns = [table[name].astype(np.int64) for name in ("centre", "neighbour", "count")]
    return RidgePairs(RidgeCountMethod(method), np.stack(columns, axis=1))


def _write_points(points: Singularities, kind: TemplateFormat, size: tuple[int, int]) -> bytes:
    count = min(len(points), MAX_SINGULARITIES)
    ansi, steps = kind is TemplateFormat.ANSI, STEPS[kind]
    told = [bool(np.isfinite(directions).all()) for directions in points.directions[:count]]
    if ansi:
        told = [all(told)] * count
    content = _BYTE.pack(count | _ANSI_ANGLES * (ansi and any(told)))
    x, y = within(points.x[:count], size[0]), within(points.y[:count], size[1])
    for i in range(count):
        content += _POINT.pack(int(x[i]) | _ISO_ANGLES * (told[i] and not ansi), int(y[i]))
        if told[i]:
            content += bytes(to_steps(points.directions[i], steps).tolist())
    return content


def _read_points(cursor: Cursor, kind: TemplateFormat, angles: int, size: tuple[int, int]) -> Singularities:
    """Cores (one angle each) or deltas (three)."""
    head, what = cursor.number(_BYTE, "the count of cores or deltas"), "a core or delta"
    layout, ansi = struct.Struct(f"{angles}B"), kind is TemplateFormat.ANSI
    positions, directions = [], []
    for _ in range(head & _COUNT_BITS):
        start = cursor.at
        x, y = cursor.numbers(_POINT, what)
        told = head & _ANSI_ANGLES if ansi else x & _ISO_ANGLES
        codes = cursor.numbers(layout, what) if told else ()
        x, y = x & _POSITION_BITS, y & _POSITION_BITS
        if x >= size[0] or y >= size[1] or max(codes, default=0) >= STEPS[kind]:
            raise cursor.fault(f"{what} lies outside the image or has no such angle; have it written anew", start)
        positions.append((x, y))
        directions.append(from_steps(codes, STEPS[kind]) if told else np.full(angles, np.nan))
    table = np.array(positions, np.float32).reshape(-1, 2)
    turned = np.array(directions, np.float32).reshape(-1, angles)
    return Singularities(table[:, 0].copy(), table[:, 1].copy(), turned, np.zeros(len(table), np.uint8))
