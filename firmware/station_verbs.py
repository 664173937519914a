"""The verbs of the station: to run it, to look at it and to test it, the last two also where none runs."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from firmware.errors import SessionError
from firmware.recording_verb import ConfigOption

if TYPE_CHECKING:
    from firmware.workplace import Workplace

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def run(config: ConfigOption) -> None:
    """Run the station: it owns the devices, opens what comes back, and records for `rekam record`."""
    from firmware import stationwork
    from firmware.config import load
    from firmware.identity_words import IdentityPhrase
    from firmware.service import Service
    from firmware.standing import State
    from firmware.terminal import Terminal
    from firmware.wording import Phrase

    settings = load(config)

    def ready(place: "Workplace") -> None:
        for cut_off in place.cut_off:
            err.print(cut_off.phrase.say(settings.language, **cut_off.values), markup=False)
        if (stands := place.standing()).state is not State.ADMITTED:
            words = stands.say(settings.language)
            err.print(IdentityPhrase.STANDS.say(settings.language, words=words), markup=False)
        err.print(Phrase.STATION_READY.say(settings.language, kit=settings.kit_id), markup=False)

    verbs = {"record": stationwork.record, "selftest": stationwork.test, "operator": stationwork.operator}
    verbs["examine"] = stationwork.examine
    Service(settings, verbs, Terminal(err, settings.language).alert).run(ready)


def status(
    config: ConfigOption,
    as_json: Annotated[bool, typer.Option("--json", help="the status document on stdout")] = False,
) -> None:
    """Show how the kit is doing, and publish it when the broker can be reached."""
    from zoneinfo import ZoneInfo

    from firmware import client, last_delivery, reporting, tables
    from firmware.config import load
    from firmware.terminal import Terminal
    from firmware.uplink.delivery_words import DeliveryPhrase
    from firmware.wording import Phrase

    settings = load(config)
    console = err if as_json else out
    told = client.ask(settings.data, console, "status")
    seen = reporting.Look(told["document"], reporting.Reach[told["reach"]]) if told else reporting.look(settings)
    address = f"{settings.mqtt.host}:{settings.mqtt.port}" if settings.mqtt else ""
    terminal = Terminal(console, settings.language)
    terminal.say(Phrase.STATUS_OF, "bold", kit=seen.document["kit"])
    terminal.show_rows(("", ""), tables.of_status(seen.document, settings.language))
    terminal.say(seen.reach.value, broker=address)
    if settings.delivery and (failure := last_delivery.look(settings.data)):
        at = f"{failure.at.astimezone(ZoneInfo(settings.timezone)):%Y-%m-%d %H:%M}"
        terminal.say(DeliveryPhrase[f"LAST_{failure.reason.upper()}"], at=at, office=settings.delivery.url)
    if as_json:
        sys.stdout.write(json.dumps(seen.document, ensure_ascii=False) + "\n")


def operator(config: ConfigOption) -> None:
    """Show the running station the operator's index fingers, so that none of them is recorded as a resident's."""
    from firmware import client
    from firmware.config import load

    settings = load(config)
    if client.ask(settings.data, out, "operator") is None:
        raise SessionError("no station runs here; fingers are kept in its memory alone: start it with `rekam run`")


def selftest(
    config: ConfigOption,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
) -> None:
    """Let each part of the kit do its one thing; the exit status is 1 when one of them failed."""
    from firmware import client, stationwork
    from firmware.config import load
    from firmware.terminal import Terminal
    from firmware.workplace import workplace

    settings = load(config)
    console = err if as_json else out
    result = client.ask(settings.data, console, "selftest")
    if result is None:
        terminal = Terminal(console, settings.language)
        with workplace(settings, patient=True, tell=terminal.alert) as place:
            result = stationwork.test(place, terminal, {}, lambda part: None)
    if as_json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    if not result["passed"]:
        raise typer.Exit(1)
