"""One enrolment as a table: (state, trigger) -> (state, actions); touches nothing.

Why: devices, files and people are slow and fail, rules of enrolment do not. So `step` is a pure function of frozen
values that any test can walk; the station turns the world into events and actions into deeds.

An event is what happened outside; what it amounts to (was the score reached, was it the last try) is its trigger.
A print of score 0 is a try without a print. Tries count prints, prints given up and waits in vain alike. When they are
used up the best print is kept as low quality; where there is none, the operator decides: repeat, excuse, cancel.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from firmware.datatypes import Excuse, FingerCapture, GivenUp, Outcome
from firmware.errors import SessionError
from firmware.events import Cancelled, Captured, Event, Excused, Lifted, NoFinger, Repeated, Start
from firmware.vocabulary import FingerPosition


class State(Enum):
    """Where a session is; NEXT_FINGER is left at once, by what remains."""

    READY = "ready"
    NEXT_FINGER = "next_finger"
    AWAITING_FINGER = "awaiting_finger"
    AWAITING_LIFT = "awaiting_lift"
    AWAITING_DECISION = "awaiting_decision"
    COMPLETE = "complete"
    CANCELLED = "cancelled"


class Trigger(Enum):
    """What an event amounts to, given the plan and the tries so far."""

    STARTED = "started"
    FINGERS_REMAIN = "fingers remain"
    NONE_REMAINS = "none remains"
    ACCEPTED = "score reached"
    POOR = "score missed"
    GIVEN_UP = "given up by the sensor"
    ABSENT = "no finger"
    BEST_KEPT = "tries used up"
    NO_PRINT = "tries used up without a print"
    LIFTED = "lifted"
    EXCUSED = "excused"
    REPEATED = "repeated"
    CANCELLED = "cancelled"


class Action(Enum):
    """What the station is asked to do."""

    ASK_FINGER = "ask for the finger"
    TELL_ACCEPTED = "tell that it is accepted"
    TELL_POOR = "tell what was wrong"
    TELL_GIVEN_UP = "tell why it is given up"
    TELL_ABSENT = "tell that no finger came"
    TELL_BEST_KEPT = "tell that the best is kept"
    TELL_EXCUSED = "tell that it is excused"
    AWAIT_LIFT = "wait until it lifts"
    ASK_DECISION = "ask the operator"
    SEAL = "seal the record"
    DISCARD = "discard everything"


TABLE: Mapping[tuple[State, Trigger], tuple[State, tuple[Action, ...]]] = {
    (State.READY, Trigger.STARTED): (State.NEXT_FINGER, ()),
    (State.READY, Trigger.CANCELLED): (State.CANCELLED, (Action.DISCARD,)),
    (State.NEXT_FINGER, Trigger.FINGERS_REMAIN): (State.AWAITING_FINGER, (Action.ASK_FINGER,)),
    (State.NEXT_FINGER, Trigger.NONE_REMAINS): (State.COMPLETE, (Action.SEAL,)),
    (State.AWAITING_FINGER, Trigger.ACCEPTED): (State.AWAITING_LIFT, (Action.TELL_ACCEPTED, Action.AWAIT_LIFT)),
    (State.AWAITING_FINGER, Trigger.POOR): (State.AWAITING_LIFT, (Action.TELL_POOR, Action.AWAIT_LIFT)),
    (State.AWAITING_FINGER, Trigger.GIVEN_UP): (State.AWAITING_LIFT, (Action.TELL_GIVEN_UP, Action.AWAIT_LIFT)),
    (State.AWAITING_FINGER, Trigger.ABSENT): (State.AWAITING_FINGER, (Action.TELL_ABSENT, Action.ASK_FINGER)),
    (State.AWAITING_FINGER, Trigger.BEST_KEPT): (State.AWAITING_LIFT, (Action.TELL_BEST_KEPT, Action.AWAIT_LIFT)),
    (State.AWAITING_FINGER, Trigger.NO_PRINT): (State.AWAITING_DECISION, (Action.ASK_DECISION,)),
    (State.AWAITING_FINGER, Trigger.EXCUSED): (State.NEXT_FINGER, (Action.TELL_EXCUSED,)),
    (State.AWAITING_FINGER, Trigger.CANCELLED): (State.CANCELLED, (Action.DISCARD,)),
    (State.AWAITING_LIFT, Trigger.LIFTED): (State.NEXT_FINGER, ()),
    (State.AWAITING_LIFT, Trigger.CANCELLED): (State.CANCELLED, (Action.DISCARD,)),
    (State.AWAITING_DECISION, Trigger.REPEATED): (State.AWAITING_FINGER, (Action.ASK_FINGER,)),
    (State.AWAITING_DECISION, Trigger.EXCUSED): (State.NEXT_FINGER, (Action.TELL_EXCUSED,)),
    (State.AWAITING_DECISION, Trigger.CANCELLED): (State.CANCELLED, (Action.DISCARD,)),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of a session: the fingers in order, the score that suffices, the tries, who is excused."""

    minimum_quality: int
    attempts: int
    excused: Mapping[FingerPosition, Excuse] = field(default_factory=dict)
    fingers: tuple[FingerPosition, ...] = tuple(FingerPosition)


@dataclass(frozen=True, slots=True)
class Session:
    """One enrolment at one moment: its state, the finger asked for, its tries and best print, and what is settled."""

    plan: Plan
    state: State = State.READY
    finger: FingerPosition | None = None
    attempts: int = 0
    latest: Captured | GivenUp | None = None
    best: Captured | None = None
    settled: tuple[FingerCapture, ...] = ()

    @property
    def needs_any(self) -> bool:
        """Whether the next print must be taken however poor it is: the last try, and none is kept yet."""
        return self.best is None and self.attempts + 1 >= self.plan.attempts


def step(session: Session, event: Event) -> tuple[Session, tuple[Action, ...]]:
    """Take one event: the session after it, and what is to be done. Raises SessionError for one out of place."""
    trigger = _trigger(session, event)
    session, actions = _move(_count(session, event), trigger)
    if trigger in (Trigger.ACCEPTED, Trigger.BEST_KEPT, Trigger.EXCUSED):
        session = _settle(session, trigger, event)
    if trigger is Trigger.REPEATED:
        session = replace(session, attempts=0)
    if session.state is State.NEXT_FINGER:
        session, more = _next_finger(session)
        actions += more
    return session, actions


def diagram() -> str:
    """Draw the table as a mermaid state diagram; the README carries it."""
    lines = [f"    {State.NEXT_FINGER.value}: what remains?", f"    [*] --> {State.READY.value}"]
    lines += [
        f"    {before.value} --> {after.value}: {trigger.value}" for (before, trigger), (after, _) in TABLE.items()
    ]
    lines += [f"    {state.value} --> [*]" for state in (State.COMPLETE, State.CANCELLED)]
    return "\n".join(["stateDiagram-v2", *lines])


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
        case Start():
            return Trigger.STARTED
        case Lifted():
            return Trigger.LIFTED
        case Excused():
            return Trigger.EXCUSED
        case Repeated():
            return Trigger.REPEATED
        case Cancelled():
            return Trigger.CANCELLED


def _after_a_miss(session: Session, captured: Captured | None, missed: Trigger) -> Trigger:
    if session.attempts + 1 < session.plan.attempts:
        return missed
    return Trigger.BEST_KEPT if _better(session.best, captured) else Trigger.NO_PRINT


def _better(best: Captured | None, other: Captured | None) -> Captured | None:
    prints = [taken for taken in (best, other) if taken and taken.features.quality.score > 0]
    return max(prints, key=lambda taken: taken.features.quality.score, default=None)


def _count(session: Session, event: Event) -> Session:
    match event:
        case Captured():
            best = _better(session.best, event)
            return replace(session, attempts=session.attempts + 1, latest=event, best=best)
        case GivenUp() | NoFinger():
            latest = event if isinstance(event, GivenUp) else None
            return replace(session, attempts=session.attempts + 1, latest=latest)
    return session


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
    return replace(session, finger=None, attempts=0, latest=None, best=None, settled=(*session.settled, capture))


def _excused(position: FingerPosition, excuse: Excuse, attempts: int = 0) -> FingerCapture:
    return FingerCapture(position, Outcome.EXCUSED, attempts, missing=excuse.missing, reason=excuse.reason)


def _next_finger(session: Session) -> tuple[Session, tuple[Action, ...]]:
    settled = session.settled
    for position in session.plan.fingers[len(settled) :]:
        if position not in session.plan.excused:
            return _move(replace(session, finger=position, settled=settled), Trigger.FINGERS_REMAIN)
        settled += (_excused(position, session.plan.excused[position]),)
    return _move(replace(session, settled=settled), Trigger.NONE_REMAINS)
