"""The count as an HTML page that needs nothing beside itself: plots, and the same numbers in tables."""

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape

from firmware.office.count_tables import tables
from firmware.office.count_words import CountPhrase as Say
from firmware.office.counted import Count
from firmware.pages import html
from firmware.vocabulary import Language, Purpose

_WIDTH, _LABEL, _VALUE, _ROW = 720, 210, 60, 22
_MOST_BARS = 62


def render(count: Count, language: Language) -> str:
    """The page."""
    title = Say.TITLE.say(language, at=count.at_utc[:16].replace("T", " "))
    parts = [html.head(language, title), f"<h1>{escape(title)}</h1>\n"]
    if count.purpose == Purpose.TRAINING.value:
        parts.append(f"<p>{escape(Say.TRAINING.say(language))}</p>\n")
    parts += [_section(heading, bars) for heading, bars in _plots(count, language) if bars]
    for table in tables(count, language):
        if not table.rows:
            continue
        heading = "".join(f"<th>{escape(name)}</th>" for name in table.columns)
        rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in table.rows)
        note = f"<p>{escape(table.note)}</p>\n" if table.note else ""
        shown = f"<table>\n<tr>{heading}</tr>\n{rows}</table>\n{note}"
        parts.append(f"<section>\n<h2>{escape(table.heading)}</h2>\n{shown}</section>\n")
    return "".join([*parts, html.foot()])


def _plots(count: Count, language: Language) -> Iterator[tuple[str, list[tuple[str, float, str]]]]:
    """Heading and bars: a name, a length, what is written behind it."""
    for heading, groups in ((Say.DAYS, count.days), (Say.DISTRICTS, count.districts), (Say.SCHOOLS, count.schools)):
        title = f"{heading.say(language)}: {Say.RESIDENTS.say(language)}"
        yield title, [(one.name or "-", one.residents, str(one.residents)) for one in groups]
    covered = [one for one in count.coverage if one.percent is not None]
    yield (
        f"{Say.COVERAGE.say(language)}, {Say.PERCENT.say(language)}",
        [
            (
                f"{one.district or Say.ALL.say(language)}, {Say[one.what].say(language)} {one.date}",
                one.percent or 0.0,
                f"{one.percent:.1f}",
            )
            for one in covered
        ],
    )
    months = Counter(one.card_from[:7] for one in count.sixteen)
    yield Say.SIXTEEN.say(language), [(month, number, str(number)) for month, number in sorted(months.items())]


def _section(heading: str, bars: Sequence[tuple[str, float, str]]) -> str:
    shown = list(bars)[-_MOST_BARS:]
    most = max((length for _, length, _ in shown), default=0) or 1
    room = _WIDTH - _LABEL - _VALUE
    drawn = []
    for index, (name, length, words) in enumerate(shown):
        y, width = index * _ROW, room * length / most
        drawn.append(
            f'<text x="{_LABEL - 8}" y="{y + 15}" text-anchor="end">{escape(name[:34])}</text>'
            f'<rect x="{_LABEL}" y="{y + 3}" width="{width:.1f}" height="{_ROW - 6}" fill="#4a7abc"/>'
            f'<text x="{_LABEL + width + 6:.1f}" y="{y + 15}">{escape(words)}</text>'
        )
    size = f'viewBox="0 0 {_WIDTH} {len(shown) * _ROW}" width="{_WIDTH}" font-size="12" font-family="sans-serif"'
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size}>{"".join(drawn)}</svg>'
    return f"<section>\n<h2>{escape(heading)}</h2>\n{picture}\n</section>\n"
