"""The loop of one enrolment: events in, actions out."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from firmware import clock, events, session
from firmware.datatypes import (
    Excuse,
    Feedback,
    FingerCapture,
    FingerprintFeatures,
    Timestamp,
)
from firmware.errors import DeviceError, SessionError
from firmware.events import Event
from firmware.face_step import FaceStep
from firmware.finger_step import FingerStep, finger_of
from firmware.pipeline import arriving, extraction
from firmware.portrait import FaceCapture
from firmware.reconnecting import LOST, PAUSES_S, Reconnecting
from firmware.seams import Announcer, Hardware, Operator, Pixels
from firmware.session import Plan, Session
from firmware.session_table import Action, State
from firmware.vocabulary import MissingFinger

_log = logging.getLogger(__name__)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Station:
    """A kit, its operator and what is told to others, ready to enrol one resident after another.

    on_change is called when a finger is asked for or a device failed; on_step with each finger that is settled, and the
    seconds that it took, and with the face. alarm: why the session has to end now, whatever is under way.
    """

    kit: Hardware
    operator: Operator
    announcers: tuple[Announcer, ...]
    finger_timeout_s: float
    on_change: Callable[[], None] = lambda: None
    on_step: Callable[[FingerCapture | FaceCapture, float], None] = lambda capture, seconds: None
    face: FaceStep | None = None
    alarm: Callable[[], SessionError | None] = lambda: None
    now: Callable[[], Timestamp] = clock.now
    extract: Callable[[Pixels, float], FingerprintFeatures] = extraction.extract
    foresee: Callable[[Pixels, int, float, int], tuple[Feedback, ...]] = arriving.foresee
    pause: Callable[[float], None] = time.sleep

    def enrol(self, plan: Plan) -> Session:
        """Take the fingers of one resident, in memory only; that the session is done is announced by who keeps them.

        Returns the session, COMPLETE or CANCELLED. Raises SessionError when nobody is there to decide or a device
        stays away; nothing is kept then.
        """
        enrolment, actions = session.step(Session(plan), events.Start())
        since = time.monotonic()
        while enrolment.state not in (State.COMPLETE, State.CANCELLED):
            before = enrolment
            enrolment, actions = session.step(enrolment, self._act(enrolment, actions))
            if enrolment.finger is not before.finger or enrolment.face is not before.face:
                since = self._tell_step(before, enrolment, since)
        self._tell(enrolment, actions)
        return enrolment

    def _tell_step(self, before: Session, after: Session, since: float) -> float:
        """What is settled now, and how long it took; returns the time from which the next one counts."""
        now = time.monotonic()
        if after.face is not None and before.face is None:
            self.on_step(after.face, now - since)
        elif len(after.settled) > len(before.settled):
            self.on_step(after.settled[session.last_taken(after)], now - since)
        return now

    def _act(self, enrolment: Session, actions: tuple[Action, ...]) -> Event:
        """Do what the session asks; the last of its actions is the one that brings the next event."""
        self._tell(enrolment, actions)
        try:
            match actions[-1]:
                case Action.ASK_FINGER:
                    return self._ask(enrolment)
                case Action.AWAIT_LIFT:
                    return self._await_lift(enrolment)
                case Action.ASK_FACE:
                    return self._ask_face(enrolment)
                case Action.ASK_REVIEW:
                    return self._review(enrolment)
                case _:
                    return self._decide(enrolment)
        except KeyboardInterrupt:
            return self._interrupted(enrolment, actions[-1])

    def _ask_face(self, enrolment: Session) -> Event:
        for announcer in self.announcers:
            announcer.look(enrolment.plan.backdrop)
        self.operator.asked(enrolment)
        face = self.face
        if face is None:
            raise SessionError("session: a face is asked for, and there is no camera")
        try:
            taken = self._links.persist("camera", lambda: face.take(self._has_call))
        except DeviceError as fault:
            _log.warning("station: %s", fault)
            self.operator.failed(fault)
            self.on_change()
            return events.FaceFailed(face.failed)
        return taken or self._heard(enrolment, Action.ASK_FACE)

    def _tell(self, enrolment: Session, actions: tuple[Action, ...]) -> None:
        for action in actions:
            if action in (Action.TELL_POOR, Action.TELL_GIVEN_UP, Action.TELL_ABSENT):
                for announcer in self.announcers:
                    announcer.again(finger_of(enrolment))
            if action in (Action.ASK_DECISION, Action.ASK_REVIEW):
                for announcer in self.announcers:
                    announcer.decide()
            if action not in (Action.ASK_FINGER, Action.ASK_FACE, Action.AWAIT_LIFT):
                self.operator.told(action, enrolment)

    def _ask(self, enrolment: Session) -> Event:
        self.on_change()
        taken = self._persist(lambda: self._finger_step.take(self.kit.fingerprint, enrolment, self._has_call))
        if taken is None:
            return self._heard(enrolment, Action.ASK_FINGER) if self._has_call() else events.NoFinger()
        return taken

    def _await_lift(self, enrolment: Session) -> Event:
        position = enrolment.finger or enrolment.settled[-1].position

        def wait() -> bool:
            return self.kit.fingerprint.wait_for_lift(self.finger_timeout_s, stop=self._has_call)

        for _ in range(enrolment.plan.attempts):
            if self._persist(wait):
                return events.Lifted()
            if self._has_call():
                return self._heard(enrolment, Action.AWAIT_LIFT)
            self._finger_step.may_lift(position, again=True)
        message = f"{position.name.lower()}: something stays on the glass; lift the finger, clean the glass"
        raise SessionError(f"{message} and record this resident again: nothing was kept")

    @property
    def _finger_step(self) -> FingerStep:
        return FingerStep(self.operator, self.announcers, self.finger_timeout_s, self.now, self.extract, self.foresee)

    def _has_call(self) -> bool:
        return self.operator.has_word() or self._is_alarmed()

    def _is_alarmed(self) -> bool:
        return self.alarm() is not None

    def _heed_alarm(self) -> None:
        if ended := self.alarm():
            raise ended

    def _heard(self, enrolment: Session, during: Action) -> Event:
        """What the operator said or pressed meanwhile; where it comes to nothing the station goes on."""
        self._heed_alarm()
        may_excuse = during is not Action.AWAIT_LIFT or enrolment.finger is not None
        word = self.operator.word(enrolment, may_excuse=may_excuse, stop=self._is_alarmed)
        self._heed_alarm()
        return word or self._act(enrolment, (during,))

    def _review(self, enrolment: Session) -> Event:
        word = self.operator.review(enrolment, stop=self._is_alarmed)
        self._heed_alarm()
        if word is None:
            raise SessionError("nobody confirmed the record; nothing was kept: record this resident again")
        return word

    def _decide(self, enrolment: Session) -> Event:
        decision = self.operator.decide(enrolment, may_excuse=True, stop=self._is_alarmed)
        self._heed_alarm()
        if decision is None and enrolment.camera_fault:
            return events.Excused(Excuse(MissingFinger.UNABLE_TO_PRINT, enrolment.camera_fault))
        if decision is None and enrolment.state is State.AWAITING_FACE_DECISION:
            raise SessionError("no picture of the face in all its tries, nothing was kept; record this resident again")
        if decision is None:
            finger = finger_of(enrolment).name.lower()
            advice = f'record again, and with --excuse {finger}="REASON" if it cannot be recorded'
            raise SessionError(f"{finger}: no print in all its tries, nothing was kept; {advice}")
        return decision

    def _interrupted(self, enrolment: Session, during: Action) -> Event:
        """Ask the operator who interrupted; whatever the device was doing, it starts afresh."""
        if during not in (Action.ASK_FINGER, Action.ASK_FACE, Action.AWAIT_LIFT):
            raise KeyboardInterrupt
        may_excuse = during is not Action.AWAIT_LIFT
        decision = self.operator.decide(enrolment, may_excuse=may_excuse, stop=self._is_alarmed)
        self._heed_alarm()
        if decision is None:
            raise KeyboardInterrupt
        if isinstance(decision, events.Cancelled):
            return decision
        if during is not Action.ASK_FACE:
            self._persist(lambda: self.kit.reopen("fingerprint"))
        return decision if isinstance(decision, events.Excused) else self._act(enrolment, (during,))

    def _persist(self, operation: Callable[[], Result]) -> Result:
        """Do something with the fingerprint sensor. Raises SessionError when it stays away."""
        try:
            return self._links.persist("fingerprint", operation)
        except LOST as fault:
            message = f"{fault}; tried {len(PAUSES_S) + 1} times, nothing was kept"
            raise SessionError(f"{message}: mend the connection and record this resident again") from fault

    @property
    def _links(self) -> Reconnecting:
        return Reconnecting(self.kit, self.operator, self.on_change, self.pause)
