"""The verb that watches a fleet from afar."""

import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from firmware.vocabulary import Language

if TYPE_CHECKING:
    from firmware.telemetry.hearing import Heard
    from firmware.telemetry.listening import Listening

fleet_app = typer.Typer()

out = Console(highlight=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)

_FIRST_S = 20.0
_REDRAW_S = 0.5


@fleet_app.command()
def watch(
    broker: Annotated[str, typer.Option(metavar="HOST:PORT", help="where the kits send their status")],
    seconds: Annotated[float | None, typer.Option("--for", min=0, help="end after so many seconds")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines on stdout, an object a status")] = False,
    authority: Annotated[Path | None, typer.Option("--ca", help="PEM of the broker's authority: TLS")] = None,
    certificate: Annotated[Path | None, typer.Option("--cert", help="PEM of the reader's key and certificate")] = None,
    user: Annotated[str | None, typer.Option(help="name at a broker that asks for one")] = None,
    password_file: Annotated[Path | None, typer.Option(help="a file with nothing but the password")] = None,
    language: Annotated[Language, typer.Option("--lang", envvar="REKAM_LANGUAGE", help="of what is said")] = (
        Language.ENGLISH
    ),
) -> None:
    """Watch all kits at a broker: state, last word, faults, recorded, waiting. Ends by Ctrl-C, or after --for."""
    from firmware.errors import BrokerError, ConfigError
    from firmware.fleet_words import FleetPhrase
    from firmware.telemetry import access
    from firmware.telemetry.hearing import Summaries
    from firmware.telemetry.listening import Listening
    from firmware.telemetry.node_hearing import Nodes

    if (user is None) is not (password_file is None):
        raise ConfigError("--user and --password-file belong together")
    login = (user, password_file) if user and password_file else None
    found = access.of_options(broker, "rekam-watch", authority, certificate, login)
    with Listening(found, [Summaries(), Nodes()]) as listening:
        if not listening.reached(_FIRST_S) and listening.obstacle:
            raise BrokerError(FleetPhrase[listening.obstacle.name].say(language, broker=broker))
        try:
            if as_json:
                _print(listening, seconds, language)
            else:
                _show(listening, seconds, broker, language)
        except KeyboardInterrupt:
            return


def _print(listening: "Listening", seconds: float | None, language: Language) -> None:
    from firmware.fleet_words import FleetPhrase

    was_away = False
    for one in _heard(listening, seconds):
        if one is not None:
            sys.stdout.write(json.dumps(one.as_json(), ensure_ascii=False) + "\n")
            sys.stdout.flush()
        is_away = listening.obstacle is not None
        if is_away and not was_away:
            err.print(FleetPhrase.SINCE_AWAY.say(language), style="yellow")
        was_away = is_away


def _show(listening: "Listening", seconds: float | None, broker: str, language: Language) -> None:
    from rich.live import Live

    from firmware import fleet_table
    from firmware.telemetry.fleet import Fleet

    fleet, drawn_at = Fleet(), 0.0
    with Live(console=out, auto_refresh=False) as live:
        for one in _heard(listening, seconds):
            if one is not None:
                fleet.take(one)
            if one is None or time.monotonic() > drawn_at + _REDRAW_S:
                is_away = listening.obstacle is not None
                live.update(fleet_table.draw(fleet, datetime.now(UTC), broker, language, is_away=is_away), refresh=True)
                drawn_at = time.monotonic()


def _heard(listening: "Listening", seconds: float | None) -> "Iterator[Heard | None]":
    """What comes, and None whenever nothing came for a moment, until the time is over; at its end always None."""
    until = None if seconds is None else time.monotonic() + seconds
    while until is None or time.monotonic() < until:
        left = _REDRAW_S if until is None else min(_REDRAW_S, max(until - time.monotonic(), 0))
        yield listening.wait(left)
    yield None
