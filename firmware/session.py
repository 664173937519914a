"""One enrolment as pure steps through the table of `session_table`; touches nothing.

Why: devices, files and people are slow and fail, rules of enrolment do not. So `step` is a pure function of frozen
values that any test can walk; the station turns the world into events and actions into deeds.

An event is what happened outside; what it amounts to (was the score reached, was it the last try) is its trigger.
A print of score 0 is a try without a print. Tries count prints, prints given up and waits in vain alike. When they are
used up the best print is kept as low quality; where there is none, the operator decides: repeat, excuse, cancel. So it
is with the face, also when the camera fails.
The operator may at any time keep the best so far, take the step before once more, excuse a step, or cancel.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from firmware import best_of
from firmware.datatypes import Excuse, FingerCapture, GivenUp, Outcome
from firmware.errors import SessionError
from firmware.events import (
    Cancelled,
    Captured,
    Confirmed,
    Event,
    Excused,
    FaceFailed,
    FaceTaken,
    Lifted,
    NoFinger,
    Repeated,
    Start,
)
from firmware.portrait import BackdropColour, FaceCapture
from firmware.session_table import TABLE, Action, State, Trigger
from firmware.vocabulary import FingerPosition

_FACE_STATES = (State.AWAITING_FACE, State.AWAITING_FACE_DECISION)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of a session: the fingers in order, the score that suffices, the tries, who is excused.

    review: whether the operator confirms the whole at its end. face_attempts: tries for the face, after the fingers; 0
    where no face is taken. backdrop: the colour that has to be behind it.
    """

    minimum_quality: int
    attempts: int
    excused: Mapping[FingerPosition, Excuse] = field(default_factory=dict)
    fingers: tuple[FingerPosition, ...] = tuple(FingerPosition)
    review: bool = False
    face_attempts: int = 0
    backdrop: BackdropColour | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One enrolment at one moment: its state, the finger asked for, its tries and best print, and what is settled.

    The face has its own latest and best picture, and is settled by itself. camera_fault: why it may be excused without
    anybody's word, empty as long as the camera works.
    """

    plan: Plan
    state: State = State.READY
    finger: FingerPosition | None = None
    attempts: int = 0
    latest: Captured | GivenUp | None = None
    best: Captured | None = None
    settled: tuple[FingerCapture, ...] = ()
    latest_face: FaceTaken | None = None
    best_face: FaceTaken | None = None
    face: FaceCapture | None = None
    camera_fault: str = ""

    @property
    def is_at_face(self) -> bool:
        """Whether the face is asked for, or what to do without one."""
        return self.state in _FACE_STATES

    @property
    def needs_any(self) -> bool:
        """Whether the next print must be taken however poor it is: the last try, and none is kept yet."""
        return self.best is None and self.attempts + 1 >= self.plan.attempts


def step(session: Session, event: Event) -> tuple[Session, tuple[Action, ...]]:
    """Take one event: the session after it, and what is to be done. Raises SessionError for one out of place."""
    before, trigger = session.state, _trigger(session, event)
    session, actions = _move(_count(session, event), trigger)
    if before in _FACE_STATES and session.state is State.NEXT_FINGER:
        session = _settle_face(session, trigger, event)
    elif trigger in (Trigger.ACCEPTED, Trigger.BEST_KEPT, Trigger.KEPT, Trigger.EXCUSED):
        session = _settle(session, trigger, event)
    if trigger is Trigger.REPEATED:
        session = replace(session, attempts=0, camera_fault="")
    if trigger is Trigger.FACE_AGAIN:
        session = replace(_fresh(session), face=None)
    if trigger is Trigger.GONE_BACK:
        last = last_taken(session)
        settled = session.settled
        session = replace(_fresh(session), finger=settled[last].position, settled=settled[:last])
    if session.state is State.NEXT_FINGER:
        session, more = _next_finger(session)
        actions += more
    return session, actions


def _move(session: Session, trigger: Trigger) -> tuple[Session, tuple[Action, ...]]:
    try:
        state, actions = TABLE[session.state, trigger]
    except KeyError as error:
        message = f"session: {trigger.name} has no place in the state {session.state.name}"
        raise SessionError(message) from error
    return replace(session, state=state), actions


def _trigger(session: Session, event: Event) -> Trigger:
    match event:
        case Captured():
            if event.features.quality.score >= max(session.plan.minimum_quality, 1):
                return Trigger.ACCEPTED
            return _after_a_miss(session, event, Trigger.POOR)
        case GivenUp():
            return _after_a_miss(session, None, Trigger.GIVEN_UP)
        case NoFinger():
            return _after_a_miss(session, None, Trigger.ABSENT)
        case FaceTaken():
            return _after_a_face(session, event)
        case FaceFailed():
            return Trigger.FACE_BEST_KEPT if session.best_face else Trigger.NO_CAMERA
        case Start():
            return Trigger.STARTED
        case Lifted():
            return Trigger.LIFTED
        case Excused():
            is_asked = session.finger or session.state in _FACE_STATES
            return Trigger.EXCUSED if is_asked else Trigger.OUT_OF_PLACE
        case Confirmed():
            return _after_confirmation(session)
        case Repeated():
            return _after_repetition(session)
        case Cancelled():
            return Trigger.CANCELLED


def _after_a_miss(session: Session, captured: Captured | None, missed: Trigger) -> Trigger:
    if session.attempts + 1 < session.plan.attempts:
        return missed
    return Trigger.BEST_KEPT if best_of.prints(session.best, captured) else Trigger.NO_PRINT


def _after_confirmation(session: Session) -> Trigger:
    if session.state is State.AWAITING_REVIEW:
        return Trigger.CONFIRMED
    best = {State.AWAITING_FINGER: session.best, State.AWAITING_FACE: session.best_face}.get(session.state)
    return Trigger.KEPT if best else Trigger.OUT_OF_PLACE


def _after_repetition(session: Session) -> Trigger:
    if session.state in (State.AWAITING_DECISION, State.AWAITING_FACE_DECISION) or session.attempts:
        return Trigger.REPEATED
    if session.state is State.AWAITING_REVIEW and session.face:
        return Trigger.FACE_AGAIN
    return Trigger.GONE_BACK if last_taken(session) >= 0 else Trigger.OUT_OF_PLACE


def _after_a_face(session: Session, taken: FaceTaken) -> Trigger:
    if taken.pixels is not None and not taken.feedback:
        return Trigger.FACE_ACCEPTED
    if session.attempts + 1 < session.plan.face_attempts:
        return Trigger.FACE_POOR
    return Trigger.FACE_BEST_KEPT if best_of.faces(session.best_face, taken) else Trigger.NO_FACE


def last_taken(session: Session) -> int:
    """The place in what is settled of the last finger that was asked for; -1 where there is none."""
    asked = [n for n, capture in enumerate(session.settled) if capture.position not in session.plan.excused]
    return asked[-1] if asked else -1


def _count(session: Session, event: Event) -> Session:
    match event:
        case Captured():
            best = best_of.prints(session.best, event)
            return replace(session, attempts=session.attempts + 1, latest=event, best=best)
        case GivenUp() | NoFinger():
            latest = event if isinstance(event, GivenUp) else None
            return replace(session, attempts=session.attempts + 1, latest=latest)
        case FaceTaken():
            best_face = best_of.faces(session.best_face, event)
            return replace(session, attempts=session.attempts + 1, latest_face=event, best_face=best_face)
        case FaceFailed():
            return replace(session, camera_fault=event.reason)
    return session


def _settle_face(session: Session, trigger: Trigger, event: Event) -> Session:
    kept = session.best_face
    if isinstance(event, Excused) or kept is None:
        reason = event.excuse.reason if isinstance(event, Excused) else ""
        face = FaceCapture(Outcome.EXCUSED, session.attempts, reason=reason)
    else:
        outcome = Outcome.ACCEPTED if trigger is Trigger.FACE_ACCEPTED else Outcome.LOW_QUALITY
        kept_facts = (kept.pixels, kept.feedback, kept.captured_at, kept.device)
        face = FaceCapture(outcome, session.attempts, *kept_facts)
    return replace(_fresh(session), face=face)


def _settle(session: Session, trigger: Trigger, event: Event) -> Session:
    if session.finger is None:
        raise SessionError("session: no finger is asked for")
    if isinstance(event, Excused):
        capture = _excused(session.finger, event.excuse, session.attempts)
    else:
        outcome = Outcome.ACCEPTED if trigger is Trigger.ACCEPTED else Outcome.LOW_QUALITY
        capture = FingerCapture(session.finger, outcome, session.attempts)
        if kept := session.best:
            capture = replace(
                capture,
                image=kept.image,
                features=kept.features,
                captured_at=kept.captured_at,
                score_s=kept.score_s,
            )
    return replace(_fresh(session), settled=(*session.settled, capture))


def _fresh(session: Session) -> Session:
    fresh = Session(session.plan, session.state)
    return replace(fresh, settled=session.settled, face=session.face)


def _excused(position: FingerPosition, excuse: Excuse, attempts: int = 0) -> FingerCapture:
    return FingerCapture(position, Outcome.EXCUSED, attempts, missing=excuse.missing, reason=excuse.reason)


def _next_finger(session: Session) -> tuple[Session, tuple[Action, ...]]:
    settled = session.settled
    for position in session.plan.fingers[len(settled) :]:
        if position not in session.plan.excused:
            return _move(replace(session, finger=position, settled=settled), Trigger.FINGERS_REMAIN)
        settled += (_excused(position, session.plan.excused[position]),)
    if session.plan.face_attempts and session.face is None:
        return _move(replace(session, settled=settled), Trigger.FACE_REMAINS)
    end = Trigger.REVIEW_DUE if session.plan.review else Trigger.NONE_REMAINS
    return _move(replace(session, settled=settled), end)
