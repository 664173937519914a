"""A bar at a terminal that grows with what is done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def progress(console: Console, words: str, total: int) -> Iterator[Callable[[], None]]:
    """A progress bar while the block runs; call what it yields once for each thing done."""
    columns = (TextColumn(words), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(words, total=total)
        yield lambda: bar.advance(task)
