"""The Unix socket between a kit's pins and the simulated panel: lines of JSON, both ways.

A kit sends what it makes of its pins, `{"pin": 22, "level": 1}`, with the level null for an input. The world sends to
which level each contact now ties a pin, `{"pin": 5, "tied": 0}`, null for an open one, and `{"ready": true}` once all
were told. `{"press": "skip", "seconds": 0.1}` presses a button and is answered when it is let go; `{"plugged": false}`
pulls the panel's plug; `{"watch": true}` is followed by a line `{"part": "white", "on": true}` for every part, now and
at each change.
"""

import contextlib
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Message = dict[str, Any]
_LONGEST_LINE = 4096


@contextlib.contextmanager
def address(path: Path) -> Iterator[str]:
    """A short name of this socket, for as long as the context: the kernel takes no path of 108 bytes or more."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def connect(path: Path) -> socket.socket:
    """A connection to the world at this path. Raises OSError while there is none."""
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # A world that takes no more connections is none: never wait for it
        link.setblocking(False)
        with address(path) as name:
            link.connect(name)
        link.setblocking(True)
    except OSError:
        link.close()
        raise
    return link


def encode(message: Message) -> bytes:
    """One line."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


class LineReader:
    """Bytes come in as they arrive, whole messages go out; what is no message is dropped."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are whole now."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[-_LONGEST_LINE:]
        messages = []
        for line in lines:
            with contextlib.suppress(ValueError):
                message = json.loads(line)
                if isinstance(message, dict):
                    messages.append(message)
        return messages
