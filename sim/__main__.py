"""`python -m sim DIR ...` starts a world, as `rekam sim` does; a first word in COMMANDS means another command."""

import sys
from importlib import import_module

import typer

from sim.cli import sim

# Module and function by the word; imported only when asked for
COMMANDS = {
    "grow": ("sim.grow", "grow"),
    "battery": ("sim.battery_command", "battery"),
    "network": ("sim.network_verbs", "network"),
    "plug": ("sim.plug_verbs", "plug"),
    "press": ("sim.panel_verbs", "press"),
    "unplug": ("sim.plug_verbs", "unplug"),
    "watch": ("sim.panel_verbs", "watch"),
}


def main() -> None:
    """Run the command that the first word names, or else a world."""
    command = sim
    if len(sys.argv) > 1 and sys.argv[1] in COMMANDS:
        module, function = COMMANDS[sys.argv.pop(1)]
        command = getattr(import_module(module), function)
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(command)
    app()


if __name__ == "__main__":
    main()
