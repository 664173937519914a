"""Sums rows up: how quality, minutiae and feedback are distributed over the files of a group."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from firmware.rows import Row


@dataclass(slots=True)
class Tally:
    """One group's files; counted exactly, so that memory doesn't grow with their number.

    scores, minutiae: how many files have each value. feedback: how many files have each code.
    """

    unreadable: int = 0
    scores: Counter[int] = field(default_factory=Counter)
    minutiae: Counter[int] = field(default_factory=Counter)
    feedback: Counter[str] = field(default_factory=Counter)

    @property
    def read(self) -> int:
        """How many files could be read."""
        return self.scores.total()

    @property
    def files(self) -> int:
        """How many files there are."""
        return self.read + self.unreadable

    def add(self, row: Row) -> None:
        """Count one file."""
        if row["error"]:
            self.unreadable += 1
            return
        self.scores[row["quality"]] += 1
        self.minutiae[len(row["minutiae"])] += 1
        self.feedback.update(row["feedback"])

    def share(self, code: str) -> float:
        """The part, 0..1, of the files that could be read that has this feedback."""
        return self.feedback[code] / self.read if self.read else 0.0


def pooled(tallies: Iterable[Tally]) -> Tally:
    """Several groups as one."""
    whole = Tally()
    for tally in tallies:
        whole.unreadable += tally.unreadable
        whole.scores.update(tally.scores)
        whole.minutiae.update(tally.minutiae)
        whole.feedback.update(tally.feedback)
    return whole


def quantile(counts: Counter[int], part: float) -> int | None:
    """The least value that at least this part, 0..1, of all do not exceed; None when there are none."""
    wanted, seen = part * counts.total(), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= wanted:
            return value
    return None
