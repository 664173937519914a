"""One resident's submission as a transaction of ANSI/NIST-ITL 1-2011 Update 2015."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from firmware.circumstances import NOTHING_NOTED, Circumstances
from firmware.datatypes import (
    FingerCapture,
    FingerprintFeatures,
    FrictionRidgeImage,
    Minutiae,
    Outcome,
    Resident,
    Timestamp,
)
from firmware.errors import RecordError
from firmware.portrait import FaceCapture
from firmware.records import (
    circumstances,
    encoding,
    extended_data,
    faces,
    fingerprints,
    itl,
    minutiae,
    moments,
    structure_fields,
)
from firmware.records.contents import CONTROL_NUMBER, FaceRecord, FingerRecord, Transaction, TransactionHeader
from firmware.records.encoding import Record, Table, value
from firmware.records.extended_data import ExtendedData
from firmware.records.itl import Type1, Type2
from firmware.vocabulary import (
    FaceCompression,
    FingerCompression,
    FingerPosition,
    MissingFinger,
    PatternClass,
    Purpose,
    Sex,
)

__all__ = ["FaceRecord", "FingerRecord", "Transaction", "TransactionHeader", "build", "read"]

_TYPES_OF_TRANSACTION = {Purpose.LIVE: "ENROLL", Purpose.TRAINING: "TRAINING"}
_MAX_ATTEMPTS = 999


def build(
    header: TransactionHeader,
    resident: Resident,
    captures: Sequence[FingerCapture],
    noted: Circumstances = NOTHING_NOTED,
    face: FaceCapture | None = None,
    face_compression: FaceCompression = FaceCompression.PNG,
    finger_compression: FingerCompression = FingerCompression.PNG,
) -> bytes:
    """Write Type-1, Type-2, a Type-9 for each captured finger, a Type-10 for the face and a Type-14 for every finger.

    Raises RecordError naming record, field and reason.
    """
    if not captures:
        raise RecordError("transaction: holds no finger")
    fingers = tuple(_stored(capture, header.created_at, finger_compression) for capture in captures)
    portrait = faces.stored(face, header.created_at, face_compression) if face else None
    return encoding.encode(_records(Transaction(header, resident, fingers, noted, portrait)))


def read(data: bytes) -> Transaction:
    """Read what `build` wrote, and nothing else. Raises RecordError naming record, field and reason."""
    records = encoding.decode(data)
    if len(records) < 2 or (records[0].kind, records[1].kind, records[1].idc) != (1, 2, 0):
        raise RecordError("transaction: does not begin with a Type-1 and a Type-2 record")
    header = _header(records[0], records[1])
    face = faces.read(records[1], next((record for record in records if record.kind == 10), None))
    transaction = Transaction(header, _resident(records[1]), _fingers(records), circumstances.read(records[1]), face)
    if encoding.encode(_records(transaction)) != data:
        raise RecordError("transaction: its fields contradict each other, or hold what no kit writes")
    return transaction


def _stored(capture: FingerCapture, created_at: Timestamp, compression: FingerCompression) -> FingerRecord:
    image, features = capture.image, capture.features
    if (image is None) == (capture.outcome is not Outcome.EXCUSED):
        raise RecordError(
            f"Type-14 record of finger {capture.position}: an excused finger, and no other, lacks an image"
        )
    at = capture.captured_at or created_at
    reason = " ".join(capture.reason.split())
    if image is None:
        missing = MissingFinger.UNABLE_TO_PRINT
        return FingerRecord(capture.position, capture.outcome, capture.attempts, at, missing=missing, reason=reason)
    device = fingerprints.device_words(image.device)
    kept = FrictionRidgeImage(image.pixels, image.ppi, image.grey_bits, device, image.impression_type)
    return FingerRecord(
        capture.position,
        capture.outcome,
        capture.attempts,
        at,
        kept,
        *fingerprints.compress(image, compression),
        features.quality.score if features else None,
        features.minutiae if features else None,
        _structure(features),
        features.pattern if features else PatternClass.UNKNOWN,
        reason=reason,
    )


def _structure(features: FingerprintFeatures | None) -> ExtendedData:
    if features is None:
        return ExtendedData()
    counts = features.ridge_counts
    pairs = extended_data.pairs_of(counts) if counts is not None and len(counts) else None
    return ExtendedData(pairs, features.cores, features.deltas)


def _records(transaction: Transaction) -> list[Record]:
    header, fingers, face = transaction.header, transaction.fingers, transaction.face
    zone = _zone(header.timezone)
    indexed = list(enumerate(fingers, start=1))
    return [
        _transaction_information(header, zone),
        _descriptive_text(transaction),
        *(record for idc, finger in indexed if (record := minutiae.write(finger, idc)) is not None),
        *([faces.write(face, len(fingers) + 1, header.kit_id, zone)] if face and face.data else []),
        *(fingerprints.write(finger, idc, header.kit_id, zone) for idc, finger in indexed),
    ]


def _transaction_information(header: TransactionHeader, zone: ZoneInfo) -> Record:
    if not CONTROL_NUMBER.fullmatch(header.control_number):
        raise RecordError(f"Type-1 record, field 1.009: {header.control_number!r} is no control number")
    fields: dict[int, Table] = {
        Type1.VER: value(itl.VERSION),
        Type1.TOT: value(_TYPES_OF_TRANSACTION[header.purpose]),
        Type1.DAT: value(moments.local_date(header.created_at, zone)),
        Type1.DAI: value(header.agency),
        Type1.ORI: value(header.kit_id),
        Type1.TCN: value(header.control_number),
        Type1.NSR: value(itl.NO_TYPE_4),
        Type1.NTR: value(itl.NO_TYPE_4),
        Type1.DOM: itl.DOMAIN,
        Type1.GMT: value(moments.universal(header.created_at)),
        Type1.DCS: itl.CHARACTER_SETS,
    }
    return Record(1, 0, fields)


def _descriptive_text(transaction: Transaction) -> Record:
    header, resident = transaction.header, transaction.resident
    fields: dict[int, Table] = {
        Type2.NIK: value(resident.nik),
        Type2.NAME: value(resident.name),
        Type2.BORN: value(f"{resident.date_of_birth:%Y%m%d}"),
        Type2.SEX: value(resident.sex.value),
        Type2.FORMAT: value(itl.FORMAT_VERSION),
        Type2.KIT: value(header.kit_id),
        Type2.SOFTWARE: value(header.software),
        Type2.PURPOSE: value(header.purpose.value),
        Type2.DISTRICT: value(header.district),
        Type2.ZONE: value(header.timezone),
        Type2.CREATED: (moments.items(header.created_at),),
        Type2.FINGERS: tuple(
            (str(int(f.position)), f.outcome.value, str(f.attempts), *moments.items(f.captured_at), f.reason)
            for f in transaction.fingers
        ),
        **circumstances.fields(resident, transaction.circumstances),
    }
    if transaction.face:
        fields[Type2.FACE] = (faces.row(transaction.face),)
    return Record(2, 0, dict(sorted(fields.items())))


def _header(type1: Record, type2: Record) -> TransactionHeader:
    version = type2.text(Type2.FORMAT)
    if version != itl.FORMAT_VERSION:
        raise type2.fault(Type2.FORMAT, f"is version {version!r}, this software reads {itl.FORMAT_VERSION}: update it")
    return TransactionHeader(
        control_number=type1.text(Type1.TCN),
        created_at=moments.read(type2, Type2.CREATED, type2.table(Type2.CREATED, moments.WIDTH)[0]),
        kit_id=type2.text(Type2.KIT),
        agency=type1.text(Type1.DAI),
        district=type2.text(Type2.DISTRICT),
        purpose=type2.choice(Type2.PURPOSE, type2.text(Type2.PURPOSE), Purpose),
        software=type2.text(Type2.SOFTWARE),
        timezone=type2.text(Type2.ZONE),
    )


def _resident(type2: Record) -> Resident:
    return Resident(
        nik=type2.text(Type2.NIK),
        name=type2.text(Type2.NAME),
        date_of_birth=moments.read_date(type2, Type2.BORN),
        sex=type2.choice(Type2.SEX, type2.text(Type2.SEX), Sex),
        marital_status=circumstances.read_marital_status(type2),
    )


def _fingers(records: list[Record]) -> tuple[FingerRecord, ...]:
    type2, rest = records[1], {(record.kind, record.idc): record for record in records[2:]}
    rows = type2.table(Type2.FINGERS, 4 + moments.WIDTH)
    return tuple(_finger(type2, row, rest, idc) for idc, row in enumerate(rows, start=1))


def _finger(type2: Record, row: tuple[str, ...], rest: dict[tuple[int, int], Record], idc: int) -> FingerRecord:
    number = Type2.FINGERS
    position = type2.choice(number, row[0], FingerPosition)
    outcome = type2.choice(number, row[1], Outcome)
    attempts = type2.number_in(number, row[2], 0, _MAX_ATTEMPTS)
    at, reason = moments.read(type2, number, row[3:-1]), row[-1]
    type14 = rest.get((14, idc))
    if type14 is None:
        raise RecordError(f"transaction: no Type-14 record (IDC {idc}) for finger {position}")
    missing = fingerprints.read_missing(type14)
    if outcome is Outcome.EXCUSED:
        return FingerRecord(position, outcome, attempts, at, missing=missing, reason=reason)
    image = fingerprints.read_image(type14)
    height, width = image.pixels.shape
    type9 = rest.get((9, idc))
    found: Minutiae | None = minutiae.read(type9, width, height) if type9 else None
    structure, pattern = ExtendedData(), PatternClass.UNKNOWN
    if type9 and found is not None:
        structure, pattern = structure_fields.read(type9, len(found), width, height)
    return FingerRecord(
        position,
        outcome,
        attempts,
        at,
        image,
        type14.data or b"",
        fingerprints.read_compression(type14),
        fingerprints.read_score(type14),
        found,
        structure,
        pattern,
        missing=missing,
        reason=reason,
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RecordError(f"Type-2 record, field 2.{Type2.ZONE:03}: no such time zone: {name!r}") from error
