"""How near the quality measures come to a reference's on the same prints, measure by measure."""

import csv
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firmware.assessment import PPI_WHEN_UNTOLD, SUFFIXES
from firmware.benchmarks.scores import spearman
from firmware.errors import InputError, SampleError
from firmware.pipeline import extraction, parameters
from firmware.pipeline.nfiq2 import measures
from firmware.records import images
from firmware.vocabulary import Effort

SPEARMAN = 0.99
"""The least correlation of ranks with which a measure counts as the reference's."""

DEVIATION = 0.01
"""The largest median of the relative deviations."""

AT_ZERO = 1e-6
"""The largest deviation where the reference has 0."""

ON_MINUTIAE = ("FingerJetFX_", "FJFXPos_")
"""How the names begin of those that rest on minutiae: ours are not the reference's, so they are not judged."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One print, and the reference's measures of it by name."""

    image: Path
    measures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Agreement:
    """One measure over all prints.

    spearman: NaN where either side is the same for all prints. median, largest: relative deviation where the reference
    is not 0; at_zero: the largest deviation where it is. judged: it does not rest on minutiae.
    """

    name: str
    spearman: float
    median: float
    largest: float
    at_zero: float
    judged: bool

    @property
    def within(self) -> bool:
        """Whether it counts as the reference's."""
        alike = math.isnan(self.spearman) or self.spearman >= SPEARMAN
        return alike and self.median <= DEVIATION and self.at_zero <= AT_ZERO


@dataclass(frozen=True, slots=True)
class Report:
    """All measures, those that are judged first, the worst of them first; and the prints that were refused."""

    prints: int
    refused: tuple[Path, ...]
    agreements: tuple[Agreement, ...]


def collect(arguments: Sequence[Path]) -> list[Reference]:
    """The prints of pairs of table and folder, in the tables' order; those that the reference refused are left out.

    A table is a CSV with a column `file` or `Filename`, or a JSON object with an object a print, as NIST publishes
    them. Raises InputError where a table can't be read, has no such columns or names a print that is not there.
    """
    if len(arguments) % 2 or not arguments:
        raise InputError("name a table and the folder of its prints, then the next table and its folder")
    return [
        reference
        for table, folder in zip(arguments[::2], arguments[1::2], strict=True)
        for reference in _read(table, folder)
    ]


def run(references: Sequence[Reference], effort: Effort, advance: Callable[[], None]) -> Report:
    """Measure every print and compare; `advance` is called once a print."""
    ours, theirs, refused = [], [], []
    for reference in references:
        try:
            ours.append(_measured(reference.image, effort))
            theirs.append(reference.measures)
        except SampleError:
            refused.append(reference.image)
        advance()
    if not ours:
        raise InputError(f"none of {len(references)} prints can be measured; are these prints at 500 ppi?")
    found = [_agreement(name, [m[name] for m in ours], [m[name] for m in theirs]) for name in measures.NAMES]
    found.sort(key=lambda one: (not one.judged, one.within, _rank(one.spearman), -one.median, -one.largest))
    return Report(len(references), tuple(refused), tuple(found))


def as_json(report: Report) -> dict[str, object]:
    """The report as one object; deviations as parts, not percent."""
    return {
        "prints": report.prints,
        "refused": [str(path) for path in report.refused],
        "measures": [
            {
                "name": one.name,
                "spearman": None if math.isnan(one.spearman) else round(one.spearman, 6),
                "median_deviation": one.median,
                "largest_deviation": one.largest,
                "largest_at_zero": one.at_zero,
                "within": one.within if one.judged else None,
            }
            for one in report.agreements
        ],
    }


def as_lines(report: Report) -> list[str]:
    """The report for a person."""
    lines = [f"{'':40s}{'Spearman':>10s}{'median off':>13s}{'most off':>12s}{'most off 0':>13s}"]
    for one in report.agreements:
        rank = "-" if math.isnan(one.spearman) else f"{one.spearman:.4f}"
        off = f"{100 * one.median:11.2g} %{100 * one.largest:10.2g} %{one.at_zero:13.2g}"
        verdict = ("within" if one.within else "beyond") if one.judged else "not judged"
        lines.append(f"{one.name:40s}{rank:>10s}{off}  {verdict}")
    judged = [one for one in report.agreements if one.judged]
    lines += [
        "",
        f"{sum(one.within for one in judged)} of {len(judged)} measures within on "
        f"{report.prints - len(report.refused)} of {report.prints} prints: Spearman at least {SPEARMAN}, "
        f"median deviation at most {100 * DEVIATION:g} %, at most {AT_ZERO:g} where the reference is 0",
        "Not judged: what rests on minutiae, which are ours and not the reference's",
    ]
    return lines + [f"refused: {path}" for path in report.refused]


def _read(table: Path, folder: Path) -> list[Reference]:
    try:
        text = table.read_text(encoding="utf-8")
        rows = _objects(text) if table.suffix == ".json" else _rows(text)
        known = {name: {measure: float(row[measure]) for measure in measures.NAMES} for name, row in rows.items()}
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{table}: this table of measures can't be read: {error}") from error
    except KeyError as error:
        raise InputError(f"{table}: has no measure {error.args[0]}") from error
    files = {path.stem: path for path in folder.glob("*") if path.suffix.lower() in SUFFIXES}
    if missing := [name for name in known if Path(name).stem not in files]:
        raise InputError(f"{folder}: has no print {missing[0]}, which {table} tells of")
    return [Reference(files[Path(name).stem], row) for name, row in known.items()]


def _objects(text: str) -> dict[str, dict[str, str]]:
    rows = json.loads(text)
    if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
        raise ValueError("it needs an object with an object a print")
    return rows


def _rows(text: str) -> dict[str, dict[str, str]]:
    rows = list(csv.DictReader(text.splitlines()))
    name = next((column for column in ("file", "Filename") if rows and column in rows[0]), None)
    if name is None:
        raise ValueError("it needs a column file or Filename, and rows")
    return {row[name]: row for row in rows if row.get("Mu") not in ("", "NA")}


def _measured(path: Path, effort: Effort) -> dict[str, float]:
    pixels, told = images.decode(path.read_bytes())
    ppi = told or PPI_WHEN_UNTOLD
    if abs(ppi / parameters.PPI - 1) > parameters.PPI_TOLERANCE:
        raise SampleError(f"quality: {path.name} has {ppi:g} ppi, and the reference measures 500")
    return measures.measure(pixels, extraction.extract(pixels, ppi, effort).minutiae)


def _agreement(name: str, ours: Sequence[float], theirs: Sequence[float]) -> Agreement:
    found, known = np.array(ours), np.array(theirs)
    off, zero = np.abs(found - known), known == 0
    relative = off[~zero] / np.abs(known[~zero])
    return Agreement(
        name,
        spearman(ours, theirs),
        float(np.median(relative)) if relative.size else 0.0,
        float(relative.max(initial=0)),
        float(off[zero].max(initial=0)),
        not name.startswith(ON_MINUTIAE),
    )


def _rank(correlation: float) -> float:
    return 1.0 if math.isnan(correlation) else round(correlation, 6)
