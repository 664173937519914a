"""`rekam summary`: how the quality of an archive is distributed, by folder, finger, kit, sensor and day."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from firmware import wording
from firmware.archive import chart, keeping
from firmware.archive.chart import Section
from firmware.archive.labels import Label
from firmware.archive.tallies import Tally, pooled, quantile
from firmware.archive.words import ArchivePhrase, feedback
from firmware.durable import write_file
from firmware.rows import Row
from firmware.vocabulary import Language

PICTURE = "summary.png"
MOST_GROUPS = 40
"""Groups that are shown of a kind: those with the lowest medians, the others together."""
PARTS = (0.05, 0.25, 0.5, 0.75, 0.95)

Key = Any
"""What the files of a group share; None where nobody tells. Keys of one kind can be put in order."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to group files: what it is called, and how the keys of its groups are."""

    title: ArchivePhrase
    key: Callable[[str, Label], Key]
    name: Callable[[Key, Language], str]


_KINDS = (
    Kind(ArchivePhrase.FOLDER, lambda file, _: PurePosixPath(file).parent.as_posix(), lambda key, _: key),
    Kind(ArchivePhrase.FINGER, lambda _, label: label.finger, wording.finger),
    Kind(ArchivePhrase.KIT, lambda _, label: label.kit, lambda key, _: key),
    Kind(ArchivePhrase.SENSOR, lambda _, label: label.sensor, lambda key, _: key),
    Kind(ArchivePhrase.DAY, lambda _, label: label.day, lambda key, _: key.isoformat()),
)


@dataclass(frozen=True, slots=True)
class Summary:
    """What the rows of a run tell together.

    missing: files not yet assessed. unlabelled: files that no label is for. strangers: files that only labels know of.
    """

    whole: Tally
    groups: Mapping[ArchivePhrase, Mapping[Key, Tally]]
    missing: int
    unlabelled: int
    strangers: tuple[str, ...]


def summarise(folder: Path, labels: Mapping[str, Label] | None = None) -> Summary:
    """Sum a run up. Raises InputError when the folder holds none."""
    total, rows = keeping.read(folder)
    groups: dict[ArchivePhrase, dict[Key, Tally]] = {kind.title: {} for kind in _KINDS}
    strangers = dict.fromkeys(labels or ())
    unlabelled = 0
    for row in rows:
        file = row["file"]
        label = labels.get(file) if labels else None
        unlabelled += label is None and labels is not None
        strangers.pop(file, None)
        _add(groups, row, label or Label())
    whole = pooled(groups[ArchivePhrase.FOLDER].values())
    told = {title: tallies for title, tallies in groups.items() if tallies.keys() - {None}}
    return Summary(whole, told, total - whole.files, unlabelled, tuple(strangers))


def _add(groups: Mapping[ArchivePhrase, dict[Key, Tally]], row: Row, label: Label) -> None:
    for kind in _KINDS:
        groups[kind.title].setdefault(kind.key(row["file"], label), Tally()).add(row)


def show(console: Console, folder: Path, summary: Summary, picture: Path, language: Language) -> None:
    """Draw it, and tell it in tables. Raises InputError when the picture cannot be written."""
    told = _sections(summary, language)
    headline = _headline(folder, summary, language)
    data = io.BytesIO()
    chart.draw(told, headline, language).save(data, "PNG")
    write_file(picture, data.getvalue())
    console.print(headline, markup=False)
    for section in told:
        console.print()
        console.print(_distributions(section, language))
    for section in told if summary.whole.feedback else ():
        console.print()
        console.print(_shares(section, chart.frequent(summary.whole), language))
    console.print()
    if summary.unlabelled:
        untold = ArchivePhrase.UNTOLD.say(language)
        console.print(ArchivePhrase.UNLABELLED.say(language, count=summary.unlabelled, untold=untold), markup=False)
    if summary.strangers:
        words = ArchivePhrase.STRANGERS.say(language, count=len(summary.strangers), name=summary.strangers[0])
        console.print(words, markup=False)
    console.print(ArchivePhrase.PICTURE.say(language, path=picture), markup=False)


def _headline(folder: Path, summary: Summary, language: Language) -> str:
    """How many files there are, and how many of them tell nothing."""
    parts = [ArchivePhrase.TITLE.say(language, files=summary.whole.files + summary.missing, folder=folder)]
    if summary.whole.unreadable:
        parts.append(ArchivePhrase.UNREADABLE_OF.say(language, count=summary.whole.unreadable))
    if summary.missing:
        parts.append(ArchivePhrase.MISSING.say(language, count=summary.missing))
    return ", ".join(parts)


def _sections(summary: Summary, language: Language) -> list[Section]:
    """All files, then their groups, each kind in its own order."""
    every = Section(ArchivePhrase.ALL.say(language), [(ArchivePhrase.ALL.say(language), summary.whole)])
    return [
        every,
        *(_section(kind, summary.groups[kind.title], language) for kind in _KINDS if kind.title in summary.groups),
    ]


def _section(kind: Kind, tallies: Mapping[Key, Tally], language: Language) -> Section:
    def name(key: Key) -> str:
        return ArchivePhrase.UNTOLD.say(language) if key is None else kind.name(key, language)

    worst = sorted(tallies, key=lambda key: -1 if (q := quantile(tallies[key].scores, 0.5)) is None else q)
    shown, rest = worst[:MOST_GROUPS], worst[MOST_GROUPS:]
    ordered = sorted(shown, key=lambda key: (key is None, key))
    groups = [(name(key), tallies[key]) for key in ordered]
    if rest:
        others = ArchivePhrase.OTHERS.say(language, count=len(rest))
        groups.append((others, pooled(tallies[key] for key in rest)))
    return Section(kind.title.say(language), groups)


def _distributions(section: Section, language: Language) -> Table:
    """How many files each group has, and below which quality and count of minutiae so many percent of them lie."""
    table = _table(section)
    for phrase in (ArchivePhrase.FILES, ArchivePhrase.UNREADABLE):
        table.add_column(phrase.say(language), justify="right")
    for phrase, parts in ((ArchivePhrase.QUALITY, PARTS), (ArchivePhrase.MINUTIAE, PARTS[::2])):
        heading = f"{phrase.say(language)}\n{_figures(f'{part:.0%}' for part in parts)}"
        table.add_column(heading, justify="right", no_wrap=True)
    for name, tally in section.groups:
        table.add_row(
            Text(name),
            str(tally.files),
            str(tally.unreadable),
            _figures(quantile(tally.scores, part) for part in PARTS),
            _figures(quantile(tally.minutiae, part) for part in PARTS[::2]),
        )
    return table


def _shares(section: Section, codes: Sequence[str], language: Language) -> Table:
    """How many percent of a group's files have each feedback."""
    table = _table(section)
    for code in codes:
        table.add_column("\n".join(feedback(code, language).split(" ")) + " %", justify="right")
    for name, tally in section.groups:
        table.add_row(Text(name), *(f"{100 * tally.share(code):.0f}" for code in codes))
    return table


def _table(section: Section) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(section.title, overflow="fold")
    return table


def _figures(values: Iterable[object]) -> str:
    return "".join(f"{'-' if value is None else value:>5}" for value in values)
