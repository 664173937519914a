"""The verb `rekam bench fleet`."""

import json
import sys
from typing import Annotated

import typer

from firmware.benchmarks.verbs import err, out


def bench_fleet(
    broker: Annotated[str, typer.Option(metavar="HOST:PORT", help="plain MQTT, a broker of its own")],
    kits: Annotated[int, typer.Option(min=1, max=5000, help="how many")] = 100,
    seconds: Annotated[float, typer.Option("--for", min=15, help="how long they live")] = 60,
    seed: Annotated[int, typer.Option(help="what befalls whom, and when")] = 1,
    page: Annotated[bool, typer.Option("--page", help="the host is the page of `rekam office fleet`")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
) -> None:
    """Whether a fleet's status is told right through outages, reboots and wrong clocks; 1 when one kit's is not."""
    from firmware.benchmarks import fleet

    with err.status(f"{kits} kits live for {seconds:.0f} s"):
        report = fleet.run(broker, kits, seconds, seed, is_page=page)
    if as_json:
        sys.stdout.write(json.dumps(fleet.as_json(report)) + "\n")
    else:
        for line in fleet.as_lines(report):
            out.print(line, markup=False)
    if not report.is_well:
        raise typer.Exit(1)
