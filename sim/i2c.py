"""An I2C bus in another process, opened like smbus2's SMBus and reached over a Unix socket.

A request and its answer are a JSON object on a line each: `{"address": 54, "register": 2, "length": 2}` brings
`{"bytes": [208, 0]}`, or `{"errno": 121}` where no chip acknowledges.
"""

import contextlib
import errno
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class SMBus:
    """The bus behind a socket's path, with the signatures of smbus2's class for what it can do.

    A call returns when the bus has answered: smbus2 has no limit of its own either.
    """

    def __init__(self, bus: str | None = None, force: bool = False) -> None:
        self._socket: socket.socket | None = None
        if bus is not None:
            self.open(bus)

    def open(self, bus: str) -> None:
        """Connect to the world that owns the chips. Raises OSError as the kernel does."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with short(Path(bus)) as address:
                connection.connect(address)
        except BaseException:
            connection.close()
            raise
        self._socket = connection

    def close(self) -> None:
        """Disconnect."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def read_i2c_block_data(self, i2c_addr: int, register: int, length: int, force: bool | None = None) -> list[int]:
        """Read bytes from a register on. Raises OSError."""
        answer = self.ask({"address": i2c_addr, "register": register, "length": length})
        return [int(byte) for byte in answer["bytes"]]

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request and wait for its answer. Raises OSError, by the chip's number where it refuses."""
        if self._socket is None:
            raise OSError(errno.EBADF, "the bus is closed")
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        line = bytearray()
        while not line.endswith(b"\n"):
            if not (piece := self._socket.recv(4096)):
                raise OSError(errno.EIO, "the world has gone")
            line += piece
        answer: dict[str, Any] = json.loads(line)
        if "errno" in answer:
            raise OSError(answer["errno"], os.strerror(answer["errno"]))
        return answer


@contextlib.contextmanager
def short(path: Path) -> Iterator[str]:
    """A name for a socket that fits the 107 characters of its address, however deep its folder lies."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
