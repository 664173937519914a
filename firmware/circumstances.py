"""Under which circumstances a resident was recorded: what the operator notes beside the samples."""

from dataclasses import dataclass
from datetime import date

from firmware.datatypes import Timestamp
from firmware.vocabulary import ConsentGiver


@dataclass(frozen=True, slots=True)
class Consent:
    """That somebody agreed to the recording, and when the kit noted it."""

    given_by: ConsentGiver
    noted_at: Timestamp


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Under which circumstances a resident was recorded; nothing in it is required, an empty text is what is not known.

    operator: the id of who recorded. place: an office, village or school. override: why a NIK that contradicts the
    date of birth or the sex is right all the same. supersedes: the control number of a packet with a mistake, which
    this one replaces, and `because` what the mistake was. card_from: the civil day from which a card may be issued.
    """

    operator: str = ""
    place: str = ""
    consent: Consent | None = None
    override: str = ""
    supersedes: str = ""
    because: str = ""
    card_from: date | None = None


NOTHING_NOTED = Circumstances()
