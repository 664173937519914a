"""The verbs under `rekam office` for the fleet: its page, and the office's own word on a kit."""

import signal
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from firmware.office.receiving_verbs import StoreOption, err, store_url
from firmware.office.verbs import LanguageOption, OfficeOption, out
from firmware.vocabulary import Language

fleet_page_app = typer.Typer()

_FIRST_S = 20.0


@fleet_page_app.command()
def fleet(
    office: OfficeOption,
    broker: Annotated[str, typer.Option(metavar="HOST:PORT", help="the office's broker")] = "localhost:8883",
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="where the page is; port 0: any")] = "127.0.0.1:8080",
    store: StoreOption = "",
    numbers: Annotated[
        Path | None, typer.Option(metavar="CSV", help="targets: district,what,number,source,date")
    ] = None,
    host_id: Annotated[str, typer.Option(help="the Sparkplug host that kits wait for")] = "rekam.office",
    plain: Annotated[bool, typer.Option("--plain", help="MQTT without TLS, for a bench or a closed network")] = False,
    language: LanguageOption = Language.ENGLISH,
) -> None:
    """Show the fleet in a browser: kits by district, their state, faults, counts and trends. End it with Ctrl-C."""
    from firmware.fleet_words import FleetPhrase
    from firmware.office import broker as certificates
    from firmware.office import keys
    from firmware.office.fleet import serving
    from firmware.office.fleet.board import Board
    from firmware.office.fleet.hearing import Hearing
    from firmware.office.fleet.words import ServingPhrase
    from firmware.office.store import Store
    from firmware.telemetry import access

    address = serving.address(listen)
    reader = office / certificates.FOLDER / certificates.READER
    files = (None, None) if plain else (office / keys.AUTHORITY, reader)
    found = access.of_options(broker, "rekam-fleet", *files)

    def on_ready(port: int) -> None:
        url = f"http://{address.host}:{port}/"
        out.print(ServingPhrase.SERVING.say(language, url=url, broker=broker), markup=False)

    if not serving.is_private(address.host):
        err.print(ServingPhrase.OPEN.say(language, address=listen), style="yellow", markup=False)
    with Store(store_url(office, store)) as rows:
        board = Board(rows, datetime.now(UTC), office, numbers)
        with Hearing(found, board, host_id) as hearing:
            if not hearing.reached(_FIRST_S) and hearing.obstacle:
                err.print(FleetPhrase[hearing.obstacle.name].say(language, broker=broker), style="yellow", markup=False)
            # The server hands on the signal that ended it; who waits for the host is to be told that it goes
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            with suppress(KeyboardInterrupt):
                serving.server(board, address, on_ready).run()


@fleet_page_app.command()
def rollout(
    kit_id: Annotated[str, typer.Argument(metavar="KITID")],
    office: OfficeOption,
    stage: Annotated[str, typer.Argument(help="how far it has come, such as waiting_for_weather")] = "",
    because: Annotated[str, typer.Option(help="why, in a few words; no names")] = "",
    district: Annotated[str | None, typer.Option(help="where it stands or is to stand")] = None,
    place: Annotated[str | None, typer.Option(help="the same, nearer; no names")] = None,
    store: StoreOption = "",
    language: LanguageOption = Language.ENGLISH,
) -> None:
    """Note how far a kit has come that cannot say so itself, and where it stands: for the fleet's page."""
    from firmware.office.fleet import telling
    from firmware.office.fleet.words import PagePhrase, ServingPhrase
    from firmware.office.store import Store
    from firmware.rollout import stage_of

    with Store(store_url(office, store)) as rows:
        told = telling.tell(rows, kit_id, datetime.now(UTC), stage, because, (district, place))
    said = stage_of(told.stage).say(language) if told.stage else PagePhrase.NO_STAGE.say(language)
    where = ", ".join(filter(None, (told.place, told.district))) or PagePhrase.NO_DISTRICT.say(language)
    out.print(ServingPhrase.NOTED.say(language, kit=kit_id, stage=said, place=where), markup=False)


@fleet_page_app.command()
def ask(
    kit_id: Annotated[str, typer.Argument(metavar="KITID")],
    command: Annotated[str, typer.Argument(help="self_test, log_excerpt, interval or rollout")],
    office: OfficeOption,
    value: Annotated[
        str, typer.Argument(help="interval: seconds; rollout: a stage, and after a colon why; else none")
    ] = "",
    broker: Annotated[str, typer.Option(metavar="HOST:PORT", help="the office's broker")] = "localhost:8883",
    group: Annotated[str, typer.Option(help="the fleet's group in Sparkplug's topics")] = "Rekam",
    patience: Annotated[float, typer.Option(min=1, help="wait for the answer so many seconds at most")] = 60.0,
    plain: Annotated[bool, typer.Option("--plain", help="MQTT without TLS, for a bench or a closed network")] = False,
    language: LanguageOption = Language.ENGLISH,
) -> None:
    """Ask a kit that is connected to test itself, for its log, or to change its pace or its rollout state."""
    from firmware.office import broker as certificates
    from firmware.office import keys
    from firmware.office.fleet import asking
    from firmware.office.fleet.words import ServingPhrase
    from firmware.telemetry import access
    from firmware.telemetry.commands import Outcome
    from firmware.telemetry.hearing import plain as harmless
    from firmware.telemetry.topics import Node

    asked = asking.command_of(command)
    written = asking.value_of(asked, value)
    files = (None, None) if plain else (office / keys.AUTHORITY, office / certificates.FOLDER / certificates.READER)
    found = access.of_options(broker, "rekam-ask", *files)
    answer = asking.ask(found, Node(group, kit_id), asked, written, patience, language)
    if answer is None:
        err.print(ServingPhrase.NO_ANSWER.say(language, kit=kit_id, seconds=f"{patience:g}"), markup=False)
        raise typer.Exit(1)
    phrase = ServingPhrase[f"ASKED_{answer.outcome.name}"]
    out.print(phrase.say(language, kit=kit_id, command=command), markup=False)
    for line in answer.words.splitlines():
        out.print(f"  {harmless(line)}", markup=False)
    if answer.outcome is not Outcome.DONE:
        raise typer.Exit(1)
