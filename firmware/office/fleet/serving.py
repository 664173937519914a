"""The server of the fleet's page: plain HTTP, for this machine alone unless told otherwise."""

import ipaddress
import logging
from collections.abc import Callable

import uvicorn

from firmware.errors import ConfigError
from firmware.office.fleet.application import Pages
from firmware.office.fleet.board import Board
from firmware.office.serving import Address, OfficeServer

_FAREWELL_S = 3


def server(board: Board, address: Address, on_ready: Callable[[int], None]) -> OfficeServer:
    """The server, not yet running: `run()` it in the main thread, which a signal ends."""
    serving: list[OfficeServer] = []
    pages = Pages(board, lambda: any(one.should_exit for one in serving))
    config = uvicorn.Config(
        pages.application(),
        host=address.host,
        port=address.port,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_FAREWELL_S,
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    serving.append(OfficeServer(config, on_ready))
    return serving[0]


def address(text: str) -> Address:
    """HOST:PORT. Raises ConfigError."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ConfigError(f"--listen {text}: is no address; write HOST:PORT, such as 127.0.0.1:8080")
    return Address(host.strip("[]"), int(port))


def is_private(host: str) -> bool:
    """Whether nobody but this machine reaches a host's address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
