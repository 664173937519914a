"""The verb `rekam deliver`: what waits goes to the office over the network, now."""

import json
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from firmware.recording_verb import ConfigOption

delivery_app = typer.Typer()

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@delivery_app.command()
def deliver(
    config: ConfigOption,
    now: Annotated[bool, typer.Option("--now", help="also in quiet hours")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object on stdout")] = False,
) -> None:
    """Deliver what waits over the network, until the office's receipts are here; status 1 if some still wait."""
    from firmware import delivering
    from firmware.config import load
    from firmware.reporting import SPOOL
    from firmware.spool import Spool
    from firmware.uplink.delivery import Outcome, Wishes
    from firmware.uplink.delivery_words import DeliveryPhrase

    settings = load(config)
    language = settings.language
    if not now and (until := delivering.quiet_until(settings)):
        out.print(DeliveryPhrase.QUIET.say(language, until=f"{until:%H:%M}"), style="yellow")
        raise typer.Exit(1)
    with Spool(settings.data / SPOOL) as spool:
        size = sum(entry.size for entry in spool.entries() if entry.waits)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, disable=as_json) as bar:
        task = bar.add_task(DeliveryPhrase.DELIVERING.say(language), total=size)
        done, waiting = delivering.once(settings, Wishes(on_sent=lambda more: bar.advance(task, more)))
    if as_json:
        counts = {outcome.value: count for outcome, count in done.counts.items()}
        sys.stdout.write(json.dumps({**counts, "waiting": waiting, "told": done.told, "ended": done.ended}) + "\n")
    else:
        for outcome, count in done.counts.items():
            if count:
                out.print(DeliveryPhrase[outcome.name].say(language, count=count), markup=False)
        for words in done.told:
            out.print(f"  {words}", markup=False)
        if done.ended:
            out.print(DeliveryPhrase.ENDED.say(language, reason=done.ended), style="yellow", markup=False)
        left = DeliveryPhrase.WAITING if waiting else DeliveryPhrase.NOTHING
        if waiting or not any(done.counts[outcome] for outcome in Outcome):
            out.print(left.say(language, count=waiting), markup=False)
    if waiting or done.ended or done.counts[Outcome.REFUSED]:
        raise typer.Exit(1)
