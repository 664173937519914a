"""The commands `python -m sim unplug` and `python -m sim plug`: a cable of a running world, pulled and put back."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sim.errors import SimulationError
from sim.pin_socket import LineReader, connect, encode
from sim.world import CAMERA, I2C, PINS


class Device(StrEnum):
    """What has a cable; the fingerprint sensor's is pulled by the fault `unplug`."""

    PANEL = "panel"
    CAMERA = "camera"
    BATTERY = "battery"


_SOCKETS = {Device.PANEL: PINS, Device.CAMERA: CAMERA, Device.BATTERY: I2C}

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="the folder of a world that runs")]
Which = Annotated[Device, typer.Argument(metavar="DEVICE", help="panel, camera, or battery: its gauge's four wires")]


def unplug(folder: Folder, device: Which) -> None:
    """Pull the cable of a device of a running world."""
    _run("unplug", folder, device, is_in=False)


def plug(folder: Folder, device: Which) -> None:
    """Put the cable of a device of a running world back."""
    _run("plug", folder, device, is_in=True)


def set_plugged(folder: Path, device: Device, *, is_in: bool) -> None:
    """Do that. Raises SimulationError where no world runs."""
    try:
        with connect(folder / _SOCKETS[device]) as line:
            line.sendall(encode({"plugged": is_in}))
            reader, answers = LineReader(), list[object]()
            while not answers and (data := line.recv(4096)):
                answers += reader.feed(data)
    except OSError as error:
        raise SimulationError(f"{folder}: no world runs here ({error.strerror or error}); start one first") from error
    if answers != [{"plugged": is_in}]:
        raise SimulationError(f"{folder}: the world ended before the {device} was there or gone")


def _run(verb: str, folder: Path, device: Device, *, is_in: bool) -> None:
    try:
        set_plugged(folder, device, is_in=is_in)
    except SimulationError as error:
        typer.echo(f"python -m sim {verb}: {error}", err=True)
        raise typer.Exit(1) from error
