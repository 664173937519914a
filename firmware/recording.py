"""One resident from the first question to the sealed packet in the spool."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from rich.text import Text

from firmware import __version__, closing, duplicates, room, side_by_side
from firmware.admitting import Clerk, admit
from firmware.circumstances import NOTHING_NOTED, Circumstances
from firmware.config import KitConfig
from firmware.datatypes import Excuse, FingerCapture, Resident, Timestamp
from firmware.errors import DeviceRefused, SessionCancelled, SessionError
from firmware.face_step import FaceStep
from firmware.pipeline import extraction, warming
from firmware.pipeline.face import backdrop, judging
from firmware.portrait import FaceCapture
from firmware.power_words import PowerPhrase
from firmware.records import manifest, sealing, transaction
from firmware.records.transaction import TransactionHeader
from firmware.resident import ResidentFile
from firmware.seams import Operator
from firmware.session import Plan, Session
from firmware.session_table import State
from firmware.station import Station
from firmware.stopwatch import StepTime, Stopwatch
from firmware.storage_words import StoragePhrase
from firmware.text_picture import Charset
from firmware.vocabulary import ClockTrust, FingerPosition, Purpose
from firmware.watch import Screen, Watch
from firmware.wording import Phrase
from firmware.workplace import Workplace


class Desk(Operator, Clerk, Screen, Protocol):
    """An operator who can also be asked for the resident, and shown pictures."""

    @property
    def can_decide(self) -> bool:
        """Whether somebody is there who can be asked."""

    def show_picture(self, draw: Callable[[tuple[int, int], Charset], Text | None]) -> None:
        """Show what is drawn for the columns, lines and characters of the operator's screen, if there is one."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of one resident: nothing in it is personal."""

    control_number: str
    purpose: Purpose
    captures: tuple[FingerCapture, ...]
    seconds: float
    waiting: int
    steps: tuple[StepTime, ...] = ()
    face: FaceCapture | None = None


def record(
    place: Workplace,
    desk: Desk,
    person: ResidentFile | None,
    excused: Mapping[FingerPosition, Excuse],
    noted: Circumstances = NOTHING_NOTED,
    on_sealed: Callable[[str], None] = lambda control_number: None,
    on_kept: Callable[[Recorded], None] = lambda recorded: None,
) -> Recorded:
    """Record one resident: ask for whoever is not given, take the fingers, seal, spool.

    Nothing is kept before the packet is sealed; `on_sealed` hears its control number before the spool has it. `on_kept`
    tells the operator before the journal closes the session: what was not told is named at the next start. Raises
    InputError when this resident may not be recorded, SessionError when the session ends early, and whatever its parts
    raise.
    """
    config, watch = place.config, Stopwatch()
    power = place.kit.await_power()
    if not power.may_start:
        words = power.say(config.language, PowerPhrase.NOT_STARTED)
        raise SessionError(words) from DeviceRefused("battery", words)
    _check_room(place, desk)
    resident, noted = _admit(place, desk, person, noted)
    if abandoned := Watch(place, desk).abandonment():
        raise abandoned
    watch.lap("questions")
    desk.say(Phrase.GETTING_READY, "dim")
    warming.warm_up(config.fingerprint.ppi, config.effort)
    warming.warm_up_matching()
    begun = watch.lap("warming")
    number = control_number(config.kit_id, place.clock.now())
    place.logbook.begin(noted.operator, number, noted.supersedes)
    if noted.override:
        place.logbook.overridden(noted.operator)
    try:
        enrolment = _enrol(place, desk, resident, {**(person.excused if person else {}), **excused}, watch)
        watch.lap("lifting")
        header = _header(config, number, place.clock.now())
        kinds = config.record
        data = transaction.build(header, resident, enrolment.settled, noted, enrolment.face, kinds.face, kinds.fingers)
        signer = place.identity.signer
        content = manifest.write(header, noted, data)
        packet = sealing.seal(content, control_number=number, signer=signer, recipients=place.recipients)
        watch.lap("sealing")
        waiting = place.spool.counts()[1] + 1
        on_sealed(number)
        place.spool.put(packet, recorded_at=header.created_at)
    except BaseException as error:
        closing.end_early(place, number, error)
        raise
    closing.announce(place, complete=True)
    seconds = watch.lap("spooling") - begun
    taken = enrolment.settled, seconds, waiting, watch.steps(), enrolment.face
    recorded = Recorded(number, config.purpose, *taken)
    on_kept(recorded)
    place.logbook.sealed(number)
    place.clock.remember([header.created_at])
    return recorded


def take_operator(place: Workplace, desk: Desk) -> tuple[FingerCapture, ...]:
    """The index fingers of whoever runs the kit; nothing of them is kept but in memory. Raises SessionError."""
    settings = place.config.fingerprint
    warming.warm_up(settings.ppi, place.config.effort)
    beside = Watch(place, desk)
    station = Station(
        place.kit,
        desk,
        closing.announcers(place),
        settings.finger_timeout_s,
        on_change=beside.changed,
        alarm=beside.alarm,
        now=place.clock.now,
        extract=partial(extraction.extract, effort=place.config.effort),
    )
    fingers, is_complete = (FingerPosition.RIGHT_INDEX, FingerPosition.LEFT_INDEX), False
    try:
        enrolment = station.enrol(Plan(settings.minimum_quality, settings.attempts, fingers=fingers))
        is_complete = enrolment.state is State.COMPLETE
    finally:
        closing.announce(place, complete=is_complete)
    if not is_complete:
        raise SessionCancelled(Phrase.CANCELLED.say(place.config.language))
    return enrolment.settled


def control_number(kit_id: str, at: Timestamp) -> str:
    """Name a record without asking anyone: kit, UTC, 32 random bits; 40 characters at most, as Type-1 holds them.

    A wrong clock, or one that shows the same second twice, leaves it unique; a long kit's name is shortened here only.
    """
    return f"{kit_id[:15]}-{at.utc:%Y%m%d%H%M%S}-{secrets.token_hex(4).upper()}"


def _enrol(
    place: Workplace, desk: Desk, resident: Resident, excused: Mapping[FingerPosition, Excuse], watch: Stopwatch
) -> Session:
    """Everything that is taken of a resident. Raises SessionError when it was cancelled."""
    config, settings = place.config, place.config.fingerprint
    taken: dict[FingerPosition, FingerCapture] = {}

    def settled(capture: FingerCapture | FaceCapture, seconds: float) -> None:
        step = capture.position.name.lower() if isinstance(capture, FingerCapture) else "face"
        watch.add(step, seconds)
        if isinstance(capture, FingerCapture):
            _tell_duplicate(place, desk, capture, taken)
            taken[capture.position] = capture
        place.logbook.step(step, capture.outcome, capture.attempts, seconds)

    beside = Watch(place, desk)
    station = Station(
        place.kit,
        desk,
        closing.announcers(place),
        settings.finger_timeout_s,
        on_change=beside.changed,
        on_step=settled,
        face=_face_step(place, resident.date_of_birth.year),
        alarm=beside.alarm,
        now=place.clock.now,
        extract=partial(extraction.extract, effort=config.effort),
    )
    try:
        enrolment = station.enrol(_plan(config, resident, excused, review=desk.can_decide))
    except (KeyboardInterrupt, SystemExit):
        desk.say(Phrase.CANCELLED)
        raise
    if enrolment.state is not State.COMPLETE:
        raise SessionCancelled(Phrase.CANCELLED.say(config.language))
    return enrolment


def _plan(config: KitConfig, resident: Resident, excused: Mapping[FingerPosition, Excuse], *, review: bool) -> Plan:
    settings = config.fingerprint
    plan = Plan(settings.minimum_quality, settings.attempts, excused, review=review)
    if config.camera is None:
        return plan
    colour = backdrop.of_year(resident.date_of_birth.year)
    return replace(plan, face_attempts=config.camera.attempts, backdrop=colour)


def _tell_duplicate(
    place: Workplace, desk: Desk, capture: FingerCapture, taken: Mapping[FingerPosition, FingerCapture]
) -> None:
    """Warn of a finger that was taken before, or is the operator's, and show both prints; the step may be repeated."""
    if found := duplicates.find(capture, taken.values(), place.operator):
        desk.warn([duplicates.say(found, place.config.language)])
        desk.show_picture(partial(side_by_side.draw, found, place.config.language))


def _face_step(place: Workplace, birth_year: int) -> FaceStep | None:
    camera = place.kit.camera
    if camera is None:
        return None
    failed = Phrase.CAMERA_FAILED.say(place.config.language)
    return FaceStep(camera, partial(judging.assess, birth_year=birth_year), place.clock.now, failed)


def _check_room(place: Workplace, desk: Desk) -> None:
    """Tell well before the card is full; raises SpoolFull before a resident is asked what could not be kept."""
    left = room.measure(place.config.data, place.spool, place.config.storage)
    if left is None:
        return
    left.check()
    if left.is_short:
        desk.say(StoragePhrase.SHORT, "yellow", percent=left.percent)


def _admit(
    place: Workplace, desk: Desk, person: ResidentFile | None, noted: Circumstances
) -> tuple[Resident, Circumstances]:
    at = place.clock.now()
    if place.config.purpose is Purpose.TRAINING:
        desk.say(Phrase.TRAINING, "magenta")
    if at.trust is ClockTrust.WRONG:
        desk.say(Phrase.CLOCK_WRONG, "yellow", at=f"{at.utc:%Y-%m-%d %H:%M} UTC")
    return admit(place.config, desk, person, noted, at)


def _header(config: KitConfig, number: str, at: Timestamp) -> TransactionHeader:
    who = config.kit_id, config.office.agency, config.district
    return TransactionHeader(number, at, *who, config.purpose, f"rekam {__version__}", config.timezone)
