"""The minutiae of one finger as a Type-9 record, INCITS 378 fields."""

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Minutiae
from firmware.records import itl, structure_fields
from firmware.records.contents import FingerRecord
from firmware.records.encoding import Record, value
from firmware.records.itl import Type9
from firmware.vocabulary import MinutiaKind

_OTHER_THAN_STANDARD = "U"
_CBEFF_PLAIN, _CBEFF_EXTENDED = ("27", "513", itl.UNKNOWN), ("27", "514", itl.UNKNOWN)
"""Owner INCITS M1, finger minutiae without or with extended data, no registered product."""
_UNCERTIFIED = "NONE"
_ANGLE_STEP = 2
_FIRST_VIEW = "0"


def write(finger: FingerRecord, idc: int) -> Record | None:
    """The Type-9 record of a captured finger; None where there is no image or nothing was looked for.

    Positions are whole pixels of the stored image; directions whole steps of 2 degrees, INCITS 378-2004 clause 6.5.
    """
    image, minutiae = finger.image, finger.minutiae
    if image is None or minutiae is None:
        return None
    height, width = image.pixels.shape
    ppi = value(str(round(image.ppi)))
    kept = np.sort(np.argsort(-minutiae.quality.astype(np.int64), kind="stable")[: itl.MAX_MINUTIAE])
    rows = _rows(minutiae, kept, width, height)
    structure = structure_fields.write(finger, kept)
    is_extended = not structure.keys().isdisjoint((Type9.RCI, Type9.CIN, Type9.DIN))
    return Record(
        9,
        idc,
        {
            Type9.IMP: value(str(int(image.impression_type))),
            Type9.FMT: value(_OTHER_THAN_STANDARD),
            Type9.CBI: (_CBEFF_EXTENDED if is_extended else _CBEFF_PLAIN,),
            Type9.CEI: ((_UNCERTIFIED, image.device.model or itl.UNKNOWN),),
            Type9.HLL: value(str(width)),
            Type9.VLL: value(str(height)),
            Type9.SLC: value(itl.PIXELS_PER_INCH),
            Type9.THPS: ppi,
            Type9.TVPS: ppi,
            Type9.FVW: value(_FIRST_VIEW),
            Type9.FGP: value(str(int(finger.position))),
            Type9.FQD: ((str(finger.score or 0), *itl.QUALITY_ALGORITHM),),
            Type9.NOM: value(str(len(rows))),
            **({Type9.FMD: rows} if rows else {}),
            **structure,
        },
    )


def read(record: Record, width: int, height: int) -> Minutiae:
    """The minutiae of a Type-9 record, in pixels of its finger's image. Raises RecordError."""
    count = record.integer(Type9.NOM, 0, itl.MAX_MINUTIAE)
    rows = record.table(Type9.FMD, 6) if count else ()
    if len(rows) != count:
        raise record.fault(Type9.FMD, f"holds {len(rows)} minutiae where field 9.136 says {count}")
    highest = (count, width - 1, height - 1, 360 // _ANGLE_STEP - 1, max(MinutiaKind), 100)
    values = [
        [record.number_in(Type9.FMD, text, 0, high) for text, high in zip(row, highest, strict=True)] for row in rows
    ]
    table: NDArray[np.int64] = np.array(values, np.int64).reshape(-1, 6)
    return Minutiae(
        x=table[:, 1].astype(np.float32),
        y=table[:, 2].astype(np.float32),
        direction=np.radians(_ANGLE_STEP * table[:, 3]).astype(np.float32),
        kind=table[:, 4].astype(np.uint8),
        quality=table[:, 5].astype(np.uint8),
    )


def _rows(minutiae: Minutiae, kept: NDArray[np.intp], width: int, height: int) -> tuple[tuple[str, ...], ...]:
    x = np.clip(np.rint(minutiae.x[kept]), 0, width - 1)
    y = np.clip(np.rint(minutiae.y[kept]), 0, height - 1)
    angle = np.rint(np.degrees(minutiae.direction[kept].astype(np.float64)) / _ANGLE_STEP) % (360 // _ANGLE_STEP)
    number = np.arange(1, len(kept) + 1)
    columns = np.column_stack([number, x, y, angle, minutiae.kind[kept], minutiae.quality[kept]]).astype(np.int64)
    return tuple(tuple(str(item) for item in row) for row in columns)
