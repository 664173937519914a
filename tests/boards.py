"""Boards for the tests: the folder that stands for the root of a board's file system."""

from pathlib import Path

SERIAL = "proc/device-tree/serial-number"
SERIAL_IN_SYS = "sys/firmware/devicetree/base/serial-number"
UUID = "sys/class/dmi/id/product_uuid"
MACHINE_ID = "etc/machine-id"


def board(root: Path, *, serial: str = "", uuid: str = "", machine_id: str = "") -> Path:
    """A root whose files tell this; what is empty has no file. Gives the root."""
    for place, text in ((SERIAL, serial), (SERIAL_IN_SYS, serial), (UUID, uuid), (MACHINE_ID, machine_id)):
        if text:
            path = root / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return root


def pi(root: Path, serial: str, machine_id: str = "5ca1ab1e" * 4) -> Path:
    """A Raspberry Pi's root; two with one machine id are one card in two boards."""
    return board(root, serial=f"{serial}\0", machine_id=f"{machine_id}\n")
