"""Runs the chips of an I2C bus behind a Unix socket, in a thread of its own."""

import contextlib
import errno
import json
import socketserver
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from sim.battery import Battery
from sim.errors import NeverAnswers
from sim.i2c import short


class Chip(Protocol):
    """What sits on the bus at one address."""

    def read(self, register: int, length: int) -> bytes:
        """Answer a read. Raises OSError where it does not acknowledge."""


class I2cLine:
    """Chips that answer at `path`, a battery that a script sets, wires that it pulls; alive while its context lasts."""

    def __init__(self, path: Path, chips: Mapping[int, Chip], battery: Battery) -> None:
        self._path = path
        self._chips = chips
        self._battery = battery
        self._turn = threading.Lock()
        self._is_plugged = True
        path.unlink(missing_ok=True)
        with short(path) as address:
            self._server = _Server(address, _handler(self))
        path.chmod(0o600)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="I2C bus", daemon=True)

    def __enter__(self) -> "I2cLine":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._path.unlink(missing_ok=True)

    @property
    def is_alive(self) -> bool:
        """Whether the bus still answers."""
        return self._thread.is_alive()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """What comes of one request; masters take turns. Raises NeverAnswers."""
        with self._turn:
            try:
                if "battery" in request:
                    self._battery.set(**request["battery"])
                    return {}
                if "plugged" in request:
                    self._is_plugged = bool(request["plugged"])
                    return {"plugged": self._is_plugged}
                if not self._is_plugged:
                    return {"errno": errno.EREMOTEIO}
                chip = self._chips[request["address"]]
                return {"bytes": list(chip.read(request["register"], request["length"]))}
            except KeyError:
                return {"errno": errno.EREMOTEIO}
            except OSError as error:
                return {"errno": error.errno}


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False


def _handler(line: I2cLine) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            try:
                for request in self.rfile:
                    with contextlib.suppress(NeverAnswers):
                        self.wfile.write(json.dumps(line.answer(json.loads(request))).encode() + b"\n")
            except (OSError, ValueError, TypeError):
                # The master went away, or speaks something else: either way this conversation is over
                return

    return Handler
