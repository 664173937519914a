"""The face in a session: pictures are taken and judged until one is good, or the try is over."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Device, Timestamp
from firmware.events import FaceTaken
from firmware.portrait import FaceAssessment
from firmware.seams import CameraSource

TRY_S = 6.0
"""How long one try lasts, seconds: time enough to hear an advice and follow it."""

Judge = Callable[[NDArray[np.uint8]], FaceAssessment]


@dataclass(frozen=True, slots=True)
class FaceStep:
    """Takes the best picture of a try, from a camera and by a judge of pictures.

    failed: why there is no face where the camera failed and nobody can be asked, as the record tells it.
    """

    camera: CameraSource
    judge: Judge
    now: Callable[[], Timestamp]
    failed: str

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
