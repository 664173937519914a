"""A kit's request becomes the office's answer."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from firmware.durable import write_file
from firmware.errors import IdentityError
from firmware.office import register
from firmware.office.keys import VALID_FROM, Office
from firmware.records import answers
from firmware.records.answers import Answer

_VALID = timedelta(days=10 * 366)
"""A kit's certificate: from `VALID_FROM` to ten years from now, but not longer than the authority's own."""
_KIT_ID = re.compile("[A-Za-z0-9-]{1,32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Admitted:
    """What came of a request."""

    kit_id: str
    answer: Path
    certificate: x509.Certificate
    renewed: bool


def admit(request: Path, office: Office, *, folder: Path | None = None, replace: bool = False) -> Admitted:
    """Answer a kit's request with its certificate, the authority and the recipients, and enter it in the register.

    The answer is `KITID.answer.json`, beside the request or in `folder`. A kit that has another key already is refused
    without `replace`. Raises IdentityError, InputError.
    """
    asked, kit_id = _read(request)
    known = register.admissions(office, kit_id)
    same = any(register.is_key(admission, asked.public_key()) for admission in known)
    if known and not same and not replace:
        raise IdentityError(
            f"{request}: kit {kit_id} was admitted with another key on {known[-1].admitted_at}; if its key was lost "
            "or the kit replaced, repeat with --replace; else find out who sends this"
        )
    owner = register.find(office, asked.public_key())
    if owner is not None and owner.kit_id != kit_id:
        raise IdentityError(f"{request}: kit {kit_id} asks with the key of kit {owner.kit_id}; give each kit its own")
    certificate = _certificate(asked, office)
    answer = Answer(kit_id, certificate, office.authority, office.recipients)
    path = (folder or request.parent) / f"{kit_id}.answer.json"
    register.enter(office, kit_id, certificate)
    write_file(path, answers.write(answer, office.authority_key))
    return Admitted(kit_id, path, certificate, bool(known))


def _read(request: Path) -> tuple[x509.CertificateSigningRequest, str]:
    try:
        asked = x509.load_pem_x509_csr(request.read_bytes())
        key = asked.public_key()
        names = asked.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    except OSError as error:
        raise IdentityError(f"{request}: cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise IdentityError(f"{request}: no kit's request, or damaged; `rekam identity request` writes one") from error
    if not asked.is_signature_valid or not isinstance(key, ec.EllipticCurvePublicKey):
        raise IdentityError(f"{request}: is not signed by the key it names; have the kit write it again")
    kit_id = str(names[0].value) if len(names) == 1 else ""
    if not isinstance(key.curve, ec.SECP256R1) or not _KIT_ID.fullmatch(kit_id):
        raise IdentityError(f"{request}: names no kit (letters, digits, hyphens) or has no P-256 key")
    return asked, kit_id


def _certificate(asked: x509.CertificateSigningRequest, office: Office) -> x509.Certificate:
    """The kit's certificate, RFC 5280: it signs and does nothing else."""
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(office.authority_key.public_key())
    until = min(datetime.now(UTC) + _VALID, office.authority.not_valid_after_utc)
    builder = x509.CertificateBuilder(
        office.authority.subject, asked.subject, asked.public_key(), x509.random_serial_number()
    )
    return (
        builder.not_valid_before(VALID_FROM)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(asked.public_key()), critical=False)
        .add_extension(issuer, critical=False)
        .sign(office.authority_key, hashes.SHA256())
    )
