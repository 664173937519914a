"""What the office answers to a packet: a line of JSON, signed by a key of the office that does nothing else.

Receipts follow each other in a file, one a line (JSON Lines), so such files may be joined, and one that is cut short
loses its last line only.
"""

import base64
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from firmware.errors import ReceiptError
from firmware.records import signed_json
from firmware.records.contents import CONTROL_NUMBER
from firmware.records.sealing import Signer
from firmware.vocabulary import Purpose

SUFFIX = ".receipts.jsonl"
ROLE = x509.ObjectIdentifier("2.25.147613026761928275441494064122958674977")
"""Extended key usage of a certificate that signs receipts (an arc of a UUID, ITU-T X.667); no kit's has it."""

_FORMAT = "rekam-receipt"
_VERSION = 1
_DIGEST = re.compile("[0-9a-f]{64}", re.ASCII)
_KIT_ID = re.compile("[A-Za-z0-9-]{1,32}", re.ASCII)
_CODE = re.compile("[a-z][a-z0-9_]{0,39}", re.ASCII)
_TEXT = re.compile(r"[^\x00-\x1f\x7f]{1,200}")


class Verdict(Enum):
    """What became of a packet at the office."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class Refusal(Enum):
    """Why a packet was refused; a receipt may carry a code of a later version, with the office's words."""

    DAMAGED = "damaged"
    OTHER_OFFICE = "other_office"
    UNKNOWN_KIT = "unknown_kit"
    REVOKED_KIT = "revoked_kit"
    OTHER_KIT = "other_kit"
    NO_RECORD = "no_record"
    CONFLICT = "conflict"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The office's word on one packet.

    sha256: of the ciphertext, 64 hexadecimal digits. purpose: None where a refused packet could not be opened.
    office: its name, 1 to 200 characters. reason and words: of a refusal only, a code of `Refusal` and a sentence.
    """

    control_number: str
    sha256: str
    kit_id: str
    verdict: Verdict
    purpose: Purpose | None
    received_utc: datetime
    office: str
    reason: str = ""
    words: str = ""


def write(receipt: Receipt, signer: Signer) -> bytes:
    """A receipt as one line, its newline included. Raises ReceiptError for one that could not be read again."""
    body = {
        "format": _FORMAT,
        "version": _VERSION,
        "control_number": receipt.control_number,
        "sha256": receipt.sha256,
        "kit_id": receipt.kit_id,
        "verdict": receipt.verdict.value,
        "purpose": receipt.purpose.value if receipt.purpose else None,
        "received_utc": receipt.received_utc.astimezone(UTC).isoformat(timespec="seconds"),
        "office": receipt.office,
        "reason": receipt.reason,
        "words": receipt.words,
        "certificate": base64.b64encode(signer.certificate.public_bytes(Encoding.DER)).decode(),
    }
    _receipt(body)
    return json.dumps(signed_json.signed(body, signer.key), separators=(",", ":")).encode() + b"\n"


def lines(data: bytes) -> list[bytes]:
    """The receipts of a file, each still to be parsed."""
    return [line for line in data.split(b"\n") if line.strip()]


def parse(data: bytes, authority: x509.Certificate) -> Receipt:
    """Read one receipt, signed by a key to which this office's authority gave that role. Raises ReceiptError."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        cut = data.lstrip().startswith(b"{") and not data.rstrip().endswith(b"}")
        reason = "receipt is cut short or damaged" if cut else "is no receipt of an office"
        raise ReceiptError(f"{reason}; copy it from the office again") from error
    if not isinstance(body, dict) or body.get("format") != _FORMAT:
        raise ReceiptError("is no receipt of an office; receipts are written by `rekam office`")
    if body.get("version") != _VERSION:
        raise ReceiptError(f"is a receipt of version {body.get('version')}, this software reads {_VERSION}: update it")
    certificate = _certificate(body)
    _check_role(certificate, authority)
    try:
        signed_json.check(body, certificate)
    except (ValueError, RecursionError) as error:
        raise ReceiptError(f"receipt was altered on its way ({error}); copy it from the office again") from error
    receipt = _receipt(body)
    if not certificate.not_valid_before_utc <= receipt.received_utc <= certificate.not_valid_after_utc:
        until = certificate.not_valid_after_utc
        raise ReceiptError(
            f"receipt of {receipt.received_utc:%Y-%m-%d} for {receipt.control_number}: its signer's certificate held "
            f"until {until:%Y-%m-%d} only; the office checks its clock, or renews it: `rekam office status`"
        )
    return receipt


def _certificate(body: dict[str, Any]) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(base64.b64decode(str(body.get("certificate", "")), validate=True))
    except signed_json.UNREADABLE as error:
        raise ReceiptError("receipt was altered on its way: no certificate is in it; copy it again") from error


def _check_role(certificate: x509.Certificate, authority: x509.Certificate) -> None:
    try:
        certificate.verify_directly_issued_by(authority)
    except (*signed_json.UNREADABLE, InvalidSignature) as error:
        if _key_of(certificate, x509.AuthorityKeyIdentifier) == _key_of(authority, x509.SubjectKeyIdentifier):
            raise ReceiptError("receipt was altered on its way: its certificate is damaged; copy it again") from error
        raise ReceiptError("receipt is of another office than the one that admitted this kit: do not use it") from error
    try:
        usages = list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except (*signed_json.UNREADABLE, x509.ExtensionNotFound, x509.DuplicateExtension):
        usages = []
    if usages != [ROLE]:
        name = certificate.subject.rfc4514_string()
        raise ReceiptError(f"receipt is signed by {name}, whose certificate is not for receipts: do not use it")


def _key_of(
    certificate: x509.Certificate, kind: type[x509.AuthorityKeyIdentifier] | type[x509.SubjectKeyIdentifier]
) -> bytes | None:
    """The key identifier that a certificate tells of its issuer or of itself; None where it tells none."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value.key_identifier
    except (*signed_json.UNREADABLE, x509.ExtensionNotFound, x509.DuplicateExtension):
        return None


def _receipt(body: dict[str, Any]) -> Receipt:
    """The members, each of its form. Raises ReceiptError."""
    forms = {"control_number": CONTROL_NUMBER, "sha256": _DIGEST, "kit_id": _KIT_ID, "office": _TEXT}
    if body.get("verdict") == Verdict.REFUSED.value:
        forms |= {"reason": _CODE, "words": _TEXT}
    for name, form in forms.items():
        value = body.get(name)
        if not isinstance(value, str) or not form.fullmatch(value):
            raise ReceiptError(f"receipt, {name}: is not of its form; have the office write it again")
    try:
        verdict = Verdict(body.get("verdict"))
        purpose = None if verdict is Verdict.REFUSED and body.get("purpose") is None else Purpose(body.get("purpose"))
        received = datetime.fromisoformat(str(body.get("received_utc")))
    except ValueError as error:
        raise ReceiptError(f"receipt: {error}; update this software, or have the office write it again") from error
    if received.utcoffset() != timedelta(0):
        raise ReceiptError("receipt, received_utc: is not in UTC; have the office write it again")
    told = {name: body[name] for name in forms}
    return Receipt(verdict=verdict, purpose=purpose, received_utc=received, **told)
