"""The frozen records that flow through everything.

Conventions, stated once: pixels are uint8 (h, w) with dark ridges, origin top left, x right, y down; angles are
radians counter-clockwise from +x as seen by a person, orientation in [0, pi), direction in [0, 2 pi); resolution is in
pixels per inch and never assumed; times are UTC with a trust level. Arrays are read-only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from firmware.structure import RidgeCounts, Singularities, freeze, no_cores, no_deltas
from firmware.vocabulary import (
    CaptureTechnology,
    ClockTrust,
    FingerPosition,
    ImpressionType,
    MaritalStatus,
    MinutiaKind,
    MissingFinger,
    PatternClass,
    Sex,
)


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A moment as the kit saw it: wall time, how far to trust it, and the boot's own monotonic clock."""

    utc: datetime
    trust: ClockTrust
    boot_id: str
    monotonic_s: float


@dataclass(frozen=True, slots=True)
class Device:
    """What a capture device says of itself; an empty text where it says nothing."""

    make: str
    model: str
    serial: str = ""
    firmware: str = ""
    technology: CaptureTechnology = CaptureTechnology.UNKNOWN


@dataclass(frozen=True, slots=True)
class FrictionRidgeImage:
    """One friction ridge image as its sensor gave it.

    `grey_bits` is the depth that the sensor really delivered (4 for the UART family), though pixels fill 0..255.
    """

    pixels: NDArray[np.uint8]
    ppi: float
    grey_bits: int = 8
    device: Device = Device("", "")
    impression_type: ImpressionType = ImpressionType.LIVE_SCAN_PLAIN

    def __post_init__(self) -> None:
        freeze(self, "pixels")


@dataclass(frozen=True, slots=True)
class Minutiae:
    """Minutiae of one image, one array per property, all of shape (n,).

    x, y: float32 pixels of the image they belong to. direction: float32 in [0, 2 pi), after ISO/IEC 19794-2: along the
    ridge tangent to the side with more ridges. kind: uint8 MinutiaKind. quality: uint8 0..100.
    """

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    direction: NDArray[np.float32]
    kind: NDArray[np.uint8]
    quality: NDArray[np.uint8]

    def __post_init__(self) -> None:
        freeze(self, "x", "y", "direction", "kind", "quality")

    def __len__(self) -> int:
        return len(self.x)

    def of_kind(self, kind: MinutiaKind) -> int:
        """How many are of this kind."""
        return int((self.kind == kind).sum())


class Feedback(Enum):
    """What is wrong with a print, as a stable code; `firmware.advice` has the words."""

    NO_FINGER = "no_finger"
    OVERLAPPING = "overlapping"
    TIP_ONLY = "tip_only"
    TOO_SMALL = "too_small"
    OFF_CENTRE = "off_centre"
    MOVED = "moved"
    TOO_DRY = "too_dry"
    TOO_WET = "too_wet"
    TOO_LIGHT = "too_light"
    TOO_HARD = "too_hard"
    DIRTY_GLASS = "dirty_glass"
    UNCLEAR = "unclear"
    FEW_MINUTIAE = "few_minutiae"


@dataclass(frozen=True, slots=True)
class QualityReport:
    """The quality of one print: a score 0..100, the measures behind it and what to tell the operator."""

    score: int
    measures: Mapping[str, float] = field(default_factory=dict)
    feedback: tuple[Feedback, ...] = ()


@dataclass(frozen=True, slots=True)
class FingerprintFeatures:
    """What the pipeline found in one image; positions are in pixels of that image.

    foreground: bool (rows, cols) by blocks of `block_px` pixels of the image. orientation: float32 of the same shape,
    [0, pi), meaningful in the foreground. pattern: UNKNOWN where too little of the finger shows, or several fingers do.
    ridge_counts: a row a minutia; None where nothing was counted. places: for each feedback the blocks that show it.
    """

    minutiae: Minutiae
    quality: QualityReport
    foreground: NDArray[np.bool_]
    orientation: NDArray[np.float32]
    block_px: float
    cores: Singularities = field(default_factory=no_cores)
    deltas: Singularities = field(default_factory=no_deltas)
    pattern: PatternClass = PatternClass.UNKNOWN
    ridge_counts: RidgeCounts | None = None
    places: Mapping[Feedback, NDArray[np.bool_]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        freeze(self, "foreground", "orientation")


@dataclass(frozen=True, slots=True)
class Resident:
    """The person who is recorded, as the civil registry knows them; the marital status is None where nobody asked."""

    nik: str
    name: str
    date_of_birth: date
    sex: Sex
    marital_status: MaritalStatus | None = None


@dataclass(frozen=True, slots=True)
class Excuse:
    """Why a finger is not captured: the standard's code and the operator's own words."""

    missing: MissingFinger
    reason: str


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A print in which the sensor found no features and which was not downloaded, and why."""

    feedback: tuple[Feedback, ...]


class Outcome(Enum):
    """How the capture of one finger ended."""

    ACCEPTED = "accepted"
    LOW_QUALITY = "low_quality"
    EXCUSED = "excused"


@dataclass(frozen=True, slots=True)
class FingerCapture:
    """One finger of a session: the kept image with its features, or the reason why there is none."""

    position: FingerPosition
    outcome: Outcome
    attempts: int
    image: FrictionRidgeImage | None = None
    features: FingerprintFeatures | None = None
    captured_at: Timestamp | None = None
    score_s: float | None = None
    missing: MissingFinger | None = None
    reason: str = ""


class DeviceState(Enum):
    """How a configured device is doing."""

    OK = "ok"
    ABSENT = "absent"
    BUSY = "busy"
    FAULT = "fault"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One configured device as the kit sees it; `words` tell what is wrong, and are empty when nothing is."""

    name: str
    state: DeviceState
    words: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class SealedPacket:
    """A transaction that only the office can read."""

    control_number: str
    ciphertext: bytes
    sha256: str
