"""Which board this is, as far as it can be told; docs/identity.md says what that is worth."""

import hashlib
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

ROOT = Path("/")


class Anchor(Enum):
    """What tells one board from another, the strongest first."""

    SERIAL_NUMBER = "serial_number"
    PRODUCT_UUID = "product_uuid"
    MACHINE_ID = "machine_id"


Board = Mapping[Anchor, str]
"""The digest of each anchor that a board tells: a machine id is not to be passed on as it is (machine-id(5))."""

# A service that systemd shows no /proc but its own still sees /sys
_PLACES: Mapping[Anchor, tuple[str, ...]] = {
    Anchor.SERIAL_NUMBER: ("proc/device-tree/serial-number", "sys/firmware/devicetree/base/serial-number"),
    Anchor.PRODUCT_UUID: ("sys/class/dmi/id/product_uuid",),
    Anchor.MACHINE_ID: ("etc/machine-id",),
}
# Boards whose makers left the number as it was in the firmware they were given
_NOBODYS = {"03000200-0400-0500-0006-000700080009", "12345678-1234-5678-90ab-cddeefaabbcc"}


def read(root: Path | None = None) -> Board:
    """What this board tells of itself; `root` is where its file system begins. Empty where it tells nothing."""
    told = {anchor: _value(root or ROOT, places) for anchor, places in _PLACES.items()}
    return {anchor: _digest(anchor, value) for anchor, value in told.items() if value}


def differ(one: Board, other: Board) -> bool:
    """Whether these are surely two boards: the strongest anchor that both tell decides, and nothing in common, no."""
    common = next((anchor for anchor in Anchor if anchor in one and anchor in other), None)
    return common is not None and one[common] != other[common]


def _value(root: Path, places: tuple[str, ...]) -> str:
    for place in places:
        try:
            value = (root / place).read_bytes().decode("ascii").strip("\0\n ").lower()
        except (OSError, ValueError):
            continue
        # All zeros, or all ones, is what a board says that was never given a number; so is a word
        if len(set(value) - {"-"}) > 1 and value not in _NOBODYS and value != "uninitialized":
            return value
    return ""


def _digest(anchor: Anchor, value: str) -> str:
    return hashlib.sha256(f"rekam board\0{anchor.value}\0{value}".encode()).hexdigest()
