"""The verb `rekam bench office`."""

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from firmware.office.verbs import out

office_bench_app = typer.Typer()


@office_bench_app.command("office")
def bench_office(
    store: Annotated[
        list[str] | None, typer.Option(help="a database's URL, again for another one; else SQLite, thrown away")
    ] = None,
    kits: Annotated[int, typer.Option(min=1, max=64, help="how many deliver at once")] = 4,
    packets: Annotated[int, typer.Option(min=1, help="of all kits together")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines on stdout, an object a database")] = False,
) -> None:
    """How many packets a second an office receives, checks, keeps and acknowledges on this machine, kits included."""
    from firmware.office import bench

    for measured in bench.run(store or [""], kits, packets):
        if as_json:
            sys.stdout.write(json.dumps({**asdict(measured), "rate": measured.rate}) + "\n")
        else:
            out.print(bench.as_line(measured), markup=False)
