"""The key by which an office signs its receipts, so that the authority's own need not lie where packets arrive."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

from firmware.durable import write_file
from firmware.errors import SealingError
from firmware.records.receipts import ROLE
from firmware.records.sealing import Signer

NAME = "Rekam office receipts"
"""Of its certificate; no kit can have it, as no kit's name has a space."""
VALID = timedelta(days=5 * 366)


def make(path: Path, authority_key: ec.EllipticCurvePrivateKey, authority: x509.Certificate) -> None:
    """Write a new key with its certificate, PEM, in one file: after a power cut no key lies beside another's.

    Raises InputError.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    certificate = _certificate(key.public_key(), authority_key, authority)
    write_file(path, pem + certificate.public_bytes(Encoding.PEM), mode=0o600)


def read(path: Path) -> Signer | None:
    """The key with its certificate; None where there is none. Raises SealingError."""
    try:
        pem = path.read_bytes()
        key, certificate = load_pem_private_key(pem, password=None), x509.load_pem_x509_certificate(pem)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SealingError(f"{path}: cannot be read ({error.strerror}); check its owner") from error
    except (ValueError, TypeError) as error:
        raise SealingError(
            f"{path}: is damaged ({error}); delete it where the authority's key is kept: {_ANEW}"
        ) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise SealingError(f"{path}: the key is not that of the certificate; delete it: {_ANEW}")
    return Signer(key, certificate)


def holds(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Whether this authority issued a certificate, and it has not ended."""
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return datetime.now(UTC) < certificate.not_valid_after_utc


_ANEW = "a new one is made at the next receipt"


def _certificate(
    key: ec.EllipticCurvePublicKey, authority_key: ec.EllipticCurvePrivateKey, authority: x509.Certificate
) -> x509.Certificate:
    """A certificate that signs receipts and nothing else, RFC 5280; it ends not later than the authority's."""
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    return (
        x509.CertificateBuilder(authority.subject, subject, key, x509.random_serial_number())
        .not_valid_before(authority.not_valid_before_utc)
        .not_valid_after(min(datetime.now(UTC) + VALID, authority.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ROLE]), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
