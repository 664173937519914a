"""The verb `rekam record`: one resident, or a school class from its list."""

import json
import signal
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from firmware.errors import InputError
from firmware.vocabulary import ConsentGiver, Language

if TYPE_CHECKING:
    from firmware.circumstances import Circumstances
    from firmware.config import KitConfig
    from firmware.datatypes import Excuse
    from firmware.roster import Roster, Row
    from firmware.terminal import Terminal
    from firmware.vocabulary import FingerPosition

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
    as_json: Annotated[
        bool, typer.Option("--json", help="one JSON object on stdout at the end; of a class one a pupil, then one more")
    ] = False,
) -> None:
    """Record a resident, or a class: ten fingers, sealed into the spool."""
    from firmware import admitting, clock, recording
    from firmware import resident as civil
    from firmware.circumstances import Consent
    from firmware.config import load
    from firmware.terminal import Terminal

    if roster and (resident or override_nik or supersedes):
        raise InputError("--from: goes neither with --resident nor with --override-nik or --supersedes")
    settings = load(config)
    at = clock.now()
    today = clock.civil_date(at, settings.timezone)
    excused = civil.excuses(dict(pair.partition("=")[::2] for pair in excuse or ()))
    person = civil.load(resident, today=today) if resident else None
    pupils = _pupils(roster, today, settings.language) if roster else None
    noted = admitting.note(
        operator=operator,
        place=place or settings.place,
        override=override_nik,
        supersedes=supersedes,
        because=because,
        consent=Consent(consent, at) if consent else None,
    )
    terminal = Terminal(Console(stderr=as_json, highlight=False, soft_wrap=True), settings.language)
    if not (person or roster or terminal.is_interactive):
        raise InputError("resident: nobody can be asked here; name a file with --resident, or use a terminal")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if not operator and not person:
        noted = replace(noted, operator=terminal.ask_operator(today))
    try:
        if pupils:
            _class(settings, terminal, pupils, excused, noted, as_json)
            return
        recorded = recording.record(settings, terminal, person, excused, noted)
    finally:
        terminal.close()
    terminal.show_recorded(recorded.captures, recorded.control_number, recorded.waiting)
    if as_json:
        _write(recording.as_json(recorded))


def _pupils(path: Path, today: date, language: Language) -> "Roster":
    from firmware import roster

    found = roster.read(path, today, language)
    roster.refuse(found, language)
    return found


def _class(
    settings: "KitConfig",
    terminal: "Terminal",
    pupils: "Roster",
    excused: Mapping["FingerPosition", "Excuse"],
    noted: "Circumstances",
    as_json: bool,
) -> None:
    from firmware import classroom, recording

    def recorded(row: "Row", came: recording.Recorded) -> None:
        terminal.show_recorded(came.captures, came.control_number, came.waiting)
        if as_json:
            _write({"row": row.number, **recording.as_json(came)})

    report = classroom.record_class(settings, terminal, pupils, excused, noted, recorded)
    classroom.tell(terminal, report, settings.language)
    if as_json:
        _write({"class": classroom.as_json(report)})
    if report.is_unfinished:
        raise typer.Exit(1)


def _write(document: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()
