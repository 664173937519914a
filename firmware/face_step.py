"""The face in a session: pictures are taken and judged until one is good, or the try is over."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware import events
from firmware.datatypes import Device, Excuse, Timestamp
from firmware.errors import DeviceError
from firmware.events import Event, FaceTaken
from firmware.portrait import FaceAssessment
from firmware.seams import CameraSource, Operator
from firmware.session import Session
from firmware.vocabulary import MissingFinger

_log = logging.getLogger(__name__)

TRY_S = 6.0
"""How long one try lasts, seconds: time enough to hear an advice and follow it."""

Judge = Callable[[NDArray[np.uint8]], FaceAssessment]


@dataclass(frozen=True, slots=True)
class FaceStep:
    """Takes the best picture of a try, from a camera and by a judge of pictures."""

    camera: CameraSource
    judge: Judge
    now: Callable[[], Timestamp]

    def take(self, stop: Callable[[], bool]) -> FaceTaken | None:
        """The first good picture, or the one with the least wrong after TRY_S; None where `stop` says so first.

        Raises DeviceError.
        """
        best: FaceTaken | None = None
        until = time.monotonic() + TRY_S
        while True:
            shot = self.camera.capture()
            taken = self._taken(shot.pixels, Device(shot.make, shot.model))
            best = _better(best, taken)
            if stop():
                return None
            if not best.feedback or time.monotonic() >= until:
                return best

    def try_once(self, operator: Operator, enrolment: Session, stop: Callable[[], bool]) -> Event | None:
        """The same as an event; a camera that fails is the operator's to decide, and holds no record up."""
        try:
            return self.take(stop)
        except DeviceError as fault:
            _log.warning("camera: %s", fault)
            operator.reconnecting(fault)
            reason = f"the camera failed ({fault.device})"
            decision = operator.decide(enrolment, may_excuse=True)
            return decision or events.Excused(Excuse(MissingFinger.UNABLE_TO_PRINT, reason))

    def _taken(self, pixels: NDArray[np.uint8], device: Device) -> FaceTaken:
        at, judged = self.now(), self.judge(pixels)
        frame = judged.crop
        shown = pixels[frame.y : frame.y + frame.height, frame.x : frame.x + frame.width] if frame else None
        return FaceTaken(None if shown is None else shown.copy(), judged.codes, at, device)


def _better(best: FaceTaken | None, taken: FaceTaken) -> FaceTaken:
    """The one that shows a face, and of two such the one with the least wrong."""
    if best is None or (best.pixels is None and taken.pixels is not None):
        return taken
    if taken.pixels is None or len(taken.feedback) >= len(best.feedback):
        return best
    return taken
