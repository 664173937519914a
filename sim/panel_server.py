"""Serves the simulated panel on the Unix socket in the world's folder, to its own user alone."""

import contextlib
import socket
import socketserver
import threading
from pathlib import Path

from sim.panel import BUTTONS, Panel
from sim.pin_socket import LineReader, Message, address, encode


class PanelServer:
    """The socket at this path; a context manager, within which kits, watchers and pressers are served."""

    def __init__(self, path: Path, panel: Panel) -> None:
        self._path = path
        with address(path) as name:
            self._server = _Server(name, _Peer)
        path.chmod(0o600)
        self._server.panel = panel
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="panel", daemon=True)

    def __enter__(self) -> "PanelServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._path.unlink(missing_ok=True)
        self._server.shutdown()
        self._server.server_close()
        for peer in list(self._server.peers):
            peer.hang_up()
        self._thread.join()


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    panel: Panel

    def __init__(self, name: str, handler: type["_Peer"]) -> None:
        self.peers: set[_Peer] = set()
        super().__init__(name, handler)


class _Peer(socketserver.BaseRequestHandler):
    """One connection: a kit, a watcher or somebody who presses."""

    server: _Server
    request: socket.socket

    def send(self, message: Message) -> None:
        """Send at once, or hang up on who does not read."""
        try:
            self.request.sendall(encode(message), socket.MSG_DONTWAIT)
        except OSError:
            self.hang_up()

    def hang_up(self) -> None:
        """End the connection."""
        with contextlib.suppress(OSError):
            self.request.shutdown(socket.SHUT_RDWR)

    def handle(self) -> None:
        """Take messages until the other end goes."""
        self.server.peers.add(self)
        reader = LineReader()
        try:
            while data := self.request.recv(4096):
                for message in reader.feed(data):
                    self._take(message)
        except OSError:
            pass
        finally:
            self.server.peers.discard(self)
            self.server.panel.forget(self)

    def _take(self, message: Message) -> None:
        panel = self.server.panel
        match message:
            case {"pin": int(pin), "level": 0 | 1 | None as level}:
                panel.drive(pin, level)
            case {"kit": int()}:
                panel.greet(self)
            case {"watch": True}:
                panel.watch(self)
            case {"plugged": bool(is_in)}:
                panel.plug(is_in=is_in)
                self.send({"plugged": is_in})
            case {"press": str(button), "seconds": int() | float() as seconds} if button in BUTTONS:
                panel.press(button, seconds)
                self.send({"pressed": button})
            case _:
                self.send({"refused": message})
