"""How quality measures are distributed on good prints, so that a print's worst ones can be told.

The table `reference.csv` is made by `python -m firmware.training.reference` from grown prints alone: a line a measure,
which side of it is bad, and the values that 0 to 100 percent (`PERCENTS`) of the good prints do not exceed.
"""

import csv
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import resources

PERCENTS = (0, 1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99, 100)
TABLE = "reference.csv"
WORST = 5


class Side(Enum):
    """Where a measure's values are worse than those of good prints."""

    LOW = "low"
    HIGH = "high"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Reference:
    """One measure on good prints. values: what so many percent of them do not exceed, by PERCENTS."""

    side: Side
    values: tuple[float, ...]

    def at_most(self, value: float) -> float:
        """The part, 0..1, of the good prints that do not exceed a value."""
        return self._part(value, bisect_right(self.values, value))

    def under(self, value: float) -> float:
        """The part, 0..1, of the good prints that lie below a value."""
        return self._part(value, bisect_left(self.values, value))

    def _part(self, value: float, place: int) -> float:
        """In proportion between the two values around a place in the list."""
        if place == 0 or place == len(self.values):
            return float(place > 0)
        low, high = self.values[place - 1 : place + 1]
        part = (value - low) / (high - low)
        return (PERCENTS[place - 1] + part * (PERCENTS[place] - PERCENTS[place - 1])) / 100


@dataclass(frozen=True, slots=True)
class Finding:
    """How bad one measure of a print is: so large a part, 0..1, of the good prints is as bad or worse."""

    measure: str
    value: float
    share: float
    reference: Reference


def family(measure: str) -> str:
    """What a measure tells of; the bins, the mean and the deviation of one figure tell of the same."""
    return re.sub(r"_Bin10_(\d|Mean|StdDev)$", "", measure)


def worst(measures: Mapping[str, float], references: Mapping[str, Reference] | None = None) -> tuple[Finding, ...]:
    """The five worst measures of a print, the worst first, one of each family; only those that a reference is for."""
    known = table() if references is None else references
    found = sorted(
        (_judge(name, value, known[name]) for name, value in measures.items() if name in known), key=_badness
    )
    first: dict[str, Finding] = {}
    for finding in found:
        first.setdefault(family(finding.measure), finding)
    return tuple(first.values())[:WORST]


def _judge(measure: str, value: float, reference: Reference) -> Finding:
    low, high = reference.at_most(value), 1 - reference.under(value)
    share = {Side.LOW: low, Side.HIGH: high, Side.BOTH: min(1.0, 2 * min(low, high))}[reference.side]
    return Finding(measure, value, share, reference)


def _badness(finding: Finding) -> tuple[float, float]:
    """First by the share of good prints that are as bad; where there are none, by how far it lies beyond the last."""
    least, most = finding.reference.values[0], finding.reference.values[-1]
    beyond = max(least - finding.value, finding.value - most, 0.0)
    return finding.share, -beyond / ((most - least) or 1.0)


@cache
def table() -> Mapping[str, Reference]:
    """The references by the measures' names, as they are shipped."""
    text = (resources.files("firmware.pages") / TABLE).read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        row["measure"]: Reference(Side(row["bad"]), tuple(float(row[f"p{percent}"]) for percent in PERCENTS))
        for row in rows
    }
