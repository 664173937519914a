"""A far end on a real pty that answers by a script: for what no sensor of the simulated family does by itself."""

import os
import select
import termios
import threading
import tty
from collections.abc import Callable
from types import TracebackType
from typing import Self

from firmware.drivers.fingerprint_protocol import Decoder, Identifier, Packet

SPEEDS = {termios.B9600: 9600, termios.B19200: 19200, termios.B38400: 38400, termios.B57600: 57600}
SPEEDS |= {termios.B115200: 115200}

Script = Callable[["ScriptedSensor", bytes], bytes]


def acknowledge(code: int, parameters: bytes = b"") -> bytes:
    """The bytes of an answer."""
    return Packet(Identifier.ACKNOWLEDGE, bytes([code]) + parameters).encode()


def upload(image: bytes, size: int = 128) -> list[bytes]:
    """The data packets of an image, the last one an end of data."""
    parts = [image[start : start + size] for start in range(0, len(image), size)]
    kinds = [Identifier.DATA] * (len(parts) - 1) + [Identifier.END_OF_DATA]
    return [Packet(kind, part).encode() for kind, part in zip(kinds, parts, strict=True)]


class ScriptedSensor:
    """Hands the content of each command that arrives at its own speed to the script and sends what that returns."""

    def __init__(self, script: Script, baud_rate: int = 57600) -> None:
        self.script = script
        self.baud_rate = baud_rate
        self.commands: list[bytes] = []
        self._near, self._far = os.openpty()
        tty.setraw(self._far)
        self.port = os.ttyname(self._far)
        self._unplugged = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unplug()
        self._thread.join()

    @property
    def host_baud_rate(self) -> int:
        """The speed to which the host has set the line."""
        return SPEEDS.get(termios.tcgetattr(self._far)[4], 0)

    def unplug(self) -> None:
        """The cable comes off, at once or after what the script returns; both ends of the port are gone then."""
        self._unplugged.set()

    def _run(self) -> None:
        decoder = Decoder()
        while not self._unplugged.is_set():
            if not select.select([self._near], [], [], 0.01)[0]:
                continue
            data = os.read(self._near, 4096)
            if self.host_baud_rate != self.baud_rate:
                continue
            for packet in decoder.feed(data):
                self.commands.append(packet.content)
                self.send(self.script(self, packet.content))
        os.close(self._far)
        os.close(self._near)

    def send(self, data: bytes) -> None:
        """Send at once."""
        while data and not self._unplugged.is_set():
            if select.select([], [self._near], [], 0.01)[1]:
                data = data[os.write(self._near, data[:1024]) :]
