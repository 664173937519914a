"""Transactions become packets that only the office can read, and open again.

A packet is age (recipients X25519) around CMS SignedData (DER, RFC 5652, content embedded, ECDSA P-256 with SHA-256 and
the signer's certificate) around a ustar archive of manifest and transaction, so `age -d`, `openssl cms -verify` and
`tar -x` open it too. In version 1 there was the transaction alone; the content tells which it is.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyrage
from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from firmware.datatypes import SealedPacket
from firmware.errors import NewerPacket, OtherOffice, SealingError
from firmware.records import manifest

VERSION = manifest.VERSION
SUFFIX = f".v{VERSION}.rekam"

_AGE_START = b"age-encryption.org/v1\n"
_FILE_NAME = re.compile(r"(?P<number>[A-Za-z0-9-]{1,40})\.v(?P<version>[0-9]{1,4})\.rekam", re.ASCII)
_OPTIONS = [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities]


@dataclass(frozen=True, slots=True)
class Signer:
    """A P-256 key with the certificate that speaks for it."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True)
class OpenedPacket:
    """What was in a packet: `signed` is the CMS structure, `transaction` of its content, whose signature holds.

    `manifest` is empty in a packet of version 1.
    """

    signed: bytes
    transaction: bytes
    certificate: x509.Certificate
    manifest: bytes = b""


def seal(content: bytes, *, control_number: str, signer: Signer, recipients: Sequence[str]) -> SealedPacket:
    """Sign what `manifest.write` gave and encrypt it to age recipients (`age1...`), in memory. Raises SealingError."""
    keys = [recipient(text) for text in recipients]
    if not keys:
        raise SealingError("no recipient: ask the office for its answer and give it to `rekam identity accept`")
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    signed = builder.add_signer(signer.certificate, signer.key, hashes.SHA256()).sign(Encoding.DER, _OPTIONS)
    ciphertext = pyrage.encrypt(signed, keys)
    return SealedPacket(control_number, ciphertext, hashlib.sha256(ciphertext).hexdigest())


def recipient(text: str) -> pyrage.x25519.Recipient:
    """An age recipient from its words. Raises SealingError."""
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        raise SealingError(f"recipient {text!r} is no age key ({error}): it begins with age1; copy it whole") from error


def file_name(control_number: str) -> str:
    """A packet's file name."""
    return f"{control_number}{SUFFIX}"


def check_file_name(name: str) -> None:
    """Refuse a name that tells a later packet version. Raises SealingError."""
    told = _FILE_NAME.fullmatch(name)
    if told and int(told["version"]) > VERSION:
        raise NewerPacket(f"packet version {told['version']}, this software reads {VERSION}: update it")


def number_in(name: str) -> str:
    """The control number in the name of a packet's file, of whichever version; empty where there is none."""
    told = _FILE_NAME.fullmatch(name)
    return told["number"] if told else ""


def open_packet(ciphertext: bytes, identities: Sequence[pyrage.x25519.Identity]) -> OpenedPacket:
    """Decrypt a packet and verify its signature; whose certificate it is, the caller judges. Raises SealingError."""
    if not ciphertext.startswith(_AGE_START):
        raise SealingError("not a sealed packet, or its beginning is damaged: copy it again from the kit")
    try:
        signed = bytes(pyrage.decrypt(ciphertext, list(identities)))
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise OtherOffice("sealed for another office: none of this office's identities opens it") from error
        raise SealingError("truncated or altered: copy it again from the kit, which still has it") from error
    content, certificate = verify(signed)
    told, data = manifest.read(content) if manifest.is_archive(content) else (b"", content)
    return OpenedPacket(signed, data, certificate, told)


def verify(signed: bytes) -> tuple[bytes, x509.Certificate]:
    """The content of a CMS SignedData and its signer's certificate, once the signature holds. Raises SealingError."""
    try:
        return _verified(signed)
    except SealingError:
        raise
    except Exception as error:  # the parsers raise ValueError, TypeError, KeyError and others at foreign bytes
        raise SealingError(f"what it holds is not signed as a kit signs ({error})") from error


def _verified(signed: bytes) -> tuple[bytes, x509.Certificate]:
    outer = cms.ContentInfo.load(signed, strict=True)
    if outer["content_type"].native != "signed_data":
        raise SealingError("what it holds is not signed")
    inner = outer["content"]
    content = inner["encap_content_info"]["content"].native
    if len(inner["signer_infos"]) != 1 or not isinstance(content, bytes):
        raise SealingError("what it holds is not signed by one kit")
    info = inner["signer_infos"][0]
    certificate = _certificate(inner["certificates"], info["sid"].chosen)
    attributes = {attribute["type"].native: attribute["values"][0].native for attribute in info["signed_attrs"]}
    if info["digest_algorithm"]["algorithm"].native != "sha256":
        raise SealingError("its signature does not use SHA-256")
    if attributes["content_type"] != "data" or attributes["message_digest"] != hashlib.sha256(content).digest():
        raise SealingError("its content is not what was signed: do not use it")
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise SealingError("its signer has no P-256 key")
    try:
        key.verify(info["signature"].native, info["signed_attrs"].untag().dump(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise SealingError("its signature does not hold: do not use it") from error
    return content, certificate


def _certificate(certificates: cms.CertificateSet, signer: cms.IssuerAndSerialNumber) -> x509.Certificate:
    for choice in certificates:
        found = choice.chosen
        if found.issuer == signer["issuer"] and found.serial_number == signer["serial_number"].native:
            return x509.load_der_x509_certificate(found.dump())
    raise SealingError("its signer's certificate is missing")
