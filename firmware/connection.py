"""The line between the station and those who ask it something: objects of JSON, one a line, over a Unix socket.

The socket lies in the kit's data folder, which is its owner's alone; whoever comes from another user is shown the door.
"""

import contextlib
import io
import json
import logging
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from firmware.errors import ConfigError, SessionError, StationMute

_log = logging.getLogger(__name__)

SOCKET = "station.sock"
DEAF_S = 5.0
"""So long the other end may take nothing, seconds: a stopped client or a lost radio link must not hold up a station."""
_LONGEST = 1 << 20
_LOOK_S = 0.5


class Connection:
    """One end of a line. A line that breaks ends what comes; what is sent then is lost without a word."""

    def __init__(self, line: socket.socket) -> None:
        self._socket = line
        self._turn = threading.Lock()
        seconds, part = divmod(DEAF_S, 1)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(seconds), int(1e6 * part)))

    def limit(self, seconds: float) -> None:
        """Wait no longer than that for the next message: then the line counts as broken."""
        self._socket.settimeout(seconds)

    def send(self, **message: object) -> None:
        """Send an object; where the other end takes nothing for DEAF_S seconds the line breaks."""
        text = json.dumps(message, ensure_ascii=False).encode() + b"\n"
        with self._turn:
            try:
                self._socket.sendall(text)
            except OSError:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def messages(self) -> Iterator[dict[str, Any]]:
        """Objects until the other end goes; a line that is none, or too long, ends them too."""
        text = b""
        while True:
            try:
                more = self._socket.recv(1 << 16)
            except OSError:
                return
            *whole, text = (text + more).split(b"\n")
            for line in whole:
                if (message := _parsed(line)) is None:
                    return
                yield message
            if not more or len(text) > _LONGEST:
                return

    def say_no_more(self) -> None:
        """End what is sent, which the other end sees, and go on hearing."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Hang up; closing twice is no fault."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Listener:
    """Takes those who come to the station of a data folder; the caller owns the kit: an old socket is nobody's.

    Raises ConfigError where the folder takes no socket.
    """

    def __init__(self, data: Path) -> None:
        self._path = data / SOCKET
        self._socket = socket.socket(socket.AF_UNIX)
        self._is_closed = False
        self._socket.settimeout(_LOOK_S)
        try:
            self._path.unlink(missing_ok=True)
            with _short(data) as folder:
                self._socket.bind(f"{folder}/{SOCKET}")
            self._path.chmod(0o600)
        except OSError as error:
            self._socket.close()
            raise ConfigError(f"data: {self._path} cannot be made ({error.strerror}); check the disk") from error
        self._socket.listen()

    def accept(self, alive: Callable[[], None] = lambda: None) -> Connection | None:
        """Wait for the next of our own; None when the listener is closed.

        alive: called twice a second, but not while nobody can be taken, as where no more files may be opened.
        """
        while True:
            try:
                line, _ = self._socket.accept()
            except TimeoutError:
                alive()
                continue
            except OSError as error:
                if self._is_closed:
                    return None
                _log.warning("connection: nobody can be taken (%s)", error)
                time.sleep(_LOOK_S)
                continue
            if _uid(line) in (os.getuid(), 0):
                return Connection(line)
            line.close()

    def close(self) -> None:
        """Take nobody any more."""
        self._is_closed = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._path.unlink(missing_ok=True)


def connect(data: Path) -> Connection | None:
    """The line to the station of this data folder; None where none runs."""
    line = socket.socket(socket.AF_UNIX)
    try:
        with _short(data) as folder:
            line.connect(f"{folder}/{SOCKET}")
    except OSError:
        line.close()
        return None
    return Connection(line)


def ask(data: Path, verb: str, within_s: float) -> Mapping[str, Any] | None:
    """What the station answers to a verb; None where none runs. Raises SessionError, StationMute."""
    line = connect(data)
    if line is None:
        return None
    with line:
        line.limit(within_s)
        line.send(verb=verb, terminal={})
        for message in line.messages():
            if "result" in message:
                return dict(message["result"])
            if "error" in message:
                raise SessionError(str(message["error"]))
    raise StationMute(f"the station runs and has not answered within {within_s:.0f} s")


class Paper(io.TextIOBase):
    """A text file whose words appear at the other end of a line, where they are written in its encoding."""

    def __init__(self, line: Connection, encoding: str) -> None:
        self._line = line
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has a variable, the class a descriptor
        """What the other end can show."""
        return self._encoding

    def write(self, text: str) -> int:
        """Send the text."""
        if text:
            self._line.send(text=text)
        return len(text)

    def writable(self) -> bool:
        """Say yes."""
        return True


@contextlib.contextmanager
def _short(folder: Path) -> Iterator[str]:
    """A short name for a folder: a socket's path has room for 107 bytes only (unix(7))."""
    number = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{number}"
    finally:
        os.close(number)


def _uid(line: socket.socket) -> int:
    credentials = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, uid, _ = struct.unpack("3i", credentials)
    return int(uid)


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None
