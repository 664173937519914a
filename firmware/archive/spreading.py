"""Spreads the assessment of many files over processes; the rows come back in the order of the files."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import islice
from multiprocessing import get_context
from typing import Protocol, TypeVar

from firmware import assessment
from firmware.assessment import ImageFile, Wishes
from firmware.errors import SampleError
from firmware.rows import Row

Batch = Sequence[ImageFile]
Rows = Generator[Row, None, None]


class Spread(Protocol):
    """Turns files into their rows, in their order."""

    def __call__(self, files: Batch, *, wishes: Wishes) -> Rows:
        """Assess each file."""


_AHEAD = 4
"""So many files are handed out for each process, so that none waits for work; no more, so that memory is bounded."""


class Waiting(Protocol):
    """Work that is handed out; both kinds of futures are of this kind."""

    def cancel(self) -> bool:
        """Give the work up when nobody has begun it."""


W = TypeVar("W", bound=Waiting)


def here(files: Batch, *, wishes: Wishes, jobs: int) -> Rows:
    """Assess each file; with `jobs` over 1 in that many processes. Raises SampleError when one of them dies."""
    if jobs == 1 or len(files) < 2:
        yield from map(partial(assessment.row, wishes=wishes), files)
        return
    # A forked child would inherit the parent's threads and locks half way
    with ProcessPoolExecutor(min(jobs, len(files)), mp_context=get_context("spawn")) as pool:
        yield from in_order(
            batches(files, 1), lambda batch: pool.submit(_assess, batch, wishes), _collect, _AHEAD * jobs
        )


def batches(files: Iterable[ImageFile], size: int) -> Iterator[list[ImageFile]]:
    """The files in portions of this size; the last one may be smaller."""
    rest = iter(files)
    while batch := list(islice(rest, size)):
        yield batch


def in_order(
    work: Iterable[Batch], submit: Callable[[Batch], W], collect: Callable[[Batch, W], Iterable[Row]], ahead: int
) -> Iterator[Row]:
    """Hand work out, never more than `ahead` batches, and give the rows of each back in the order of the work."""
    out: deque[tuple[Batch, W]] = deque()
    try:
        for batch in work:
            out.append((batch, submit(batch)))
            if len(out) == ahead:
                yield from collect(*out.popleft())
        while out:
            yield from collect(*out.popleft())
    finally:
        for _, waiting in out:
            waiting.cancel()


def _assess(batch: Batch, wishes: Wishes) -> list[Row]:
    return [assessment.row(file, wishes) for file in batch]


def _collect(batch: Batch, future: Future[list[Row]]) -> list[Row]:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise SampleError(
            f"{batch[0].path}: a process that assessed this file or one of the next was ended from outside, perhaps "
            "for want of memory; try fewer --jobs, and --run so that what is done is kept"
        ) from error
