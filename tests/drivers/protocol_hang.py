"""Ports `hang://PATH` for pyserial's URL opener: those at PATH, but for ever silent while a file PATH.hangs is there.

A read that then begins does not return, as one in a kernel whose driver hangs; `use` makes the URL known.
"""

import os
import termios
from pathlib import Path

import serial


def use() -> None:
    """Let pyserial find this module."""
    if (package := __name__.rpartition(".")[0]) not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(package)


class HangingPort(serial.Serial):
    """A real port, until its file says otherwise."""

    def read(self, size: int = 1) -> bytes:
        """Read, or never come back."""
        if Path(f"{self.port}.hangs").exists():
            number = self.fileno()
            os.set_blocking(number, True)
            settings = termios.tcgetattr(number)
            settings[6][termios.VMIN] = 1
            termios.tcsetattr(number, termios.TCSANOW, settings)
            # Whatever still comes is lost
            while True:
                os.read(number, 1)
        return bytes(super().read(size))


def serial_class_for_url(url: str) -> tuple[str, type[HangingPort]]:
    """The path and the class of a port, as pyserial asks for them."""
    return url.partition("://")[2], HangingPort
