"""The technician's verbs: to find what is wrong with a kit, and to pack what the office needs to help."""

import json
import logging
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from firmware.errors import KitError
from firmware.recording_verb import ConfigOption
from firmware.vocabulary import Language

if TYPE_CHECKING:
    from firmware.doctor import Told

COULD_NOT_RUN = 2

doctor_app = typer.Typer()
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

LanguageOption = Annotated[Language | None, typer.Option("--lang", help="of what is said; else the kit's")]


@doctor_app.command()
def doctor(
    config: ConfigOption,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout, docs/doctor.md")] = False,
    language: LanguageOption = None,
    accept: Annotated[
        bool, typer.Option("--accept-sensor", help="the sensor was replaced on purpose: it is the kit's own now")
    ] = False,
) -> None:
    """Find what is wrong, and say what to try; exit status 0: nothing, 1: something, 2: this could not run."""
    from firmware import consultation, doctor
    from firmware.config import load
    from firmware.doctor_text import DoctorPhrase

    _quiet()
    try:
        settings = load(config)
        spoken = language or settings.language
        if accept:
            serial = consultation.accept_sensor(settings)
            phrase = DoctorPhrase.ACCEPTED if serial else DoctorPhrase.NO_SERIAL
            out.print(phrase.say(spoken, serial=serial), markup=False)
            return
        err.print(DoctorPhrase.TRYING.say(spoken), markup=False)
        came = consultation.consult(settings)
    except KitError as error:
        err.print(f"rekam doctor: {error}", markup=False)
        raise typer.Exit(COULD_NOT_RUN) from error
    told = [finding.tell(spoken) for finding in doctor.judge(came.facts)]
    if as_json:
        document = consultation.as_json(came, settings, told)
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    else:
        _show(settings.kit_id, told, came.untried, spoken)
    if told:
        raise typer.Exit(1)


@doctor_app.command()
def support(
    path: Annotated[Path, typer.Argument(metavar="OUT.tar.gz", help="a new file, for example on a stick")],
    config: ConfigOption,
    language: LanguageOption = None,
) -> None:
    """Pack what the office needs to help: findings, status, settings without secrets, logs; no resident, no key."""
    from firmware import support
    from firmware.config import load
    from firmware.doctor_text import DoctorPhrase

    _quiet()
    settings = load(config)
    err.print(DoctorPhrase.TRYING.say(language or settings.language), markup=False)
    for name in support.pack(path, settings, config, language or settings.language):
        out.print(name, markup=False)


def _quiet() -> None:
    """What drivers log on their way would stand between the findings, which say the same in better words."""
    logging.getLogger("firmware").addHandler(logging.NullHandler())


def _show(kit: str, told: "list[Told]", untried: str, language: Language) -> None:
    """Plain lines; where somebody sits before them, a screen at a time."""
    from firmware import doctor_text
    from firmware.doctor_text import DoctorPhrase

    verdict = DoctorPhrase.FOUND if told else DoctorPhrase.HEALTHY
    heads = [[verdict.say(language, kit=kit, count=len(told))]]
    if untried:
        heads.append(doctor_text.wrapped(DoctorPhrase.UNTRIED.say(language, words=untried)))
    blocks = [doctor_text.block(number, one, language) for number, one in enumerate(told, start=1)]
    is_watched = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    height = shutil.get_terminal_size((80, 24)).lines
    for number, screen in enumerate(doctor_text.screens([*heads, *blocks], height)):
        if number and is_watched:
            sys.stdout.write(DoctorPhrase.MORE.say(language))
            sys.stdout.flush()
            sys.stdin.readline()
        sys.stdout.write("\n".join(screen[:-1]) + "\n\n")
