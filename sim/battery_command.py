"""The command `python -m sim battery`: the level of a world's battery, set while the world runs."""

from pathlib import Path
from typing import Annotated

import typer

from sim.errors import SimulationError
from sim.i2c import SMBus
from sim.world import I2C


def battery(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="the folder of a world that runs")],
    charge: Annotated[float, typer.Argument(min=0, max=100, metavar="PERCENT", help="how full it is")],
    rate: Annotated[float, typer.Option(min=-400, max=400, help="percent an hour; below 0 it empties")] = -10.0,
) -> None:
    """Set the battery of a running world to a level, from which it empties or fills."""
    try:
        set_battery(folder, charge, rate)
    except SimulationError as error:
        typer.echo(f"sim battery: {error}", err=True)
        raise typer.Exit(1) from error


def set_battery(folder: Path, charge: float, rate: float) -> None:
    """Do that. Raises SimulationError where no world runs."""
    bus = SMBus()
    try:
        bus.open(str(folder / I2C))
        bus.ask({"battery": {"charge": charge, "rate": rate}})
    except OSError as error:
        raise SimulationError(f"{folder}: no world runs here ({error.strerror or error}); start one first") from error
    finally:
        bus.close()
