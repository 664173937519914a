"""Opens an I2C bus: one of the board's, or one that an entry point of `rekam.i2c` brings."""

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Protocol, cast

from firmware.errors import DeviceAbsent

GROUP = "rekam.i2c"


class Bus(Protocol):
    """What a driver asks of a bus, as smbus2's SMBus has it; every call may raise OSError with the kernel's number."""

    def read_i2c_block_data(self, i2c_addr: int, register: int, length: int, force: bool | None = None) -> list[int]:
        """Read bytes from a register on, in one transaction."""

    def close(self) -> None:
        """Let the bus go."""


def open_bus(bus: int | str) -> Bus:
    """Open a bus by its number (1 is /dev/i2c-1), by its path, or as SCHEME:REST through an entry point.

    Raises OSError as the kernel does, DeviceAbsent for a scheme that nothing brings.
    """
    scheme, has_scheme, rest = str(bus).partition(":")
    if has_scheme and "/" not in scheme:
        found = tuple(entry_points(group=GROUP, name=scheme))
        if not found:
            raise DeviceAbsent("i2c", f"{bus}: nothing installed brings a bus {scheme!r}; write a number such as 1")
        return cast("Callable[[str], Bus]", found[0].load())(rest)
    from smbus2 import SMBus

    opened = SMBus()
    try:
        opened.open(bus)
    except OSError:
        # smbus2 0.6.1 leaves what it opened open when it is no bus
        opened.close()
        raise
    return cast("Bus", opened)
