"""The verbs of the station: to run it, and to record and to look through it, or without it where none runs."""

import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from firmware.errors import InputError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

ConfigOption = Annotated[Path, typer.Option("--config", "-c", envvar="REKAM_CONFIG", help="the kit's settings")]


def run(config: ConfigOption) -> None:
    """Run the station: it owns the devices, opens what comes back, and records for `rekam record`."""
    from firmware import stationwork
    from firmware.config import load
    from firmware.service import Service

    settings = load(config)
    ready = f"Station of kit {settings.kit_id}: ready. End it with Ctrl-C."
    Service(settings, {"record": stationwork.record, "selftest": stationwork.test}).run(
        lambda: err.print(ready, markup=False)
    )


def record(
    config: ConfigOption,
    resident: Annotated[
        Path | None, typer.Option(help="the resident's file, TOML or JSON; else it is asked for")
    ] = None,
    excuse: Annotated[list[str] | None, typer.Option(help="a finger not to record: right_thumb=REASON")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout at the end")] = False,
) -> None:
    """Record one resident: ten fingers, sealed into the spool; by the station where one runs."""
    from firmware import client, clock, recording, stationwork
    from firmware import resident as civil
    from firmware.config import load
    from firmware.terminal import Terminal

    settings = load(config)
    excused = dict(pair.partition("=")[::2] for pair in excuse or ())
    civil.excuses(excused)
    values: Mapping[str, Any] | None = None
    if resident:
        civil.load(resident, today=clock.civil_date(clock.now(), settings.timezone))
        values = civil.read_table(resident)
    console = err if as_json else out
    terminal = Terminal(console, settings.language)
    if values is None and not terminal.is_interactive:
        raise InputError("resident: nobody can be asked here; name a file with --resident, or use a terminal")
    message = {"resident": values and _plain(values), "excused": excused}
    result = client.ask(settings.data, console, "record", **message)
    if result is None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        try:
            with recording.workplace(settings) as place:
                result = stationwork.record(place, terminal, message)
        finally:
            terminal.close()
    if as_json:
        sys.stdout.write(json.dumps(result) + "\n")


def status(
    config: ConfigOption,
    as_json: Annotated[bool, typer.Option("--json", help="the status document on stdout")] = False,
) -> None:
    """Show how the kit is doing, and publish it when the broker can be reached."""
    from firmware import client, reporting
    from firmware.config import load
    from firmware.terminal import Terminal

    settings = load(config)
    console = err if as_json else out
    told = client.ask(settings.data, console, "status")
    seen = reporting.Look(told["document"], reporting.Reach[told["reach"]]) if told else reporting.look(settings)
    address = f"{settings.mqtt.host}:{settings.mqtt.port}" if settings.mqtt else ""
    Terminal(console, settings.language).show_status(seen.document, seen.reach.value, address)
    if as_json:
        sys.stdout.write(json.dumps(seen.document, ensure_ascii=False) + "\n")


def selftest(
    config: ConfigOption,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
) -> None:
    """Let each part of the kit do its one thing; the exit status is 1 when one of them failed."""
    from firmware import client, recording, stationwork
    from firmware.config import load
    from firmware.terminal import Terminal

    settings = load(config)
    console = err if as_json else out
    result = client.ask(settings.data, console, "selftest")
    if result is None:
        with recording.workplace(settings, patient=True) as place:
            result = stationwork.test(place, Terminal(console, settings.language), {})
    if as_json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    if not result["passed"]:
        raise typer.Exit(1)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """A resident's file as JSON has it: TOML knows dates."""
    kept = (str, int, float, bool, dict, list, type(None))
    return {key: value if isinstance(value, kept) else str(value) for key, value in values.items()}
