"""The certificates of the office's own MQTT broker: kits know it by the same authority that admitted them.

::

    broker/server.pem   the broker's key and certificate
    broker/reader.pem   those of whoever reads all kits' statuses at the office

Key and certificate are one file: after a power cut no key lies beside the certificate of another.
"""

import ipaddress
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from firmware.durable import write_file
from firmware.errors import InputError
from firmware.office.keys import VALID_FROM, Office

FOLDER = "broker"
SERVER = "server.pem"
READER = "reader.pem"
READER_NAME = "rekam.office"
"""The reader's name at the broker; no kit can have it, as no kit's name has a dot."""
VALID = timedelta(days=2 * 366)


def certify(office: Office, hosts: Sequence[str], valid: timedelta = VALID) -> tuple[Path, Path]:
    """Make both certificates, or make them anew; gives their files.

    hosts: the names and addresses under which kits reach the broker. They hold from now on, but not longer than the
    authority's own. Raises InputError.
    """
    names = x509.SubjectAlternativeName(list(map(_host, hosts)))
    made = (
        (SERVER, "rekam.broker", ExtendedKeyUsageOID.SERVER_AUTH, names),
        (READER, READER_NAME, ExtendedKeyUsageOID.CLIENT_AUTH, None),
    )
    for file, name, usage, alternative in made:
        write_file(office.folder / FOLDER / file, _key_and_certificate(office, name, usage, alternative, valid), 0o600)
    return office.folder / FOLDER / SERVER, office.folder / FOLDER / READER


def certificates(office: Office) -> dict[str, x509.Certificate]:
    """Those that were made, by the names of their files without ending. Raises InputError."""
    found = {}
    for path in sorted((office.folder / FOLDER).glob("*.pem")):
        try:
            found[path.stem] = x509.load_pem_x509_certificate(path.read_bytes())
        except (OSError, ValueError) as error:
            raise InputError(f"{path}: cannot be read ({error}); `rekam office broker HOST` makes it anew") from error
    return found


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return x509.DNSName(host.encode("idna").decode("ascii"))
    except (UnicodeError, ValueError) as error:
        raise InputError(f"{host}: is no host name; write a name or an address") from error


def _key_and_certificate(
    office: Office,
    name: str,
    usage: ObjectIdentifier,
    alternative: x509.SubjectAlternativeName | None,
    valid: timedelta,
) -> bytes:
    """PEM of both, RFC 5280."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signs = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(office.authority_key.public_key())
    until = min(datetime.now(UTC) + valid, office.authority.not_valid_after_utc)
    number = x509.random_serial_number()
    builder = (
        x509.CertificateBuilder(office.authority.subject, subject, key.public_key(), number)
        .not_valid_before(VALID_FROM)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(signs, critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(issuer, critical=False)
    )
    if alternative is not None:
        builder = builder.add_extension(alternative, critical=False)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem + builder.sign(office.authority_key, hashes.SHA256()).public_bytes(Encoding.PEM)
