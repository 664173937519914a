"""One resident from the first question to the sealed packet in the spool."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from firmware import __version__, clock
from firmware.admitting import Clerk, admit
from firmware.announcements import Announcer
from firmware.circumstances import NOTHING_NOTED, Circumstances
from firmware.config import KitConfig
from firmware.datatypes import Excuse, FingerCapture, Resident, Timestamp
from firmware.errors import IdentityError, SealingError, SessionError
from firmware.identity import Identity
from firmware.kit import Kit
from firmware.pipeline import extraction, warming
from firmware.records import sealing, transaction
from firmware.records.transaction import TransactionHeader
from firmware.reporting import SPOOL, Reporter
from firmware.resident import ResidentFile
from firmware.session import Plan, State
from firmware.spool import Spool
from firmware.station import Operator, Station
from firmware.stopwatch import StepTime, Stopwatch
from firmware.vocabulary import ClockTrust, FingerPosition, Purpose
from firmware.wording import Phrase


class Desk(Operator, Clerk, Protocol):
    """An operator who can also be asked for the resident."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of one resident: nothing in it is personal."""

    control_number: str
    purpose: Purpose
    captures: tuple[FingerCapture, ...]
    seconds: float
    waiting: int
    steps: tuple[StepTime, ...] = ()


def record(
    config: KitConfig,
    desk: Desk,
    person: ResidentFile | None,
    excused: Mapping[FingerPosition, Excuse],
    noted: Circumstances = NOTHING_NOTED,
    on_sealed: Callable[[str], None] = lambda control_number: None,
) -> Recorded:
    """Record one resident: ask for whoever is not given, take the fingers, seal, spool.

    Nothing is kept before the packet is sealed; `on_sealed` hears its control number before the spool has it. Before
    the first capture raises IdentityError when nobody could open the packet and InputError when this resident may not
    be recorded; SessionError when the session ends early, and whatever its parts raise.
    """
    identity = Identity.load_or_create(config.data)
    recipients = _recipients(config, identity)
    watch = Stopwatch()
    with (
        Kit(config) as kit,
        Spool(config.data / SPOOL) as spool,
        Reporter(config, kit.statuses, spool) as report,
    ):
        watch.lap("devices")
        resident, noted = _admit(config, desk, person, noted)
        watch.lap("questions")
        all_excused = {**(person.excused if person else {}), **excused}
        plan = Plan(config.fingerprint.minimum_quality, config.fingerprint.attempts, all_excused)
        desk.say(Phrase.GETTING_READY, "dim")
        warming.warm_up(config.fingerprint.ppi, config.effort)
        begun = watch.lap("warming")
        station = Station(
            kit,
            desk,
            Announcer(config.announcements),
            config.fingerprint.finger_timeout_s,
            report.tell,
            partial(extraction.extract, effort=config.effort),
        )
        try:
            enrolment = station.enrol(plan)
        except (KeyboardInterrupt, SystemExit):
            desk.say(Phrase.CANCELLED)
            raise
        if enrolment.state is not State.COMPLETE:
            raise SessionError(Phrase.CANCELLED.say(config.language))
        watch.fingers(enrolment.settled)
        watch.lap("lifting")
        header = _header(config, clock.now())
        data = transaction.build(header, resident, enrolment.settled, noted)
        packet = sealing.seal(data, control_number=header.control_number, signer=identity.signer, recipients=recipients)
        watch.lap("sealing")
        on_sealed(header.control_number)
        spool.put(packet, recorded_at=header.created_at)
        seconds, waiting = watch.lap("spooling") - begun, spool.counts()[1]
    return Recorded(header.control_number, config.purpose, enrolment.settled, seconds, waiting, watch.steps())


def as_json(recorded: Recorded) -> dict[str, Any]:
    """Put what came of it into an object for scripts."""
    return {
        "control_number": recorded.control_number,
        "purpose": recorded.purpose.value,
        "fingers": [_finger(capture) for capture in recorded.captures],
        "seconds": round(recorded.seconds, 3),
        "waiting": recorded.waiting,
        "steps": [{"step": step.step, "seconds": round(step.seconds, 3)} for step in recorded.steps],
    }


def control_number(kit_id: str, at: Timestamp) -> str:
    """Name a record without asking anyone: kit, UTC, 32 random bits; 40 characters at most, as Type-1 holds them.

    A wrong clock, or one that shows the same second twice, leaves it unique; a long kit's name is shortened here only.
    """
    return f"{kit_id[:15]}-{at.utc:%Y%m%d%H%M%S}-{secrets.token_hex(4).upper()}"


def _admit(
    config: KitConfig, desk: Desk, person: ResidentFile | None, noted: Circumstances
) -> tuple[Resident, Circumstances]:
    at = clock.now()
    if config.purpose is Purpose.TRAINING:
        desk.say(Phrase.TRAINING, "magenta")
    if at.trust is ClockTrust.WRONG:
        desk.say(Phrase.CLOCK_WRONG, "yellow", at=f"{at.utc:%Y-%m-%d %H:%M} UTC")
    return admit(config, desk, person, noted, at)


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
