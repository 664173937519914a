"""How far a kit has come with its class lists: each row's outcome, without a word of what the row says.

The list stays where it lies. A kit keeps `roster.json`: for every row that was tried its number, its outcome and two
digests, by which it is known again when the list was sorted or corrected: one of the NIK, one of name and date of
birth. A plain digest of a NIK is soon guessed (a district, a year of birth and a serial leave some ten thousand
numbers), so they are keyed: HMAC-SHA-256 with 32 random bytes in `roster.key`. That guards every copy of the file
that leaves the kit. Whoever holds the kit's whole disk has the key too and can ask whether one guessed NIK was
recorded; no more.
"""

import fcntl
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from firmware.durable import make_folder, write_file
from firmware.errors import DeviceBusy, InputError
from firmware.roster import Roster, Row
from firmware.roster_wording import RosterPhrase
from firmware.vocabulary import Language

FILE, KEY, LOCK = "roster.json", "roster.key", "roster.lock"
_VERSION = 1
_PRIVATE = 0o600


class RowState(Enum):
    """How far one row has come; SEALED is the moment in which its packet is on the way to the spool."""

    WAITING = "waiting"
    SEALED = "sealed"
    RECORDED = "recorded"
    SKIPPED = "skipped"


class SkipReason(Enum):
    """Why a row was passed over; it comes again."""

    ABSENT = "absent"
    REFUSED = "refused"
    UNFINISHED = "unfinished"


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What came of one row."""

    state: RowState = RowState.WAITING
    control_number: str = ""
    reason: SkipReason | None = None


_WAITING = RowOutcome()


@dataclass(frozen=True, slots=True)
class _Entry:
    nik: str
    person: str
    roster: str
    row: int
    outcome: RowOutcome


class Progress:
    """The outcomes of a kit's lists, on the disk after each change; context manager, for one process at a time.

    `is_spooled` tells whether the spool holds a control number: a row that was sealed when the power went is so told
    from one that must be recorded again. Raises DeviceBusy, and InputError for a file that can't be read or written.
    """

    def __init__(self, data: Path, is_spooled: Callable[[str], bool], language: Language = Language.ENGLISH) -> None:
        self._path, self._is_spooled, self._language = data / FILE, is_spooled, language
        self._key = b""
        self._entries: dict[str, _Entry] = {}
        self._tries: dict[str, int] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True)
        make_folder(self._path.parent)
        lock = self._open.enter_context(self._path.with_name(LOCK).open("a", encoding="ascii"))
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._load()
        except BlockingIOError as error:
            self._open.close()
            raise DeviceBusy("kit", RosterPhrase.BUSY.say(self._language)) from error
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def next_row(self, roster: Roster) -> Row | None:
        """Whose turn it is: whoever was never tried, in the list's order, then those who were passed over.

        Nobody comes more than once in a run, but for those who were absent: they come once more at its end.
        """
        found = self.outcomes(roster)
        fresh = [row for row in roster.rows if found[row.number].state is RowState.WAITING]
        again = [row for row in roster.rows if found[row.number].state is RowState.SKIPPED]
        again.sort(key=lambda row: self._tries.get(self._nik(row), 0))
        return next((row for row in (*fresh, *again) if self._may_try(row, found[row.number])), None)

    def outcomes(self, roster: Roster) -> Mapping[int, RowOutcome]:
        """What came of every row, by its number."""
        entries = self._matched(roster)
        return {row.number: entries[row.number].outcome if row.number in entries else _WAITING for row in roster.rows}

    def has_changed(self, roster: Roster) -> bool:
        """Whether rows of this list are known from another version of it."""
        digest = self._digest("list", roster.content)
        entries = self._matched(roster).values()
        return bool(entries) and all(entry.roster != digest for entry in entries)

    def corrected(self, roster: Roster) -> Mapping[int, str]:
        """Rows that say something else than when they were recorded, with the control numbers of their packets."""
        entries = self._matched(roster)
        return {
            row.number: entry.outcome.control_number
            for row in roster.rows
            if (entry := entries.get(row.number)) and entry.outcome.state is RowState.RECORDED
            if (entry.nik, entry.person) != (self._nik(row), self._person(row))
        }

    def mark(self, roster: Roster, row: Row, outcome: RowOutcome) -> None:
        """Keep what came of a row; returns once it is on the disk."""
        nik = self._nik(row)
        before = self._matched(roster).get(row.number)
        entries = {key: entry for key, entry in self._entries.items() if entry is not before}
        entries[nik] = _Entry(nik, self._person(row), self._digest("list", roster.content), row.number, outcome)
        self._write(entries)
        if outcome.state is RowState.SKIPPED:
            self._tries[nik] = self._tries.get(nik, 0) + 1

    def _may_try(self, row: Row, outcome: RowOutcome) -> bool:
        tries = 0 if row.is_too_young else 2 if outcome.reason is SkipReason.ABSENT else 1
        return self._tries.get(self._nik(row), 0) < tries

    def _matched(self, roster: Roster) -> dict[int, _Entry]:
        """The entry of each row by its NIK; else by name and date of birth, where the NIK left an earlier version.

        Namesakes born on the same day are no rarity in a district: another class's list is never asked for a name.
        """
        niks = {row.number: self._nik(row) for row in roster.rows}
        found = {number: self._entries[nik] for number, nik in niks.items() if nik in self._entries}
        versions = {entry.roster for entry in found.values()}
        left = [
            entry for entry in self._entries.values() if entry.roster in versions and entry.nik not in niks.values()
        ]
        people = {entry.person: entry for entry in left}
        for row in roster.rows:
            if row.number not in found and (entry := people.get(self._person(row))):
                found[row.number] = entry
        return found

    def _nik(self, row: Row) -> str:
        return self._digest("nik", row.person.resident.nik.encode())

    def _person(self, row: Row) -> str:
        resident = row.person.resident
        return self._digest("person", f"{resident.date_of_birth} {resident.name.casefold()}".encode())

    def _digest(self, kind: str, content: bytes) -> str:
        return hmac.new(self._key, kind.encode() + b"\0" + content, hashlib.sha256).hexdigest()

    def _load(self) -> None:
        key = self._path.with_name(KEY)
        try:
            if not self._path.exists():
                write_file(key, secrets.token_bytes(32), _PRIVATE)
            self._key = key.read_bytes() if key.exists() else b""
            if not self._path.exists():
                self._write({})
            told = json.loads(self._path.read_text(encoding="utf-8"))
            if not hmac.compare_digest(str(told["key"]), self._digest("key", b"")):
                raise InputError(RosterPhrase.KEY_GONE.say(self._language, path=self._path))
            entries = [_entry(values) for values in told["rows"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            words = RosterPhrase.DAMAGED.say(self._language, path=self._path, why=error)
            raise InputError(words) from error
        self._entries = {entry.nik: entry for entry in entries}
        self._settle()

    def _settle(self) -> None:
        """What was sealed when it ended is recorded where the spool has it, else it waits as before."""
        if not any(entry.outcome.state is RowState.SEALED for entry in self._entries.values()):
            return
        entries = {}
        for nik, entry in self._entries.items():
            number = entry.outcome.control_number
            if entry.outcome.state is not RowState.SEALED:
                entries[nik] = entry
            elif self._is_spooled(number):
                recorded = RowOutcome(RowState.RECORDED, number)
                entries[nik] = _Entry(nik, entry.person, entry.roster, entry.row, recorded)
        self._write(entries)

    def _write(self, entries: dict[str, _Entry]) -> None:
        document = {
            "version": _VERSION,
            "key": self._digest("key", b""),
            "rows": [_as_json(entry) for entry in entries.values()],
        }
        write_file(self._path, json.dumps(document, indent=1).encode(), _PRIVATE)
        self._entries = entries


def _as_json(entry: _Entry) -> dict[str, Any]:
    outcome = entry.outcome
    return {
        "nik": entry.nik,
        "person": entry.person,
        "list": entry.roster,
        "row": entry.row,
        "state": outcome.state.value,
        "control_number": outcome.control_number,
        "reason": outcome.reason.value if outcome.reason else None,
    }


def _entry(values: Mapping[str, Any]) -> _Entry:
    reason = SkipReason(values["reason"]) if values["reason"] else None
    outcome = RowOutcome(RowState(values["state"]), str(values["control_number"]), reason)
    return _Entry(str(values["nik"]), str(values["person"]), str(values["list"]), int(values["row"]), outcome)
