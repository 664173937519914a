"""How a kit's identity stands: admitted or not, for how long, on its own board or not."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from pathlib import Path
from zoneinfo import ZoneInfo

from firmware import clock, identity
from firmware.datatypes import Timestamp
from firmware.errors import IdentityError, OtherBoard
from firmware.identity import Identity
from firmware.identity_words import IdentityPhrase
from firmware.vocabulary import Language

MONTH = timedelta(days=31)
"""So long before its last day the end of a certificate is told."""


class State(Enum):
    """How the identity stands; the value is its code in status and journal."""

    NO_KEY = "no_key"
    UNADMITTED = "unadmitted"
    ADMITTED = "admitted"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    OTHER_BOARD = "other_board"
    SPOILED = "spoiled"


@dataclass(frozen=True, slots=True)
class Standing:
    """The state, and the certificate's last day on the kit's calendar, where it has one."""

    state: State
    until: date | None = None

    @property
    def is_ending(self) -> bool:
        """Whether the certificate ends within a month, or has ended."""
        return self.state in (State.EXPIRING, State.EXPIRED)

    def say(self, language: Language) -> str:
        """Tell it, with what to do."""
        return say(self.state.value, str(self.until), language)


def say(code: str, until: str | None, language: Language) -> str:
    """What a state means, by its code in a status, and what to do."""
    return IdentityPhrase[code.upper()].say(language, until=until)


def of(kit: Identity, at: Timestamp, timezone: str) -> Standing:
    """How an identity stands at a moment; a wrong clock ends no certificate."""
    if kit.certificate is None:
        return Standing(State.UNADMITTED)
    until = kit.certificate.not_valid_after_utc.astimezone(ZoneInfo(timezone)).date()
    today = clock.civil_date(at, timezone)
    state = State.EXPIRED if today > until else State.EXPIRING if today > until - MONTH else State.ADMITTED
    return Standing(state, until)


def look(data: Path, at: Timestamp, timezone: str, root: Path | None = None) -> Standing | None:
    """How the identity in a kit's data folder stands; None where this user may not see it. Nothing is written."""
    try:
        kit = identity.look(data, root)
    except OtherBoard:
        return Standing(State.OTHER_BOARD)
    except IdentityError as error:
        return None if isinstance(error.__cause__, PermissionError) else Standing(State.SPOILED)
    return of(kit, at, timezone) if kit else Standing(State.NO_KEY)
