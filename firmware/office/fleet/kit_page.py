"""One kit on a page of its own: what is known of it, its parts, and how each of its numbers went."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from firmware import clock_words
from firmware.office.fleet import feed, plots, rows, view
from firmware.office.fleet.board import Board
from firmware.office.fleet.rows import TREND_DAYS, KitRow, ReportRow, iso
from firmware.office.fleet.words import PagePhrase, number
from firmware.vocabulary import ClockTrust, Language

_POINTS = 40
_LEFT_OUT = ("Rollout/Since", "Work/Oldest waiting", "Identity/Until")
"""Moments, which make no plot."""


@dataclass(frozen=True, slots=True)
class Trend:
    """How one number of a device went: of each of so many spans its last value, and the least and most of all."""

    name: str
    plot: Markup
    last: str
    least: str
    most: str


def render(board: Board, name: str, now: datetime, language: Language) -> str:
    """The page; empty for a kit that nobody knows. Raises StoreError."""
    picture = board.picture()
    if name not in picture.names:
        return ""
    since = now - timedelta(days=TREND_DAYS)
    row = picture.kits.get(name, KitRow(name))
    reports = rows.load_reports(board.store, name, iso(since))
    return (
        feed.environment(language)
        .get_template("kit_page")
        .render(
            shown=view.kit(picture, name, now, language),
            facts=list(_facts(row, language)),
            devices=sorted(row.all_devices().items()),
            trends=list(_trends(reports, since, now, language)),
            at=now.astimezone(),
            days=TREND_DAYS,
        )
    )


def _facts(row: KitRow, language: Language) -> Iterator[tuple[str, str]]:
    if row.software:
        yield PagePhrase.SOFTWARE.say(language), row.software
    if row.clock:
        yield PagePhrase.CLOCK.say(language), clock_words.trust(ClockTrust(row.clock), language)
    if row.temperature_c is not None:
        yield PagePhrase.TEMPERATURE.say(language), f"{row.temperature_c:.0f} °C"
    if row.free_mb is not None:
        of = f" / {number(row.total_mb, language)}" if row.total_mb else ""
        yield PagePhrase.STORAGE.say(language), f"{number(row.free_mb, language)}{of} MB"
    if row.identity_until:
        yield PagePhrase.IDENTITY.say(language), row.identity_until


def _trends(reports: Sequence[ReportRow], since: datetime, now: datetime, language: Language) -> Iterator[Trend]:
    """Each number that was reported, the kit's own first."""
    series: dict[tuple[str, str], list[tuple[datetime, float]]] = defaultdict(list)
    for report in reports:
        at = rows.moment(report.at_utc)
        for name, value in json.loads(report.readings).items():
            if at is not None and at <= now and isinstance(value, int | float) and name not in _LEFT_OUT:
                series[report.device, name].append((at, value))
    for (device, name), points in sorted(series.items()):
        values: list[float | None] = [None] * _POINTS
        for at, value in points:
            values[min(_POINTS - 1, int(_POINTS * ((at - since) / (now - since))))] = value
        title = f"{device}: {name}" if device else name
        least, most = min(value for _, value in points), max(value for _, value in points)
        last, low, high = (_told(one, language) for one in (points[-1][1], least, most))
        yield Trend(title, plots.line(values, f"{title}: {low} - {high}"), last, low, high)


def _told(value: float, language: Language) -> str:
    return number(int(value), language) if value == int(value) else f"{value:.1f}"
