"""The office's answer to a kit's request: a JSON file that the office's authority signs."""

import json
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from firmware.errors import IdentityError, SealingError
from firmware.records import sealing, signed_json

_FORMAT = "rekam-answer"
_VERSION = 1
_TEXTS = ("kit_id", "certificate", "authority")


@dataclass(frozen=True, slots=True)
class Answer:
    """What admits a kit: its certificate, the authority that issued it, and whom to seal packets for."""

    kit_id: str
    certificate: x509.Certificate
    authority: x509.Certificate
    recipients: tuple[str, ...]


def write(answer: Answer, authority_key: ec.EllipticCurvePrivateKey) -> bytes:
    """Give the answer's file, signed (ECDSA, SHA-256) over its other members in sorted order."""
    body = {
        "format": _FORMAT,
        "version": _VERSION,
        "kit_id": answer.kit_id,
        "certificate": answer.certificate.public_bytes(Encoding.PEM).decode(),
        "authority": answer.authority.public_bytes(Encoding.PEM).decode(),
        "recipients": list(answer.recipients),
    }
    return json.dumps(signed_json.signed(body, authority_key), indent=2).encode() + b"\n"


def parse(data: bytes) -> Answer:
    """Read an answer and check that its authority signed all of it. Raises IdentityError."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise IdentityError("is truncated or no answer of an office; copy it again") from error
    if not isinstance(body, dict) or body.get("format") != _FORMAT:
        raise IdentityError("is no answer of an office; it is made by `rekam office admit`")
    if body.get("version") != _VERSION:
        raise IdentityError(f"is an answer of version {body.get('version')}, this software reads {_VERSION}: update it")
    recipients = body.get("recipients")
    if not all(isinstance(body.get(key), str) for key in _TEXTS) or not isinstance(recipients, list) or not recipients:
        raise IdentityError("lacks a member; have it made again")
    try:
        certificate, authority = (x509.load_pem_x509_certificate(body[key].encode()) for key in _TEXTS[1:])
        for text in recipients:
            sealing.recipient(str(text))
        signed_json.check(body, authority)
    except (*signed_json.UNREADABLE, SealingError) as error:
        raise IdentityError(f"was altered on its way or is damaged ({error}); copy it again") from error
    return Answer(body["kit_id"], certificate, authority, tuple(recipients))


def fingerprint(certificate: x509.Certificate) -> str:
    """A certificate's SHA-256, short enough for people to compare."""
    digest = certificate.fingerprint(hashes.SHA256()).hex()
    return " ".join(digest[at : at + 4] for at in range(0, 32, 4))
