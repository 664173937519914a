"""Follows a journal's chain to its end, or to the first line that is broken."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from firmware import journal_lines
from firmware.datatypes import Timestamp
from firmware.errors import JournalError
from firmware.journal_lines import NOTHING, BrokenLine, Fault, Line


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far a journal is whole: `lines` sound ones, then perhaps a broken one, numbered from 1.

    `torn` counts the bytes of an unfinished last line, which is no fault: the power went while it was written.
    `has_head` tells whether the head that was asked for is one of the sound lines; True where none was asked for.
    """

    lines: int
    first: Timestamp | None
    last: Timestamp | None
    fault: Fault | None
    torn: int
    has_head: bool

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed, taken out or cut off, as far as it can be seen."""
        return self.fault is None and self.has_head


def lines(path: Path) -> Iterator[tuple[bytes, Line | Fault]]:
    """Every line of a file with what it tells, or what is wrong with it by itself; not an unfinished last one.

    Raises JournalError.
    """
    try:
        with path.open("rb") as file:
            for raw in file:
                try:
                    yield raw, journal_lines.decode(raw)
                except BrokenLine as error:
                    yield raw, error.fault
    except FileNotFoundError as error:
        raise JournalError(f"{path}: no journal is here; name its file, or the kit's settings with --config") from error
    except OSError as error:
        raise JournalError(f"{path}: cannot be read ({error.strerror}); check the disk") from error


def verify(path: Path, head: str | None = None) -> Verdict:
    """Follow the chain from the first line to the last, or to the first that is broken. Raises JournalError.

    `head` is the SHA-256 of a line, as `Journal.head` gave it earlier.
    """
    count, previous = 0, NOTHING
    first: Timestamp | None = None
    last: Timestamp | None = None
    fault: Fault | None = None
    has_head, torn = head is None, 0
    following = lines(path)
    for raw, line in following:
        if isinstance(line, Fault):
            if journal_lines.is_torn(raw) and next(following, None) is None:
                torn = len(raw)
            else:
                fault = line
            break
        if line.sequence != count + 1 or line.previous != previous:
            fault = Fault.SEQUENCE if line.sequence != count + 1 else Fault.PREVIOUS
            break
        count, previous = count + 1, journal_lines.digest(raw)
        first, last = first or line.at, line.at
        has_head = has_head or previous == head
    return Verdict(count, first, last, fault, torn, has_head)
