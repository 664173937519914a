"""Where a broker is, and as whom it is spoken to: a kit by its certificate, anybody by what the options name."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from firmware.config import MqttConfig
from firmware.errors import BrokerError, ConfigError
from firmware.identity import Identity
from firmware.telemetry.tls import BrokerContext, by_system_clock

PLAIN_PORT, TLS_PORT = 1883, 8883


class Role(Enum):
    """Which of a kit's connections it is; the value ends its name at the broker. No kit's id has a dot in it."""

    SUMMARY = ""
    NODE = ".node"


@dataclass(frozen=True, slots=True)
class Access:
    """One broker and one client of it. context: TLS, None without. login: user name and password, None without.

    keepalive_s: a client that vanishes is told lost one and a half of it later, MQTT 3.1.1, section 3.1.2.10.
    Raises ConfigError for a host that is no name.
    """

    host: str
    port: int
    client_id: str
    context: BrokerContext | None = None
    login: tuple[str, str] | None = None
    keepalive_s: int = 60

    def __post_init__(self) -> None:
        try:
            self.host.encode("idna")
        except UnicodeError as error:
            raise ConfigError(f"{self.host!r} is no host name; write the broker's name or address") from error

    @property
    def address(self) -> str:
        """As a person writes it."""
        return f"{self.host}:{self.port}"


def of_kit(
    mqtt: MqttConfig,
    kit_id: str,
    identity: Identity | None,
    earliest: Callable[[], datetime],
    role: Role = Role.SUMMARY,
) -> Access | None:
    """How a kit reaches its broker; None where the broker asks for a certificate and the office gave none yet.

    earliest: the earliest moment that it can be now. Raises BrokerError for a file that cannot be used.
    """
    login = (mqtt.user, _password(mqtt.password_file)) if mqtt.user and mqtt.password_file else None
    keepalive_s = _keepalive_s(mqtt, role)
    if not mqtt.tls:
        return Access(mqtt.host, mqtt.port, f"rekam-{kit_id}{role.value}", login=login, keepalive_s=keepalive_s)
    is_admitted = identity is not None and identity.certificate is not None
    if not is_admitted and not (mqtt.ca and login):
        return None
    context, name = BrokerContext(earliest), f"rekam-{kit_id}{role.value}"
    if identity and identity.certificate:
        context.speak_as(_pem(identity))
        name = _client_id(kit_id, role, identity)
    if mqtt.ca:
        _believe(context, mqtt.ca)
    elif identity and identity.authority:
        context.believe(identity.authority.public_bytes(Encoding.PEM))
    return Access(mqtt.host, mqtt.port, name, context, login, keepalive_s)


def of_options(
    address: str,
    client: str,
    authority: Path | None = None,
    certificate: Path | None = None,
    login: tuple[str, Path] | None = None,
) -> Access:
    """How a reader reaches a broker: HOST:PORT, plain MQTT without an authority. Raises ConfigError, BrokerError.

    certificate: a file with the reader's key and certificate. login: a user name, and a file with the password.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ConfigError(f"--broker {address}: is no address; write HOST:PORT, such as localhost:{PLAIN_PORT}")
    if authority is None and (certificate or login):
        raise ConfigError("--ca is missing: certificates and passwords go over TLS only; name the broker's authority")
    context = None
    if authority:
        context = BrokerContext(by_system_clock)
        _believe(context, authority)
        if certificate:
            try:
                context.speak_as(_read(certificate))
            except BrokerError as error:
                raise BrokerError(f"{certificate}: {error}") from error
    words = (login[0], _password(login[1])) if login else None
    return Access(host.strip("[]"), int(port), f"{client}-{secrets.token_hex(8)}", context, words)


def _believe(context: BrokerContext, path: Path) -> None:
    try:
        context.believe(_read(path))
    except BrokerError as error:
        raise BrokerError(f"{path}: {error}") from error


def _password(path: Path) -> str:
    try:
        return _read(path).decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise BrokerError(f"{path}: the broker's password is no text in UTF-8") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BrokerError(f"{path}: cannot be read ({error.strerror}); check its place and its owner") from error


def _pem(identity: Identity) -> bytes:
    key = identity.signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return key + identity.signer.certificate.public_bytes(Encoding.PEM)


def _keepalive_s(mqtt: MqttConfig, role: Role) -> int:
    """A sign of life costs a thin link 200 bytes: two connections are to cost hardly more of them than one."""
    if role is Role.NODE:
        return 240
    return 120 if mqtt.sparkplug else 60


def _client_id(kit_id: str, role: Role, identity: Identity) -> str:
    """The same at each start, and nobody else's: who knows it can end the kit's connection, whoever he is.

    At the same id a broker ends the older connection (MQTT 3.1.1, section 3.1.4, statement 2). So a kit that starts
    anew has its own last will told at once, before its word, and no thief of another kit's key can do that to it.
    """
    key = identity.signer.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    secret = hashlib.sha256(b"rekam mqtt client id" + role.value.encode() + key).hexdigest()[:32]
    return f"rekam-{kit_id}{role.value}-{secret}"
