"""The command `rekam`: one short function a verb; more verbs come by the entry point `rekam.commands`."""

import os
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from firmware import __version__
from firmware.benchmarks.fleet_verb import bench_fleet
from firmware.benchmarks.verbs import bench_app
from firmware.delivery_verb import delivery_app
from firmware.doctor_verbs import doctor_app
from firmware.errors import KitError
from firmware.fleet_verbs import fleet_app
from firmware.identity_verbs import identity_app
from firmware.journal_verbs import journal_app
from firmware.office.bench_verb import office_bench_app
from firmware.office.fleet.verbs import fleet_page_app
from firmware.office.receiving_verbs import receiving_app
from firmware.office.verbs import office_app
from firmware.recording_verb import recording_app
from firmware.rollout_verb import rollout
from firmware.setup_verbs import setup_app
from firmware.station_verbs import operator, selftest, status
from firmware.station_verbs import run as run_station
from firmware.vocabulary import Effort, Language, TemplateFormat

app = typer.Typer(
    help="Firmware of a field kit that records residents for the KTP-el.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
office_app.registered_commands += receiving_app.registered_commands + fleet_page_app.registered_commands
app.add_typer(office_app, name="office")
app.add_typer(identity_app, name="identity")
bench_app.command("fleet")(bench_fleet)
bench_app.registered_commands += office_bench_app.registered_commands
app.add_typer(bench_app, name="bench")
app.registered_commands += recording_app.registered_commands + setup_app.registered_commands
app.registered_commands += delivery_app.registered_commands
app.add_typer(journal_app, name="journal")
app.registered_commands += doctor_app.registered_commands + fleet_app.registered_commands
app.command()(status)
app.command()(selftest)
app.command()(operator)
app.command()(rollout)
app.command("run")(run_station)

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@app.command()
def version() -> None:
    """Print the version."""
    out.print(__version__)


@app.command()
def assess(
    paths: Annotated[list[Path], typer.Argument(help="image files, transactions, folders of them")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines on stdout, an object an image")] = False,
    table: Annotated[Path | None, typer.Option("--csv", help="write a table to this file")] = None,
    measures: Annotated[bool, typer.Option("--measures", help="the table with NFIQ 2's 69 measures")] = False,
    overlays: Annotated[Path | None, typer.Option("--overlay", help="draw a picture of each print here")] = None,
    template_folder: Annotated[Path | None, typer.Option("--template", help="write a template of each here")] = None,
    template_format: Annotated[
        TemplateFormat, typer.Option(help="xyt: text; iso: ISO/IEC 19794-2:2005; ansi: INCITS 378-2004")
    ] = TemplateFormat.XYT,
    trace: Annotated[Path | None, typer.Option(help="show every stage of one print in pictures here")] = None,
    ppi: Annotated[float | None, typer.Option(min=100, max=2000, help="resolution; else what each file tells")] = None,
    effort: Annotated[Effort, typer.Option(help="which net finds the minutiae")] = Effort.STANDARD,
    jobs: Annotated[int, typer.Option(min=1, help="how many processes share the work")] = 1,
    cluster: Annotated[str | None, typer.Option(metavar="ADDRESS", help="a Dask scheduler, to share the work")] = None,
    report: Annotated[Path | None, typer.Option(help="a page on each print, into this .html or .pdf")] = None,
    language: Annotated[Language, typer.Option(help="of report, face's table and overlay")] = Language.ENGLISH,
    run: Annotated[Path | None, typer.Option(help="keep what is done here; a second call goes on from there")] = None,
    face: Annotated[bool, typer.Option("--face", help="the images are pictures of a face")] = False,
    birth_year: Annotated[int | None, typer.Option(min=1900, max=2200, help="the face's: odd red, even blue")] = None,
) -> None:
    """Quality, feedback and minutiae of fingerprint images (PNG, TIFF, BMP, PGM, WSQ, JPEG 2000), or faces.

    Of an ANSI/NIST-ITL transaction (.an2, .an2k, .eft) each print is assessed.
    """
    from firmware import face_files
    from firmware.archive import assessing
    from firmware.assessment import Wishes

    wishes = Wishes(ppi, overlays, template_folder, template_format, effort, trace, report, language=language)
    output = assessing.Output(as_json, table, run, measures)
    if face:
        all_read = face_files.assess(paths, wishes, birth_year, output, out, err)
    else:
        all_read = assessing.assess(paths, wishes, output, assessing.who(jobs, cluster), out, err)
    if not all_read:
        raise typer.Exit(1)


@app.command()
def show(
    files: Annotated[list[Path], typer.Argument(help="transactions such as .an2, .an2k or .eft, ours or another's")],
    page: Annotated[Path | None, typer.Option(metavar="OUT.html", help="draw fields and pictures here")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines on stdout, an object a file")] = False,
    language: Annotated[Language, typer.Option("--lang", help="of tables and page")] = Language.ENGLISH,
) -> None:
    """Show any ANSI/NIST-ITL transaction in traditional encoding: every record, every field, every picture."""
    from firmware import showing

    if not showing.show(files, page, language, None if as_json else out, err):
        raise typer.Exit(1)


@app.command()
def summary(
    run: Annotated[Path, typer.Argument(metavar="DIR", help="the folder of `rekam assess --run`")],
    labels: Annotated[
        Path | None, typer.Option(help="a CSV file with the columns file, finger, kit, sensor, day; or some of them")
    ] = None,
    picture: Annotated[Path | None, typer.Option(help="draw it to this PNG file; else DIR/summary.png")] = None,
    language: Annotated[Language, typer.Option(help="of tables and picture")] = Language.ENGLISH,
) -> None:
    """How quality, minutiae and feedback are distributed in an archive, by folder and by what the labels tell."""
    from firmware.archive import labels as labelling
    from firmware.archive import summary as archive

    told = archive.summarise(run, labelling.read(labels) if labels else None)
    archive.show(out, run, told, picture or run / archive.PICTURE, language)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="where the packets go, for example a stick")],
    config: Annotated[Path | None, typer.Option("--config", "-c", envvar="REKAM_CONFIG", help="kit.toml")] = None,
    source: Annotated[Path | None, typer.Option("--from", help="a dead kit's card, data folder or spool")] = None,
    language: Annotated[Language, typer.Option(help="in which --from tells")] = Language.ENGLISH,
    everything: Annotated[bool, typer.Option("--all", help="also what is on another stick, or was refused")] = False,
) -> None:
    """Copy the sealed packets out, synced and read back; the kit keeps them. With --from, status 1 if one is lost."""
    from firmware import exporting

    if source is None:
        is_whole = exporting.export(config, folder, out, err, everything=everything)
    else:
        is_whole = exporting.rescued(source, folder, out, err, language)
    if not is_whole:
        raise typer.Exit(1)


@app.command("import-receipts")
def import_receipts(
    path: Annotated[Path, typer.Argument(help="the stick that came back, or a file *.receipts.jsonl")],
    config: Annotated[Path | None, typer.Option("--config", "-c", envvar="REKAM_CONFIG", help="kit.toml")] = None,
    language: Annotated[Language | None, typer.Option(help="of what is told; else the kit's")] = None,
) -> None:
    """Take the office's receipts: what it accepted is deleted here, what it refused is kept. Status 1 if one is odd."""
    from firmware import exporting

    if not exporting.import_receipts(config, path, out, language):
        raise typer.Exit(1)


def run() -> None:
    """Run one verb; what a person can mend is told in one message, without a traceback."""
    for entry in entry_points(group="rekam.commands"):
        app.command(entry.name)(entry.load())
    try:
        app()
    except KitError as error:
        err.print(f"rekam: {error}", style="red", markup=False)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not try to flush the rest
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        err.print("rekam: interrupted")
        sys.exit(130)
