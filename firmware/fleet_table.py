"""A fleet as a table for a terminal."""

from datetime import datetime, timedelta

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from firmware.fleet_words import FleetPhrase
from firmware.telemetry.fleet import Fleet, Seen
from firmware.telemetry.hearing import Heard
from firmware.vocabulary import Language

_STYLES = {Seen.UNREADABLE: "red", Seen.LOST: "bold red", Seen.STALE: "yellow", Seen.RECORDING: "green", Seen.IDLE: ""}
_HEADS = ("KIT", "STATE", "LAST_WORD", "RECORDED", "WAITING", "FAULTS")
_SPANS = (
    (timedelta(days=2), timedelta(days=1), FleetPhrase.DAYS),
    (timedelta(hours=2), timedelta(hours=1), FleetPhrase.HOURS),
    (timedelta(minutes=2), timedelta(minutes=1), FleetPhrase.MINUTES),
)


def draw(fleet: Fleet, now: datetime, broker: str, language: Language, *, is_away: bool) -> RenderableType:
    """How many kits look how, and each of them; those that somebody should look after stand first."""
    counted = fleet.count(now)
    told = ", ".join(f"{say(seen, language)} {counted[seen]}" for seen in Seen if counted[seen])
    title = FleetPhrase.TITLE.say(language, broker=broker, count=len(fleet))
    lines = [Text(f"{title} ({told})" if told else title, style="bold")]
    if is_away:
        lines.append(Text(FleetPhrase.SINCE_AWAY.say(language), style="yellow"))
    table = Table(*(FleetPhrase[head].say(language) for head in _HEADS), box=None, pad_edge=False)
    for seen, heard in fleet.kits(now):
        table.add_row(*(Text(text, style=_STYLES[seen]) for text in _row(seen, heard, now, language)))
    return Group(*lines, table)


def say(seen: Seen, language: Language) -> str:
    """How a kit looks, in words."""
    return FleetPhrase[f"SAW_{seen.name}"].say(language)


def _row(seen: Seen, heard: Heard, now: datetime, language: Language) -> tuple[str, ...]:
    counts = ("-" if count is None else str(count) for count in (heard.recorded, heard.waiting))
    return (heard.kit, say(seen, language), _age(heard, now, language), *counts, "; ".join(heard.faults))


def _age(heard: Heard, now: datetime, language: Language) -> str:
    """How long ago it spoke: when it was heard, or of what was retained, when it says so itself."""
    said = heard.said_at
    if said is None:
        return FleetPhrase.UNDATED.say(language)
    age = max(now - said, timedelta())
    for least, unit, phrase in _SPANS:
        if age >= least:
            return phrase.say(language, n=age // unit)
    return FleetPhrase.SECONDS.say(language, n=age // timedelta(seconds=1))
