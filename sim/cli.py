"""The verb `rekam sim` and the command `python -m sim`."""

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from sim.errors import SimulationError
from sim.profiles import PROFILES

_LOOK_S = 0.5


def sim(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="the world's folder; its kit.toml appears there last")],
    fingers: Annotated[Path | None, typer.Option(help="real prints, PNG files named FINGER_IMPRESSION.png")] = None,
    hold: Annotated[bool, typer.Option("--hold", help="leave a finger on the glass for any client")] = False,
    pace: Annotated[float, typer.Option(min=0, max=10, help="how slow the wire is: 1 as a real one, 0 at once")] = 1.0,
    faults: Annotated[Path | None, typer.Option(help="what shall go wrong, a TOML file")] = None,
    sensor: Annotated[str, typer.Option(help=f"the sensor's model: {', '.join(PROFILES)}")] = "zfm20",
    seed: Annotated[int, typer.Option(min=0, help="which person has the grown fingers")] = 0,
    broker: Annotated[str, typer.Option(metavar="HOST:PORT", help="use this broker, start none")] = "",
) -> None:
    """Start a simulated world and keep it up until it is interrupted."""
    # The firmware's other verbs load this module too: they shall not wait for what a world needs
    from sim.world import WorldOptions, run

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        options = WorldOptions(folder, fingers, hold, pace, faults, _model(sensor), seed, _address(broker))
        with run(options) as world:
            typer.echo(f"The simulated world is up: {world.kit}")
            typer.echo(f"Its panel: export {world.pins}")
            while not stop.wait(_LOOK_S):
                if not world.is_whole:
                    raise SimulationError("the broker or the sensor has ended by itself; start the world again")
    except SimulationError as error:
        typer.echo(f"rekam sim: {error}", err=True)
        raise typer.Exit(1) from error


def _model(name: str) -> str:
    if name not in PROFILES:
        raise SimulationError(f"--sensor {name}: no such model; use one of {', '.join(PROFILES)}")
    return name


def _address(text: str) -> tuple[str, int] | None:
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise SimulationError(f"--broker {text}: not an address; write HOST:PORT, such as localhost:1883")
    return host, int(port)
