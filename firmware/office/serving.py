"""The office's server: HTTPS that takes nobody without a certificate of the office's authority."""

import logging
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from cryptography.hazmat.primitives.serialization import Encoding

from firmware.errors import InputError
from firmware.office import broker
from firmware.office.application import Desk
from firmware.office.keys import Office
from firmware.office.peer import NO_CHECK_TIME, PeerProtocol

_KEEP_ALIVE_S = 120
_FAREWELL_S = 10


@dataclass(frozen=True, slots=True)
class Address:
    """Where the office listens; port 0 is any that is free."""

    host: str = "0.0.0.0"
    port: int = 8443


class OfficeServer(uvicorn.Server):
    """uvicorn that tells when it listens."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[int], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen; `on_ready` gets the port."""
        await super().startup(sockets)
        if self.started:
            self._on_ready(self.servers[0].sockets[0].getsockname()[1])


def server(desk: Desk, address: Address, certificate: Path | None, on_ready: Callable[[int], None]) -> OfficeServer:
    """The server, not yet running: `run()` it in the main thread, which a signal ends. Raises InputError."""
    context = secured(desk.office, certificate or desk.office.folder / broker.FOLDER / broker.SERVER)
    config = uvicorn.Config(
        desk.application(),
        host=address.host,
        port=address.port,
        http=PeerProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_FAREWELL_S,
        ssl_context_factory=lambda config, default: context,
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    return OfficeServer(config, on_ready)


def secured(office: Office, certificate: Path) -> ssl.SSLContext:
    """TLS with the office's certificate, for kits of its authority alone. Raises InputError.

    A kit whose certificate has ended is let in, so that it can be told so, and renew it.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate)
    except (OSError, ssl.SSLError) as error:
        raise InputError(f"{certificate}: cannot be used ({error}); `rekam office broker HOST` makes it") from error
    context.load_verify_locations(cadata=office.authority.public_bytes(Encoding.PEM).decode())
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= NO_CHECK_TIME
    return context
