"""Quality scores of prints as a table tells them, and how two scores of the same prints agree."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware.errors import InputError

NEAR = 5
"""Points within which two scores are taken for the same."""

_FILE = ("file", "Filename")
_SCORE = ("UnifiedQualityScore", "QualityScore", "quality")


def read(path: Path, folder: Path) -> dict[str, int]:
    """The scores of the prints of a folder, by the stem of their names; what was refused has none.

    path: a table as NFIQ 2.3 or `rekam assess --csv` writes it, or a folder where FOLDER.csv is one. Raises InputError.
    """
    table = path / f"{folder.name}.csv" if path.is_dir() else path
    try:
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{table}: this table of scores can't be read: {error}") from error
    columns = rows[0].keys() if rows else ()
    name = next((column for column in _FILE if column in columns), None)
    score = next((column for column in _SCORE if column in columns), None)
    if name is None or score is None:
        raise InputError(f"{table}: needs a column {' or '.join(_FILE)}, and one of {', '.join(_SCORE)}")
    try:
        return {Path(row[name]).stem: int(row[score]) for row in rows if row[score] not in ("", "NA")}
    except ValueError as error:
        raise InputError(f"{table}, column {score}: a score is a whole number or empty ({error})") from error


def spearman(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Spearman's correlation, of ranks; those of equal scores are their mean. NaN where all scores are equal."""
    first, second = (_ranks(np.asarray(scores, np.float64)) for scores in (ours, theirs))
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.corrcoef(first, second)[0, 1])


def share_near(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The part of the prints, 0..1, whose two scores lie at most `NEAR` points apart."""
    return float(np.mean(np.abs(np.subtract(ours, theirs)) <= NEAR))


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = counts.cumsum()
    return np.asarray((last - (counts - 1) / 2)[inverse], np.float64)
