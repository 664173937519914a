"""The verb `rekam record`: one resident, or a school class from its list."""

import json
import signal
import sys
from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from firmware.errors import InputError
from firmware.vocabulary import ConsentGiver

if TYPE_CHECKING:
    from firmware.config import KitConfig

recording_app = typer.Typer()

ConfigOption = Annotated[Path, typer.Option("--config", "-c", envvar="REKAM_CONFIG", help="the kit's settings")]


@recording_app.command()
def record(
    config: ConfigOption,
    resident: Annotated[
        Path | None, typer.Option(help="the resident's file, TOML or JSON; else it is asked for")
    ] = None,
    roster: Annotated[
        Path | None, typer.Option("--from", metavar="CSV", help="a school class; goes on where it stopped")
    ] = None,
    excuse: Annotated[
        list[str] | None, typer.Option(help="a finger not to record, of every pupil of a class: right_thumb=REASON")
    ] = None,
    operator: Annotated[str, typer.Option(envvar="REKAM_OPERATOR", help="the id of who records")] = "",
    place: Annotated[str, typer.Option(help="the office, village or school; else that of the settings")] = "",
    consent: Annotated[ConsentGiver | None, typer.Option(help="who agreed to the recording")] = None,
    override_nik: Annotated[
        str, typer.Option(metavar="REASON", help="why a NIK is right that contradicts the date of birth or the sex")
    ] = "",
    supersedes: Annotated[
        str, typer.Option(metavar="CONTROL", help="the packet with a mistake, which this one replaces")
    ] = "",
    because: Annotated[str, typer.Option(metavar="REASON", help="what was wrong with that packet")] = "",
    training: Annotated[
        bool, typer.Option("--training", help="for practice: never counts, whatever the settings say")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="one JSON object on stdout at the end; of a class one a pupil, then one more")
    ] = False,
) -> None:
    """Record a resident, or a class: ten fingers, sealed into the spool."""
    from firmware import admitting, client, keyboard, stationwork, watch
    from firmware import resident as civil
    from firmware.clock import Clock
    from firmware.config import load
    from firmware.terminal import Terminal
    from firmware.workplace import workplace

    if roster and (resident or override_nik or supersedes):
        raise InputError("--from: goes neither with --resident nor with --override-nik or --supersedes")
    settings = load(config)
    excused = dict(pair.partition("=")[::2] for pair in excuse or ())
    civil.excuses(excused)
    noted = {
        "operator": operator,
        "place": place,
        "override": override_nik,
        "supersedes": supersedes,
        "because": because,
    }
    admitting.note(**noted, consent=None)
    message = {
        "resident": _resident(resident, Clock(settings.timezone, settings.data).today()) if resident else None,
        "roster": str(_class_list(roster, settings)) if roster else None,
        "excused": excused,
        "training": training,
        "noted": {**noted, "consent": consent and consent.value},
    }
    console = Console(stderr=as_json, highlight=False, soft_wrap=True)
    if not (resident or roster or Terminal(console, settings.language).is_interactive):
        raise InputError("resident: nobody can be asked here; name a file with --resident, or use a terminal")
    tell = _write if as_json else _keep_quiet
    result = client.ask(settings.data, console, "record", tell, **message)
    if result is None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        with workplace(settings, tell=Terminal(console, settings.language).alert) as here:
            keys = keyboard.of_this_process(partial(watch.heed_power, here))
            desk = Terminal(console, settings.language, keys, here.presses())
            try:
                result = stationwork.record(here, desk, message, tell)
            finally:
                desk.close()
    tell({"class": result["class"]} if roster else result)
    if roster and result["unfinished"]:
        raise typer.Exit(1)


def _resident(path: Path, today: date) -> dict[str, Any]:
    """The values of a resident's file as JSON has them; TOML knows dates. Raises InputError for what cannot be."""
    from firmware import resident as civil

    civil.load(path, today=today)
    kept = (str, int, float, bool, dict, list)
    return {key: value if isinstance(value, kept) else str(value) for key, value in civil.read_table(path).items()}


def _class_list(path: Path, settings: "KitConfig") -> Path:
    """The list's whole path. Raises InputError with every bad row, before any device is touched."""
    from firmware import roster
    from firmware.clock import Clock

    read = roster.read(path, Clock(settings.timezone, settings.data).today(), settings.language)
    roster.refuse(read, settings.language)
    return path.resolve()


def _write(document: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def _keep_quiet(document: Mapping[str, Any]) -> None:
    """For a person, the terminal has told it all."""
