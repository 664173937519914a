"""The office's keys: two age identities that open packets, and the authority that admits kits.

::

    identity.txt            opens packets; as `age-keygen` writes it
    backup-identity.txt     opens them too: lock it away, off this machine
    recipients.txt          the public halves of both; every kit seals for them
    authority.key           signs kits' certificates, P-256
    authority.pem           the authority's own certificate
    kits/                   the register of admitted kits
"""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

from firmware.durable import sync_folder, write_file
from firmware.errors import InputError, SealingError

IDENTITY = "identity.txt"
BACKUP_IDENTITY = "backup-identity.txt"
RECIPIENTS = "recipients.txt"
AUTHORITY_KEY = "authority.key"
AUTHORITY = "authority.pem"
KITS = "kits"

VALID_FROM = datetime(2020, 1, 1, tzinfo=UTC)
"""Of every certificate: long ago, for kits that wake with a wrong clock."""
_AUTHORITY_VALID = timedelta(days=20 * 366)
_SECRET = "AGE-SECRET-KEY-"


@dataclass(frozen=True, slots=True)
class Office:
    """The keys that lie in an office's folder."""

    folder: Path
    identities: tuple[pyrage.x25519.Identity, ...]
    recipients: tuple[str, ...]
    authority_key: ec.EllipticCurvePrivateKey
    authority: x509.Certificate

    @property
    def identity_file(self) -> Path:
        """The file that `age -d -i` takes; the backup's where the everyday one is gone."""
        everyday = self.folder / IDENTITY
        return everyday if everyday.exists() else self.folder / BACKUP_IDENTITY


def init(folder: Path) -> Office:
    """Make an office's keys in a new or empty folder, all of them or none. Raises InputError."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(f"{folder}: is there and not empty; keys are never overwritten, name a new folder")
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            _make(made)
            made.replace(folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
        sync_folder(folder.parent)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made ({error.strerror})") from error
    return load(folder)


def load(folder: Path) -> Office:
    """Read an office's keys; the backup identity need not be there. Raises SealingError."""
    try:
        identities = tuple(
            identity
            for name in (IDENTITY, BACKUP_IDENTITY)
            if (folder / name).exists()
            for identity in _read(folder / name)
        )
        recipients = tuple((folder / RECIPIENTS).read_text(encoding="ascii").split())
        key = load_pem_private_key((folder / AUTHORITY_KEY).read_bytes(), password=None)
        authority = x509.load_pem_x509_certificate((folder / AUTHORITY).read_bytes())
    except FileNotFoundError as error:
        raise SealingError(f"{error.filename}: is missing; `rekam office init` makes an office's keys") from error
    except OSError as error:
        raise SealingError(f"{error.filename}: cannot be read ({error.strerror})") from error
    except (ValueError, TypeError) as error:
        raise SealingError(f"{folder}: a key is damaged ({error}); restore it from the backup") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != authority.public_key():
        raise SealingError(f"{folder}: {AUTHORITY_KEY} is not the key of {AUTHORITY}; restore them from the backup")
    if not identities or not {str(identity.to_public()) for identity in identities} <= set(recipients):
        raise SealingError(f"{folder}: nothing opens what is sealed for {RECIPIENTS}; restore it from the backup")
    return Office(folder, identities, recipients, key, authority)


def _make(folder: Path) -> None:
    folder.chmod(0o700)
    (folder / KITS).mkdir()
    recipients = []
    for name in (IDENTITY, BACKUP_IDENTITY):
        identity = pyrage.x25519.Identity.generate()
        recipients.append(str(identity.to_public()))
        write_file(folder / name, f"# public key: {recipients[-1]}\n{identity}\n".encode(), mode=0o600)
    write_file(folder / RECIPIENTS, "".join(f"{text}\n" for text in recipients).encode())
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_file(folder / AUTHORITY_KEY, pem, mode=0o600)
    write_file(folder / AUTHORITY, _authority(key).public_bytes(Encoding.PEM))


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """A certificate authority of its own, RFC 5280: it issues kits' certificates and nothing below them."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Rekam office authority")])
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    return (
        builder.not_valid_before(VALID_FROM)
        .not_valid_after(datetime.now(UTC) + _AUTHORITY_VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _read(path: Path) -> list[pyrage.x25519.Identity]:
    lines = path.read_text(encoding="ascii").splitlines()
    try:
        return [pyrage.x25519.Identity.from_str(line.strip()) for line in lines if line.startswith(_SECRET)]
    except pyrage.IdentityError as error:
        raise SealingError(f"{path}: is no age identity ({error}); restore it from the backup") from error
