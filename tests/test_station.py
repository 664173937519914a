"""The station's loop over scripted hardware: retries, lifts, decisions, and links that fail."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware import events
from firmware.announcements import FileAnnouncer
from firmware.datatypes import (
    Excuse,
    Feedback,
    FingerCapture,
    FingerprintFeatures,
    FrictionRidgeImage,
    GivenUp,
    Outcome,
)
from firmware.errors import DeviceAbsent, DeviceError, DeviceRefused, LinkLost, LinkTimeout, SessionError
from firmware.portrait import FaceCapture
from firmware.reconnecting import PAUSES_S
from firmware.seams import Word
from firmware.session import Plan, Session
from firmware.session_table import Action, State
from firmware.station import Station
from firmware.vocabulary import FingerPosition, MissingFinger
from tests.residents import features

THUMB = (FingerPosition.RIGHT_THUMB,)
HOPELESS, UNFIT = 4, 3
BANDAGED = Excuse(MissingFinger.UNABLE_TO_PRINT, "bandaged")


@dataclass
class Bench:
    """A sensor that does what its script says: a score, None for no finger, or an error to raise.

    A word is what the operator presses while the sensor waits. A print of score UNFIT does not pass its check, one of
    score HOPELESS shows its flaw in its first two rows of four.
    happened: what came to pass, in order.
    """

    script: list[int | BaseException | Word | None]
    lifts: list[bool | BaseException] = field(default_factory=list)
    reopenings: list[DeviceError | None] = field(default_factory=list)
    decisions: list[Word | None] = field(default_factory=list)
    pressed: list[Word | None] = field(default_factory=list)
    presses_at_lift: list[Word] = field(default_factory=list)
    steps: list[FingerCapture | FaceCapture] = field(default_factory=list)
    told_actions: list[Action] = field(default_factory=list)
    faults: list[DeviceError] = field(default_factory=list)
    lost_ones: list[DeviceError] = field(default_factory=list)
    reopened: int = 0
    happened: list[str] = field(default_factory=list)

    @property
    def fingerprint(self) -> "Bench":
        return self

    def capture(
        self,
        *,
        timeout_s: float,
        on_lift: Callable[[], None],
        on_progress: Callable[[float], None],
        on_rows: Callable[[NDArray[np.uint8], int, float], None],
        check: bool,
        stop: Callable[[], bool],
    ) -> FrictionRidgeImage | GivenUp | None:
        next_one = self.script.pop(0)
        if isinstance(next_one, Word):
            self.pressed.append(next_one)
            assert stop()
            return None
        if isinstance(next_one, BaseException):
            raise next_one
        if next_one is None:
            return None
        on_lift()
        if next_one == UNFIT and check:
            return GivenUp((Feedback.FEW_MINUTIAE,))
        pixels = np.full((4, 4), next_one, np.uint8)
        for rows in (1, 2, 3):
            on_progress(rows / 4)
            on_rows(pixels[:rows], 4, 508)
        on_progress(1.0)
        return FrictionRidgeImage(pixels, 508)

    def wait_for_lift(self, timeout_s: float, *, stop: Callable[[], bool]) -> bool:
        self.happened.append("lift")
        if self.presses_at_lift:
            self.pressed.append(self.presses_at_lift.pop(0))
            assert stop()
            return False
        lifted = self.lifts.pop(0) if self.lifts else True
        if isinstance(lifted, BaseException):
            raise lifted
        return lifted

    def lost(self, name: str, fault: DeviceError) -> None:
        self.lost_ones.append(fault)

    def reopen(self, name: str) -> None:
        self.reopened += 1
        if self.reopenings and (fault := self.reopenings.pop(0)):
            raise fault

    def asked(self, enrolment: Session) -> None: ...

    def progressed(self, fraction: float) -> None:
        self.happened.append(f"{fraction:.2f}")

    def foretold(self, enrolment: Session, feedback: Sequence[Feedback]) -> None:
        self.happened.append(f"foretold {feedback[0].value}")

    def may_lift(self, *, again: bool) -> None: ...

    def told(self, action: Action, enrolment: Session) -> None:
        self.told_actions.append(action)
        self.happened.append(action.name)

    def reconnecting(self, fault: DeviceError) -> None:
        self.faults.append(fault)

    def failed(self, fault: DeviceError) -> None:
        self.faults.append(fault)

    def decide(self, enrolment: Session, *, may_excuse: bool, stop: Callable[[], bool]) -> Word | None:
        return None if stop() or not self.decisions else self.decisions.pop(0)

    def review(self, enrolment: Session, *, stop: Callable[[], bool]) -> Word | None:
        return self.decide(enrolment, may_excuse=False, stop=stop)

    def has_word(self) -> bool:
        return bool(self.pressed)

    def word(self, enrolment: Session, *, may_excuse: bool, stop: Callable[[], bool]) -> Word | None:
        assert may_excuse == (enrolment.finger is not None)
        return self.pressed.pop(0)


def foresee(rows: NDArray[np.uint8], height: int, ppi: float, minimum: int) -> tuple[Feedback, ...]:
    assert (height, ppi, minimum) == (4, 508, 40)
    return (Feedback.TOO_DRY,) if rows[0, 0] == HOPELESS and len(rows) > 1 else ()


def enrol(
    bench: Bench, path: Path | None = None, fingers: tuple[FingerPosition, ...] = THUMB, *, review: bool = False
) -> Session:
    def settled(capture: FingerCapture | FaceCapture, seconds: float) -> None:
        assert seconds >= 0
        bench.steps.append(capture)

    def scored(pixels: NDArray[np.uint8], ppi: float) -> FingerprintFeatures:
        bench.happened.append("score")
        return features(int(pixels[0, 0]))

    station = Station(
        bench,
        bench,
        (FileAnnouncer(path),),
        1.0,
        on_step=settled,
        extract=scored,
        foresee=foresee,
        pause=lambda seconds: None,
    )
    return station.enrol(Plan(40, 3, fingers=fingers, review=review))


def test_two_fingers_one_after_a_poor_try(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    done = enrol(Bench([30, 70, 80]), path, tuple(FingerPosition)[:2])
    assert [(capture.outcome, capture.attempts) for capture in done.settled] == [(Outcome.ACCEPTED, n) for n in (2, 1)]
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"ask": "right_thumb", "attempt": 1},
        {"lift": "right_thumb"},
        {"again": "right_thumb"},
        {"ask": "right_thumb", "attempt": 2},
        {"lift": "right_thumb"},
        {"ask": "right_index", "attempt": 1},
        {"lift": "right_index"},
    ]


ROWS = ["0.25", "0.50", "0.75"]


def test_the_score_stands_before_anything_else_is_waited_for() -> None:
    bench = Bench([80])
    done = enrol(bench)
    assert bench.happened == [*ROWS, "1.00", "score", "TELL_ACCEPTED", "lift", "SEAL"]
    assert done.settled[0].score_s is not None and done.settled[0].score_s >= 0


def test_a_hopeless_print_is_told_once_and_before_it_is_whole() -> None:
    bench = Bench([HOPELESS, 80])
    assert enrol(bench).settled[0].attempts == 2
    assert bench.happened[:7] == ["0.25", "0.50", "foretold too_dry", "0.75", "1.00", "score", "TELL_POOR"]


def test_a_print_that_was_thought_hopeless_may_be_kept_all_the_same() -> None:
    kept = enrol(Bench([HOPELESS, 2, 1])).settled[0]
    assert kept.features is not None and kept.features.quality.score == HOPELESS


def test_a_print_that_the_sensor_gives_up_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    bench = Bench([UNFIT, 80])
    assert enrol(bench, path).settled[0].outcome is Outcome.ACCEPTED
    assert bench.happened[:2] == ["TELL_GIVEN_UP", "lift"]
    assert '{"again": "right_thumb"}' in path.read_text()


def test_the_best_print_is_kept_though_the_last_was_given_up() -> None:
    kept = enrol(Bench([30, UNFIT, UNFIT])).settled[0]
    assert kept.outcome is Outcome.LOW_QUALITY and kept.features is not None and kept.features.quality.score == 30


def test_without_a_print_so_far_the_last_one_is_taken_unchecked() -> None:
    kept = enrol(Bench([UNFIT, None, UNFIT])).settled[0]
    assert kept.outcome is Outcome.LOW_QUALITY and kept.features is not None
    assert (kept.features.quality.score, kept.attempts) == (UNFIT, 3)


def test_a_finger_that_stays_is_waited_for_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    assert enrol(Bench([80], lifts=[False, True]), path).state is State.COMPLETE
    assert path.read_text().count('"lift"') == 2


def test_a_finger_that_never_lifts_ends_the_session() -> None:
    with pytest.raises(SessionError, match="right_thumb: something stays on the glass"):
        enrol(Bench([80], lifts=[False] * 3))


def test_no_print_and_nobody_there_ends_with_a_clear_message(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with pytest.raises(SessionError, match=r"right_thumb: no print in all its tries, nothing was kept; .*--excuse"):
        enrol(Bench([None, 0, None]), path)
    assert "done" not in path.read_text()


@pytest.mark.parametrize(
    ("decision", "state", "outcome"),
    [
        (events.Repeated(), State.COMPLETE, Outcome.ACCEPTED),
        (events.Excused(BANDAGED), State.COMPLETE, Outcome.EXCUSED),
        (events.Cancelled(), State.CANCELLED, None),
    ],
)
def test_the_operator_decides(decision: Word, state: State, outcome: Outcome | None) -> None:
    done = enrol(Bench([None, None, None, 80], decisions=[decision]))
    assert done.state is state
    assert [capture.outcome for capture in done.settled] == ([outcome] if outcome else [])


@pytest.mark.parametrize("fault", [LinkLost("fingerprint", "gone"), LinkTimeout("fingerprint", "silent")])
def test_a_lost_link_is_reopened_and_the_finger_repeated(fault: DeviceError) -> None:
    bench = Bench([fault, 80], reopenings=[DeviceAbsent("fingerprint", "no such port")])
    done = enrol(bench)
    assert (done.settled[0].outcome, done.settled[0].attempts) == (Outcome.ACCEPTED, 1)
    assert bench.reopened == 2 and [type(seen) for seen in bench.faults] == [type(fault), DeviceAbsent]


def test_a_link_lost_during_the_lift_is_reopened() -> None:
    assert enrol(Bench([80], lifts=[LinkLost("fingerprint", "gone"), True])).state is State.COMPLETE


def test_a_link_that_stays_away_ends_with_one_clear_message() -> None:
    bench = Bench([LinkLost("fingerprint", "gone")], reopenings=[DeviceAbsent("fingerprint", "no port")] * 9)
    with pytest.raises(SessionError, match="fingerprint: no port; tried 4 times, nothing was kept"):
        enrol(bench)
    assert bench.reopened == len(PAUSES_S)


def test_a_refusal_is_not_retried() -> None:
    bench = Bench([DeviceRefused("fingerprint", "broken")])
    with pytest.raises(DeviceRefused):
        enrol(bench)
    assert bench.reopened == 0


def test_an_interrupt_with_nobody_to_ask_ends_the_session() -> None:
    with pytest.raises(KeyboardInterrupt):
        enrol(Bench([KeyboardInterrupt()]))


@pytest.mark.parametrize(
    ("decision", "outcome"), [(events.Repeated(), Outcome.ACCEPTED), (events.Excused(BANDAGED), Outcome.EXCUSED)]
)
def test_an_operator_interrupts_at_a_finger(decision: Word, outcome: Outcome) -> None:
    bench = Bench([KeyboardInterrupt(), 80], decisions=[decision])
    assert enrol(bench).settled[0].outcome is outcome
    assert bench.reopened == 1


def test_an_operator_interrupts_a_lift() -> None:
    again = Bench([80], lifts=[KeyboardInterrupt(), True], decisions=[events.Repeated()])
    assert enrol(again).state is State.COMPLETE
    ended = Bench([80], lifts=[KeyboardInterrupt()], decisions=[events.Cancelled()])
    assert enrol(ended).state is State.CANCELLED


def test_presses_are_heard_while_the_sensor_waits() -> None:
    fingers = tuple(FingerPosition)[:3]
    bench = Bench([80, events.Repeated(), 90, 20, events.Confirmed(), events.Excused(BANDAGED)])
    done = enrol(bench, None, fingers)
    assert [capture.outcome for capture in done.settled] == [Outcome.ACCEPTED, Outcome.LOW_QUALITY, Outcome.EXCUSED]
    scores = [capture.features and capture.features.quality.score for capture in done.settled]
    assert scores == [90, 20, None]
    assert [capture.position for capture in bench.steps if isinstance(capture, FingerCapture)] == [fingers[0], *fingers]
    assert bench.reopened == 0


def test_a_press_while_the_finger_lies_there_is_heard() -> None:
    done = enrol(Bench([80, 90, 70], presses_at_lift=[events.Repeated(), events.Confirmed()]))
    assert done.settled[0].features is not None and done.settled[0].features.quality.score == 90


def test_a_press_cancels_at_any_time() -> None:
    for bench in (Bench([events.Cancelled()]), Bench([80], presses_at_lift=[events.Cancelled()])):
        assert enrol(bench).state is State.CANCELLED


def test_a_press_that_comes_to_nothing_leaves_the_finger_asked_for() -> None:
    bench = Bench([events.Confirmed(), events.Repeated(), 80])
    assert enrol(bench).settled[0].attempts == 1


def test_the_operator_looks_before_the_record_is_sealed() -> None:
    bench = Bench([80, 90], decisions=[events.Repeated(), events.Confirmed()])
    done = enrol(bench, review=True)
    assert done.state is State.COMPLETE
    assert done.settled[0].features is not None and done.settled[0].features.quality.score == 90


def test_a_record_that_nobody_confirms_is_not_kept() -> None:
    with pytest.raises(SessionError, match="nobody confirmed"):
        enrol(Bench([80]), review=True)
