"""Serves the camera of a world behind a Unix socket: the resident, before the cloth that the kit asks for.

A line `{"shot": [width, height]}`, zeros for the camera's own, is answered by `{"shape": [h, w, 3]}` and the picture's
bytes, RGB; `{"plugged": false}` pulls its cable, and a shot is then answered by `{"errno": ...}`.
"""

import errno
import json
import socketserver
import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.bench_camera import BACKDROPS, drawn
from sim.i2c import short
from sim.people import Ears

FIRST = "blue"
"""The cloth that hangs there before any is asked for."""


class CameraLine:
    """The camera at `path`, before the resident `seed`; a context manager, within which it is alive.

    announcements: who helps at the camera hears there which cloth the kit asks for, and hangs it.
    """

    def __init__(self, path: Path, seed: int, announcements: Path | None = None) -> None:
        self._path = path
        self._seed = seed
        self._ears = Ears(announcements)
        self._cloth = FIRST
        self._shots = 0
        self._is_plugged = True
        self._turn = threading.Lock()
        path.unlink(missing_ok=True)
        with short(path) as address:
            self._server = _Server(address, _handler(self))
        path.chmod(0o600)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="camera", daemon=True)

    def __enter__(self) -> "CameraLine":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._path.unlink(missing_ok=True)

    @property
    def is_alive(self) -> bool:
        """Whether the camera is still served."""
        return self._thread.is_alive()

    def answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """What comes of one request, and the bytes that follow it; one picture at a time is drawn."""
        with self._turn:
            if "plugged" in request:
                self._is_plugged = bool(request["plugged"])
                return {"plugged": self._is_plugged}, b""
            if not self._is_plugged:
                return {"errno": errno.ENODEV}, b""
            width, height = request["shot"]
            pixels = self._picture(int(width), int(height))
            return {"shape": pixels.shape}, pixels.tobytes()

    def _picture(self, width: int, height: int) -> NDArray[np.uint8]:
        for line in self._ears.listen():
            if "look" in line and line.get("backdrop") in BACKDROPS:
                self._cloth = str(line["backdrop"])
        self._shots += 1
        return drawn(self._seed, self._cloth, width, height, self._shots)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False


def _handler(line: CameraLine) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            try:
                for request in self.rfile:
                    head, picture = line.answer(json.loads(request))
                    self.wfile.write(json.dumps(head).encode() + b"\n" + picture)
            except (OSError, ValueError, TypeError, KeyError):
                # The kit went away, or speaks something else: either way this conversation is over
                return

    return Handler
