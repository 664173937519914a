"""Ridge counts, cores, deltas, and the pattern class, as fields of a Type-9 record.

The first three stand in the INCITS 378 block, in pixels and steps of 2 degrees; the class in the extended feature set
(EFS), with the two fields that this block cannot be without. A class that is not known is not written.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.records.angles import from_steps, to_steps
from firmware.records.contents import FingerRecord
from firmware.records.encoding import Record, Table, value
from firmware.records.extended_data import MAX_SINGULARITIES, ExtendedData, RidgePairs, within
from firmware.records.itl import Type9
from firmware.structure import Singularities, no_cores, no_deltas
from firmware.vocabulary import PatternClass, RidgeCountMethod

_STEPS = 180
_FILLER = "0"
_TEN_MICROMETRES_PER_INCH = 2540
_MOST_RIDGES = 255


def write(finger: FingerRecord, kept: NDArray[np.intp]) -> dict[int, Table]:
    """The fields that there is something to tell in. kept: which of the finger's minutiae the record carries."""
    if finger.image is None:
        return {}
    height, width = finger.image.pixels.shape
    structure = finger.structure
    fields: dict[int, Table] = {}
    if structure.ridge_counts is not None:
        fields[Type9.RCI] = _pairs(structure.ridge_counts, kept)
    cores = _points(structure.cores, width, height)
    if cores:
        fields[Type9.CIN] = cores
    deltas = _points(structure.deltas, width, height)
    if deltas:
        fields[Type9.DIN] = tuple(row[:3] for row in deltas)
        fields[Type9.ADA] = tuple(row[3:] for row in deltas)
    if finger.pattern is not PatternClass.UNKNOWN:
        sides = (str(round(side * _TEN_MICROMETRES_PER_INCH / finger.image.ppi)) for side in (width, height))
        fields[Type9.ROI] = (tuple(sides),)
        fields[Type9.FPP] = value(str(int(finger.position)))
        fields[Type9.PAT] = (tuple(code for code in finger.pattern.value if code),)
    return fields


def read(record: Record, minutiae: int, width: int, height: int) -> tuple[ExtendedData, PatternClass]:
    """What the record tells beside its minutiae, of which it has so many. Raises RecordError."""
    pairs = _read_pairs(record, minutiae) if Type9.RCI in record.fields else None
    cores, deltas = no_cores(), no_deltas()
    if Type9.CIN in record.fields:
        cores = _read_points(record, Type9.CIN, record.table(Type9.CIN, 3), width, height)
    if Type9.DIN in record.fields:
        first, others = record.table(Type9.DIN, 3), record.table(Type9.ADA, 2)
        if len(first) != len(others):
            raise record.fault(Type9.ADA, f"has {len(others)} deltas where field 9.140 has {len(first)}")
        rows = tuple(start + rest for start, rest in zip(first, others, strict=True))
        deltas = _read_points(record, Type9.DIN, rows, width, height)
    return ExtendedData(pairs, cores, deltas), _read_pattern(record)


def _pairs(counts: RidgePairs, kept: NDArray[np.intp]) -> Table:
    """The method, then the pairs of minutiae that are kept, by their new numbers."""
    number = np.zeros(max(int(counts.pairs[:, :2].max(initial=0)), int(kept.max(initial=0)) + 1) + 1, np.int64)
    number[kept + 1] = np.arange(1, len(kept) + 1)
    centre, neighbour = number[counts.pairs[:, 0]], number[counts.pairs[:, 1]]
    ridges = np.where(neighbour > 0, counts.pairs[:, 2].clip(0, _MOST_RIDGES), 0)
    rows = np.stack([centre, neighbour, ridges], axis=1)[centre > 0].tolist()
    return ((str(int(counts.method)), _FILLER, _FILLER), *(tuple(str(item) for item in row) for row in rows))


def _read_pairs(record: Record, minutiae: int) -> RidgePairs:
    head, *rows = record.table(Type9.RCI, 3)
    method = record.choice(Type9.RCI, head[0], RidgeCountMethod)
    limits = ((1, minutiae), (0, minutiae), (0, _MOST_RIDGES))
    pairs = [
        [record.number_in(Type9.RCI, item, *limit) for item, limit in zip(row, limits, strict=True)] for row in rows
    ]
    return RidgePairs(method, np.array(pairs, np.int64).reshape(-1, 3))


def _points(points: Singularities, width: int, height: int) -> Table:
    """Rows of x, y and the angles, of the best; those whose direction is not known are passed over."""
    told = np.flatnonzero(np.isfinite(points.directions).all(axis=1))[:MAX_SINGULARITIES]
    x, y = within(points.x[told], width), within(points.y[told], height)
    columns = np.column_stack([x, y, to_steps(points.directions[told], _STEPS)])
    return tuple(tuple(str(item) for item in row) for row in columns.tolist())


def _read_points(record: Record, number: int, rows: Table, width: int, height: int) -> Singularities:
    if len(rows) > MAX_SINGULARITIES:
        raise record.fault(number, f"has {len(rows)} points, more than {MAX_SINGULARITIES}")
    highest = [width - 1, height - 1, *[_STEPS - 1] * (len(rows[0]) - 2)]
    values = [
        [record.number_in(number, item, 0, high) for item, high in zip(row, highest, strict=True)] for row in rows
    ]
    table = np.array(values, np.int64)
    x, y = table[:, 0].astype(np.float32), table[:, 1].astype(np.float32)
    return Singularities(x, y, from_steps(table[:, 2:], _STEPS), np.zeros(len(rows), np.uint8))


def _read_pattern(record: Record) -> PatternClass:
    if Type9.PAT not in record.fields:
        return PatternClass.UNKNOWN
    rows = record.fields[Type9.PAT]
    for found in PatternClass:
        if rows == (tuple(code for code in found.value if code),):
            return found
    raise record.fault(Type9.PAT, f"has no class {rows!r}")
