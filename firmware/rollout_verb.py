"""The verb `rekam rollout`: how far the kit has come on its way into service."""

from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from firmware.recording_verb import ConfigOption

out = Console(highlight=False, soft_wrap=True)


def rollout(
    config: ConfigOption,
    stage: Annotated[str, typer.Argument(help="where it is now, such as waiting_for_weather; none: show it")] = "",
    because: Annotated[str, typer.Option(help="why, in a few words; no names")] = "",
) -> None:
    """Tell the office how far this kit has come: in_box, provisioned, installed, in_service, faulty and so on."""
    from firmware import rollout as kept
    from firmware.clock import Clock
    from firmware.config import load
    from firmware.errors import InputError
    from firmware.rollout_words import RolloutPhrase

    settings = load(config)
    if because and not stage:
        raise InputError("--because: tells why the kit is where it is; name that too")
    if stage:
        at = Clock(settings.timezone, settings.data).now()
        told = kept.tell(settings.data, kept.stage_of(stage), because, at, kept.Teller.TECHNICIAN)
    else:
        found = kept.load(settings.data)
        if found is None:
            out.print(RolloutPhrase.UNTOLD.say(settings.language, kit=settings.kit_id), markup=False)
            return
        told = found
    phrase = RolloutPhrase.BECAUSE if told.reason else RolloutPhrase.STANDS
    words = told.stage.say(settings.language)
    since = told.since.astimezone(ZoneInfo(settings.timezone))
    values = {"kit": settings.kit_id, "stage": words, "since": since, "reason": told.reason}
    out.print(phrase.say(settings.language, **values), markup=False)
