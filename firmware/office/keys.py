"""The office's keys: the age identity that opens packets, and the authority that admits kits.

::

    identity.txt            opens packets; as `age-keygen` writes it
    recovered-identity.txt  opens them too: the backup identity, once it was typed from the recovery sheet
    recipients.txt          the public halves of identity and backup; every kit seals for them
    authority.key           signs kits' certificates, P-256
    authority.pem           the authority's own certificate
    receipts.pem            signs receipts, and does nothing else: key and certificate
    kits/                   the register of admitted kits
"""

import shutil
import tempfile
from collections.abc import Callable
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
from firmware.office import receipt_key
from firmware.records import answers
from firmware.records.sealing import Signer

IDENTITY = "identity.txt"
RECOVERED = "recovered-identity.txt"
RECIPIENTS = "recipients.txt"
AUTHORITY_KEY = "authority.key"
AUTHORITY = "authority.pem"
RECEIPTS = "receipts.pem"
KITS = "kits"

VALID_FROM = datetime(2020, 1, 1, tzinfo=UTC)
"""Of every certificate: long ago, for kits that wake with a wrong clock."""
_AUTHORITY_VALID = timedelta(days=20 * 366)
_SECRET = "AGE-SECRET-KEY-"


@dataclass(frozen=True, slots=True)
class Office:
    """The keys that lie in an office's folder; a machine that only receives needs no `admitting` key."""

    folder: Path
    identities: tuple[pyrage.x25519.Identity, ...]
    recipients: tuple[str, ...]
    admitting: ec.EllipticCurvePrivateKey | None
    authority: x509.Certificate

    @property
    def authority_key(self) -> ec.EllipticCurvePrivateKey:
        """The key that admits kits. Raises SealingError where it is kept elsewhere."""
        if self.admitting is None:
            raise SealingError(f"{self.folder / AUTHORITY_KEY}: is not on this machine; do this where it is kept")
        return self.admitting

    @property
    def identity_files(self) -> tuple[Path, ...]:
        """The files that `age -d -i` takes."""
        return tuple(path for name in (IDENTITY, RECOVERED) if (path := self.folder / name).exists())


def init(folder: Path, on_backup: Callable[[str, str], None] = lambda secret, fingerprint: None) -> Office:
    """Make an office's keys in a new or empty folder, all of them or none. Raises InputError.

    `on_backup` takes the backup identity's secret key, which is kept nowhere else, and the authority's fingerprint;
    where it raises, nothing is made.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputError(f"{folder}: is there and not empty; keys are never overwritten, name a new folder")
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            on_backup(*_make(made))
            made.replace(folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
        sync_folder(folder.parent)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made ({error.strerror})") from error
    return load(folder)


def load(folder: Path) -> Office:
    """Read an office's keys. Raises SealingError.

    Without its everyday identity the recovered one opens what is sealed for this office; beside it, it may be that of
    an office that is no more. The authority's key may be kept elsewhere once the key for receipts was made.
    """
    try:
        everyday, recovered = _read(folder / IDENTITY), _read(folder / RECOVERED)
        recipients = tuple((folder / RECIPIENTS).read_text(encoding="ascii").split())
        only_receives = not (folder / AUTHORITY_KEY).exists() and (folder / RECEIPTS).exists()
        key = None if only_receives else load_pem_private_key((folder / AUTHORITY_KEY).read_bytes(), password=None)
        authority = x509.load_pem_x509_certificate((folder / AUTHORITY).read_bytes())
    except FileNotFoundError as error:
        raise SealingError(f"{error.filename}: is missing; `rekam office init` makes an office's keys") from error
    except OSError as error:
        raise SealingError(f"{error.filename}: cannot be read ({error.strerror})") from error
    except (ValueError, TypeError) as error:
        raise SealingError(f"{folder}: a key is damaged ({error}); restore it from the backup") from error
    is_own = isinstance(key, ec.EllipticCurvePrivateKey) and key.public_key() == authority.public_key()
    if not is_own and not only_receives:
        raise SealingError(f"{folder}: {AUTHORITY_KEY} is not the key of {AUTHORITY}; restore them from the backup")
    own = [str(one.to_public()) in recipients for one in everyday or recovered]
    if not any(own) or (everyday and not all(own)):
        raise SealingError(
            f"{folder}: nothing opens what is sealed for {RECIPIENTS}; restore {IDENTITY} from the backup, or type the "
            "recovery sheet: `rekam office recover`"
        )
    admitting = key if isinstance(key, ec.EllipticCurvePrivateKey) else None
    return Office(folder, (*everyday, *recovered), recipients, admitting, authority)


def receipt_signer(office: Office) -> Signer:
    """The key that signs receipts; an office from before has it made at first need. Raises SealingError, InputError.

    One whose certificate has ended, or that another authority issued, is made anew.
    """
    path = office.folder / RECEIPTS
    signer = receipt_key.read(path)
    if signer is None or not receipt_key.holds(signer.certificate, office.authority):
        receipt_key.make(path, office.authority_key, office.authority)
        signer = receipt_key.read(path)
    if signer is None:
        raise SealingError(f"{path}: was made and is gone; check the disk")
    return signer


def is_sealed_for(folder: Path, secret: str) -> bool:
    """Whether an office's kits seal for whoever has this secret key. Raises SealingError."""
    try:
        recipients = (folder / RECIPIENTS).read_text(encoding="ascii").split()
    except (OSError, ValueError) as error:
        raise SealingError(f"{folder / RECIPIENTS}: cannot be read ({error}); name an office's folder") from error
    return str(pyrage.x25519.Identity.from_str(secret).to_public()) in recipients


def keep_recovered(folder: Path, secret: str) -> Path:
    """Put a backup identity among an office's keys; gives its file. Raises InputError, SealingError."""
    path = folder / RECOVERED
    identities = [*_read(path), pyrage.x25519.Identity.from_str(secret)]
    write_file(path, _identity_file(*{str(one): one for one in identities}.values()), mode=0o600)
    return path


def _make(folder: Path) -> tuple[str, str]:
    """The office's files; gives the backup identity's secret key, and the authority's fingerprint."""
    folder.chmod(0o700)
    (folder / KITS).mkdir()
    identity, backup = (pyrage.x25519.Identity.generate() for _ in range(2))
    write_file(folder / IDENTITY, _identity_file(identity), mode=0o600)
    write_file(folder / RECIPIENTS, "".join(f"{one.to_public()}\n" for one in (identity, backup)).encode())
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    authority = _authority(key)
    write_file(folder / AUTHORITY_KEY, pem, mode=0o600)
    write_file(folder / AUTHORITY, authority.public_bytes(Encoding.PEM))
    receipt_key.make(folder / RECEIPTS, key, authority)
    return str(backup), answers.fingerprint(authority)


def _identity_file(*identities: pyrage.x25519.Identity) -> bytes:
    """Identities as `age-keygen` writes them."""
    return "".join(f"# public key: {one.to_public()}\n{one}\n" for one in identities).encode()


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
    """The identities in a file; none where there is no file."""
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    try:
        return [pyrage.x25519.Identity.from_str(line.strip()) for line in lines if line.startswith(_SECRET)]
    except pyrage.IdentityError as error:
        raise SealingError(f"{path}: is no age identity ({error}); restore it from the backup") from error
