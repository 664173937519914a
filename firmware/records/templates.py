"""Minutiae as templates that other programs read."""

import math

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Minutiae
from firmware.errors import RecordError
from firmware.vocabulary import MinutiaKind


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
