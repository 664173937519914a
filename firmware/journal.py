"""The append-only, hash-chained audit trail of a kit, without personal data."""

import base64
import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from firmware import clock, journal_lines
from firmware.datatypes import Timestamp
from firmware.durable import sync_folder
from firmware.errors import JournalError, JournalFull
from firmware.journal_lines import NOTHING, BrokenLine, Kind, Line

JOURNAL = "journal.jsonl"
"""The journal's file in a kit's data folder."""

_ENDS = (Kind.SEALED, Kind.CANCELLED, Kind.INTERRUPTED)
_BLOCK = 1 << 16
_LOCK_TIMEOUT_S = 10.0
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


@dataclass(frozen=True, slots=True)
class Head:
    """The last whole line: its number, and its SHA-256 in hexadecimal."""

    sequence: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A session that was begun and did not end: its first line, and the steps that it finished."""

    begun: Line
    steps: tuple[Line, ...]

    @property
    def control_number(self) -> str | None:
        """The packet that it may have become: the last step told its number, and the spool knows whether it is kept."""
        number = self.steps[-1].facts.get("control_number") if self.steps else None
        return str(number) if number else None


class Journal:
    """A file of JSON Lines in which each line gives the digest of the one before.

    What `append` returned from survives a power cut. Writers, also of other processes, take turns.
    A last line that a power cut left unfinished is set aside by the next `append`, under a line that holds it.
    """

    def __init__(self, path: Path, now: Callable[[], Timestamp] = clock.now) -> None:
        self._path = path
        self._now = now

    @property
    def head(self) -> Head | None:
        """The last whole line, None before the first; published elsewhere, it shows later that the end was cut off."""
        with self._reading() as file:
            end = _end(file)
        return Head(end.sequence, end.previous) if end.sequence else None

    def append(self, kind: Kind, **facts: object) -> Line:
        """Write one line; returns once it is on the disk. Raises JournalError, and then nothing was written."""
        told = journal_lines.checked(kind, facts)
        with self._writing() as file:
            end = _end(file)
            written = b""
            if end.torn:
                text = base64.b64encode(end.torn).decode()
                aside = journal_lines.checked(Kind.TORN, {"bytes": len(end.torn), "torn": text})
                written = journal_lines.encode(Line(end.sequence + 1, end.previous, self._now(), Kind.TORN, aside))
                end = _End(end.start, end.torn, end.sequence + 1, journal_lines.digest(written))
            line = Line(end.sequence + 1, end.previous, self._now(), kind, told)
            # A torn line is shorter than the line that holds it, so that this covers it in one write
            _write(file, written + journal_lines.encode(line), end)
        return line

    def unfinished(self) -> Unfinished | None:
        """The session that was under way when the power went; None when the last one ended."""
        steps: list[Line] = []
        with self._reading() as file:
            for raw in _backwards(file):
                with suppress(BrokenLine):
                    line = journal_lines.decode(raw)
                    if line.kind in _ENDS:
                        return None
                    if line.kind is Kind.BEGUN:
                        return Unfinished(line, tuple(reversed(steps)))
                    if line.kind is Kind.STEP:
                        steps.append(line)
        return None

    @contextmanager
    def _writing(self) -> Iterator[int]:
        with self._named_errors():
            is_new = not self._path.exists()
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                self._lock(file)
                yield file
            finally:
                os.close(file)
            if is_new:
                sync_folder(self._path.parent)

    @contextmanager
    def _reading(self) -> Iterator[int | None]:
        with self._named_errors():
            try:
                file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                yield None
                return
            try:
                yield file
            finally:
                os.close(file)

    def _lock(self, file: int) -> None:
        deadline = time.monotonic() + _LOCK_TIMEOUT_S
        while True:
            try:
                return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    message = f"{self._path}: another process keeps it locked; end that one and try again"
                    raise JournalError(message) from None
                time.sleep(0.005)

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            kind = JournalFull if error.errno in _FULL else JournalError
            raise kind(f"{self._path}: {_advice(error)}") from error


@dataclass(frozen=True, slots=True)
class _End:
    """Where the next line goes, what a power cut left there, and the last whole line's number and digest."""

    start: int
    torn: bytes
    sequence: int
    previous: str


def _end(file: int | None) -> _End:
    torn, sequence, previous, broken = b"", 0, NOTHING, 0
    for number, raw in enumerate(_backwards(file)):
        if number == 0 and journal_lines.is_torn(raw):
            torn = raw
            continue
        previous = previous if previous != NOTHING else journal_lines.digest(raw)
        try:
            sequence = journal_lines.decode(raw).sequence
            break
        except BrokenLine:
            # The chain goes on from the bytes as they lie, so that recording goes on too; `verify` names the line
            broken += 1
    start = os.fstat(file).st_size - len(torn) if file is not None else 0
    return _End(start, torn, sequence + broken, previous)


def _backwards(file: int | None) -> Iterator[bytes]:
    """The lines of a file from its end, each with its newline, the first of them perhaps without."""
    if file is None:
        return
    start, tail = os.fstat(file).st_size, b""
    while True:
        cut = tail.rfind(b"\n", 0, max(len(tail) - 1, 0))
        if cut >= 0:
            yield tail[cut + 1 :]
            tail = tail[: cut + 1]
        elif start:
            size = min(start, _BLOCK)
            start -= size
            tail = os.pread(file, size, start) + tail
        else:
            break
    if tail:
        yield tail


def _write(file: int, content: bytes, end: _End) -> None:
    try:
        written = 0
        while written < len(content):
            written += os.pwrite(file, content[written:], end.start + written)
        os.fsync(file)
    except BaseException:
        with suppress(OSError):
            os.pwrite(file, end.torn, end.start)
            os.ftruncate(file, end.start + len(end.torn))
        raise


def _advice(error: OSError) -> str:
    if error.errno in _FULL:
        return f"no room for another line ({error.strerror}); export, and free space on the disk"
    if error.errno in _READ_ONLY:
        return f"cannot be written ({error.strerror}); check its owner and that the disk is not read-only"
    return f"cannot be used ({error.strerror}); check the disk"
