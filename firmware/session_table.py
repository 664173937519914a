"""The table of an enrolment, (state, trigger) -> (state, actions), from which the README's diagram is drawn."""

from collections.abc import Mapping
from enum import Enum


class State(Enum):
    """Where a session is; NEXT_FINGER is left at once, by what remains."""

    READY = "ready"
    NEXT_FINGER = "next_finger"
    AWAITING_FINGER = "awaiting_finger"
    AWAITING_LIFT = "awaiting_lift"
    AWAITING_DECISION = "awaiting_decision"
    AWAITING_FACE = "awaiting_face"
    AWAITING_FACE_DECISION = "awaiting_face_decision"
    AWAITING_REVIEW = "awaiting_review"
    COMPLETE = "complete"
    CANCELLED = "cancelled"


class Trigger(Enum):
    """What an event amounts to, given the plan and the tries so far."""

    STARTED = "started"
    FINGERS_REMAIN = "fingers remain"
    FACE_REMAINS = "the face remains"
    NONE_REMAINS = "none remains"
    REVIEW_DUE = "none remains, the operator looks"
    ACCEPTED = "score reached"
    POOR = "score missed"
    GIVEN_UP = "given up by the sensor"
    ABSENT = "no finger"
    BEST_KEPT = "tries used up"
    NO_PRINT = "tries used up without a print"
    LIFTED = "lifted"
    FACE_ACCEPTED = "face accepted"
    FACE_POOR = "face not good"
    FACE_BEST_KEPT = "tries used up, best face kept"
    NO_FACE = "tries used up without a face"
    NO_CAMERA = "camera failed without a face"
    EXCUSED = "excused"
    KEPT = "best kept by the operator"
    CONFIRMED = "confirmed"
    REPEATED = "repeated"
    GONE_BACK = "the one before again"
    FACE_AGAIN = "the face again"
    OUT_OF_PLACE = "nothing to keep or to repeat"
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
    ASK_FACE = "ask for the face"
    TELL_FACE_ACCEPTED = "tell that the face is accepted"
    TELL_FACE_POOR = "tell what is wrong with the face"
    TELL_FACE_BEST_KEPT = "tell that the best face is kept"
    TELL_FACE_EXCUSED = "tell that the face is excused"
    ASK_DECISION = "ask the operator"
    ASK_REVIEW = "ask whether all is right"
    SEAL = "seal the record"
    DISCARD = "discard everything"


TABLE: Mapping[tuple[State, Trigger], tuple[State, tuple[Action, ...]]] = {
    (State.READY, Trigger.STARTED): (State.NEXT_FINGER, ()),
    (State.READY, Trigger.CANCELLED): (State.CANCELLED, (Action.DISCARD,)),
    (State.NEXT_FINGER, Trigger.FINGERS_REMAIN): (State.AWAITING_FINGER, (Action.ASK_FINGER,)),
    (State.NEXT_FINGER, Trigger.NONE_REMAINS): (State.COMPLETE, (Action.SEAL,)),
    (State.NEXT_FINGER, Trigger.REVIEW_DUE): (State.AWAITING_REVIEW, (Action.ASK_REVIEW,)),
    (State.AWAITING_FINGER, Trigger.ACCEPTED): (State.AWAITING_LIFT, (Action.TELL_ACCEPTED, Action.AWAIT_LIFT)),
    (State.AWAITING_FINGER, Trigger.POOR): (State.AWAITING_LIFT, (Action.TELL_POOR, Action.AWAIT_LIFT)),
    (State.AWAITING_FINGER, Trigger.GIVEN_UP): (State.AWAITING_LIFT, (Action.TELL_GIVEN_UP, Action.AWAIT_LIFT)),
    (State.AWAITING_FINGER, Trigger.ABSENT): (State.AWAITING_FINGER, (Action.TELL_ABSENT, Action.ASK_FINGER)),
    (State.AWAITING_FINGER, Trigger.BEST_KEPT): (State.AWAITING_LIFT, (Action.TELL_BEST_KEPT, Action.AWAIT_LIFT)),
    (State.AWAITING_FINGER, Trigger.NO_PRINT): (State.AWAITING_DECISION, (Action.ASK_DECISION,)),
    (State.AWAITING_FINGER, Trigger.EXCUSED): (State.NEXT_FINGER, (Action.TELL_EXCUSED,)),
    (State.AWAITING_FINGER, Trigger.KEPT): (State.NEXT_FINGER, (Action.TELL_BEST_KEPT,)),
    (State.AWAITING_FINGER, Trigger.REPEATED): (State.AWAITING_FINGER, (Action.ASK_FINGER,)),
    (State.AWAITING_FINGER, Trigger.GONE_BACK): (State.AWAITING_FINGER, (Action.ASK_FINGER,)),
    (State.AWAITING_FINGER, Trigger.OUT_OF_PLACE): (State.AWAITING_FINGER, (Action.ASK_FINGER,)),
    (State.AWAITING_FINGER, Trigger.CANCELLED): (State.CANCELLED, (Action.DISCARD,)),
    (State.AWAITING_LIFT, Trigger.LIFTED): (State.NEXT_FINGER, ()),
    (State.AWAITING_LIFT, Trigger.EXCUSED): (State.NEXT_FINGER, (Action.TELL_EXCUSED,)),
    (State.AWAITING_LIFT, Trigger.REPEATED): (State.AWAITING_FINGER, (Action.ASK_FINGER,)),
    (State.AWAITING_LIFT, Trigger.GONE_BACK): (State.AWAITING_FINGER, (Action.ASK_FINGER,)),
    (State.AWAITING_LIFT, Trigger.OUT_OF_PLACE): (State.AWAITING_LIFT, (Action.AWAIT_LIFT,)),
    (State.AWAITING_LIFT, Trigger.CANCELLED): (State.CANCELLED, (Action.DISCARD,)),
    (State.AWAITING_DECISION, Trigger.REPEATED): (State.AWAITING_FINGER, (Action.ASK_FINGER,)),
    (State.AWAITING_DECISION, Trigger.EXCUSED): (State.NEXT_FINGER, (Action.TELL_EXCUSED,)),
    (State.AWAITING_DECISION, Trigger.OUT_OF_PLACE): (State.AWAITING_DECISION, (Action.ASK_DECISION,)),
    (State.AWAITING_DECISION, Trigger.CANCELLED): (State.CANCELLED, (Action.DISCARD,)),
    (State.NEXT_FINGER, Trigger.FACE_REMAINS): (State.AWAITING_FACE, (Action.ASK_FACE,)),
    (State.AWAITING_FACE, Trigger.FACE_ACCEPTED): (State.NEXT_FINGER, (Action.TELL_FACE_ACCEPTED,)),
    (State.AWAITING_FACE, Trigger.FACE_POOR): (State.AWAITING_FACE, (Action.TELL_FACE_POOR, Action.ASK_FACE)),
    (State.AWAITING_FACE, Trigger.FACE_BEST_KEPT): (State.NEXT_FINGER, (Action.TELL_FACE_BEST_KEPT,)),
    (State.AWAITING_FACE, Trigger.NO_FACE): (State.AWAITING_FACE_DECISION, (Action.ASK_DECISION,)),
    (State.AWAITING_FACE, Trigger.NO_CAMERA): (State.AWAITING_FACE_DECISION, (Action.ASK_DECISION,)),
    (State.AWAITING_FACE, Trigger.KEPT): (State.NEXT_FINGER, (Action.TELL_FACE_BEST_KEPT,)),
    (State.AWAITING_FACE, Trigger.EXCUSED): (State.NEXT_FINGER, (Action.TELL_FACE_EXCUSED,)),
    (State.AWAITING_FACE, Trigger.REPEATED): (State.AWAITING_FACE, (Action.ASK_FACE,)),
    (State.AWAITING_FACE, Trigger.GONE_BACK): (State.AWAITING_FINGER, (Action.ASK_FINGER,)),
    (State.AWAITING_FACE, Trigger.OUT_OF_PLACE): (State.AWAITING_FACE, (Action.ASK_FACE,)),
    (State.AWAITING_FACE, Trigger.CANCELLED): (State.CANCELLED, (Action.DISCARD,)),
    (State.AWAITING_FACE_DECISION, Trigger.REPEATED): (State.AWAITING_FACE, (Action.ASK_FACE,)),
    (State.AWAITING_FACE_DECISION, Trigger.EXCUSED): (State.NEXT_FINGER, (Action.TELL_FACE_EXCUSED,)),
    (State.AWAITING_FACE_DECISION, Trigger.OUT_OF_PLACE): (State.AWAITING_FACE_DECISION, (Action.ASK_DECISION,)),
    (State.AWAITING_FACE_DECISION, Trigger.CANCELLED): (State.CANCELLED, (Action.DISCARD,)),
    (State.AWAITING_REVIEW, Trigger.FACE_AGAIN): (State.AWAITING_FACE, (Action.ASK_FACE,)),
    (State.AWAITING_REVIEW, Trigger.CONFIRMED): (State.COMPLETE, (Action.SEAL,)),
    (State.AWAITING_REVIEW, Trigger.GONE_BACK): (State.AWAITING_FINGER, (Action.ASK_FINGER,)),
    (State.AWAITING_REVIEW, Trigger.OUT_OF_PLACE): (State.AWAITING_REVIEW, (Action.ASK_REVIEW,)),
    (State.AWAITING_REVIEW, Trigger.CANCELLED): (State.CANCELLED, (Action.DISCARD,)),
}


def diagram() -> str:
    """Draw the table as a mermaid state diagram; the README carries it."""
    lines = [f"    {State.NEXT_FINGER.value}: what remains?", f"    [*] --> {State.READY.value}"]
    lines += [
        f"    {before.value} --> {after.value}: {trigger.value}" for (before, trigger), (after, _) in TABLE.items()
    ]
    lines += [f"    {state.value} --> [*]" for state in (State.COMPLETE, State.CANCELLED)]
    return "\n".join(["stateDiagram-v2", *lines])
