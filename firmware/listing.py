"""Shows what `rekam assess` found to a person at a terminal."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from firmware import wording
from firmware.assessment import PPI_WHEN_UNTOLD, Assessment
from firmware.datatypes import FEEDBACK_WORDS
from firmware.vocabulary import Language


@contextmanager
def progress(console: Console, words: str, total: int) -> Iterator[Callable[[], None]]:
    """A progress bar while the block runs; call what it yields once for each thing done."""
    columns = (TextColumn(words), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(words, total=total)
        yield lambda: bar.advance(task)


def show(console: Console, results: Sequence[Assessment]) -> None:
    """One line an image: score, minutiae, pattern class, and what to tell the operator."""
    table = Table("file", "quality", "minutiae", "pattern", "feedback", box=None, pad_edge=False)
    for result in results:
        if result.features is None:
            table.add_row(result.name, "-", "-", "-", f"not read: {result.error}")
            continue
        quality = result.features.quality
        words = " ".join(FEEDBACK_WORDS[feedback][Language.ENGLISH] for feedback in quality.feedback)
        pattern = wording.pattern(result.features.pattern, Language.ENGLISH)
        table.add_row(result.name, str(quality.score), str(len(result.features.minutiae)), pattern, words)
    console.print(table)


def warn(console: Console, results: Sequence[Assessment]) -> None:
    """Name what a person should know: files that tell no resolution, and files that could not be read."""
    untold = [result.name for result in results if not result.ppi_told]
    if untold:
        which = untold[0] if len(untold) == 1 else f"{len(untold)} files, {untold[0]} the first,"
        verb = "tells" if len(untold) == 1 else "tell"
        console.print(
            f"warning: {which} {verb} no resolution; taken as {PPI_WHEN_UNTOLD:g} ppi (say --ppi)", markup=False
        )
    failed = [result for result in results if result.error]
    if failed:
        console.print(f"{len(failed)} of {len(results)} could not be read:", markup=False)
    for result in failed:
        console.print(f"  {result.name}: {result.error}", markup=False)
