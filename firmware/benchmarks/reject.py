"""Whether a score predicts: how often a finger is not recognised once its worst prints are discarded.

Error-versus-discard curves after Grother and Tabassi, "Performance of biometric quality measures", IEEE TPAMI 29(4),
2007. Prints are discarded one by one, the one of lowest score first, and of those left the FNMR at FMR 0.1 % is told. A
score that knows nothing leaves it where it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware.assessment import PPI_WHEN_UNTOLD
from firmware.benchmarks import matching
from firmware.benchmarks.accuracy import PrintSet
from firmware.datatypes import Minutiae
from firmware.errors import InputError, RecordError
from firmware.pipeline import extraction
from firmware.records import images, templates
from firmware.vocabulary import Effort

MOST = 0.5
"""The part of the prints that is discarded at the end of a curve."""
FIFTH = 0.2

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Compared:
    """A set's prints, compared all with all. scores: ours. alike: float64 (prints, prints), above the diagonal."""

    prints: PrintSet
    scores: tuple[int, ...]
    alike: Floats


@dataclass(frozen=True, slots=True)
class Curve:
    """FNMR at FMR 0.1 percent, 0..1, after so many prints of a set are discarded by a score: none, one, two, ..."""

    folder: Path
    by: str
    prints: int
    fnmr: tuple[float, ...]

    @property
    def after_fifth(self) -> float:
        """What is left once the worst fifth is discarded."""
        return self.fnmr[round(FIFTH * self.prints)]

    @property
    def area(self) -> float:
        """The area under the curve over its width: the mean FNMR."""
        return float(np.trapezoid(self.fnmr)) / (len(self.fnmr) - 1)


def compare(prints: PrintSet, effort: Effort, there: Path | None, advance: Callable[[], None]) -> Compared:
    """Score each print of a set and compare them all; `advance` is called once a print.

    there: a folder with SET/FINGER_IMPRESSION.xyt, whose minutiae are compared instead of ours. Raises InputError.
    """
    scores, found = [], []
    for file in prints.files:
        pixels, told = images.decode(file.read_bytes())
        features = extraction.extract(pixels, told or PPI_WHEN_UNTOLD, effort)
        scores.append(features.quality.score)
        path = there / prints.folder.name / f"{file.stem}.xyt" if there else None
        # As a template tells them, as `bench accuracy` compares them
        text = _read(path) if path else templates.write_xyt(features.minutiae)
        found.append(_parsed(text, path or file))
        advance()
    alike = np.zeros((len(found), len(found)))
    for i, row in enumerate(matching.scores(found)):
        alike[i, i + 1 :] = row
    return Compared(prints, tuple(scores), alike)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: no template of this print can be read there: {error}") from error


def _parsed(text: str, path: Path) -> Minutiae:
    try:
        return templates.read_xyt(text)
    except RecordError as error:
        raise InputError(f"{path}: {error}") from error


def curves(compared: Compared, reference: Mapping[str, int] | None) -> list[Curve]:
    """The curve by our score and, where scores of a reference are given by the prints' names, by these.

    What the reference refused is discarded first. Raises InputError where no two prints are of one finger, or all are.
    """
    names = [file.stem for file in compared.prints.files]
    found = {"Rekam": list(compared.scores)}
    if reference is not None:
        found["reference"] = [reference.get(name, -1) for name in names]
    folder, fingers = compared.prints.folder, [name.rpartition("_")[0] for name in names]
    return [Curve(folder, by, len(names), _curve(compared, fingers, scores)) for by, scores in found.items()]


def _curve(compared: Compared, fingers: Sequence[str], scores: Sequence[int]) -> tuple[float, ...]:
    names = np.array(fingers)
    same = names[:, None] == names
    order = np.argsort(scores, kind="stable")
    fnmr = []
    for discarded in range(round(MOST * len(order)) + 1):
        kept = np.sort(order[discarded:])
        pairs = np.ix_(kept, kept)
        above = np.triu(np.ones((len(kept), len(kept)), np.bool_), 1)
        genuine, impostor = (compared.alike[pairs][above & (same[pairs] == one)] for one in (True, False))
        if not genuine.size or not impostor.size:
            raise InputError(f"{compared.prints.folder}: needs several fingers, and several prints of many of them")
        fnmr.append(matching.error_rates(genuine, impostor)[2])
    return tuple(fnmr)


def as_json(found: Sequence[Curve], effort: Effort) -> dict[str, object]:
    """The curves as one object; rates and areas in percent."""
    return {
        "effort": effort.value,
        "fmr": 0.1,
        "curves": [
            {
                "set": str(curve.folder),
                "by": curve.by,
                "prints": curve.prints,
                "fnmr": round(100 * curve.fnmr[0], 3),
                "fnmr_without_worst_fifth": round(100 * curve.after_fifth, 3),
                "area": round(100 * curve.area, 3),
                "curve": [round(100 * rate, 3) for rate in curve.fnmr],
            }
            for curve in found
        ],
    }


def as_lines(found: Sequence[Curve]) -> list[str]:
    """The curves for a person, a line each."""
    lines = [f"{'FNMR % at FMR 0.1 %':22s}{'by':10s}{'prints':>8s}{'all':>8s}{'worst 20 % out':>16s}{'area':>8s}"]
    for curve in found:
        rates = f"{100 * curve.fnmr[0]:8.2f}{100 * curve.after_fifth:16.2f}{100 * curve.area:8.2f}"
        lines.append(f"{curve.folder.name[:21]:22s}{curve.by:10s}{curve.prints:8d}{rates}")
    return lines
