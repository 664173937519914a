"""The line to the office: HTTPS with the kit's certificate, one connection for many requests."""

import contextlib
import http.client
import json
import os
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding

from firmware.errors import DeliveryInterrupted, DeliveryRefused, OfficeForeign
from firmware.identity_folder import IdentityFolder
from firmware.uplink.pacing import Pace

# More would hide a slow link: what the kernel holds looks sent, is lost with the link, and outlasts every timeout
_BUFFER = 16 << 10
# Each is a TLS record of its own: what a link drops in the midst of one is lost whole
_PIECE = 2 << 10
_NO_CHECK_TIME = 0x200000
_ALERTS = ("alert unknown ca", "alert bad certificate", "alert certificate", "certificate required")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said; header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def refusal(self) -> tuple[str, str]:
        """The office's code and words, or what a stranger's answer comes to."""
        with contextlib.suppress(ValueError, TypeError, KeyError):
            told = json.loads(self.content)
            return str(told["error"]), str(told["words"])
        return f"http_{self.status}", http.client.responses.get(self.status, "no answer that this software knows")


@dataclass(slots=True)
class Counted:
    """What was sent: connections made, and bytes of bodies."""

    connections: int = 0
    body_bytes: int = 0


@dataclass
class Line:
    """Requests to one server, one after another, until `close`. `pace` holds back what is sent.

    Raises DeliveryInterrupted where trying again may help, DeliveryRefused where the office does not let this kit in.
    """

    url: str
    context: ssl.SSLContext
    timeout_s: float = 60.0
    pace: Pace = field(default_factory=lambda: Pace(0))
    counted: Counted = field(default_factory=Counted)
    _connection: http.client.HTTPSConnection | None = None

    def close(self) -> None:
        """Hang up; the next request calls again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        on_sent: Callable[[int], None] = lambda size: None,
    ) -> Answer:
        """One request; `on_sent` is called with how much of the body went out."""
        try:
            connection = self._connection or self._connect()
            connection.putrequest(method, path)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                connection.putheader(name, value)
            connection.endheaders()
            for start in range(0, len(body), _PIECE):
                piece = body[start : start + _PIECE]
                self.pace.take(len(piece))
                connection.send(piece)
                self.counted.body_bytes += len(piece)
                on_sent(start + len(piece))
            with connection.getresponse() as answer:
                told = {name.lower(): value for name, value in answer.getheaders()}
                found = Answer(answer.status, told, answer.read())
            if answer.will_close:
                self.close()
            return found
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise _named(self.url, error) from error

    def _connect(self) -> http.client.HTTPSConnection:
        where = urlsplit(self.url)
        host, port = where.hostname or "", where.port or 443
        connection = http.client.HTTPSConnection(host, port, timeout=self.timeout_s, context=self.context)
        plain = _called(host, port, self.timeout_s)
        try:
            connection.sock = self.context.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise
        self._connection = connection
        self.counted.connections += 1
        return connection


def trusting(folder: IdentityFolder, authority: str | None = None, *, ignore_dates: bool = False) -> ssl.SSLContext:
    """TLS as this kit, to a server of its office's authority, or of another one (PEM).

    Raises DeliveryRefused, IdentityError.

    ignore_dates: for a kit whose clock is wrong, so that it can't tell which certificates hold.
    """
    answer = folder.answer()
    if answer is None:
        raise DeliveryRefused("unknown_kit", "this kit was not admitted yet: `rekam identity request`")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = _Socket
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ignore_dates:
        context.verify_flags |= _NO_CHECK_TIME
    try:
        context.load_verify_locations(cadata=authority or answer.authority.public_bytes(Encoding.PEM).decode())
        # OpenSSL reads it from a file only: one in memory, nothing is written to the card
        with contextlib.closing(_Memory(answer.certificate.public_bytes(Encoding.PEM))) as certificate:
            context.load_cert_chain(certificate.path, folder.key_path)
    except (OSError, ssl.SSLError) as error:
        raise DeliveryRefused("no_certificate", f"key or certificates cannot be used ({error})") from error
    return context


class _Socket(ssl.SSLSocket):
    """Closed with its last reference: Python leaves one open that was reset before it was wrapped."""

    def __del__(self) -> None:
        self.close()


class _Memory:
    """A file in memory, with a path as long as it is open."""

    def __init__(self, content: bytes) -> None:
        self._file = os.memfd_create("rekam-certificate")
        os.write(self._file, content)
        self.path = f"/proc/self/fd/{self._file}"

    def close(self) -> None:
        os.close(self._file)


def _called(host: str, port: int, timeout_s: float) -> socket.socket:
    """A connection with small buffers, to the first of a name's addresses that answers."""
    until = time.monotonic() + timeout_s
    failed: OSError = OSError(f"{host}: has no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        line = socket.socket(family, kind, protocol)
        try:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.settimeout(max(1.0, until - time.monotonic()))
            line.connect(address)
            line.settimeout(timeout_s)
            return line
        except OSError as error:
            line.close()
            failed = error
    raise failed


def _named(url: str, error: Exception) -> Exception:
    if isinstance(error, ssl.SSLCertVerificationError):
        words = f"{url}: who answers is not the office ({error.verify_message}); a network may ask for a log-in first"
        return OfficeForeign(words)
    if (
        isinstance(error, ssl.SSLError)
        and "alert" in str(error).lower()
        and any(a in str(error).lower() for a in _ALERTS)
    ):
        words = f"the office at {url} does not take this kit's certificate; have it admitted: `rekam identity request`"
        return DeliveryRefused("unknown_kit", words)
    if isinstance(error, TimeoutError):
        return DeliveryInterrupted(f"{url}: nothing comes through; the link may hang")
    words = str(error) or type(error).__name__
    return DeliveryInterrupted(f"{url}: cannot be reached, or the link was lost ({words})")
