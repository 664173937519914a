"""Shows what `rekam assess` found to a person at a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from firmware import advice, wording
from firmware.assessment import PPI_WHEN_UNTOLD
from firmware.datatypes import Feedback
from firmware.rows import Row
from firmware.vocabulary import Language, PatternClass

MOST_FAILED = 100


def show(console: Console, rows: Sequence[Row]) -> None:
    """One line an image, of rows as a table has them: score, minutiae, pattern class, and what to tell the operator."""
    table = Table("file", "quality", "minutiae", "pattern", "feedback", box=None, pad_edge=False)
    for row in rows:
        if row["error"]:
            table.add_row(row["file"], "-", "-", "-", f"not read: {row['error']}")
            continue
        codes = row["feedback"].split(";") if row["feedback"] else []
        words = " ".join(advice.say(Feedback(code), Language.ENGLISH) for code in codes)
        pattern = wording.pattern(PatternClass[row["pattern"].upper()], Language.ENGLISH)
        table.add_row(row["file"], str(row["quality"]), str(row["minutiae"]), pattern, words)
    console.print(table)


class Told:
    """What a person should know of the rows: files that tell no resolution, and files that could not be read."""

    def __init__(self) -> None:
        self._rows = 0
        self._untold: list[str] = []
        self._failed: list[tuple[str, str]] = []

    @property
    def all_read(self) -> bool:
        """Whether no row has an error."""
        return not self._failed

    def add(self, row: Row) -> None:
        """Note one row."""
        self._rows += 1
        if not row["ppi_told"]:
            self._untold.append(row["file"])
        if row["error"]:
            self._failed.append((row["file"], row["error"]))

    def show(self, console: Console) -> None:
        """Tell it."""
        if self._untold:
            which = self._untold[0]
            which = which if len(self._untold) == 1 else f"{len(self._untold)} files, {which} the first,"
            verb = "tells" if len(self._untold) == 1 else "tell"
            words = f"warning: {which} {verb} no resolution; taken as {PPI_WHEN_UNTOLD:g} ppi (say --ppi)"
            console.print(words, markup=False)
        if self._failed:
            console.print(f"{len(self._failed)} of {self._rows} could not be read:", markup=False)
        for name, error in self._failed[:MOST_FAILED]:
            console.print(f"  {name}: {error}", markup=False)
        if (more := len(self._failed) - MOST_FAILED) > 0:
            console.print(f"  and {more} more, with their errors in the rows of --json and --csv", markup=False)
