"""What the office may ask of a kit from afar; all else is refused and journalled.

Whoever may write to a kit's command topic may ask (the broker's access list says who): nothing in the table changes a
recipient, erases a record or stops a kit from recording. Asked twice, a command has one effect and one answer.
"""

import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from firmware.errors import InputError, JournalError, KitError
from firmware.journal import Journal
from firmware.journal_lines import Kind
from firmware.scrubbing import scrub
from firmware.telemetry.metrics import DataType, Metric, Reading, Value

_log = logging.getLogger(__name__)

ANSWER = Metric("Command/Answer", DataType.TEXT)
"""What became of the last command: JSON with command, request, outcome and words."""
REFUSALS_EVERY_S = 60.0
"""Of refusals of one kind only one in so many seconds is journalled and told: a flood fills no disk."""
_WORDS, _REQUEST = 4000, 140
_NAME = re.compile(r"[A-Za-z0-9._-]{1,40}", re.ASCII)


class Command(Enum):
    """A command: the metric that a host writes, and its type."""

    SELF_TEST = Metric("Command/Self-test", DataType.STRING)
    INTERVAL = Metric("Command/Reporting interval", DataType.INT32, "s")
    LOG_EXCERPT = Metric("Command/Log excerpt", DataType.STRING)
    ROLLOUT = Metric("Command/Rollout state", DataType.STRING)

    @property
    def is_errand(self) -> bool:
        """Whether its value only names the request: the same name again is answered from memory."""
        return self in (Command.SELF_TEST, Command.LOG_EXCERPT)


Handler = Callable[[Value], str]
"""Does what is asked and says how that went; raises InputError for a value that cannot be, KitError where it failed."""


class Outcome(Enum):
    """What became of a command."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host is told of its command."""

    command: str
    request: str
    outcome: Outcome
    words: str

    def reading(self) -> Reading:
        """The answer as it goes out, without what may name a resident."""
        told = {
            "command": self.command,
            "request": scrub(self.request),
            "outcome": self.outcome.value,
            "words": scrub(self.words)[:_WORDS],
        }
        return Reading(ANSWER, json.dumps(told, ensure_ascii=False))


class CommandDesk:
    """Takes commands, has them done by who can, and writes each into the journal."""

    def __init__(
        self,
        handlers: Mapping[Command, Handler],
        journal: Journal | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._handlers, self._journal, self._monotonic = handlers, journal, monotonic
        self._answered: dict[Command, Answer] = {}
        self._refused_s: dict[str, float] = {}

    def readings(self) -> tuple[Reading, ...]:
        """What a birth tells of the commands: each that can be done here, and the last answer."""
        return (Reading(ANSWER, None), *(Reading(command.value, None) for command in self._handlers))

    def take(self, asked: Reading) -> Answer | None:
        """Do what a host asks, or refuse it; None for a refusal that follows another closely."""
        command = next((one for one in self._handlers if one.value.name == asked.metric.name), None)
        if command is None:
            return self._refuse("unknown", "no such command")
        if asked.value is None or asked.metric.datatype is not command.value.datatype:
            return self._refuse(command.name.lower(), f"its value is a {command.value.datatype.name}")
        if command.is_errand and not _NAME.fullmatch(str(asked.value)):
            return self._refuse(command.name.lower(), "its value names the request: 40 letters, digits, . _ - at most")
        request, before = str(asked.value)[:_REQUEST], self._answered.get(command)
        if command.is_errand and before and before.request == request:
            return before
        self._answered[command] = self._do(command, request, asked.value)
        return self._answered[command]

    def unreadable(self) -> None:
        """Something came that is no command at all."""
        self._refuse("unknown", "no message of the convention")

    def _do(self, command: Command, request: str, value: Value) -> Answer:
        name = command.name.lower()
        try:
            outcome, words = Outcome.DONE, self._handlers[command](value)
        except InputError as error:
            outcome, words = Outcome.REFUSED, str(error)
        except KitError as error:
            outcome, words = Outcome.FAILED, str(error)
        self._write(name, outcome)
        if outcome is not Outcome.DONE and isinstance(value, str) and not command.is_errand:
            request = ""  # a text of any kind: what of it was not done is not repeated
        return Answer(name, request, outcome, words)

    def _refuse(self, name: str, words: str) -> Answer | None:
        """What was asked is not repeated: it may be anybody's name."""
        now, before = self._monotonic(), self._refused_s.get(name)
        if before is not None and now - before < REFUSALS_EVERY_S:
            return None
        self._refused_s[name] = now
        self._write(name, Outcome.REFUSED)
        return Answer(name, "", Outcome.REFUSED, words)

    def _write(self, command: str, outcome: Outcome) -> None:
        if self._journal is None:
            return
        try:
            self._journal.append(Kind.COMMAND, command=command, outcome=outcome.value)
        except JournalError as error:
            _log.error("mqtt: %s", error)
