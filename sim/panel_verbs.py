"""The commands `python -m sim press` and `python -m sim watch`: a person at the simulated panel."""

import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sim import panel_client
from sim.errors import SimulationError

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="the world's folder")]
# The third button skips when pressed, and cancels when held for longer than a kit's hold_s
_PRESS_S, _CANCEL_S = 0.15, 2.5


class Action(StrEnum):
    """What is pressed."""

    ACCEPT = "accept"
    REPEAT = "repeat"
    SKIP = "skip"
    CANCEL = "cancel"


def press(
    folder: Folder,
    action: Annotated[Action, typer.Argument(metavar="BUTTON", help="accept, repeat, skip, or cancel: skip, held")],
    seconds: Annotated[float | None, typer.Option(min=0, max=600, help="how long it is held down")] = None,
) -> None:
    """Press a button of the simulated panel; ends when it is let go."""
    is_cancel = action is Action.CANCEL
    held = seconds if seconds is not None else _CANCEL_S if is_cancel else _PRESS_S
    try:
        panel_client.press(folder, "skip" if is_cancel else action.value, held)
    except SimulationError as error:
        raise _failed("press", error) from error


def watch(folder: Folder) -> None:
    """Print how lamps, buzzer and the sensor's supply are, and each change as a line: seconds, part, on or off."""
    begun = time.monotonic()
    try:
        for part, is_on in panel_client.watch(folder):
            typer.echo(f"{time.monotonic() - begun:.3f} {part} {'on' if is_on else 'off'}")
    except SimulationError as error:
        raise _failed("watch", error) from error
    except KeyboardInterrupt:
        return


def _failed(verb: str, error: SimulationError) -> typer.Exit:
    typer.echo(f"python -m sim {verb}: {error}", err=True)
    return typer.Exit(1)
