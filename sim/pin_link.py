"""A kit's end of the pins' socket: tells the world what the pins do, and hears what the contacts do.

The world may start later, end or start anew: the link tries on, and tells all pins again to every world that it finds.
Without a world all contacts are open. Nothing here ever waits for the world, but the first greeting for at most
a second, so that a contact that is closed from the start is known before the first pin is asked.
"""

import contextlib
import os
import select
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sim.pin_socket import LineReader, Message, connect, encode

_RETRY_S = 0.1
_GREETING_S = 1.0


class PinLink:
    """The connection and the one thread that calls back.

    on_tied(pin, level): a contact ties this pin to a level, or lets it go (None). next_time(): when `on_time` wants to
    be called, monotonic seconds, or None.
    """

    def __init__(
        self,
        path: Path,
        on_tied: Callable[[int, int | None], None],
        next_time: Callable[[], float | None],
        on_time: Callable[[], None],
    ) -> None:
        self._path = path
        self._on_tied = on_tied
        self._next_time = next_time
        self._on_time = on_time
        self._lock = threading.Lock()
        self._levels: dict[int, int | None] = {}
        self._tied: set[int] = set()
        self._socket: socket.socket | None = None
        self._reader = LineReader()
        self._is_greeted = threading.Event()
        self._is_closing = False
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._run, name="bench pins", daemon=True)
        self._try_to_connect()
        self._thread.start()
        if self._socket is not None:
            self._is_greeted.wait(_GREETING_S)

    def tell(self, pin: int, level: int | None) -> None:
        """What the kit makes of a pin: the level of an output, None for an input."""
        with self._lock:
            self._levels[pin] = level
            self._send({"pin": pin, "level": level})

    def close(self) -> None:
        """End the connection and the thread."""
        if self._is_closing:
            return
        self._is_closing = True
        os.write(self._wake_write, b"\0")
        if threading.current_thread() is not self._thread:
            self._thread.join()
            os.close(self._wake_read)
            os.close(self._wake_write)

    def _send(self, message: Message) -> None:
        """Send, or lose the connection: a world that does not read must not hold up a kit."""
        if self._socket is None:
            return
        try:
            self._socket.sendall(encode(message), socket.MSG_DONTWAIT)
        except OSError:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _run(self) -> None:
        while not self._is_closing:
            if self._socket is None:
                self._try_to_connect()
            self._listen()
        with self._lock:
            self._drop()

    def _try_to_connect(self) -> None:
        try:
            found = connect(self._path)
        except OSError:
            return
        with self._lock:
            self._socket, self._reader = found, LineReader()
            for pin, level in self._levels.items():
                self._send({"pin": pin, "level": level})
            self._send({"kit": os.getpid()})

    def _listen(self) -> None:
        """Wait for the world, a time or the end, whichever comes first, and do what it asks."""
        due = self._next_time()
        limit = None if self._socket is not None else _RETRY_S
        if due is not None:
            until = max(0.0, due - time.monotonic())
            limit = until if limit is None else min(limit, until)
        sources = [self._wake_read] if self._socket is None else [self._wake_read, self._socket.fileno()]
        ready = select.select(sources, [], [], limit)[0]
        if self._socket is not None and self._socket.fileno() in ready:
            self._receive(self._socket)
        self._on_time()

    def _receive(self, link: socket.socket) -> None:
        try:
            data = link.recv(4096)
        except OSError:
            data = b""
        for message in self._reader.feed(data):
            if message.get("ready"):
                self._is_greeted.set()
            pin, level = message.get("pin"), message.get("tied")
            if isinstance(pin, int) and level in (0, 1, None):
                self._tied.add(pin)
                self._on_tied(pin, level)
        if not data:
            with self._lock:
                self._drop()
            for pin in self._tied:
                self._on_tied(pin, None)

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
