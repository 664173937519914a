"""The verbs under `rekam office` by which packets come in."""

from pathlib import Path
from typing import Annotated

import typer

from firmware.office.verbs import LanguageOption, OfficeOption, out
from firmware.vocabulary import Language

receiving_app = typer.Typer()

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
