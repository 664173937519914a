"""Ports `hang://PATH` for pyserial's URL opener: those at PATH, but silent while a file PATH.hangs is there.

A read that then begins does not return before the file is gone, as one in a kernel whose driver hangs; `use` makes the
URL known.
"""

import os
import select
import time
from contextlib import suppress
from pathlib import Path

import serial


def use() -> None:
    """Let pyserial find this module."""
    if (package := __name__.rpartition(".")[0]) not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(package)


class HangingPort(serial.Serial):
    """A real port, until its file says otherwise."""

    def read(self, size: int = 1) -> bytes:
        """Read, or hang."""
        hangs = Path(f"{self.port}.hangs")
        if not hangs.exists():
            return bytes(super().read(size))
        # A number of its own: that of a port which is closed meanwhile may be given to another file
        number = os.dup(self.fileno())
        try:
            while hangs.exists():
                # Whatever still comes is lost
                with suppress(OSError):
                    if select.select([number], [], [], 0.01)[0] and os.read(number, 4096):
                        continue
                time.sleep(0.01)
        finally:
            os.close(number)
        return b""


def serial_class_for_url(url: str) -> tuple[str, type[HangingPort]]:
    """The path and the class of a port, as pyserial asks for them."""
    return url.partition("://")[2], HangingPort
