"""A road between a kit and its broker that can be blocked without a word."""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self


class Road:
    """Carries bytes between a kit and its broker, until it is blocked: then nobody hears anything, nor learns of it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self.is_blocked = False
        self.carried = 0
        self._ends: list[socket.socket] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for end in (self._door, *self._ends):
            end.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                kit, _ = self._door.accept()
                broker = socket.create_connection(("127.0.0.1", self._port))
                self._ends += (kit, broker)
                for source, target in ((kit, broker), (broker, kit)):
                    threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while content := source.recv(4096):
                self.carried += len(content)
                if not self.is_blocked:
                    target.sendall(content)
            target.shutdown(socket.SHUT_RDWR)
