"""One line of the journal: which facts it may tell, its bytes, its digest.

docs/journal.md tells the form byte by byte.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from firmware.datatypes import Timestamp
from firmware.errors import JournalError
from firmware.vocabulary import ClockTrust

Fact = str | int | float

NOTHING = "0" * 64
"""What the first line gives for the digest of the line before."""


class Kind(Enum):
    """What happened."""

    STARTED = "started"
    STOPPED = "stopped"
    BEGUN = "begun"
    STEP = "step"
    SEALED = "sealed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    EXPORTED = "exported"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    CLOCK_CONFIRMED = "clock_confirmed"
    IDENTITY = "identity"
    OVERRIDDEN = "overridden"
    DEVICE = "device"
    COMMAND = "command"
    TORN = "torn"


class Fault(Enum):
    """What is wrong with a line."""

    CHANGED = "changed"
    FORM = "form"
    SEQUENCE = "sequence"
    PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class Line:
    """What one line tells; `previous` is the SHA-256 of the line before, in hexadecimal."""

    sequence: int
    previous: str
    at: Timestamp
    kind: Kind
    facts: Mapping[str, Fact]


class BrokenLine(Exception):
    """A line that is not as it was written."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CONTROL_NUMBER = re.compile(r"[A-Za-z0-9-]{1,40}")
_OPERATOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@/-]{0,31}")
_NIK = re.compile(r"(?<![0-9])[0-9]{16}(?![0-9])")
_BEFORE_DIGEST, _AFTER_DIGEST = b',"sha256":"', b'"}\n'
_TAIL = len(_BEFORE_DIGEST) + 64 + len(_AFTER_DIGEST)
_LIMIT = 10**9


def _matches(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and bool(pattern.fullmatch(value))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LIMIT


def _is_seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _LIMIT


_FACTS: Mapping[str, Callable[[object], bool]] = {
    "attempts": _is_count,
    "bytes": _is_count,
    "command": _matches(_CODE),
    "control_number": _matches(_CONTROL_NUMBER),
    "count": _is_count,
    "device": _matches(_CODE),
    "operator": _matches(_OPERATOR),
    "outcome": _matches(_CODE),
    "reason": _matches(_CODE),
    "seconds": _is_seconds,
    "step": _matches(_CODE),
    "supersedes": _matches(_CONTROL_NUMBER),
    "torn": _matches(re.compile(r"[A-Za-z0-9+/]+={0,2}")),
    "version": _matches(re.compile(r"[0-9A-Za-z.+-]{1,32}")),
}
_REQUIRED: Mapping[Kind, frozenset[str]] = {
    Kind.STARTED: frozenset({"version"}),
    Kind.STOPPED: frozenset(),
    Kind.BEGUN: frozenset({"operator"}),
    Kind.STEP: frozenset({"step", "outcome", "seconds"}),
    Kind.SEALED: frozenset({"control_number", "seconds"}),
    Kind.CANCELLED: frozenset(),
    Kind.INTERRUPTED: frozenset(),
    Kind.EXPORTED: frozenset({"count"}),
    Kind.DELIVERED: frozenset({"count"}),
    Kind.ACKNOWLEDGED: frozenset({"count"}),
    Kind.REFUSED: frozenset({"control_number", "reason"}),
    Kind.CLOCK_CONFIRMED: frozenset({"operator"}),
    Kind.IDENTITY: frozenset({"outcome"}),
    Kind.OVERRIDDEN: frozenset({"operator", "reason"}),
    Kind.DEVICE: frozenset({"device", "outcome"}),
    Kind.COMMAND: frozenset({"command", "outcome"}),
    Kind.TORN: frozenset({"bytes", "torn"}),
}
_ALLOWED: Mapping[Kind, frozenset[str]] = {
    Kind.BEGUN: frozenset({"control_number", "supersedes"}),
    Kind.STEP: frozenset({"attempts", "control_number"}),
    Kind.SEALED: frozenset({"supersedes"}),
    Kind.DEVICE: frozenset({"seconds"}),
}
_ANYWHERE = frozenset({"operator", "reason"})
_NUMBERS = frozenset({"control_number", "supersedes"})


def checked(kind: Kind, facts: Mapping[str, object]) -> Mapping[str, Fact]:
    """The facts as a line tells them, seconds to the millisecond. Raises JournalError for what has no place there.

    What was refused is not repeated: it may be somebody's name or number.
    """
    required = _REQUIRED[kind]
    for name in sorted(required - facts.keys()):
        raise JournalError(f"journal, {kind.value}: {name} is required")
    told: dict[str, Fact] = {}
    for name, given in facts.items():
        if name not in required | _ALLOWED.get(kind, frozenset()) | _ANYWHERE:
            raise JournalError(f"journal, {kind.value}: has no place for {name!r}")
        if not isinstance(given, str | int | float) or not _FACTS[name](given):
            raise JournalError(f"journal, {kind.value}: {name} is not of its form; docs/journal.md tells it")
        if isinstance(given, str) and name != "torn" and _may_be_nik(name, given):
            raise JournalError(f"journal, {kind.value}: {name} holds a number of 16 digits, which may be a NIK")
        told[name] = round(float(given), 3) if name == "seconds" else given
    return told


def encode(line: Line) -> bytes:
    """The bytes of a line, its digest and newline included."""
    at = {
        "boot_id": line.at.boot_id,
        "monotonic_s": round(line.at.monotonic_s, 3),
        "trust": line.at.trust.value,
        "utc": line.at.utc.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    members = {
        "at": at,
        "facts": dict(line.facts),
        "kind": line.kind.value,
        "previous": line.previous,
        "sequence": line.sequence,
    }
    body = json.dumps(members, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()[:-1]
    return body + _BEFORE_DIGEST + hashlib.sha256(body).hexdigest().encode() + _AFTER_DIGEST


def decode(raw: bytes) -> Line:
    """What a line tells, once its digest holds. Raises BrokenLine."""
    body = raw[:-_TAIL]
    if raw[-_TAIL:] != _BEFORE_DIGEST + hashlib.sha256(body).hexdigest().encode() + _AFTER_DIGEST:
        raise BrokenLine(Fault.CHANGED)
    try:
        line = _line(json.loads(body + b"}"))
        sound = encode(line) == raw
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, JournalError) as error:
        raise BrokenLine(Fault.FORM) from error
    if not sound:
        raise BrokenLine(Fault.FORM)
    return line


def digest(raw: bytes) -> str:
    """What the next line gives as `previous`: the SHA-256 of all bytes of this one, its newline included."""
    return hashlib.sha256(raw).hexdigest()


def is_torn(raw: bytes) -> bool:
    """Whether a last line was never finished: some file systems fill what did not reach the disk with zeros."""
    return not raw.endswith(b"\n") or b"\0" in raw


def _line(members: Any) -> Line:
    at = members["at"]
    moment = Timestamp(
        datetime.fromisoformat(at["utc"]), ClockTrust(at["trust"]), str(at["boot_id"]), float(at["monotonic_s"])
    )
    kind = Kind(members["kind"])
    return Line(int(members["sequence"]), str(members["previous"]), moment, kind, checked(kind, members["facts"]))


def _may_be_nik(name: str, text: str) -> bool:
    # A control number is digits of a time and of chance with hyphens between: together they may well be 16
    return bool(_NIK.search(text if name in _NUMBERS else re.sub("[^A-Za-z0-9]", "", text)))
