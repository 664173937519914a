"""A finger in a session: its image is taken, foretold while it arrives, and judged."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from firmware.datatypes import Feedback, FingerprintFeatures, GivenUp, Timestamp
from firmware.errors import SessionError
from firmware.events import Captured
from firmware.seams import Announcer, FingerprintSource, Operator, Pixels
from firmware.session import Session
from firmware.vocabulary import FingerPosition

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FingerStep:
    """Takes one print of the finger that a session asks for, and tells those in the room what happens meanwhile."""

    operator: Operator
    announcers: tuple[Announcer, ...]
    timeout_s: float
    now: Callable[[], Timestamp]
    extract: Callable[[Pixels, float], FingerprintFeatures]
    foresee: Callable[[Pixels, int, float, int], tuple[Feedback, ...]]

    def take(
        self, sensor: FingerprintSource, enrolment: Session, stop: Callable[[], bool]
    ) -> Captured | GivenUp | None:
        """A print; None when no finger came in time, or when `stop` says so first. Raises DeviceError."""
        position, arrived, is_foretold = finger_of(enrolment), time.monotonic(), False

        def progressed(fraction: float) -> None:
            nonlocal arrived
            arrived = time.monotonic()
            self.operator.progressed(fraction)

        def watch(rows: Pixels, height: int, ppi: float) -> None:
            nonlocal is_foretold
            if not is_foretold and (feedback := self.foresee(rows, height, ppi, enrolment.plan.minimum_quality)):
                is_foretold = True
                self.operator.foretold(enrolment, feedback)

        for announcer in self.announcers:
            announcer.ask(position, enrolment.attempts + 1)
        self.operator.asked(enrolment)
        taken = sensor.capture(
            timeout_s=self.timeout_s,
            on_lift=lambda: self.may_lift(position, again=False),
            on_progress=progressed,
            on_rows=watch,
            check=not enrolment.needs_any,
            stop=stop,
        )
        if taken is None:
            return None
        if isinstance(taken, GivenUp):
            _log.info("finger: %s, given up: %s", position.name.lower(), [told.value for told in taken.feedback])
            return taken
        captured_at = self.now()
        features = self.extract(taken.pixels, taken.ppi)
        score_s = time.monotonic() - arrived
        _log.info("finger: %s, score %d after %.3f s", position.name.lower(), features.quality.score, score_s)
        return Captured(taken, features, captured_at, score_s)

    def may_lift(self, position: FingerPosition, *, again: bool) -> None:
        """Tell that the finger may leave the glass; `again` when it is still there after a while."""
        for announcer in self.announcers:
            announcer.lift(position)
        self.operator.may_lift(again=again)


def finger_of(enrolment: Session) -> FingerPosition:
    """The finger that a session asks for. Raises SessionError when it asks for none."""
    if enrolment.finger is None:
        raise SessionError("session: no finger is asked for")
    return enrolment.finger
