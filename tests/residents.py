"""Invented residents and hand-made prints for the tests; nobody's."""

from datetime import UTC, date, datetime

import numpy as np

from firmware.datatypes import (
    FingerprintFeatures,
    FrictionRidgeImage,
    Minutiae,
    QualityReport,
    Resident,
    Timestamp,
)
from firmware.events import Captured
from firmware.vocabulary import ClockTrust, Sex

MELATI = Resident("1903015204100007", "Melati Contoh", date(2010, 4, 12), Sex.FEMALE)
NOON = Timestamp(datetime(2026, 12, 1, 5, 0, tzinfo=UTC), ClockTrust.UNCONFIRMED, "boot", 12.5)


def image() -> FrictionRidgeImage:
    return FrictionRidgeImage(np.full((288, 256), 200, np.uint8), 508, grey_bits=4)


def features(score: int) -> FingerprintFeatures:
    minutiae = Minutiae(
        np.array([40, 90], np.float32),
        np.array([50, 120], np.float32),
        np.array([0.5, 3.0], np.float32),
        np.array([1, 2], np.uint8),
        np.array([70, 60], np.uint8),
    )
    return FingerprintFeatures(
        minutiae, QualityReport(score), np.ones((18, 16), np.bool_), np.zeros((18, 16), np.float32), 16
    )


def captured(score: int) -> Captured:
    return Captured(image(), features(score), NOON)
