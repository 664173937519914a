"""What happens to an enrolment from outside: the events that the table of `session` is asked about."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Device, Excuse, FingerprintFeatures, FrictionRidgeImage, GivenUp, Timestamp
from firmware.portrait import FaceFeedback


@dataclass(frozen=True, slots=True)
class Start:
    """The operator begins."""


@dataclass(frozen=True, slots=True)
class Captured:
    """A picture was taken and judged, so many seconds after its last byte had come."""

    image: FrictionRidgeImage
    features: FingerprintFeatures
    captured_at: Timestamp
    score_s: float = 0.0


@dataclass(frozen=True, slots=True)
class FaceTaken:
    """Pictures of the face were taken for a while; this is the best of them, cut out, with all that is wrong with it.

    pixels: uint8 (h, w, 3), RGB; None where no picture shows one face.
    """

    pixels: NDArray[np.uint8] | None
    feedback: tuple[FaceFeedback, ...]
    captured_at: Timestamp
    device: Device


@dataclass(frozen=True, slots=True)
class FaceFailed:
    """The camera failed and does not come back; reason: why there is no face, where nobody says another one."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoFinger:
    """No finger came in time."""


@dataclass(frozen=True, slots=True)
class Lifted:
    """The glass is free again."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The operator accepts: the best print so far, or at the end the whole."""


@dataclass(frozen=True, slots=True)
class Excused:
    """The operator excuses the finger that is asked for."""

    excuse: Excuse


@dataclass(frozen=True, slots=True)
class Repeated:
    """The operator asks for the same finger once more, with all its tries; for the one before where it has none yet."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The operator ends the session."""


Event = (
    Start | Captured | GivenUp | NoFinger | FaceTaken | FaceFailed | Lifted | Confirmed | Excused | Repeated | Cancelled
)
