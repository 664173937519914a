"""The command `rekam`: one short function a verb; more verbs come by the entry point `rekam.commands`."""

import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from firmware import __version__
from firmware.errors import KitError

app = typer.Typer(
    help="Firmware of a field kit that records residents for the KTP-el.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
office_app = typer.Typer(no_args_is_help=True, help="The office: its keys, its kits, what arrives.")
identity_app = typer.Typer(no_args_is_help=True, help="The kit's identity: ask for one, take the answer.")
bench_app = typer.Typer(no_args_is_help=True, help="Measures ours beside what the wire or a peer allows.")
app.add_typer(office_app, name="office")
app.add_typer(identity_app, name="identity")
app.add_typer(bench_app, name="bench")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

ConfigOption = Annotated[Path, typer.Option("--config", "-c", envvar="REKAM_CONFIG", help="the kit's settings")]
OfficeOption = Annotated[Path, typer.Option("--office", envvar="REKAM_OFFICE", help="the folder of the office's keys")]


@app.command()
def version() -> None:
    """Print the version."""
    out.print(__version__)


def run() -> None:
    """Run one verb; what a person can mend is told in one message, without a traceback."""
    for entry in entry_points(group="rekam.commands"):
        app.command(entry.name)(entry.load())
    try:
        app()
    except KitError as error:
        err.print(f"rekam: {error}", style="red", markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        err.print("rekam: interrupted")
        sys.exit(130)
