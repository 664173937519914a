"""Minutiae as templates that other programs read."""

import math

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import FingerprintFeatures, Minutiae
from firmware.errors import RecordError
from firmware.records import extended_data, minutiae_records
from firmware.records.extended_data import ExtendedData
from firmware.records.minutiae_records import FingerView, MinutiaeRecord
from firmware.vocabulary import MinutiaKind, TemplateFormat


def write(features: FingerprintFeatures, shape: tuple[int, int], ppi: float, kind: TemplateFormat) -> bytes:
    """Give the template of one print in the format asked for. shape: height and width of its image, pixels.

    A binary template tells the ridge counts, cores and deltas too; its finger is unknown, its impression live-scan
    plain, for these formats have no code for an unknown one. Raises RecordError for what the format cannot say.
    """
    if kind is TemplateFormat.XYT:
        return write_xyt(features.minutiae).encode()
    counts = extended_data.pairs_of(features.ridge_counts) if features.ridge_counts else None
    extended = ExtendedData(counts, features.cores, features.deltas)
    view = FingerView(features.minutiae, quality=features.quality.score, extended=extended)
    return minutiae_records.write(MinutiaeRecord(kind, shape[1], shape[0], (ppi, ppi), (view,)))


def write_xyt(minutiae: Minutiae) -> str:
    """Give the text template: a line `x y angle quality type` a minutia.

    x, y: pixels of the image, origin top left. angle: degrees counter-clockwise from +x, [0, 360), ISO/IEC 19794-2.
    quality: 0..100. type: the code of `MinutiaKind`.
    """
    angles = np.round(np.degrees(minutiae.direction.astype(np.float64)), 2) % 360
    rows = zip(minutiae.x, minutiae.y, angles, minutiae.quality, minutiae.kind, strict=True)
    return "".join(f"{x:.2f} {y:.2f} {angle:.2f} {quality} {kind}\n" for x, y, angle, quality, kind in rows)


def read_xyt(text: str) -> Minutiae:
    """Read a text template; `#` starts a comment line and a missing type is OTHER.

    Raises RecordError with the line's number.
    """
    rows = [
        _row(line, number)
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.startswith("#")
    ]
    table: NDArray[np.float64] = np.array(rows, np.float64).reshape(-1, 5)
    return Minutiae(
        x=table[:, 0].astype(np.float32),
        y=table[:, 1].astype(np.float32),
        direction=np.radians(table[:, 2] % 360).astype(np.float32),
        kind=table[:, 4].astype(np.uint8),
        quality=table[:, 3].astype(np.uint8),
    )


def _row(line: str, number: int) -> tuple[float, float, float, float, float]:
    words = line.split()
    try:
        x, y, angle, quality, kind = (float(word) for word in (words if len(words) == 5 else [*words, "0"]))
    except ValueError as error:
        raise RecordError(f"xyt template, line {number}: expected `x y angle quality [type]`, not {line!r}") from error
    if not all(map(math.isfinite, (x, y, angle))) or not 0 <= quality <= 100 or kind not in set(MinutiaKind):
        raise RecordError(f"xyt template, line {number}: a value is out of its range: {line!r}")
    return x, y, angle, quality, kind
