"""`python -m sim DIR ...` starts a world, as `rekam sim` does; a first word in COMMANDS means another command."""

import sys
from collections.abc import Callable

import typer

from sim.cli import sim

COMMANDS: dict[str, Callable[..., None]] = {}


def main() -> None:
    """Run the command that the first word names, or else a world."""
    command = COMMANDS.get(sys.argv[1]) if len(sys.argv) > 1 else None
    if command is not None:
        del sys.argv[1]
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(command or sim)
    app()


if __name__ == "__main__":
    main()
