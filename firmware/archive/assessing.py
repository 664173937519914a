"""The whole of `rekam assess`: which files, who assesses them, where the rows go."""

import contextlib
import json
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rich.console import Console

from firmware import assessment, listing, progress_bar
from firmware.archive import keeping, spreading
from firmware.archive.spreading import Spread
from firmware.assessment import Wishes
from firmware.durable import make_folder
from firmware.errors import InputError
from firmware.pages import document
from firmware.rows import Row, flat, writing_csv


@dataclass(frozen=True, slots=True)
class Output:
    """Where the rows go; without any of the first three a person is shown a table.

    measures: whether the table has a column for each measure of NFIQ 2.
    """

    as_json: bool = False
    table: Path | None = None
    run: Path | None = None
    measures: bool = False


def who(jobs: int, cluster: str | None) -> Spread:
    """Who assesses: so many processes here, or a cluster. Raises InputError when Dask is not installed."""
    if not cluster:
        return partial(spreading.here, jobs=jobs)
    try:
        # An optional extra: only those who ask for a cluster need it
        from firmware.archive.cluster import over
    except ImportError as error:
        raise InputError(f"--cluster: Dask is missing ({error}); install it: pip install 'rekam[cluster]'") from error
    return partial(over, address=cluster)


def assess(paths: Sequence[Path], wishes: Wishes, output: Output, spread: Spread, out: Console, err: Console) -> bool:
    """Assess all files; returns whether each could be read.

    Raises KitError when something cannot be done at all, and SystemExit when SIGTERM came; a run keeps what is done.
    """
    if output.measures and not output.table:
        raise InputError("--measures: adds columns to the table of --csv FILE; name one")
    told_to_end = threading.Event()
    # An exception out of the handler could leave a lock of the pool held, and the pool would wait for it for ever
    signal.signal(signal.SIGTERM, lambda *_: told_to_end.set())
    files = assessment.collect(paths, wishes, assessment.SUFFIXES | assessment.TRANSACTIONS)
    shown: list[Row] | None = None if output.as_json or output.table or output.run else []
    told = listing.Told()
    with contextlib.ExitStack() as stack:
        wishes = _with_pages(wishes, output.run, stack)
        # First of all: a run that was begun with other wishes refuses before anything is made for these
        kept = stack.enter_context(keeping.opened(output.run, files, wishes)) if output.run else None
        assessment.prepare(wishes, output.table)
        work = partial(spread, wishes=wishes)
        rows = stack.enter_context(contextlib.closing(kept.rows(work) if kept else work(files)))
        add_to_table = stack.enter_context(writing_csv(output.table, _columns(output))) if output.table else None
        advance = stack.enter_context(progress_bar.progress(err, "assessing", len(files)))
        for row in rows:
            if told_to_end.is_set():
                raise SystemExit(128 + signal.SIGTERM)
            if output.as_json:
                sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
                sys.stdout.flush()
            if add_to_table:
                add_to_table(row)
            if shown is not None:
                shown.append(flat(row))
            told.add(row)
            advance()
        if wishes.report and wishes.pages:
            parts = (assessment.page_part(file, wishes.pages) for file in files)
            document.join(parts, wishes.report, wishes.language)
    if shown is not None:
        listing.show(out, shown)
    elif output.run and not output.as_json and not output.table:
        words = f"{len(files)} rows in {output.run}; what they tell together: rekam summary {output.run}"
        out.print(words, markup=False)
    told.show(err)
    return told.all_read


def _columns(output: Output) -> Sequence[str]:
    """The measures that the table has columns for."""
    if not output.measures:
        return ()
    # With them come the kernels, which only a process that assesses needs
    from firmware.pipeline.nfiq2.measures import NAMES

    return NAMES


def _with_pages(wishes: Wishes, run: Path | None, stack: contextlib.ExitStack) -> Wishes:
    """The same wishes with a folder for the pages of the report: the run's own, or one that goes when all is done."""
    if not wishes.report:
        return wishes
    document.check(wishes.report)
    if run:
        return replace(wishes, pages=run / keeping.PAGES)
    make_folder(wishes.report.parent)
    # Beside the report, where the workers of a cluster see it too
    folder = tempfile.TemporaryDirectory(prefix=f".{wishes.report.name}.", dir=wishes.report.parent)
    return replace(wishes, pages=Path(stack.enter_context(folder)))
