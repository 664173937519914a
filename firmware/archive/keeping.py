"""A run: a folder that keeps the rows which are done, so that after a crash the next call goes on from there.

`run.json` tells what is wished and which Rekam makes the rows, `files.jsonl` has a line `[name, bytes]` for each file,
`rows.jsonl` a line for each row, in the same order. A row that a power cut tore is cut off and made again; the last
`SYNC_S` seconds of work may go with the power, nothing goes with a process.
"""

import fcntl
import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from enum import Enum
from io import FileIO
from itertools import zip_longest
from pathlib import Path
from typing import Any, BinaryIO

from firmware.archive.maker import maker
from firmware.archive.spreading import Batch, Rows
from firmware.assessment import ImageFile, Wishes
from firmware.durable import make_folder, sync_folder, write_file
from firmware.errors import InputError
from firmware.rows import Row

HEAD, FILES, ROWS, PAGES = "run.json", "files.jsonl", "rows.jsonl", "pages"
FORMAT = 1
SYNC_S = 1.0

log = logging.getLogger(__name__)

_ANOTHER = "name another folder for --run, or delete this one to begin anew"


class Run:
    """An opened run; no other process has it open."""

    def __init__(self, folder: Path, files: Sequence[ImageFile], rows: FileIO) -> None:
        self._path, self._files, self._rows = folder / ROWS, files, rows
        self._synced = time.monotonic()

    def rows(self, assess: Callable[[Batch], Rows]) -> Rows:
        """The rows that are kept, then those that `assess` makes of the rest, each kept before it is handed out."""
        done = 0
        for row in self._kept():
            yield row
            done += 1
        with closing(assess(self._files[done:])) as fresh:
            for row in fresh:
                self._keep(row)
                yield row

    def _kept(self) -> Iterator[Row]:
        """Rows as they were kept; from the first line on that is none of this run, the file is cut off."""
        whole = 0
        with self._path.open("rb") as lines:
            for line, file in zip(lines, self._files, strict=False):
                row = _whole(line)
                if row is None or row.get("file") != file.name:
                    break
                whole += len(line)
                yield row
        size = self._rows.seek(0, os.SEEK_END)
        if size > whole:
            words = "%s: its last %d bytes are no whole rows and are cut off; their files are assessed again"
            log.warning(words, self._path, size - whole)
            self._rows.truncate(whole)
            self._rows.seek(whole)

    def _keep(self, row: Row) -> None:
        try:
            rest = json.dumps(row).encode() + b"\n"
            while rest:
                rest = rest[self._rows.write(rest) :]
            if time.monotonic() - self._synced > SYNC_S:
                self.sync()
        except OSError as error:
            words = "the rows before are kept; make room, and give the same command again"
            raise InputError(f"{self._path}: cannot be written ({error.strerror}); {words}") from error

    def sync(self) -> None:
        """Make what is kept last through a power cut."""
        os.fsync(self._rows.fileno())
        self._synced = time.monotonic()


@contextmanager
def opened(folder: Path, files: Sequence[ImageFile], wishes: Wishes) -> Iterator[Run]:
    """Begin a run, or take one up again.

    Raises InputError when the folder cannot be used, another process has the run open, or it was begun with other
    files, with other wishes, or by another Rekam.
    """
    make_folder(folder)
    try:
        descriptor = os.open(folder / ROWS, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise InputError(f"{folder / ROWS}: cannot be written ({error.strerror})") from error
    # Without a buffer: what cannot be written shall not be tried again when the file is closed
    with FileIO(descriptor, "r+") as rows:
        try:
            fcntl.flock(rows, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(f"{folder}: another process is at work on this run; wait until it ends") from error
        _agree(folder, files, {"format": FORMAT, "made_by": maker(), "wishes": _plain(wishes)}, rows)
        run = Run(folder, files, rows)
        try:
            yield run
        finally:
            run.sync()


def read(folder: Path) -> tuple[int, Iterator[Row]]:
    """How many files a run is about, and the rows that are done. Raises InputError when the folder holds no run."""
    try:
        with (folder / FILES).open("rb") as lines:
            files = sum(1 for _ in lines)
        rows = (folder / ROWS).open("rb")
    except OSError as error:
        raise InputError(f"{folder}: holds no run ({error.strerror}); make one with: rekam assess --run") from error
    return files, _read(rows)


def _read(rows: BinaryIO) -> Iterator[Row]:
    with rows:
        for line in rows:
            row = _whole(line)
            if row is None:
                return
            yield row


def _whole(line: bytes) -> dict[str, Any] | None:
    """A row from its line; None when the line is torn."""
    try:
        row = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _agree(folder: Path, files: Sequence[ImageFile], head: dict[str, Any], rows: FileIO) -> None:
    """Begin the run with these files under this head, or see that it was begun with the same."""
    listed = (json.dumps([file.name, _size(file.path)]).encode() for file in files)
    if not (folder / HEAD).exists():
        if rows.seek(0, os.SEEK_END):
            raise InputError(f"{folder}: has {ROWS} but no {HEAD}; {_ANOTHER}")
        write_file(folder / FILES, b"".join(line + b"\n" for line in listed))
        write_file(folder / HEAD, json.dumps(head, indent=2).encode() + b"\n")
        sync_folder(folder)
        return
    try:
        begun: dict[str, Any] = json.loads((folder / HEAD).read_bytes())
        known = (folder / FILES).read_bytes().splitlines()
        then, now = begun["wishes"], head["wishes"]
        others = [name for name in now if then.get(name) != now[name]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{folder / HEAD}: cannot be read ({error}); {_ANOTHER}") from error
    for name in others:
        raise InputError(f"{folder}: was begun with {name} {then.get(name)}, not {now[name]}; {_ANOTHER}")
    if (begun["format"], begun["made_by"]) != (head["format"], head["made_by"]):
        raise InputError(f"{folder}: was begun by Rekam {begun['made_by']}, and this is {head['made_by']}; {_ANOTHER}")
    for number, (then_line, now_line) in enumerate(zip_longest(known, listed), start=1):
        if then_line != now_line:
            words = f"file {number} was {_named(then_line)} and is now {_named(now_line)}"
            raise InputError(f"{folder}: was begun with other files: {words}; {_ANOTHER}")


def _plain(wishes: Wishes) -> dict[str, Any]:
    """Wishes as JSON keeps them; folders by their whole path."""

    def plain(value: Any) -> Any:
        if isinstance(value, Path):
            return str(value.absolute())
        return value.value if isinstance(value, Enum) else value

    return {name: plain(value) for name, value in asdict(wishes).items()}


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _named(line: bytes | None) -> str:
    """A file of the list for a message."""
    if line is None:
        return "none"
    name, size = json.loads(line)
    return f"{name} ({'not there' if size is None else f'{size} bytes'})"
