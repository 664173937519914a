"""What the station writes into the journal about its sessions, from the first line to the end or to what cut it off."""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from firmware import __version__
from firmware.datatypes import DeviceState, Outcome
from firmware.errors import JournalError
from firmware.journal import Journal
from firmware.journal_lines import Kind
from firmware.wording import Bilingual

_log = logging.getLogger(__name__)

NOBODY = "unnamed"
"""Who records where no id was given, or one that has no place in the journal."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@/-]{0,31}")


class LogPhrase(Bilingual):
    """What is told of a session that was cut off."""

    CUT_OFF = (
        "Perekaman {at} UTC terputus setelah {steps} langkah ({number}). Tidak ada yang disimpan: rekam lagi orang "
        "itu.",
        "The session of {at} UTC was cut off after {steps} steps ({number}). Nothing of it was kept: record that "
        "resident again.",
    )
    WAS_WHOLE = (
        "Perekaman {at} UTC terputus sesudah disimpan ({number}). Rekamannya utuh: jangan rekam lagi orang itu.",
        "The session of {at} UTC was cut off after it was kept ({number}). The record is whole: do not record that "
        "resident again.",
    )


@dataclass(frozen=True, slots=True)
class CutOff:
    """A session that did not come to its end: its record's control number, whether that was kept, the words' values."""

    control_number: str
    is_kept: bool
    values: dict[str, object]

    @property
    def phrase(self) -> LogPhrase:
        """What to tell of it, with `values`."""
        return LogPhrase.WAS_WHOLE if self.is_kept else LogPhrase.CUT_OFF


class Logbook:
    """Writes sessions, and devices that go and come back, into a journal.

    Only the line that begins a session must succeed: what follows never takes a record away that is kept already.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._begun_s = 0.0
        self._identity = ""

    def started(self) -> None:
        """The station was started."""
        self._try(Kind.STARTED, version=__version__)

    def stopped(self) -> None:
        """The station was told to end."""
        self._try(Kind.STOPPED)

    def confirmed_clock(self, operator: str) -> None:
        """An operator gave today's date."""
        self._try(Kind.CLOCK_CONFIRMED, operator=_known(operator))

    def exported(self, count: int) -> None:
        """Packets were copied out."""
        self._try(Kind.EXPORTED, count=count)

    def delivered(self, count: int) -> None:
        """Packets came whole to the office, or to a server that keeps them for it, over the network."""
        self._try(Kind.DELIVERED, count=count)

    def acknowledged(self, count: int) -> None:
        """The office accepted packets; the kit no longer keeps them."""
        self._try(Kind.ACKNOWLEDGED, count=count)

    def refused(self, control_number: str, reason: str) -> None:
        """The office refused a packet, by the reason's code; the kit keeps it."""
        self._try(Kind.REFUSED, control_number=control_number, reason=reason)

    def device(self, name: str, state: DeviceState) -> None:
        """A device went, or came back: how it is now."""
        self._try(Kind.DEVICE, device=name, outcome=state.value)

    def identity(self, outcome: str) -> None:
        """The kit's identity was renewed or accepted, or its certificate ends; the same again is not written."""
        if outcome != self._identity:
            self._identity = outcome
            self._try(Kind.IDENTITY, outcome=outcome)

    def begin(self, operator: str, control_number: str, supersedes: str) -> None:
        """A session begins. Raises JournalError: what cannot be written down is not begun."""
        facts = {"supersedes": supersedes} if supersedes else {}
        self._journal.append(Kind.BEGUN, operator=_known(operator), control_number=control_number, **facts)
        self._begun_s = time.monotonic()

    def step(self, step: str, outcome: Outcome, attempts: int, seconds: float) -> None:
        """A step of the session, by its code, is settled."""
        self._try(Kind.STEP, step=step, outcome=outcome.value, seconds=seconds, attempts=attempts)

    def overridden(self, operator: str) -> None:
        """A warning about the NIK was overridden."""
        self._try(Kind.OVERRIDDEN, operator=_known(operator), reason="nik")

    def sealed(self, control_number: str) -> None:
        """The session's packet is in the spool."""
        self._try(Kind.SEALED, control_number=control_number, seconds=time.monotonic() - self._begun_s)

    def cancelled(self, reason: str) -> None:
        """The session ended early, and nothing of it is kept."""
        self._try(Kind.CANCELLED, reason=reason)

    def close_cut_off(self, is_kept: Callable[[str], bool]) -> CutOff | None:
        """End the session that was under way when the power went; None when none was."""
        unfinished = self._journal.unfinished()
        if unfinished is None:
            return None
        number = str(unfinished.begun.facts.get("control_number", ""))
        kept = is_kept(number)
        if kept:
            self._try(Kind.SEALED, control_number=number, seconds=0.0, reason="cut_off")
        else:
            self._try(Kind.INTERRUPTED)
        at = f"{unfinished.begun.at.utc:%Y-%m-%d %H:%M}"
        return CutOff(number, kept, {"at": at, "steps": len(unfinished.steps), "number": number})

    def _try(self, kind: Kind, **facts: object) -> None:
        try:
            self._journal.append(kind, **facts)
        except JournalError as error:
            _log.error("logbook: %s", error)


def _known(operator: str) -> str:
    return operator if _ID.fullmatch(operator) else NOBODY
