"""The command `python -m sim network`: a thin link to the office, for trying out."""

import signal
import threading
from typing import Annotated

import typer

from sim.errors import SimulationError

_TELL_S = 10.0


def network(
    office: Annotated[str, typer.Argument(metavar="HOST:PORT", help="where the office listens")],
    listen: Annotated[int, typer.Option(min=0, max=65535, help="the port here; 0 for any that is free")] = 0,
    rate: Annotated[float, typer.Option(min=0, help="kbit/s each way; 0 for no limit")] = 32,
    drop_every: Annotated[int, typer.Option(min=0, help="KiB after which every connection is cut; 0 for never")] = 64,
    half_open: Annotated[int, typer.Option(min=0, help="one drop in so many tells neither end; 0 for none")] = 0,
    delay: Annotated[float, typer.Option(min=0, help="seconds each way")] = 0,
    time_scale: Annotated[float, typer.Option(min=0.001, help="seconds of the link that pass in one of ours")] = 1,
    mischief: Annotated[
        str, typer.Option(help="none, refuse, swallow, deafen, garble or portal, for all the time")
    ] = "none",
) -> None:
    """Put a thin link before the office until it is interrupted; kits call the address that it prints."""
    from sim.network import Link, Mischief, Network

    host, _, port = office.rpartition(":")
    try:
        if not host or not port.isdecimal():
            raise SimulationError(f"{office}: not an address; write HOST:PORT, such as localhost:8443")
        if mischief not in [one.value for one in Mischief]:
            raise SimulationError(f"--mischief {mischief}: choose one of {', '.join(one.value for one in Mischief)}")
    except SimulationError as error:
        typer.echo(f"sim network: {error}", err=True)
        raise typer.Exit(1) from error
    link = Link(rate * 1000 / 8, drop_every * 1024, None, half_open, 0.0, delay, time_scale)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Network(host, int(port), link, listen, Mischief(mischief)) as up:
        typer.echo(f"The link is up: {up.address[0]}:{up.address[1]} leads to {office}")
        while not stop.wait(_TELL_S):
            typer.echo(f"{up.traffic}")
