"""What a picture of a face is judged to be, as frozen records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Device, Outcome, Timestamp
from firmware.structure import freeze


class FaceFeedback(Enum):
    """What is wrong with a picture of a face, as a stable code, the most useful first; docs/face.md explains each."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    TOO_SMALL = "too_small"
    OFF_CENTRE = "off_centre"
    TURNED = "turned"
    NODDED = "nodded"
    TILTED = "tilted"
    COVERED = "covered"
    DARK = "dark"
    BRIGHT = "bright"
    UNEVEN_LIGHT = "uneven_light"
    BLURRED = "blurred"
    EYES_CLOSED = "eyes_closed"
    MOUTH_OPEN = "mouth_open"
    BACKGROUND = "background"
    BACKGROUND_UNEVEN = "background_uneven"


class BackdropColour(Enum):
    """The colour that a KTP-el's picture has behind the head: red for an odd year of birth, blue for an even one."""

    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with what was measured and the limit that it breaks, in the unit of the measure."""

    code: FaceFeedback
    value: float
    limit: float


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangle of whole pixels: left, top, width, height."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Face:
    """One face as it was found; positions are in pixels of the picture, (n, 2) as x, y.

    box: around the landmarks, from forehead to chin. landmarks: float32 (468, 3) in the order of MediaPipe's canonical
    face, depth growing away from the camera.
    lids: float32 (2, 16, 2), the contours of the eyes, first that on the picture's left. confidence: 0..1.
    """

    box: Rectangle
    landmarks: NDArray[np.float32]
    lids: NDArray[np.float32]
    confidence: float

    def __post_init__(self) -> None:
        freeze(self, "landmarks", "lids")


@dataclass(frozen=True, slots=True)
class FaceAssessment:
    """What one picture is worth; a picture of no face, of several or of a poor one is a result and no error.

    faces: how many were found. feedback: all that is wrong, the most useful first; none means accepted.
    crop: the part of the picture that the record shall show, clipped to the picture; only where one face is.
    measures: every figure that was judged, by name; docs/face.md has their units.
    """

    faces: int
    feedback: tuple[Finding, ...] = ()
    crop: Rectangle | None = None
    found: tuple[Face, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        """Whether nothing is wrong."""
        return not self.feedback

    @property
    def codes(self) -> tuple[FaceFeedback, ...]:
        """The codes of all that is wrong."""
        return tuple(finding.code for finding in self.feedback)


@dataclass(frozen=True, slots=True)
class FaceCapture:
    """The face of a session: the picture that is kept, or the reason why there is none.

    pixels: uint8 (h, w, 3), RGB, the frame that the assessment names, cut out and not resampled.
    """

    outcome: Outcome
    attempts: int
    pixels: NDArray[np.uint8] | None = None
    feedback: tuple[FaceFeedback, ...] = ()
    captured_at: Timestamp | None = None
    device: Device = field(default_factory=lambda: Device("", ""))
    reason: str = ""

    def __post_init__(self) -> None:
        if self.pixels is not None:
            freeze(self, "pixels")
