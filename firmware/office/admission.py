"""A kit's request becomes the office's answer."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from firmware.durable import write_file
from firmware.errors import IdentityError, KitError
from firmware.office import register
from firmware.office.keys import VALID_FROM, Office
from firmware.records import answers
from firmware.records.answers import Answer
from firmware.records.signed_json import UNREADABLE

VALID = timedelta(days=10 * 366)
"""How long a kit's certificate holds from now on where nobody says otherwise; it begins at `VALID_FROM`."""
REQUEST = ".request.pem"
_NO_REQUEST = "no kit's request, or damaged; `rekam identity request` writes one"
_END = b"-----END CERTIFICATE REQUEST-----"
_KIT_ID = re.compile("[A-Za-z0-9-]{1,32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Admitted:
    """What came of a request; renewed: the kit was known, replaced: with another key."""

    kit_id: str
    answer: Path
    certificate: x509.Certificate
    renewed: bool
    replaced: bool


def admit_all(
    paths: Iterable[Path], office: Office, *, folder: Path | None, replace: Collection[str], valid: timedelta
) -> Iterator[Admitted]:
    """Answer every request at these paths, files or folders such as a stick; one that cannot be keeps no other out.

    `replace` names the kits that may come with a new key. Raises IdentityError at the end, naming what was wrong.
    """
    faults = []
    for path in paths:
        found = [path]
        if path.is_dir():
            found = sorted(path.glob(f"[!.]*{REQUEST}"))
            if not found:
                faults.append(f"{path}: no request (*{REQUEST}) is here; `rekam identity request` on a kit writes one")
        for request in found:
            try:
                may_replace = _kit_id(_read(request)[0], request) in replace
                yield admit(request, office, folder=folder, replace=may_replace, valid=valid)
            except KitError as error:
                faults.append(str(error))
    if faults:
        raise IdentityError("\n".join(faults))


def admit(
    request: Path,
    office: Office,
    *,
    folder: Path | None = None,
    replace: bool = False,
    valid: timedelta = VALID,
) -> Admitted:
    """Answer a kit's request with its certificate, the authority and the recipients, and enter it in the register.

    The answer is `KITID.answer.json`, beside the request or in `folder`. A kit that has another key already is refused
    without `replace`; so is a known kit that names a key of its own from before which the office does not know. The
    certificate is `valid` from now on, but not longer than the authority's own. Raises IdentityError, InputError.
    """
    asked, *before = _read(request)
    kit_id = _kit_id(asked, request)
    known = register.admissions(office, kit_id)
    same = any(register.is_key(admission, asked.public_key()) and not admission.replaced_at for admission in known)
    if known and known[-1].revoked_at and not replace:
        raise IdentityError(
            f"{request}: kit {kit_id} was revoked on {known[-1].revoked_at}; if it is back in trusted hands, repeat "
            f"with --replace {kit_id}"
        )
    if known and not same and not replace:
        raise IdentityError(
            f"{request}: kit {kit_id} was admitted with another key on {known[-1].admitted_at}; if its key was "
            f"lost, its board or the kit replaced, repeat with --replace {kit_id}; else find out who sends this"
        )
    former = [one.public_key() for one in before if _is_former(one, kit_id, office, request)]
    if former and known and not replace:
        raise IdentityError(
            f"{request}: kit {kit_id} names a key from before that this office does not know; if its board was "
            f"replaced before it came here, repeat with --replace {kit_id}; else find out who sends this"
        )
    owner = register.find(office, asked.public_key())
    if owner is not None and owner.kit_id != kit_id:
        raise IdentityError(f"{request}: kit {kit_id} asks with the key of kit {owner.kit_id}; give each kit its own")
    certificate = _certificate(asked, office, valid)
    answer = Answer(kit_id, certificate, office.authority, office.recipients)
    path = (folder or request.parent) / f"{kit_id}.answer.json"
    register.enter(office, kit_id, certificate, former)
    write_file(path, answers.write(answer, office.authority_key))
    return Admitted(kit_id, path, certificate, bool(known), bool(known) and not same)


def asks_with(request: Path, kit_id: str, key: object) -> bool:
    """Whether a request is this kit's, made with this key. Raises IdentityError."""
    asked = _read(request)[0]
    return _kit_id(asked, request) == kit_id and asked.public_key() == key


def _read(request: Path) -> list[x509.CertificateSigningRequest]:
    """The request, then one for each key that the kit had before; each is signed by its own key, P-256."""
    try:
        *parts, rest = request.read_bytes().split(_END)
        asked = [x509.load_pem_x509_csr(part + _END) for part in parts]
        keys = [one.public_key() for one in asked]
    except OSError as error:
        raise IdentityError(f"{request}: cannot be read ({error.strerror})") from error
    except UNREADABLE as error:
        raise IdentityError(f"{request}: {_NO_REQUEST}") from error
    if not asked or rest.strip():
        raise IdentityError(f"{request}: {_NO_REQUEST}")
    if not all(one.is_signature_valid for one in asked):
        raise IdentityError(f"{request}: is not signed by the key it names; have the kit write it again")
    if not all(isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1) for key in keys):
        raise IdentityError(f"{request}: has no P-256 key; have the kit write it again")
    return asked


def _kit_id(asked: x509.CertificateSigningRequest, request: Path) -> str:
    names = asked.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    kit_id = str(names[0].value) if len(names) == 1 else ""
    if not _KIT_ID.fullmatch(kit_id):
        raise IdentityError(f"{request}: names no kit (letters, digits, hyphens)")
    return kit_id


def _is_former(one: x509.CertificateSigningRequest, kit_id: str, office: Office, request: Path) -> bool:
    """Whether this key is to be entered as one that the kit had before; False where the office knows it as such."""
    owner = register.find(office, one.public_key())
    if _kit_id(one, request) != kit_id or (owner is not None and owner.kit_id != kit_id):
        raise IdentityError(f"{request}: names a key of another kit as one from before; find out who sends this")
    return owner is None


def _certificate(asked: x509.CertificateSigningRequest, office: Office, valid: timedelta) -> x509.Certificate:
    """The kit's certificate, RFC 5280: it signs and does nothing else."""
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(office.authority_key.public_key())
    until = min(datetime.now(UTC) + valid, office.authority.not_valid_after_utc)
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
