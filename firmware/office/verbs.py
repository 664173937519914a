"""The verbs under `rekam office`."""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from firmware.vocabulary import Language

office_app = typer.Typer(no_args_is_help=True, help="The office: its keys, its kits, what arrives.")

out = Console(highlight=False, soft_wrap=True)

OfficeOption = Annotated[Path, typer.Option("--office", envvar="REKAM_OFFICE", help="the folder of the office's keys")]
LanguageOption = Annotated[Language, typer.Option(envvar="REKAM_LANGUAGE", help="of what is said")]


@office_app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="a new folder for the office's keys")],
) -> None:
    """Make the office's keys: two identities that open packets, and the authority that admits kits."""
    from firmware.office import keys, report

    report.show_office(out, keys.init(folder))


@office_app.command()
def admit(
    requests: Annotated[
        list[Path], typer.Argument(help="a stick with requests on it, or KITID.request.pem by `rekam identity request`")
    ],
    office: OfficeOption,
    folder: Annotated[Path | None, typer.Option("--out", help="where the answers go; else beside the requests")] = None,
    replace: Annotated[
        list[str] | None,
        typer.Option("--replace", metavar="KITID", help="this kit has a new key; its old one is noted"),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=3660, help="how long certificates hold; else ten years")
    ] = None,
    language: LanguageOption = Language.ENGLISH,
) -> None:
    """Answer every kit that asks: from then on its packets are opened here. Certificates are renewed likewise."""
    from firmware.office import admission, keys, report

    loaded = keys.load(office)
    valid = timedelta(days=days) if days else admission.VALID
    for admitted in admission.admit_all(requests, loaded, folder=folder, replace=replace or (), valid=valid):
        report.show_admitted(out, admitted, loaded, language)


@office_app.command("open")
def open_packets(
    packets: Annotated[list[Path], typer.Argument(help="packets as kits export them, *.rekam")],
    office: OfficeOption,
    folder: Annotated[Path, typer.Option("--out", help="where records and pictures go")] = Path("opened"),
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines on stdout, an object a packet")] = False,
) -> None:
    """Check and decrypt packets, list what is in them, lay out records and pictures."""
    from firmware.office import keys, opening, report

    for laid in opening.lay_out_all(packets, keys.load(office), folder):
        if as_json:
            sys.stdout.write(json.dumps(opening.as_json(laid), ensure_ascii=False) + "\n")
        else:
            report.show_opened(out, laid)
