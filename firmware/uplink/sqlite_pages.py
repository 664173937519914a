"""The pages of an SQLite database and its write-ahead log, in every version that lies there, sound or not.

Reads only, a page at a time, and believes nothing: what cannot be read is a page of zeros. Sources: "Database File
Format", sqlite.org/fileformat2.html, section 1.3 (header) and section 4 (write-ahead log).
"""

import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

_MAGIC = b"SQLite format 3\0"
_LOG_MAGICS = {0x377F0682: "<", 0x377F0683: ">"}
_LOG_HEADER, _FRAME_HEADER = 32, 24


@dataclass(frozen=True, slots=True)
class Frame:
    """One page in the log: where its bytes are, whether its checksum holds, the end of its transaction (a frame)."""

    page: int
    offset: int
    is_sound: bool
    end: int


@dataclass(frozen=True, slots=True)
class View:
    """The database as it was when the log had `end` frames; unsound frames count only where it says so."""

    end: int
    with_unsound: bool = False


class Pages:
    """The pages of a database file and of the log beside it; context manager. Raises OSError when it cannot be opened.

    page_size: bytes; the header is not asked for it, which may be damaged.
    """

    def __init__(self, path: Path, page_size: int) -> None:
        self.page_size = page_size
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._log: int | None = None
        with suppress(FileNotFoundError):
            self._log = os.open(path.with_name(f"{path.name}-wal"), os.O_RDONLY | os.O_CLOEXEC)
        self._size = os.fstat(self._file).st_size
        self.frames = list(self._frames())
        self._frames_of: dict[int, list[int]] = {}
        for number, frame in enumerate(self.frames):
            self._frames_of.setdefault(frame.page, []).append(number)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)
        if self._log is not None:
            os.close(self._log)

    @property
    def count(self) -> int:
        """How many pages the file holds, the last one perhaps in part."""
        return -(-self._size // self.page_size)

    def header(self) -> bytes | None:
        """The newest header of the database, 100 bytes; None when no sound one is left."""
        header = (self.page(1, View(len(self.frames))) or b"")[:100]
        return header if header.startswith(_MAGIC) else None

    def missing(self) -> int:
        """How many pages that the database should have are neither in the file nor in the log."""
        header = self.header()
        due = int.from_bytes(header[28:32], "big") if header else 0
        return max(0, due - self.count - sum(self.count < number <= due for number in self._frames_of))

    def versions(self) -> Iterator[tuple[View, bytes]]:
        """Every page in every version, newest first, unsound frames last: the view of its time, and its bytes."""
        for frame in reversed(self.frames):
            if frame.is_sound:
                yield View(frame.end), self._framed(frame)
        for number in range(1, self.count + 1):
            yield View(0), self._filed(number)
        for frame in reversed(self.frames):
            if not frame.is_sound:
                yield View(frame.end), self._framed(frame)

    def page(self, number: int, view: View) -> bytes | None:
        """A page as a view shows it; None when there is none of that number."""
        for index in reversed(self._frames_of.get(number, [])):
            frame = self.frames[index]
            if index < view.end and (frame.is_sound or view.with_unsound):
                return self._framed(frame)
        return self._filed(number) if 1 <= number <= self.count else None

    def _filed(self, number: int) -> bytes:
        return _read(self._file, self.page_size, (number - 1) * self.page_size)

    def _framed(self, frame: Frame) -> bytes:
        return _read(self._log, self.page_size, frame.offset)

    def _frames(self) -> Iterator[Frame]:
        """The frames of the log's last use, those whose header is spoiled as page 0; older ones have other salts.

        What follows the last commit was never confirmed, and is left out where all of it is sound: its commit was not
        written. An unsound frame there may be that commit, so that it is kept, to be judged by what it holds.
        """
        log_header = _read(self._log, _LOG_HEADER, 0)
        magic = int.from_bytes(log_header[:4], "big")
        order = _LOG_MAGICS.get(magic, "<")
        running = struct.unpack(">2I", log_header[24:32])
        is_header_sound = magic in _LOG_MAGICS and _checksum(log_header[:24], order, (0, 0)) == running
        headers = list(self._frame_headers())
        salts = log_header[16:24] if is_header_sound else _usual_salts(headers)
        found: list[Frame] = []
        commits = [0]
        for index, header in enumerate(headers):
            page, size = struct.unpack(">2I", header[:8])
            offset = _LOG_HEADER + index * (_FRAME_HEADER + self.page_size) + _FRAME_HEADER
            computed = _checksum(header[:8] + _read(self._log, self.page_size, offset), order, running)
            running = struct.unpack(">2I", header[16:24])
            if header[8:16] == salts:
                found.append(Frame(page, offset, computed == running, 0))
                if size:
                    commits.append(len(found))
            elif _are_older(header[8:16], salts):
                break
            else:
                found.append(Frame(0, offset, False, 0))
        if all(frame.is_sound for frame in found[commits[-1] :]):
            del found[commits[-1] :]
        ends = [end for end in commits[1:] if found[end - 1].is_sound]
        for index, frame in enumerate(found):
            yield replace(frame, end=next((end for end in ends if end > index), len(found)))

    def _frame_headers(self) -> Iterator[bytes]:
        whole = _FRAME_HEADER + self.page_size
        size = os.fstat(self._log).st_size if self._log is not None else 0
        for offset in range(_LOG_HEADER, size - whole + 1, whole):
            yield _read(self._log, _FRAME_HEADER, offset)


def _usual_salts(headers: list[bytes]) -> bytes:
    """The salts of the log's last use where its own header is gone: the first that two frames running share."""
    salts = [header[8:16] for header in headers]
    return next((one for one, next_one in pairwise(salts) if one == next_one), salts[-1] if salts else b"")


def _are_older(salts: bytes, latest: bytes) -> bool:
    """Whether a frame was left by an earlier use of the log: the first salt is counted up, the second drawn anew."""
    uses = int.from_bytes(latest[:4], "big") - int.from_bytes(salts[:4], "big")
    return 0 < uses % (1 << 32) < 1 << 16 and salts[4:] != latest[4:]


def _checksum(content: bytes, order: str, start: tuple[int, ...]) -> tuple[int, int]:
    first, second = start
    for one, two in struct.iter_unpack(f"{order}2I", content):
        first = first + one + second & 0xFFFFFFFF
        second = second + two + first & 0xFFFFFFFF
    return first, second


def _read(file: int | None, size: int, offset: int) -> bytes:
    """These bytes; zeros for what lies behind the end, or in a sector that the card no longer reads."""
    content = b""
    if file is not None:
        with suppress(OSError):
            content = os.pread(file, size, offset)
    return content.ljust(size, b"\0")
