"""One resident from the first question to the sealed packet in the spool."""

import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Protocol

from firmware import __version__, clock
from firmware.announcements import FileAnnouncer
from firmware.config import KitConfig
from firmware.datatypes import Excuse, FingerCapture, Resident, Timestamp
from firmware.errors import IdentityError, SealingError, SessionError
from firmware.identity import Identity
from firmware.kit import Kit
from firmware.pipeline import extraction, warming
from firmware.records import sealing, transaction
from firmware.records.transaction import TransactionHeader
from firmware.reporting import SPOOL, Reporter
from firmware.resident import ResidentFile, contradictions
from firmware.seams import Operator
from firmware.session import Plan
from firmware.session_table import State
from firmware.spool import Spool
from firmware.station import Station
from firmware.vocabulary import ClockTrust, FingerPosition, Purpose
from firmware.wording import Bilingual, Phrase


class Desk(Operator, Protocol):
    """An operator who can also be asked for the resident."""

    @property
    def can_decide(self) -> bool:
        """Whether somebody is there who can be asked."""

    def ask_resident(self, today: date) -> Resident:
        """Ask for the resident."""

    def say(self, phrase: Bilingual, style: str = "", **values: object) -> None:
        """Tell one text."""

    def warn(self, warnings: Sequence[str]) -> None:
        """Show what to look at again."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of one resident: nothing in it is personal."""

    control_number: str
    purpose: Purpose
    captures: tuple[FingerCapture, ...]
    seconds: float
    waiting: int


@dataclass(frozen=True, slots=True)
class Workplace:
    """All that records residents, opened once for one or many of them."""

    config: KitConfig
    kit: Kit
    spool: Spool
    report: Reporter
    identity: Identity
    recipients: tuple[str, ...]


@contextmanager
def workplace(config: KitConfig, *, patient: bool = False) -> Iterator[Workplace]:
    """Open everything. Raises IdentityError when nobody could open a packet, DeviceError, SpoolError.

    patient: a device that is not there is opened when it comes, not missed now.
    """
    identity = Identity.load_or_create(config.data)
    recipients = _recipients(config, identity)
    with (
        Kit(config, patient=patient) as kit,
        Spool(config.data / SPOOL) as spool,
        Reporter(config, kit.statuses, spool) as report,
    ):
        yield Workplace(config, kit, spool, report, identity, recipients)


def record(
    place: Workplace, desk: Desk, person: ResidentFile | None, excused: Mapping[FingerPosition, Excuse]
) -> Recorded:
    """Record one resident: ask for whoever is not given, take the fingers, seal, spool.

    Nothing is kept before the packet is sealed. Raises SessionError when the session ends early, and whatever its parts
    raise.
    """
    config = place.config
    resident, plan = _prepare(config, desk, person, excused)
    desk.say(Phrase.GETTING_READY, "dim")
    warming.warm_up(config.fingerprint.ppi, config.effort)
    begun = time.monotonic()
    station = Station(
        place.kit,
        desk,
        (FileAnnouncer(config.announcements),),
        config.fingerprint.finger_timeout_s,
        on_change=place.report.tell,
        extract=partial(extraction.extract, effort=config.effort),
    )
    try:
        enrolment = station.enrol(plan)
    except (KeyboardInterrupt, SystemExit):
        desk.say(Phrase.CANCELLED)
        raise
    if enrolment.state is not State.COMPLETE:
        raise SessionError(Phrase.CANCELLED.say(config.language))
    header = _header(config, clock.now())
    data = transaction.build(header, resident, enrolment.settled)
    number, signer = header.control_number, place.identity.signer
    packet = sealing.seal(data, control_number=number, signer=signer, recipients=place.recipients)
    place.spool.put(packet, recorded_at=header.created_at)
    seconds, waiting = time.monotonic() - begun, place.spool.counts()[1]
    return Recorded(number, config.purpose, enrolment.settled, seconds, waiting)


def as_json(recorded: Recorded) -> dict[str, Any]:
    """Put what came of it into an object for scripts."""
    return {
        "control_number": recorded.control_number,
        "purpose": recorded.purpose.value,
        "fingers": [_finger(capture) for capture in recorded.captures],
        "seconds": round(recorded.seconds, 3),
        "waiting": recorded.waiting,
    }


def control_number(kit_id: str, at: Timestamp) -> str:
    """Name a record without asking anyone: kit, UTC, 32 random bits; 40 characters at most, as Type-1 holds them.

    A wrong clock, or one that shows the same second twice, leaves it unique; a long kit's name is shortened here only.
    """
    return f"{kit_id[:15]}-{at.utc:%Y%m%d%H%M%S}-{secrets.token_hex(4).upper()}"


def _prepare(
    config: KitConfig, desk: Desk, person: ResidentFile | None, excused: Mapping[FingerPosition, Excuse]
) -> tuple[Resident, Plan]:
    at = clock.now()
    today = clock.civil_date(at, config.timezone)
    if config.purpose is Purpose.TRAINING:
        desk.say(Phrase.TRAINING, "magenta")
    if at.trust is ClockTrust.WRONG:
        desk.say(Phrase.CLOCK_WRONG, "yellow", at=f"{at.utc:%Y-%m-%d %H:%M} UTC")
    resident = person.resident if person else desk.ask_resident(today)
    desk.warn(contradictions(resident, today=today, language=config.language))
    all_excused = {**(person.excused if person else {}), **excused}
    settings = config.fingerprint
    return resident, Plan(settings.minimum_quality, settings.attempts, all_excused, review=desk.can_decide)


def _recipients(config: KitConfig, identity: Identity) -> tuple[str, ...]:
    if identity.kit_id not in ("", config.kit_id):
        raise IdentityError(f"{config.data}: admitted as kit {identity.kit_id}, kit.toml says kit_id {config.kit_id}")
    recipients = (*config.office.recipients, *identity.recipients)
    if not recipients:
        advice = "run `rekam identity request`, bring it to the office, and give its answer to `rekam identity accept`"
        raise IdentityError(f"{config.data}: no office could open what this kit records; {advice}")
    for number, recipient in enumerate(recipients):
        try:
            sealing.recipient(recipient)
        except SealingError as error:
            configured = number < len(config.office.recipients)
            place = f"kit.toml: office.recipients.{number}" if configured else f"{config.data}: the office's answer"
            raise SealingError(f"{place}: {error}") from error
    return recipients


def _header(config: KitConfig, at: Timestamp) -> TransactionHeader:
    return TransactionHeader(
        control_number(config.kit_id, at),
        at,
        config.kit_id,
        config.office.agency,
        config.district,
        config.purpose,
        f"rekam {__version__}",
        config.timezone,
    )


def _finger(capture: FingerCapture) -> dict[str, Any]:
    features = capture.features
    return {
        "position": capture.position.name.lower(),
        "outcome": capture.outcome.value,
        "score": features.quality.score if features else None,
        "minutiae": len(features.minutiae) if features else None,
        "attempts": capture.attempts,
        "score_s": None if capture.score_s is None else round(capture.score_s, 4),
    }
