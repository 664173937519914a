"""The verbs under `rekam identity`: the kit asks for an identity, takes the answer, renews it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from firmware.recording_verb import ConfigOption

if TYPE_CHECKING:
    from firmware.config import KitConfig
    from firmware.identity_words import IdentityPhrase

identity_app = typer.Typer(no_args_is_help=True, help="The kit's identity: ask for one, take the answer, renew it.")

out = Console(highlight=False, soft_wrap=True)

FolderArgument = Annotated[Path, typer.Argument(help="where the request goes, for example a stick")]


@identity_app.command()
def request(folder: FolderArgument, config: ConfigOption) -> None:
    """Write the kit's request to be admitted, or to have its certificate renewed; bring it to the office."""
    from firmware import identity
    from firmware.config import load
    from firmware.identity_words import IdentityPhrase

    settings = load(config)
    with identity.spoken(settings.language):
        path = identity.write_request(settings.data, settings.kit_id, folder)
    _say(settings, IdentityPhrase.REQUESTED, path=path)


@identity_app.command()
def accept(
    answer: Annotated[Path, typer.Argument(help="KITID.answer.json from `rekam office admit`, or the stick with it")],
    config: ConfigOption,
    replace: Annotated[bool, typer.Option("--replace", help="take the answer of another office than before")] = False,
) -> None:
    """Take the office's answer: its certificate for this kit, and for whom packets are sealed."""
    from firmware import identity
    from firmware.config import load
    from firmware.identity_words import IdentityPhrase

    settings = load(config)
    with identity.spoken(settings.language):
        accepted = identity.accept_answer(settings.data, settings.kit_id, answer, replace=replace)
    _note(settings, "accepted")
    until = accepted.certificate and accepted.certificate.not_valid_after_utc.date()
    count = len(accepted.recipients)
    _say(settings, IdentityPhrase.ACCEPTED, kit=settings.kit_id, until=until, recipients=count)
    _say(settings, IdentityPhrase.FINGERPRINT, fingerprint=accepted.authority_fingerprint)


@identity_app.command()
def renew(folder: FolderArgument, config: ConfigOption) -> None:
    """Make a new key for this board, after the card was copied or the board replaced; what waits is kept."""
    from firmware import identity
    from firmware.config import load
    from firmware.durable import make_folder
    from firmware.identity_words import IdentityPhrase

    settings = load(config)
    make_folder(folder)  # a stick that is not in must not cost a key
    identity.renew(settings.data, settings.kit_id)
    _note(settings, "renewed")
    path = identity.write_request(settings.data, settings.kit_id, folder)
    _say(settings, IdentityPhrase.RENEWED, kit=settings.kit_id)
    _say(settings, IdentityPhrase.REQUESTED, path=path)


def _note(settings: "KitConfig", outcome: str) -> None:
    from firmware.clock import Clock
    from firmware.journal import JOURNAL, Journal
    from firmware.logbook import Logbook

    clock = Clock(settings.timezone, settings.data)
    Logbook(Journal(settings.data / JOURNAL, clock.now)).identity(outcome)


def _say(settings: "KitConfig", phrase: "IdentityPhrase", **values: object) -> None:
    out.print(phrase.say(settings.language, **values), markup=False)
