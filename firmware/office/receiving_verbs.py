"""The verbs under `rekam office` by which packets come in."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from firmware.office.verbs import LanguageOption, OfficeOption, out
from firmware.vocabulary import Language

receiving_app = typer.Typer()

err = Console(stderr=True, highlight=False, soft_wrap=True)

StoreOption = Annotated[
    str, typer.Option(envvar="REKAM_STORE", help="the database's URL; else SQLite beside the office's keys")
]
PacketsOption = Annotated[
    str, typer.Option(envvar="REKAM_PACKETS", help="a folder or URL for packets; else beside the office's keys")
]
NameOption = Annotated[str, typer.Option("--name", envvar="REKAM_OFFICE_NAME", help="the office's name, in receipts")]


def store_url(office: Path, store: str) -> str:
    """The database that is named, or SQLite beside the keys."""
    return store or f"sqlite:///{office.resolve()}/store.sqlite"


def packets_url(office: Path, packets: str) -> str:
    """The place that is named, or a folder beside the keys."""
    return packets or str(office.resolve() / "packets")


@receiving_app.command()
def serve(
    office: OfficeOption,
    host: Annotated[str, typer.Option(help="the address to listen on")] = "0.0.0.0",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any that is free")] = 8443,
    store: StoreOption = "",
    packets: PacketsOption = "",
    name: NameOption = "Dukcapil",
    certificate: Annotated[
        Path | None, typer.Option(help="the server's key and certificate, PEM; else by `rekam office broker HOST`")
    ] = None,
    language: LanguageOption = Language.ENGLISH,
) -> None:
    """Take packets from kits over HTTPS (the tus protocol), check them, keep them sealed, answer with receipts."""
    from firmware.office import keys, serving
    from firmware.office.application import Desk
    from firmware.office.receiving import Reception
    from firmware.office.receiving_words import ReceivingPhrase
    from firmware.office.shelf import Shelf
    from firmware.office.store import Store
    from firmware.office.uploads import Uploads

    def on_ready(found: int) -> None:
        out.print(ReceivingPhrase.SERVING.say(language, office=name, port=found), markup=False)

    loaded = keys.load(office)
    with Store(store_url(office, store)) as rows:
        reception = Reception(loaded, rows, Shelf.at(packets_url(office, packets)), name)
        desk = Desk(loaded, reception, Uploads(office.resolve() / "incoming"))
        serving.server(desk, serving.Address(host, port), certificate, on_ready).run()


@receiving_app.command()
def take(
    stick: Annotated[Path, typer.Argument(help="a stick as `rekam export` writes it, or one packet")],
    office: OfficeOption,
    store: StoreOption = "",
    packets: PacketsOption = "",
    name: NameOption = "Dukcapil",
    folder: Annotated[Path | None, typer.Option("--receipts", help="where the receipts go; else on the stick")] = None,
    language: LanguageOption = Language.ENGLISH,
) -> None:
    """Take the packets of a stick as `serve` takes them from the network, and write the receipts back to it."""
    from firmware import progress_bar
    from firmware.office import keys, taking
    from firmware.office.receiving import Reception
    from firmware.office.receiving_words import ReceivingPhrase
    from firmware.office.shelf import Shelf
    from firmware.office.store import Store

    found = len(taking.packets(stick))
    with Store(store_url(office, store)) as rows:
        reception = Reception(keys.load(office), rows, Shelf.at(packets_url(office, packets)), name)
        with progress_bar.progress(err, ReceivingPhrase.TAKING.say(language), found) as advance:
            taken = taking.take(stick, reception, folder, advance)
    for line in taking.lines(taken, language):
        out.print(line, markup=False)
    if taken.refused or taken.faults or taken.missing:
        raise typer.Exit(1)


@receiving_app.command()
def report(
    office: OfficeOption,
    store: StoreOption = "",
    numbers: Annotated[
        Path | None, typer.Option(metavar="CSV", help="targets and others' counts: district,what,number,source,date")
    ] = None,
    table: Annotated[Path | None, typer.Option("--csv", help="write a table to this file")] = None,
    page: Annotated[Path | None, typer.Option(metavar="OUT.html", help="a page with plots")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
    training: Annotated[bool, typer.Option("--training", help="count the records made for practice, alone")] = False,
    language: LanguageOption = Language.ENGLISH,
) -> None:
    """What was recorded, waits, came in, was refused: by kit, day, district and school; coverage; cards from when."""
    from firmware.durable import write_file
    from firmware.office import count, count_page, count_tables
    from firmware.office import numbers as elsewhere
    from firmware.office.store import Store
    from firmware.vocabulary import Purpose

    told = elsewhere.read(numbers) if numbers else ()
    with Store(store_url(office, store)) as rows:
        counted = count.count(rows, told, Purpose.TRAINING if training else Purpose.LIVE)
    if table:
        write_file(table, count_tables.as_csv(counted).encode())
    if page:
        write_file(page, count_page.render(counted, language).encode())
    if as_json:
        sys.stdout.write(json.dumps(asdict(counted), ensure_ascii=False) + "\n")
    elif not (table or page):
        count_tables.show(out, counted, language)
