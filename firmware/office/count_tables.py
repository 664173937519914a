"""The count as tables, for a terminal, a page or a file of values separated by commas."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from firmware.office.count_words import CountPhrase as Say
from firmware.office.counted import Count, Coverage, Group
from firmware.vocabulary import Language, Purpose

COLUMNS = ("by", "name", "recorded", "waiting", "delivered", "accepted", "refused", "replaced", "residents", "sixteen")


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, the columns' names, the rows, and a sentence below them, or empty."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def tables(count: Count, language: Language) -> Iterator[Table]:
    """Every part of the count that is not empty, in words."""

    def say(*phrases: Say) -> tuple[str, ...]:
        return tuple(phrase.say(language) for phrase in phrases)

    yield _kits(count, language)
    if count.coverage:
        rows = tuple(_coverage(one, language) for one in count.coverage)
        is_over = any(one.percent is not None and one.percent > 100 for one in count.coverage)
        columns = say(Say.DISTRICT, Say.WHAT, Say.NUMBER, Say.SOURCE, Say.DATE, Say.PERCENT)
        yield Table(Say.COVERAGE.say(language), columns, rows, Say.OVER.say(language) if is_over else "")
    for heading, name, groups in (
        (Say.DISTRICTS, Say.DISTRICT, count.districts),
        (Say.SCHOOLS, Say.SCHOOL, count.schools),
        (Say.DAYS, Say.DAY, count.days),
    ):
        columns = say(
            name, Say.RECORDED, Say.WAITING, Say.ACKNOWLEDGED, Say.REPLACED_SHORT, Say.RESIDENTS, Say.SIXTEEN_SHORT
        )
        yield Table(heading.say(language), columns, tuple(_group(one) for one in groups))
    refused = tuple((one.reason, str(one.count), one.words) for one in count.refused)
    yield Table(Say.REFUSED_WHY.say(language), say(Say.REASON, Say.NUMBER, Say.WORDS), refused)
    twice = tuple((", ".join(numbers),) for numbers in count.twice)
    yield Table(Say.TWICE.say(language), say(Say.NUMBERS), twice)
    replaced = tuple(
        (one.control_number + ("" if one.is_here else f" ({Say.NOT_HERE.say(language)})"), one.by, one.because)
        for one in count.replaced
    )
    yield Table(Say.REPLACED.say(language), say(Say.CONTROL, Say.BY, Say.BECAUSE), replaced)
    sixteen = tuple((one.card_from, one.control_number, one.kit_id, one.place) for one in count.sixteen)
    yield Table(Say.SIXTEEN.say(language), say(Say.FROM, Say.CONTROL, Say.KIT, Say.SCHOOL), sixteen)


def as_csv(count: Count) -> str:
    """A row for each kit, day, district and school; what is not known of one is empty."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for kit in count.kits:
        told = ["" if value is None else value for value in (kit.recorded, kit.waiting)]
        writer.writerow(["kit", kit.kit_id, *told, kit.delivered, kit.accepted, kit.refused, "", "", ""])
    for by, groups in (("day", count.days), ("district", count.districts), ("school", count.schools)):
        for one in groups:
            told = ["" if value is None else value for value in (one.recorded, one.waiting)]
            writer.writerow([by, one.name, *told, "", one.accepted, "", one.replaced, one.residents, one.sixteen])
    return file.getvalue()


def show(console: Console, count: Count, language: Language) -> None:
    """The count for a person at a terminal."""
    if count.purpose == Purpose.TRAINING.value:
        console.rule(Say.TRAINING.say(language), style="magenta")
    console.print(Say.TITLE.say(language, at=count.at_utc[:16].replace("T", " ")), style="bold", markup=False)
    for part in tables(count, language):
        if not part.rows:
            continue
        shown = RichTable(title=part.heading, title_justify="left", box=None, pad_edge=False)
        for column in part.columns:
            # A narrow terminal takes more lines, and nothing of a number is lost
            shown.add_column(column, overflow="fold")
        for row in part.rows:
            shown.add_row(*map(escape, row))
        console.print()
        console.print(shown)
        if part.note:
            console.print(part.note, style="yellow", markup=False)


def _kits(count: Count, language: Language) -> Table:
    at_the_kit = (Say.KIT, Say.DISTRICT, Say.RECORDED, Say.WAITING, Say.TOLD)
    phrases = (*at_the_kit, Say.DELIVERED, Say.ACKNOWLEDGED, Say.REFUSED, Say.LAST)
    rows = [
        (
            kit.kit_id,
            kit.district,
            _known(kit.recorded),
            _known(kit.waiting),
            kit.told_utc[:16].replace("T", " ") or Say.NOT_TOLD.say(language),
            str(kit.delivered),
            str(kit.accepted),
            str(kit.refused),
            kit.last_received_utc[:16].replace("T", " "),
        )
        for kit in count.kits
    ]
    if len(rows) > 1:
        rows.append(
            (
                Say.ALL.say(language),
                "",
                _known(_sum([kit.recorded for kit in count.kits])),
                _known(_sum([kit.waiting for kit in count.kits])),
                "",
                str(sum(kit.delivered for kit in count.kits)),
                str(sum(kit.accepted for kit in count.kits)),
                str(sum(kit.refused for kit in count.kits)),
                "",
            )
        )
    return Table(Say.KITS.say(language), tuple(phrase.say(language) for phrase in phrases), tuple(rows))


def _sum(counts: Sequence[int | None]) -> int | None:
    """The sum of what was told; None where a kit has not told yet, as a sum of the others would mislead."""
    known = [one for one in counts if one is not None]
    return sum(known) if len(known) == len(counts) else None


def _known(value: int | None) -> str:
    return "-" if value is None else str(value)


def _group(one: Group) -> tuple[str, ...]:
    told = (_known(one.recorded), _known(one.waiting))
    return (one.name or "-", *told, str(one.accepted), str(one.replaced), str(one.residents), str(one.sixteen))


def _coverage(one: Coverage, language: Language) -> tuple[str, ...]:
    percent = "" if one.percent is None else f"{one.percent:.1f}"
    district = one.district or Say.ALL.say(language)
    return (district, Say[one.what].say(language), str(one.number), one.source, one.date, percent)
