"""The verbs under `rekam journal`."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from firmware.vocabulary import Language

journal_app = typer.Typer(no_args_is_help=True, help="The journal: who did what on this kit, and whether it is whole.")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

FileArgument = Annotated[Path | None, typer.Argument(help="a journal's file, instead of the kit's own")]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", envvar="REKAM_CONFIG", help="the kit's settings, for its own journal")
]
LanguageOption = Annotated[Language | None, typer.Option(help="of what is said; else the kit's, else English")]


@journal_app.command()
def verify(
    file: FileArgument = None,
    config: ConfigOption = None,
    head: Annotated[
        str | None, typer.Option(metavar="SHA256", help="a digest that the kit told earlier: its line must be there")
    ] = None,
    language: LanguageOption = None,
) -> None:
    """Follow the chain: how many lines from when to when; or the first broken one, and exit status 1."""
    from firmware import journal_check, journal_words

    path, spoken = _which(file, config, language)
    verdict = journal_check.verify(path, head)
    for words in journal_words.judgement(path, verdict, head, spoken):
        out.print(words, style="" if verdict.is_whole else "red", markup=False)
    if not verdict.is_whole:
        raise typer.Exit(1)


@journal_app.command()
def show(
    file: FileArgument = None,
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines on stdout, as they stand in the file")] = False,
    language: LanguageOption = None,
) -> None:
    """Show every line; exit status 1 where one is broken, which `--json` leaves out."""
    from rich.table import Table

    from firmware import journal_check, journal_words
    from firmware.journal_lines import Fault

    path, spoken = _which(file, config, language)
    table = Table(*journal_words.headings(spoken), box=None, pad_edge=False)
    table.columns[-1].overflow = "fold"
    is_whole = True
    for number, (raw, line) in enumerate(journal_check.lines(path), start=1):
        if isinstance(line, Fault):
            is_whole = False
        elif as_json:
            sys.stdout.write(raw.decode("ascii"))
        table.add_row(str(number), *journal_words.cells(line, spoken))
    if not as_json:
        out.print(table, markup=False)
    if not is_whole:
        err.print(journal_words.JournalPhrase.UNREADABLE.say(spoken), markup=False)
        raise typer.Exit(1)


def _which(file: Path | None, config: Path | None, language: Language | None) -> tuple[Path, Language]:
    from firmware.config import load
    from firmware.errors import InputError
    from firmware.journal import JOURNAL

    if file:
        return file, language or Language.ENGLISH
    if config is None:
        raise InputError("journal: name its file, or the kit's settings with --config")
    settings = load(config)
    return settings.data / JOURNAL, language or settings.language
