"""What one transaction holds, free of its encoding."""

import re
from dataclasses import dataclass, field

from firmware.circumstances import NOTHING_NOTED, Circumstances
from firmware.datatypes import Device, FrictionRidgeImage, Minutiae, Outcome, Resident, Timestamp
from firmware.portrait import FaceFeedback
from firmware.records.extended_data import ExtendedData
from firmware.vocabulary import (
    FaceCompression,
    FingerCompression,
    FingerPosition,
    MissingFinger,
    PatternClass,
    Purpose,
)

CONTROL_NUMBER = re.compile("[A-Za-z0-9-]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TransactionHeader:
    """Whose transaction it is and how far it counts.

    control_number: as CONTROL_NUMBER has it. agency: the destination. timezone: where the kit stands,
    so that the standard's local dates can be told.
    """

    control_number: str
    created_at: Timestamp
    kit_id: str
    agency: str
    district: str
    purpose: Purpose
    software: str
    timezone: str = "Asia/Jakarta"


@dataclass(frozen=True, slots=True)
class FingerRecord:
    """One finger as it is stored: its image as compressed bytes with what was found in it, or why there is none.

    `image` is what the sensor gave, in a record that was read what `data` decodes to; `score` is 0..100, None where
    none was reckoned; `structure` are its ridge counts, cores and deltas.
    """

    position: FingerPosition
    outcome: Outcome
    attempts: int
    captured_at: Timestamp
    image: FrictionRidgeImage | None = None
    data: bytes = b""
    compression: FingerCompression = FingerCompression.PNG
    score: int | None = None
    minutiae: Minutiae | None = None
    structure: ExtendedData = field(default_factory=ExtendedData)
    pattern: PatternClass = PatternClass.UNKNOWN
    missing: MissingFinger | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FaceRecord:
    """The face as it is stored: its picture as compressed bytes, or none and the reason why."""

    outcome: Outcome
    attempts: int
    captured_at: Timestamp
    data: bytes = b""
    compression: FaceCompression = FaceCompression.PNG
    device: Device = field(default_factory=lambda: Device("", ""))
    feedback: tuple[FaceFeedback, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Transaction:
    """One resident's submission."""

    header: TransactionHeader
    resident: Resident
    fingers: tuple[FingerRecord, ...]
    circumstances: Circumstances = NOTHING_NOTED
    face: FaceRecord | None = None
