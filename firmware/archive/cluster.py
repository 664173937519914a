"""Spreads the assessment of many files over a Dask cluster, whose workers read them by the same paths."""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from distributed import Client, Future, KilledWorker

from firmware import assessment
from firmware.archive import spreading
from firmware.archive.maker import maker
from firmware.archive.spreading import Batch, Rows
from firmware.assessment import ImageFile, Wishes
from firmware.errors import ClusterError
from firmware.rows import Assessment, Row, as_json

BATCH = 8
"""Files a task: work enough that what the scheduler does for a task is little beside it."""
AHEAD = 512
"""Tasks that are handed out at once: two for each of 256 processes, and some megabytes of rows at most."""

Submit = Callable[[Batch], Future[list[Row]]]

_ANSWER_S = 10.0
_LOOK_S = 5.0
_ALONE_S = 120.0


def over(files: Batch, *, wishes: Wishes, address: str) -> Rows:
    """Assess each file on the cluster whose scheduler is at `address`, such as tcp://10.0.0.5:8786.

    What a worker had that dies is done again by others. Raises ClusterError when there is no scheduler, when no worker
    is left, or when one is another Rekam or sees other folders.
    """
    if not files:
        return
    with _connected(address) as client:
        here = (ImageFile(file.path.absolute(), file.name) for file in files)
        # Each batch is work of its own, also when it was asked for before
        submit = partial(client.submit, _assess, wishes=_absolute(wishes), asked=maker(), pure=False)
        collect = partial(_collect, client=client, submit=submit)
        yield from spreading.in_order(spreading.batches(here, BATCH), submit, collect, AHEAD)


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    # What it has to say of lost connections is said by our own errors, without its tracebacks
    for name in ("distributed", "distributed.client", "distributed.core"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        client = Client(address, timeout=_ANSWER_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"--cluster {address}: no scheduler answers ({error}); start one with: dask scheduler"
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_ANSWER_S)
        except TimeoutError as error:
            raise ClusterError(f"--cluster {address}: it has no worker; start some: dask worker {address}") from error
        yield client


def _absolute(wishes: Wishes) -> Wishes:
    """The same wishes with folders that mean the same wherever a worker was started."""
    folders: dict[str, Any] = {name: folder.absolute() for name, folder in wishes.folders().items()}
    return replace(wishes, **folders)


def _assess(batch: Batch, wishes: Wishes, asked: str) -> list[Row]:
    """On a worker: assess some files. Raises ClusterError when it is no worker for these rows."""
    if maker() != asked:
        raise ClusterError(f"a worker is Rekam {maker()}, not {asked}; install the same one on all")
    for folder in wishes.folders().values():
        if not folder.is_dir():
            raise ClusterError(f"a worker does not see the folder {folder}; {_SHARE}")
    return [assessment.row(file, wishes) for file in batch]


_SHARE = "the cluster's machines must see the same files by the same paths"


def _collect(batch: Batch, future: Future[list[Row]], client: Client, submit: Submit) -> list[Row]:
    """The rows of a batch; one after which worker upon worker dies is split, to find the file that kills them."""
    try:
        rows = _wait(client, future)
    except KilledWorker:
        if len(batch) == 1:
            words = "cannot be assessed: each process that tried it was ended from outside, perhaps for want of memory"
            return [as_json(Assessment(batch[0].name, error=words))]
        return [row for file in batch for row in _collect([file], submit([file]), client, submit)]
    for file, row in zip(batch, rows, strict=True):
        if row["error"] == assessment.NOT_THERE and file.path.exists():
            raise ClusterError(f"a worker does not see {file.path}; {_SHARE}")
    return rows


def _wait(client: Client, future: Future[list[Row]]) -> list[Row]:
    alone_since: float | None = None
    while True:
        try:
            rows: list[Row] = future.result(timeout=_LOOK_S)
            return rows
        except TimeoutError:
            if client.nthreads():
                alone_since = None
                continue
        except (CancelledError, OSError) as error:
            raise ClusterError(f"the cluster's scheduler has gone ({error}); {_GO_ON}") from error
        alone_since = alone_since or time.monotonic()
        if time.monotonic() - alone_since > _ALONE_S:
            raise ClusterError(f"the cluster has had no worker for {_ALONE_S:.0f} s; {_GO_ON}")


_GO_ON = "start it again and call with the same --run, which keeps what is done"
