"""The verbs under `rekam bench`."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from firmware.vocabulary import Effort

bench_app = typer.Typer(no_args_is_help=True, help="Measures ours beside what the wire or a peer allows.")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@bench_app.command("wire")
def bench_wire(
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines on stdout, an object a setting")] = False,
) -> None:
    """How long one image takes, beside what its bytes need, at 57600 and 115200 baud; about half a minute."""
    from firmware.benchmarks import wire

    if not as_json:
        out.print(wire.HEADINGS)
    for measurement in wire.run():
        out.print(wire.as_json(measurement) if as_json else wire.as_line(measurement), markup=False)


@bench_app.command("fingerprint")
def bench_fingerprint(
    prints: Annotated[list[Path], typer.Argument(help="prints to extract from: files, folders")],
    effort: Annotated[Effort, typer.Option(help="which net finds the minutiae")] = Effort.STANDARD,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
) -> None:
    """How long extraction takes, stage by stage, beside MINDTCT (Debian's libfprint-2-2) on the same images."""
    from firmware.benchmarks import fingerprint

    with err.status("extracting, in turn with MINDTCT"):
        report = fingerprint.run(prints, effort)
    if as_json:
        sys.stdout.write(json.dumps(fingerprint.as_json(report)) + "\n")
        return
    for line in fingerprint.as_lines(report):
        out.print(line, markup=False)


@bench_app.command("accuracy")
def bench_accuracy(
    folders: Annotated[
        list[Path], typer.Argument(help="prints FINGER_IMPRESSION.png; truth/ in it tells what is known")
    ],
    effort: Annotated[Effort, typer.Option(help="which net finds the minutiae")] = Effort.STANDARD,
    weights: Annotated[
        Path | None, typer.Option(help="folder of minutiae-EFFORT.npz and judges-EFFORT.npz, instead of those shipped")
    ] = None,
    ablate: Annotated[bool, typer.Option(help="ours with one part left out at a time, instead of MINDTCT")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
) -> None:
    """Error rates of prints compared all with all, beside MINDTCT's (libfprint-2-2); and against known minutiae."""
    from firmware.benchmarks import accuracy

    sets, extractors = accuracy.collect(folders), accuracy.extractors(effort, weights, ablate=ablate)
    columns = (TextColumn("extracting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task("", total=len(extractors) * sum(len(prints.files) for prints in sets))
        scores = [
            accuracy.measure(prints, name, extract, lambda: bar.advance(task))
            for prints in sets
            for name, extract in extractors.items()
        ]
    if as_json:
        sys.stdout.write(json.dumps(accuracy.as_json(scores, effort)) + "\n")
        return
    for line in accuracy.as_lines(scores):
        out.print(line, markup=False)
