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


@bench_app.command("start")
def bench_start(
    config: Annotated[Path, typer.Option("--config", "-c", envvar="REKAM_CONFIG", help="the kit's settings")],
    resident: Annotated[
        Path | None, typer.Option(help="record this resident after each start; a kit for training only")
    ] = None,
    starts: Annotated[int, typer.Option(min=1, help="how often to start it")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines on stdout, an object a start")] = False,
) -> None:
    """How long the station needs until it is READY, after a first start that fills the cache."""
    from firmware.benchmarks import start

    for measured in start.run(config, resident, starts):
        text = json.dumps(start.as_json(measured)) if as_json else start.as_line(measured)
        out.print(text, markup=False)


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


@bench_app.command("quality")
def bench_quality(
    prints: Annotated[list[Path], typer.Argument(help="prints to judge: files, folders")],
    effort: Annotated[Effort, typer.Option(help="which net finds the minutiae")] = Effort.STANDARD,
    reference: Annotated[
        Path | None, typer.Option(help="scores to agree with, of folders: a table, or a folder with SET.csv")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
) -> None:
    """How long quality and minutiae take together, beside MINDTCT alone; how the score agrees with another one."""
    from firmware.benchmarks import agreement, fingerprint, scores

    with err.status("judging, in turn with MINDTCT"):
        report = fingerprint.run(prints, effort, scored=True)
        folders = [path for path in prints if path.is_dir()] if reference else []
        found = [agreement.compare(path, scores.read(reference, path), effort) for path in folders if reference]
    if as_json:
        told = {"agreement": agreement.as_json(found)} if found else {}
        sys.stdout.write(json.dumps(fingerprint.as_json(report) | told) + "\n")
        return
    for line in fingerprint.as_lines(report) + (agreement.as_lines(found) if found else []):
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


@bench_app.command("reject")
def bench_reject(
    folders: Annotated[list[Path], typer.Argument(help="prints FINGER_IMPRESSION.png, a folder a set")],
    effort: Annotated[Effort, typer.Option(help="which net finds the minutiae")] = Effort.STANDARD,
    template_folder: Annotated[
        Path | None, typer.Option("--templates", help="folder with SET/FINGER_IMPRESSION.xyt to compare, not ours")
    ] = None,
    reference: Annotated[Path | None, typer.Option(help="other scores: a table, or a folder with SET.csv")] = None,
    plot: Annotated[Path | None, typer.Option(help="draw the curves here, PNG")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
) -> None:
    """Whether the score predicts: how FNMR at FMR 0.1 % falls as the prints of lowest score are discarded."""
    from firmware.benchmarks import accuracy, reject, reject_plot, scores
    from firmware.durable import write_file

    sets = accuracy.collect(folders)
    others = [scores.read(reference, prints.folder) if reference else None for prints in sets]
    curves = []
    columns = (TextColumn("comparing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task("", total=sum(len(prints.files) for prints in sets))
        for prints, other in zip(sets, others, strict=True):
            compared = reject.compare(prints, effort, template_folder, lambda: bar.advance(task))
            curves += reject.curves(compared, other)
    if plot:
        write_file(plot, reject_plot.draw(curves))
    if as_json:
        sys.stdout.write(json.dumps(reject.as_json(curves, effort)) + "\n")
        return
    for line in reject.as_lines(curves):
        out.print(line, markup=False)


@bench_app.command("measures")
def bench_measures(
    pairs: Annotated[list[Path], typer.Argument(help="a reference's table and the folder of its prints, pair by pair")],
    effort: Annotated[Effort, typer.Option(help="which net finds the minutiae")] = Effort.STANDARD,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
) -> None:
    """How near the 69 quality measures of NFIQ 2.3 come to the reference's, the worst first; all prints pooled."""
    from firmware.benchmarks import measures

    references = measures.collect(pairs)
    columns = (TextColumn("measuring"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task("", total=len(references))
        report = measures.run(references, effort, lambda: bar.advance(task))
    if as_json:
        sys.stdout.write(json.dumps(measures.as_json(report)) + "\n")
        return
    for line in measures.as_lines(report):
        out.print(line, markup=False)


@bench_app.command("preview")
def bench_preview(
    prints: Annotated[list[Path], typer.Argument(help="prints to look at: files, folders")],
    minimum: Annotated[int, typer.Option(min=1, max=100, help="the score from which a print is accepted")] = 40,
    effort: Annotated[Effort, typer.Option(help="which net finds the minutiae")] = Effort.STANDARD,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
) -> None:
    """How often a quick look decides as the whole assessment does, how fast; and how early what is hopeless is told."""
    from firmware.assessment import Wishes, collect
    from firmware.benchmarks import preview

    files = [file for path in prints for file in collect([path], Wishes())]
    columns = (TextColumn("looking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task("", total=len(files))
        looks = preview.measure(files, minimum, effort, lambda: bar.advance(task))
    found = preview.reports(looks, minimum)
    if as_json:
        sys.stdout.write(json.dumps(preview.as_json(found, minimum)) + "\n")
        return
    for line in preview.as_lines(found, minimum):
        out.print(line, markup=False)


@bench_app.command("match")
def bench_match(
    folders: Annotated[list[Path], typer.Argument(help="prints FINGER_IMPRESSION.png, a folder a set")],
    effort: Annotated[Effort, typer.Option(help="which net finds the minutiae")] = Effort.STANDARD,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
) -> None:
    """How well and how fast two prints are told to be one finger's, beside a plain matcher on the same minutiae."""
    from firmware.benchmarks import accuracy, matchers

    sets = accuracy.collect(folders)
    columns = (TextColumn("extracting, comparing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task("", total=2 * sum(len(prints.files) for prints in sets))
        reports = [matchers.measure(prints, effort, lambda: bar.advance(task)) for prints in sets]
    if as_json:
        sys.stdout.write(json.dumps(matchers.as_json(reports, effort)) + "\n")
        return
    for line in matchers.as_lines(reports):
        out.print(line, markup=False)


@bench_app.command("record")
def bench_record(
    prints: Annotated[list[Path], typer.Argument(help="prints, ten a record: files, folders")],
    effort: Annotated[Effort, typer.Option(help="which net finds the minutiae")] = Effort.STANDARD,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
) -> None:
    """How large a sealed record is by each compression of its prints, and what of the minutiae stays."""
    from firmware.assessment import Wishes, collect
    from firmware.benchmarks import record

    files = [file for path in prints for file in collect([path], Wishes())]
    columns = (TextColumn("looking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task("", total=len(files))
        sizes = record.measure(files, effort, lambda: bar.advance(task))
    if as_json:
        sys.stdout.write(json.dumps(record.as_json(sizes)) + "\n")
        return
    for line in record.as_lines(sizes):
        out.print(line, markup=False)
