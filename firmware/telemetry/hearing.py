"""What a kit's word on the wire tells whoever listens, read with distrust: a kit may be stolen, or newer than we are.

A source reads one kind of topic. All that they read becomes a `Heard`, so that a listener need not know the wire.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from firmware.telemetry.summary import KitState
from firmware.vocabulary import ClockTrust

_KIT = re.compile(r"rekam/v1/([A-Za-z0-9-]{1,32})/status", re.ASCII)
_LONGEST = 200
SUMMARY, NODE = "summary", "sparkplug"
"""What something was heard by."""
_AHEAD = timedelta(minutes=5)
"""Clocks that are right differ by less."""


@dataclass(frozen=True, slots=True)
class Word:
    """One message as it came. is_retained: the broker kept it, nobody knows since when."""

    topic: str
    payload: bytes
    is_retained: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """What one message tells of a kit. state: None where the kit's status was erased or cannot be read.

    said_at: when the kit said it, by the listener's clock; until: from when on it is no longer to be believed; both are
    None where nobody can tell. is_held: the broker tells when the kit goes, so that no `until` is needed. faults: what
    is wrong with devices, identity and clock, as codes and in the kit's own words. document: as it was sent; of a node
    this one message.
    """

    kit: str
    word: Word
    source: str
    state: KitState | None = None
    said_at: datetime | None = None
    until: datetime | None = None
    recorded: int | None = None
    waiting: int | None = None
    faults: tuple[str, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict)
    is_held: bool = False

    @property
    def is_erased(self) -> bool:
        """Whether this takes a retained status away."""
        return self.source == SUMMARY and not self.word.payload

    def is_stale(self, now: datetime) -> bool:
        """Whether a kit that does not say lost has been silent for too long."""
        if self.state is KitState.LOST or self.is_held:
            return False
        return self.until is None or now > self.until

    def as_json(self) -> dict[str, Any]:
        """A line of `rekam watch --json`; docs/status.md tells of it."""
        return {
            "kit": self.kit,
            "source": self.source,
            "topic": self.word.topic,
            "heard_at": _iso(self.word.at),
            "retained": self.word.is_retained,
            "state": self.state and self.state.value,
            "said_at": self.said_at and _iso(self.said_at),
            "until": self.until and _iso(self.until),
            "faults": list(self.faults),
            "document": dict(self.document) or None,
        }


class Source(Protocol):
    """One kind of topic."""

    filters: tuple[str, ...]

    def read(self, word: Word) -> Heard | None:
        """What the word tells; None where it is none of this kind. Never raises for what came over the wire."""


class Summaries:
    """The retained JSON summary on `rekam/v1/<kit>/status`."""

    filters: tuple[str, ...] = ("rekam/v1/+/status",)

    def read(self, word: Word) -> Heard | None:
        """Read one; what cannot be read is a fault of the kit whose topic it is."""
        found = _KIT.fullmatch(word.topic)
        if not found:
            return None
        if not word.payload:
            return Heard(found[1], word, SUMMARY)
        try:
            return _read(found[1], word)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            return Heard(found[1], word, SUMMARY, faults=(f"unreadable: {plain(error)}",))


def _read(kit: str, word: Word) -> Heard:
    told = json.loads(word.payload)
    if told["kit"] != kit:
        raise ValueError("speaks of another kit")
    devices = [device for device in told["devices"] or () if device["state"] not in ("ok", "unknown")]
    faults = [f"{device['name']}: {device['words'] or device['state']}" for device in devices]
    identity = (told["identity"] or {}).get("state")
    faults += [f"identity: {identity}"] if identity not in (None, "admitted") else []
    faults += ["clock: wrong"] if told["clock"] == ClockTrust.WRONG.value else []
    return Heard(
        kit,
        word,
        SUMMARY,
        KitState(told["state"]),
        *_times(told, word),
        _count(told["recorded"]),
        _count(told["waiting"]),
        tuple(map(plain, faults)),
        told,
    )


def _times(told: Mapping[str, Any], word: Word) -> tuple[datetime | None, datetime | None]:
    """When it was said, and until when it is believed: what just came, for the span that it names.

    So a kit's clock does not matter. What was retained came nobody knows when, and only the kit's own clock says; where
    that calls itself wrong, or is ahead of ours, nothing does.
    """
    if told["at"] is None or told["valid_until"] is None:
        return None if word.is_retained else word.at, None
    said, until = _moment(told["at"]), _moment(told["valid_until"])
    if not word.is_retained:
        return word.at, word.at + (until - said)
    is_vain = told["clock"] == ClockTrust.WRONG.value or said > word.at + _AHEAD
    return (None, None) if is_vain else (said, until)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _iso(utc: datetime) -> str:
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ")


def _count(told: object) -> int | None:
    if told is None or (type(told) is int and told >= 0):
        return told
    raise ValueError("counts are no numbers")


def plain(text: object) -> str:
    """Words that change nothing at a terminal, and not too many."""
    return "".join(sign if sign.isprintable() else "?" for sign in str(text)[:_LONGEST])
