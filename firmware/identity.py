"""The kit's identity: its key, made on the kit, with what the office answered to it."""

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

from firmware.durable import write_file
from firmware.errors import IdentityError, InputError
from firmware.records import answers
from firmware.records.answers import Answer
from firmware.records.sealing import Signer

_KEY = "kit.key"
_ANSWER = "answer.json"
_FOLDER = "identity"
_BEFORE_ANY_CLOCK = datetime(2000, 1, 1, tzinfo=UTC)
_AFTER_ANY_CLOCK = datetime(2099, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Identity:
    """A kit's signer, and from the office's answer its certificate, the age recipients and the kit's id as admitted."""

    folder: Path
    signer: Signer
    recipients: tuple[str, ...] = ()
    certificate: x509.Certificate | None = None
    authority_fingerprint: str = ""
    kit_id: str = ""

    @classmethod
    def load_or_create(cls, data: Path) -> "Identity":
        """Read the identity in `data`/identity, or make its key at first need. Raises IdentityError."""
        folder, key = data / _FOLDER, _key(data)
        answer = _load_answer(folder)
        if answer is None:
            return cls(folder, Signer(key, _self_signed(key)))
        if not _same_key(key, answer.certificate):
            raise IdentityError(
                f"{folder / _ANSWER}: belongs to another key than {_KEY}; restore the key, or remove the answer, "
                "write a new request and have it admitted with --replace"
            )
        return _admitted(folder, key, answer)


def write_request(data: Path, kit_id: str, folder: Path) -> Path:
    """Write the kit's request for the office, `KITID.request.pem`: a PKCS #10 request that names the kit.

    Gives its path. Raises IdentityError.
    """
    key = _key(data)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, kit_id)])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    path = folder / f"{kit_id}.request.pem"
    try:
        write_file(path, request.public_bytes(Encoding.PEM))
    except InputError as error:
        raise IdentityError(f"{error}; choose another folder") from error
    return path


def accept_answer(data: Path, kit_id: str, path: Path, *, replace: bool = False) -> Identity:
    """Take the office's answer: it must be for this key and kit, and whole. Raises IdentityError.

    An answer of another office than the last one's is taken with `replace` only.
    """
    folder, key = data / _FOLDER, _key(data)
    try:
        content = path.read_bytes()
        answer = answers.parse(content)
    except OSError as error:
        raise IdentityError(f"{path}: cannot be read ({error.strerror})") from error
    except IdentityError as error:
        raise IdentityError(f"{path}: {error}") from error
    if answer.kit_id != kit_id:
        raise IdentityError(f"{path}: is for kit {answer.kit_id}, this is kit {kit_id}; take this kit's own answer")
    if not _same_key(key, answer.certificate):
        raise IdentityError(f"{path}: answers to another key than this kit's; write a new request and have it admitted")
    last = _last_answer(folder)
    if last is not None and last.authority != answer.authority and not replace:
        raise IdentityError(
            f"{path}: comes from another office ({answers.fingerprint(answer.authority)}) than this kit's "
            f"({answers.fingerprint(last.authority)}); if that is meant, repeat with --replace"
        )
    try:
        write_file(folder / _ANSWER, content)
    except InputError as error:
        raise IdentityError(f"{error}; the kit keeps what it had") from error
    return _admitted(folder, key, answer)


def _admitted(folder: Path, key: ec.EllipticCurvePrivateKey, answer: Answer) -> Identity:
    signer = Signer(key, answer.certificate)
    fingerprint = answers.fingerprint(answer.authority)
    return Identity(folder, signer, answer.recipients, answer.certificate, fingerprint, answer.kit_id)


def _key(data: Path) -> ec.EllipticCurvePrivateKey:
    path = data / _FOLDER / _KEY
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make_key(path.parent)
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, InputError) as error:
        raise IdentityError(f"{path}: cannot be used ({error}); check the disk and its owner") from error
    except (ValueError, TypeError) as error:
        raise IdentityError(_spoiled(path)) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise IdentityError(_spoiled(path))
    return key


def _make_key(folder: Path) -> None:
    if (folder / _ANSWER).exists():
        raise IdentityError(
            f"{folder / _KEY}: is missing though the office knows this kit; restore it from a backup, or remove "
            f"{folder / _ANSWER}, write a new request and have it admitted with --replace"
        )
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with contextlib.suppress(FileExistsError):  # another process was first: its key is the kit's
        write_file(folder / _KEY, pem, mode=0o600, exclusive=True)


def _spoiled(path: Path) -> str:
    return (
        f"{path}: is damaged or no P-256 key; restore it from a backup, or remove {path.parent}, "
        "write a new request and have it admitted with --replace"
    )


def _load_answer(folder: Path) -> Answer | None:
    path = folder / _ANSWER
    if not path.exists():
        return None
    try:
        return answers.parse(path.read_bytes())
    except OSError as error:
        raise IdentityError(f"{path}: cannot be read ({error.strerror}); check the disk and its owner") from error
    except IdentityError as error:
        raise IdentityError(f"{path}: {error}; then give it to `rekam identity accept` again") from error


def _last_answer(folder: Path) -> Answer | None:
    """The answer that a new one takes the place of; a damaged one must not keep the new one out."""
    try:
        return _load_answer(folder)
    except IdentityError:
        return None


def _same_key(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bool:
    return key.public_key() == certificate.public_key()


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """A certificate of the key by itself, for the time before the office admits it; never stored."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Rekam kit before its admission")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    return builder.not_valid_before(_BEFORE_ANY_CLOCK).not_valid_after(_AFTER_ANY_CLOCK).sign(key, hashes.SHA256())
