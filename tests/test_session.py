"""One enrolment, walked through its whole table."""

import dataclasses
import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware import session as enrolment
from firmware.datatypes import Device, Excuse, Feedback, GivenUp, Outcome
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
from firmware.portrait import FaceFeedback
from firmware.session import Plan, Session
from firmware.session_table import TABLE, Action, State, Trigger, diagram
from firmware.vocabulary import FingerPosition, MissingFinger
from tests.conftest import ROOT
from tests.residents import NOON, captured

BANDAGED = Excuse(MissingFinger.UNABLE_TO_PRINT, "bandaged")
AMPUTATED = Excuse(MissingFinger.AMPUTATION, "amputation")
PLAN = Plan(minimum_quality=40, attempts=3)
GIVEN_UP = GivenUp((Feedback.TOO_SMALL,))
EVENT_OF: dict[Trigger, Event] = {
    Trigger.STARTED: Start(),
    Trigger.ACCEPTED: captured(40),
    Trigger.POOR: captured(39),
    Trigger.GIVEN_UP: GIVEN_UP,
    Trigger.ABSENT: NoFinger(),
    Trigger.BEST_KEPT: captured(20),
    Trigger.NO_PRINT: captured(0),
    Trigger.LIFTED: Lifted(),
    Trigger.EXCUSED: Excused(BANDAGED),
    Trigger.KEPT: Confirmed(),
    Trigger.CONFIRMED: Confirmed(),
    Trigger.REPEATED: Repeated(),
    Trigger.GONE_BACK: Repeated(),
    Trigger.OUT_OF_PLACE: Confirmed(),
    Trigger.CANCELLED: Cancelled(),
}
CAMERA = Device("maker", "model")
GOOD_FACE = FaceTaken(np.full((4, 3, 3), 9, np.uint8), (), NOON, CAMERA)
DARK_FACE = FaceTaken(np.full((4, 3, 3), 1, np.uint8), (FaceFeedback.DARK,), NOON, CAMERA)
BAD_FACE = FaceTaken(np.zeros((4, 3, 3), np.uint8), (FaceFeedback.DARK, FaceFeedback.BLURRED), NOON, CAMERA)
NOBODY = FaceTaken(None, (FaceFeedback.NO_FACE,), NOON, CAMERA)
FACES = {Trigger.FACE_ACCEPTED, Trigger.FACE_POOR, Trigger.FACE_BEST_KEPT, Trigger.NO_FACE, Trigger.NO_CAMERA}
INTERNAL = {Trigger.FINGERS_REMAIN, Trigger.FACE_REMAINS, Trigger.NONE_REMAINS, Trigger.REVIEW_DUE}
# What an operator presses is never refused: it amounts to what the table has, or to nothing
PRESSES = {
    Trigger.KEPT,
    Trigger.CONFIRMED,
    Trigger.REPEATED,
    Trigger.GONE_BACK,
    Trigger.FACE_AGAIN,
    Trigger.EXCUSED,
    Trigger.OUT_OF_PLACE,
}


def walk(session: Session, *events: Event) -> tuple[Session, list[Action]]:
    done: list[Action] = []
    for event in events:
        session, actions = enrolment.step(session, event)
        done += actions
    return session, done


def at(state: State, trigger: Trigger) -> Session:
    used_up = trigger in (Trigger.BEST_KEPT, Trigger.NO_PRINT)
    return Session(PLAN, state, FingerPosition.RIGHT_THUMB, attempts=2 if used_up else 0)


# In the enum's own order: the tests' workers must find the same tests
EXTERNAL = [trigger for trigger in Trigger if trigger not in INTERNAL | PRESSES | FACES]


@pytest.mark.parametrize(("state", "trigger"), list(product(State, EXTERNAL)))
def test_every_pair_is_in_the_table_or_refused_by_name(state: State, trigger: Trigger) -> None:
    session = at(state, trigger)
    if (state, trigger) not in TABLE:
        with pytest.raises(SessionError, match=f"{trigger.name} has no place in the state {state.name}"):
            enrolment.step(session, EVENT_OF[trigger])
        return
    target, actions = TABLE[state, trigger]
    after, done = enrolment.step(session, EVENT_OF[trigger])
    if target is State.NEXT_FINGER:
        assert after.state is State.AWAITING_FINGER
        assert done == (*actions, Action.ASK_FINGER)
    else:
        assert (after.state, done) == (target, actions)


def test_only_the_ends_have_no_way_out() -> None:
    left = {state for state, _ in TABLE}
    assert set(State) - left == {State.COMPLETE, State.CANCELLED}
    assert all((state, Trigger.CANCELLED) in TABLE for state in left - {State.NEXT_FINGER})


def test_ten_good_fingers_in_order() -> None:
    events = [event for _ in FingerPosition for event in (captured(80), Lifted())]
    session, actions = walk(Session(PLAN), Start(), *events)
    assert session.state is State.COMPLETE
    assert [done.position for done in session.settled] == list(FingerPosition)
    assert {(done.outcome, done.attempts) for done in session.settled} == {(Outcome.ACCEPTED, 1)}
    assert actions.count(Action.ASK_FINGER) == 10 and actions[-1] is Action.SEAL


@pytest.mark.parametrize(("score", "outcome"), [(39, None), (40, Outcome.ACCEPTED), (41, Outcome.ACCEPTED)])
def test_the_score_that_suffices(score: int, outcome: Outcome | None) -> None:
    session, _ = walk(Session(PLAN), Start(), captured(score))
    assert [done.outcome for done in session.settled] == ([outcome] if outcome else [])


def test_the_best_of_the_tries_is_kept_as_low_quality() -> None:
    best = captured(31)
    session, actions = walk(Session(PLAN), Start(), captured(12), Lifted(), best, Lifted(), captured(30))
    kept = session.settled[0]
    assert (kept.outcome, kept.attempts, kept.image) == (Outcome.LOW_QUALITY, 3, best.image)
    assert kept.captured_at == best.captured_at
    assert actions[-2:] == [Action.TELL_BEST_KEPT, Action.AWAIT_LIFT]


@pytest.mark.parametrize("last", [GIVEN_UP, captured(0), captured(7), NoFinger()], ids=["given up", "0", "7", "none"])
def test_the_best_of_the_tries_is_kept_whatever_the_last_was(last: Event) -> None:
    best = captured(31)
    session, actions = walk(Session(PLAN), Start(), best, Lifted(), GIVEN_UP, Lifted(), last)
    kept = session.settled[0]
    assert (kept.outcome, kept.attempts, kept.image) == (Outcome.LOW_QUALITY, 3, best.image)
    assert actions[-2:] == [Action.TELL_BEST_KEPT, Action.AWAIT_LIFT]


TRIES = st.one_of(st.integers(0, 39).map(captured), st.just(GIVEN_UP), st.just(NoFinger()))


@given(st.lists(TRIES, min_size=3, max_size=3))
def test_no_order_of_tries_loses_the_best(tries: list[Event]) -> None:
    session, _ = walk(Session(PLAN), Start())
    for event in tries:
        session, _ = walk(session, event)
        if session.state is State.AWAITING_LIFT:
            session, _ = walk(session, Lifted())
    scores = [event.features.quality.score for event in tries if isinstance(event, Captured)]
    if max(scores, default=0) == 0:
        assert session.state is State.AWAITING_DECISION
        return
    features = session.settled[0].features
    assert features is not None and features.quality.score == max(scores)


def test_what_was_given_up_is_told_and_waits_for_the_lift() -> None:
    session, actions = walk(Session(PLAN), Start(), GIVEN_UP)
    assert (session.attempts, session.latest, session.best) == (1, GIVEN_UP, None)
    assert actions[-2:] == [Action.TELL_GIVEN_UP, Action.AWAIT_LIFT]


def test_the_last_try_is_needed_only_while_no_print_is_kept() -> None:
    first, _ = walk(Session(PLAN), Start())
    last, _ = walk(first, GIVEN_UP, Lifted(), NoFinger())
    kept, _ = walk(first, captured(5), Lifted(), GIVEN_UP, Lifted())
    nothing, _ = walk(first, captured(0), Lifted(), GIVEN_UP, Lifted())
    assert [session.needs_any for session in (first, last, kept, nothing)] == [False, True, False, True]


def test_a_good_print_after_poor_ones_is_the_one_that_is_kept() -> None:
    good = captured(55)
    session, _ = walk(Session(PLAN), Start(), captured(12), Lifted(), NoFinger(), good)
    assert session.settled[0].image is good.image
    assert session.settled[0].attempts == 3


def test_a_poor_print_is_kept_though_the_last_try_found_no_finger() -> None:
    session, _ = walk(Session(PLAN), Start(), captured(12), Lifted(), NoFinger(), NoFinger())
    assert session.settled[0].outcome is Outcome.LOW_QUALITY


def test_tries_without_a_print_leave_the_decision_to_the_operator() -> None:
    session, actions = walk(Session(PLAN), Start(), captured(0), Lifted(), NoFinger(), NoFinger())
    assert session.state is State.AWAITING_DECISION and actions[-1] is Action.ASK_DECISION
    again, _ = walk(session, Repeated())
    assert (again.finger, again.attempts) == (FingerPosition.RIGHT_THUMB, 0)
    excused, _ = walk(session, Excused(BANDAGED))
    assert excused.finger is FingerPosition.RIGHT_INDEX
    assert (excused.settled[0].missing, excused.settled[0].reason) == (MissingFinger.UNABLE_TO_PRINT, "bandaged")
    assert (excused.settled[0].attempts, excused.settled[0].image) == (3, None)


def test_a_picture_without_a_print_is_never_accepted() -> None:
    session, _ = walk(Session(Plan(minimum_quality=0, attempts=1)), Start(), captured(0))
    assert session.state is State.AWAITING_DECISION


def test_excused_fingers_are_never_asked_for() -> None:
    plan = Plan(40, 3, {FingerPosition.RIGHT_THUMB: AMPUTATED, FingerPosition.LEFT_LITTLE: BANDAGED})
    session, actions = walk(Session(plan), Start(), *[event for _ in range(8) for event in (captured(80), Lifted())])
    assert session.state is State.COMPLETE and actions.count(Action.ASK_FINGER) == 8
    assert [done.position for done in session.settled] == list(FingerPosition)
    assert session.settled[0].missing is MissingFinger.AMPUTATION


def test_a_resident_without_fingers_is_recorded() -> None:
    session, actions = walk(Session(Plan(40, 3, dict.fromkeys(FingerPosition, AMPUTATED))), Start())
    assert (session.state, actions, len(session.settled)) == (State.COMPLETE, [Action.SEAL], 10)


REVIEWED = Plan(40, 3, {FingerPosition.LEFT_LITTLE: AMPUTATED}, tuple(FingerPosition)[-3:], review=True)
RING, LITTLE = FingerPosition.LEFT_RING, FingerPosition.LEFT_LITTLE


def test_the_operator_confirms_the_whole_at_its_end() -> None:
    session, actions = walk(Session(REVIEWED), Start(), captured(80), Lifted(), captured(80), Lifted())
    assert session.state is State.AWAITING_REVIEW and actions[-1] is Action.ASK_REVIEW
    session, actions = walk(session, Confirmed())
    assert (session.state, actions) == (State.COMPLETE, [Action.SEAL])
    assert [done.position for done in session.settled] == list(REVIEWED.fingers)


def test_what_is_out_of_place_in_a_review_is_asked_again() -> None:
    session, _ = walk(Session(REVIEWED), Start(), captured(80), Lifted(), captured(80), Lifted())
    assert walk(session, Excused(BANDAGED)) == (session, [Action.ASK_REVIEW])
    nobody = Plan(40, 3, dict.fromkeys(FingerPosition, AMPUTATED), review=True)
    session, _ = walk(Session(nobody), Start())
    assert walk(session, Repeated()) == (session, [Action.ASK_REVIEW])


def test_repeat_takes_the_step_before_where_this_one_has_no_tries() -> None:
    session, _ = walk(Session(REVIEWED), Start(), captured(80), Lifted(), captured(70), Lifted())
    session, actions = walk(session, Repeated())
    assert (session.finger, actions) == (RING, [Action.ASK_FINGER])
    assert [done.position for done in session.settled] == [FingerPosition.LEFT_MIDDLE]
    session, _ = walk(session, captured(90), Lifted())
    assert session.state is State.AWAITING_REVIEW
    assert [done.outcome for done in session.settled] == [Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.EXCUSED]
    assert session.settled[1].features is not None and session.settled[1].features.quality.score == 90


def test_repeat_while_the_finger_still_lies_there_takes_it_again() -> None:
    for score, tried in ((80, 0), (12, 0)):
        session, _ = walk(Session(REVIEWED), Start(), captured(score), Repeated())
        assert (session.state, session.finger) == (State.AWAITING_FINGER, FingerPosition.LEFT_MIDDLE)
        assert (session.attempts, session.settled) == (tried, ())


def test_accept_keeps_the_best_so_far_and_goes_on() -> None:
    session, actions = walk(Session(REVIEWED), Start(), captured(12), Lifted(), captured(31), Lifted(), Confirmed())
    assert session.finger is RING and actions[-2:] == [Action.TELL_BEST_KEPT, Action.ASK_FINGER]
    kept = session.settled[0]
    assert kept.outcome is Outcome.LOW_QUALITY and kept.features is not None and kept.features.quality.score == 31


@pytest.mark.parametrize("press", [Confirmed(), Repeated()])
def test_a_press_before_the_first_print_changes_nothing(press: Event) -> None:
    session, _ = walk(Session(REVIEWED), Start())
    assert walk(session, press) == (session, [Action.ASK_FINGER])


PRESSED = st.sampled_from([Confirmed(), Repeated(), Excused(BANDAGED), Lifted()])
HAPPENS = st.one_of(
    TRIES,
    st.integers(40, 100).map(captured),
    PRESSED,
    st.sampled_from([GOOD_FACE, DARK_FACE, BAD_FACE, NOBODY, FaceFailed("gone")]),
)


@given(st.lists(HAPPENS, max_size=40))
def test_no_walk_of_presses_ends_dead_or_short(events: list[Event]) -> None:
    session, _ = walk(Session(dataclasses.replace(REVIEWED, face_attempts=2)), Start())
    for event in events:
        if session.state is State.COMPLETE:
            break
        try:
            session, actions = enrolment.step(session, event)
        except SessionError:
            assert not isinstance(event, Confirmed | Repeated | Excused)
            continue
        assert actions
        assert [done.position for done in session.settled] == list(REVIEWED.fingers)[: len(session.settled)]
    if session.state is State.COMPLETE:
        assert session.face is not None
        assert len(session.settled) == 3 and all(done.image or done.missing for done in session.settled)


WITH_FACE = dataclasses.replace(REVIEWED, face_attempts=3)
TO_THE_FACE = (Start(), captured(80), Lifted(), captured(80), Lifted())


def test_the_face_comes_after_the_fingers() -> None:
    session, actions = walk(Session(WITH_FACE), *TO_THE_FACE)
    assert session.state is State.AWAITING_FACE and actions[-1] is Action.ASK_FACE
    session, actions = walk(session, GOOD_FACE)
    assert session.state is State.AWAITING_REVIEW and actions[0] is Action.TELL_FACE_ACCEPTED
    assert session.face is not None and session.face.outcome is Outcome.ACCEPTED
    assert session.face.pixels is not None and session.face.pixels[0, 0, 0] == 9
    assert walk(session, Confirmed())[0].state is State.COMPLETE


def test_the_best_of_poor_faces_is_kept() -> None:
    session, actions = walk(Session(WITH_FACE), *TO_THE_FACE, BAD_FACE, DARK_FACE, NOBODY)
    assert actions[-2:] == [Action.TELL_FACE_BEST_KEPT, Action.ASK_REVIEW]
    face = session.face
    assert face is not None and (face.outcome, face.attempts, face.feedback) == (
        Outcome.LOW_QUALITY,
        3,
        (FaceFeedback.DARK,),
    )


def test_without_a_face_the_operator_decides() -> None:
    session, actions = walk(Session(WITH_FACE), *TO_THE_FACE, NOBODY, NOBODY, NOBODY)
    assert session.state is State.AWAITING_FACE_DECISION and actions[-1] is Action.ASK_DECISION
    assert walk(session, Repeated())[0].attempts == 0
    excused, _ = walk(session, Excused(BANDAGED))
    assert excused.face is not None and (excused.face.outcome, excused.face.reason) == (Outcome.EXCUSED, "bandaged")


def test_a_camera_that_fails_leaves_the_face_to_the_operator() -> None:
    session, actions = walk(Session(WITH_FACE), *TO_THE_FACE, FaceFailed("the camera failed"))
    assert (session.state, session.attempts) == (State.AWAITING_FACE_DECISION, 0)
    assert actions[-1] is Action.ASK_DECISION and session.camera_fault == "the camera failed"
    again, actions = walk(session, Repeated())
    assert (again.state, again.camera_fault, actions) == (State.AWAITING_FACE, "", [Action.ASK_FACE])
    excused, _ = walk(session, Excused(BANDAGED))
    assert excused.state is State.AWAITING_REVIEW and excused.camera_fault == ""
    assert len(excused.settled) == 3 and excused.face is not None and excused.face.outcome is Outcome.EXCUSED


def test_a_picture_that_was_taken_before_the_camera_failed_is_kept() -> None:
    session, actions = walk(Session(WITH_FACE), *TO_THE_FACE, DARK_FACE, FaceFailed("the camera failed"))
    assert actions[-2:] == [Action.TELL_FACE_BEST_KEPT, Action.ASK_REVIEW]
    assert session.face is not None and session.face.outcome is Outcome.LOW_QUALITY
    assert walk(session, Repeated())[0].state is State.AWAITING_FACE


def test_presses_at_the_face() -> None:
    session, _ = walk(Session(WITH_FACE), *TO_THE_FACE)
    assert walk(session, Confirmed()) == (session, [Action.ASK_FACE])
    back, _ = walk(session, Repeated())
    assert (back.state, back.finger) == (State.AWAITING_FINGER, RING)
    kept, _ = walk(session, DARK_FACE, Confirmed())
    assert kept.face is not None and kept.face.outcome is Outcome.LOW_QUALITY
    again, actions = walk(kept, Repeated())
    assert (again.state, again.face, actions) == (State.AWAITING_FACE, None, [Action.ASK_FACE])
    assert walk(session, Excused(BANDAGED))[0].state is State.AWAITING_REVIEW
    assert walk(session, Cancelled())[0].state is State.CANCELLED


def test_the_readme_shows_the_table() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    drawn = re.search(r"<!-- session -->\n```mermaid\n(.*?)\n```\n<!-- session -->", readme, re.DOTALL)
    assert drawn and drawn.group(1) == diagram(), f"README.md should show:\n{diagram()}"
