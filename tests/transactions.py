"""Hand-made transactions for the tests; nobody's."""

from datetime import UTC, date, datetime

import numpy as np

from firmware.circumstances import NOTHING_NOTED, Circumstances, Consent
from firmware.datatypes import (
    Device,
    FingerCapture,
    FingerprintFeatures,
    FrictionRidgeImage,
    Minutiae,
    Outcome,
    QualityReport,
    Resident,
    Timestamp,
)
from firmware.records import transaction
from firmware.records.transaction import TransactionHeader
from firmware.vocabulary import CaptureTechnology, ClockTrust, ConsentGiver, FingerPosition, MissingFinger, Purpose, Sex

AT = Timestamp(datetime(2026, 11, 24, 20, 0, 3, tzinfo=UTC), ClockTrust.UNCONFIRMED, "boot-7", 12.5)
RESIDENT = Resident("1903015204100007", "Melati Contoh", date(2010, 4, 12), Sex.FEMALE)
NOTED = Circumstances(
    operator="198703122010011004",
    place="SMA Negeri 1 Pongok",
    consent=Consent(ConsentGiver.GUARDIAN, AT),
    override="date of birth corrected in 2019",
    supersedes="K1-0000",
    because="wrong name",
    card_from=date(2027, 4, 12),
)
"""Everything that can be noted."""
DEVICE = Device("Zhiantec", "ZFM-20", technology=CaptureTechnology.OPTICAL_TIR)


def header(
    purpose: Purpose = Purpose.LIVE, *, kit_id: str = "K1", control_number: str = "K1-0001"
) -> TransactionHeader:
    return TransactionHeader(control_number, AT, kit_id, "DUKCAPIL", "Pongok", purpose, "rekam 0.1.0")


def minutiae() -> Minutiae:
    return Minutiae(
        x=np.array([3.4, 20, 30.6], np.float32),
        y=np.array([5, 10.5, 39.9], np.float32),
        direction=np.array([0, np.pi / 2, 2 * np.pi - 0.001], np.float32),
        kind=np.array([1, 2, 0], np.uint8),
        quality=np.array([90, 0, 100], np.uint8),
    )


def image(shape: tuple[int, int] = (40, 32)) -> FrictionRidgeImage:
    pixels = np.random.default_rng(7).integers(0, 16, shape).astype(np.uint8) * np.uint8(17)
    return FrictionRidgeImage(pixels, 508, 4, DEVICE)


def capture(
    position: FingerPosition, outcome: Outcome = Outcome.ACCEPTED, found: Minutiae | None = None
) -> FingerCapture:
    if outcome is Outcome.EXCUSED:
        return FingerCapture(position, outcome, 0, missing=MissingFinger.AMPUTATION, reason="lost at sea")
    mask, field = np.ones((3, 2), np.bool_), np.zeros((3, 2), np.float32)
    features = FingerprintFeatures(minutiae() if found is None else found, QualityReport(55), mask, field, 16)
    return FingerCapture(position, outcome, 2, image(), features, AT)


def captures() -> list[FingerCapture]:
    """Ten fingers: the second of low quality, the last excused."""
    outcomes = [Outcome.ACCEPTED, Outcome.LOW_QUALITY, *[Outcome.ACCEPTED] * 7, Outcome.EXCUSED]
    return [capture(position, outcome) for position, outcome in zip(FingerPosition, outcomes, strict=True)]


def data(
    purpose: Purpose = Purpose.LIVE,
    *,
    kit_id: str = "K1",
    control_number: str = "K1-0001",
    noted: Circumstances = NOTHING_NOTED,
) -> bytes:
    """A whole transaction, encoded."""
    head = header(purpose, kit_id=kit_id, control_number=control_number)
    return transaction.build(head, RESIDENT, captures(), noted)
