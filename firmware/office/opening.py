"""A packet is checked, opened, read and laid out as files."""

import io
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from firmware import overlay
from firmware.circumstances import Circumstances
from firmware.durable import write_file
from firmware.errors import InputError, KitError, OtherKit, RecordError, SealingError
from firmware.office import keys, signatures
from firmware.office.keys import Office
from firmware.records import images, manifest, sealing, transaction
from firmware.records.contents import FaceRecord, FingerRecord, Transaction
from firmware.vocabulary import FingerCompression, Purpose

_PRIVATE = 0o600
_SUFFIXES = {FingerCompression.PNG: ".png", FingerCompression.JPEG2000: ".jp2", FingerCompression.WSQ: ".wsq"}
TRAINING_FOLDER = "TRAINING"


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """One packet's file, opened; `notices` are for people, `certified` tells whether the authority issued the key.

    `valid_until` is the end of the certificate with which it was signed; `manifest` is empty in packets of version 1.
    """

    path: Path
    transaction: Transaction
    data: bytes
    certified: bool
    notices: tuple[str, ...]
    valid_until: datetime
    manifest: bytes = b""

    @property
    def is_training(self) -> bool:
        """A training record never counts."""
        return self.transaction.header.purpose is Purpose.TRAINING


@dataclass(frozen=True, slots=True)
class LaidOut:
    """An opened packet with its files, and the stock commands that open it without Rekam."""

    opened: OpenedFile
    files: tuple[Path, ...]
    commands: tuple[str, ...]


def lay_out(path: Path, office: Office, folder: Path, *, take_revoked: bool = False) -> LaidOut:
    """Open a packet and save what is in it. Raises SealingError, RecordError, InputError."""
    opened = open_file(path, office, take_revoked=take_revoked)
    return LaidOut(opened, save(opened, folder), stock_commands(opened, office, folder))


def lay_out_all(
    paths: Iterable[Path], office: Office, folder: Path, *, take_revoked: bool = False
) -> Iterator[LaidOut]:
    """Lay out one packet after another; what is wrong with one keeps no other from being opened.

    Raises SealingError at the end, naming every packet that could not be laid out.
    """
    faults = []
    for path in paths:
        try:
            yield lay_out(path, office, folder, take_revoked=take_revoked)
        except KitError as error:
            faults.append(str(error))
    if faults:
        raise SealingError("\n".join(faults))


def open_file(path: Path, office: Office, *, take_revoked: bool = False) -> OpenedFile:
    """Decrypt a packet, check its signature and its kit, and read it strictly. Raises SealingError, RecordError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SealingError(f"{path}: cannot be read ({error.strerror})") from error
    return open_content(content, path, office, take_revoked=take_revoked)


def open_content(content: bytes, path: Path, office: Office, *, take_revoked: bool = False) -> OpenedFile:
    """The same of a packet's bytes, wherever they lie; `path` is what errors name. Raises SealingError, RecordError."""
    try:
        sealing.check_file_name(path.name)
        opened = sealing.open_packet(content, office.identities)
        signed = signatures.whose(opened.certificate, office, take_revoked=take_revoked)
        read = transaction.read(opened.transaction)
        if signed.kit_id != read.header.kit_id:
            raise OtherKit(f"says it is of kit {read.header.kit_id}, signed by {signed.kit_id}: do not use it")
        if opened.manifest:
            manifest.check(opened.manifest, read, opened.transaction)
        notices = (*signed.notices, *signatures.expiry(opened.certificate, read.header.created_at))
    except (SealingError, RecordError) as error:
        raise type(error)(f"{path}: {error}") from error
    if sealing.number_in(path.name) != read.header.control_number:
        notices = (*notices, f"the file was renamed; its control number is {read.header.control_number}")
    valid_until = opened.certificate.not_valid_after_utc
    return OpenedFile(path, read, opened.transaction, signed.certified, notices, valid_until, opened.manifest)


def save(opened: OpenedFile, folder: Path) -> tuple[Path, ...]:
    """Write the transaction, each finger's image, a picture of its minutiae, and the face; readable by the owner only.

    They go into `folder`/CONTROL-NUMBER, those of a training record into `folder`/TRAINING/CONTROL-NUMBER. Gives the
    paths. Raises InputError.
    """
    own = home(opened, folder)
    try:
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{own}: cannot be made ({error.strerror}); choose another folder with --out") from error
    files = {own / f"{opened.transaction.header.control_number}.an2": opened.data}
    if opened.manifest:
        files[own / manifest.MANIFEST] = opened.manifest
    for finger in opened.transaction.fingers:
        if finger.image is not None:
            files[own / f"{finger_name(finger)}{_SUFFIXES[finger.compression]}"] = finger.data
            files[own / f"{finger_name(finger)}_minutiae.png"] = _picture(finger)
    face = opened.transaction.face
    if face and face.data:
        files[own / f"face.{face.compression.value.lower()}"] = face.data
    for path, data in files.items():
        write_file(path, data, mode=_PRIVATE)
    return tuple(files)


def home(opened: OpenedFile, folder: Path) -> Path:
    """The folder of one packet's files."""
    return (folder / TRAINING_FOLDER if opened.is_training else folder) / opened.transaction.header.control_number


def stock_commands(opened: OpenedFile, office: Office, folder: Path) -> tuple[str, ...]:
    """The commands, of age, openssl and tar, that open the packet without Rekam; version 1 needs no tar.

    Before the kit's certificate came, openssl can check the signature but not whose key it is (`-noverify`); once the
    certificate or the authority has ended, it must be told that the record is older.
    """
    own = home(opened, folder)
    stem = own / opened.transaction.header.control_number
    signed, plain = f"{stem}.p7m", f"{stem}.tar" if opened.manifest else f"{stem}.an2"
    chain: tuple[str | Path, ...] = ("-noverify",)
    if opened.certified:
        chain = ("-CAfile", office.folder / keys.AUTHORITY, "-purpose", "any")
        if min(opened.valid_until, office.authority.not_valid_after_utc) < datetime.now(UTC):
            chain += ("-no_check_time",)
    identities = (word for file in office.identity_files for word in ("-i", file))
    decrypt = ("age", "-d", *identities, "-o", signed, opened.path)
    verify = ("openssl", "cms", "-verify", "-inform", "DER", "-in", signed, *chain, "-out", plain)
    unpack = (("tar", "-xf", plain, "-C", own),) if opened.manifest else ()
    return tuple(shlex.join(map(str, words)) for words in (decrypt, verify, *unpack))


def as_json(laid: LaidOut) -> dict[str, Any]:
    """What was opened, as an object for scripts."""
    opened = laid.opened
    header, resident = opened.transaction.header, opened.transaction.resident
    return {
        "packet": str(opened.path),
        "control_number": header.control_number,
        "kit_id": header.kit_id,
        "district": header.district,
        "purpose": header.purpose.value,
        "created_at": header.created_at.utc.isoformat(),
        "clock_trust": header.created_at.trust.value,
        "software": header.software,
        "certified": opened.certified,
        "notices": list(opened.notices),
        "resident": {
            "nik": resident.nik,
            "name": resident.name,
            "date_of_birth": resident.date_of_birth.isoformat(),
            "sex": resident.sex.value,
            "marital_status": resident.marital_status.value if resident.marital_status else None,
        },
        "circumstances": _circumstances(opened.transaction.circumstances),
        "fingers": [_finger(finger) for finger in opened.transaction.fingers],
        "face": _face(opened.transaction.face),
        "files": [str(path) for path in laid.files],
        "commands": list(laid.commands),
    }


def finger_name(finger: FingerRecord) -> str:
    """A finger's file name: position and words, so that the ten sort as they are counted."""
    return f"{int(finger.position):02}_{finger.position.name.lower()}"


def _picture(finger: FingerRecord) -> bytes:
    if finger.image is None:
        return b""
    if finger.minutiae is None:
        return images.encode_png(finger.image.pixels, finger.image.ppi)
    title = f"{finger.position.name.lower().replace('_', ' ')}   quality {finger.score}"
    file = io.BytesIO()
    overlay.draw_minutiae(finger.image.pixels, finger.minutiae, title).save(file, "PNG")
    return file.getvalue()


def _face(face: FaceRecord | None) -> dict[str, Any] | None:
    if face is None:
        return None
    return {
        "outcome": face.outcome.value,
        "attempts": face.attempts,
        "feedback": [code.value for code in face.feedback],
        "reason": face.reason,
    }


def _circumstances(noted: Circumstances) -> dict[str, Any]:
    consent = noted.consent
    return {
        "operator": noted.operator,
        "place": noted.place,
        "consent": consent
        and {
            "given_by": consent.given_by.value,
            "noted_at": consent.noted_at.utc.isoformat(),
            "clock_trust": consent.noted_at.trust.value,
        },
        "override": noted.override,
        "supersedes": noted.supersedes,
        "because": noted.because,
        "card_from": noted.card_from.isoformat() if noted.card_from else None,
    }


def _finger(finger: FingerRecord) -> dict[str, Any]:
    return {
        "position": finger.position.name.lower(),
        "outcome": finger.outcome.value,
        "score": finger.score,
        "minutiae": None if finger.minutiae is None else len(finger.minutiae),
        "attempts": finger.attempts,
        "missing": finger.missing.value if finger.missing else None,
        "reason": finger.reason,
    }
