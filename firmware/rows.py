"""What `rekam assess` tells of a file: an object of JSON, or a line of a table."""

import csv
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from firmware.datatypes import FingerprintFeatures
from firmware.durable import replacing
from firmware.records import templates
from firmware.structure import Singularities
from firmware.vocabulary import MinutiaKind

KIND_WORDS = {MinutiaKind.OTHER: "other", MinutiaKind.RIDGE_ENDING: "ending", MinutiaKind.BIFURCATION: "bifurcation"}
COLUMNS = ("file", "width", "height", "ppi", "quality", "minutiae", "pattern", "feedback", "error")

Row = dict[str, Any]
"""What became of one file as an object of JSON; see `as_json`."""


@dataclass(frozen=True, slots=True)
class RecordPlace:
    """Which record of a transaction holds the print: the file, the record counted from 1, its type, IDC and finger.

    idc, position: None where the record tells none.
    """

    file: str
    number: int
    type: int
    idc: int | None
    position: int | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What became of one file, or of one record of a transaction; without features there is an error."""

    name: str
    width: int | None = None
    height: int | None = None
    ppi: float | None = None
    ppi_told: bool = True
    features: FingerprintFeatures | None = None
    error: str | None = None
    record: RecordPlace | None = None


def as_json(result: Assessment) -> Row:
    """One result as the object of a JSON Lines file; it is the same after it was written and read again."""
    features = result.features
    return {
        "file": result.name,
        "record": asdict(result.record) if result.record else None,
        "width": result.width,
        "height": result.height,
        "ppi": result.ppi,
        "ppi_told": result.ppi_told,
        "quality": features.quality.score if features else None,
        "feedback": [feedback.value for feedback in features.quality.feedback] if features else [],
        "minutiae": _minutiae(features) if features else [],
        "pattern": features.pattern.name.lower() if features else None,
        "cores": _singularities(features.cores) if features else [],
        "deltas": _singularities(features.deltas) if features else [],
        "measures": _measures(features.quality.measures) if features else {},
        "error": result.error,
    }


def _measures(measures: Mapping[str, float]) -> dict[str, float | None]:
    """Measures to nine digits; what is no number has none in JSON."""
    return {name: float(f"{value:.9g}") if math.isfinite(value) else None for name, value in measures.items()}


def _minutiae(features: FingerprintFeatures) -> list[dict[str, object]]:
    """Minutiae as the template has them: the same rounding, the same degrees."""
    lines = templates.write_xyt(features.minutiae).splitlines()
    rows = (line.split() for line in lines)
    return [
        {
            "x": float(x),
            "y": float(y),
            "angle": float(angle),
            "type": KIND_WORDS[MinutiaKind(int(kind))],
            "quality": int(q),
        }
        for x, y, angle, q, kind in rows
    ]


def _singularities(points: Singularities) -> list[dict[str, object]]:
    """Cores or deltas, their directions in degrees."""
    angles = np.round(np.degrees(points.directions.astype(np.float64)), 2) % 360
    rows = zip(points.x, points.y, angles.tolist(), points.quality, strict=True)
    return [{"x": round(float(x), 2), "y": round(float(y), 2), "angles": a, "quality": int(q)} for x, y, a, q in rows]


@contextmanager
def writing_csv(path: Path, measures: Sequence[str] = ()) -> Iterator[Callable[[Row], None]]:
    """Write a table, whole or not at all: call what this yields once for each row. Raises InputError.

    measures: those that have a column of their own, to nine digits, empty where a print has none.
    """
    with replacing(path) as write:
        lines = SimpleNamespace(write=lambda text: write(text.encode("utf-8", "surrogateescape")))
        writer = csv.DictWriter(lines, (*COLUMNS, *measures), lineterminator="\n")
        writer.writeheader()
        yield lambda row: writer.writerow(flat(row) | _cells(row["measures"], measures))


def _cells(found: Mapping[str, float | None], names: Sequence[str]) -> dict[str, str]:
    return {name: "" if (value := found.get(name)) is None else f"{value:.9g}" for name in names}


def flat(row: Row) -> Row:
    """The row as a table has it: only its columns, how many minutiae, all feedback in one cell."""
    cells = {column: row[column] for column in COLUMNS}
    if row["error"]:
        return cells | {"minutiae": None, "feedback": None}
    return cells | {"minutiae": len(row["minutiae"]), "feedback": ";".join(row["feedback"])}
