"""A transaction as a part of an HTML page: its records in tables, its pictures below them."""

from html import escape

from PIL import Image

from firmware.pages import html
from firmware.pages.content import Figure
from firmware.transaction_lines import FieldLine, RecordLines
from firmware.transaction_words import TransactionPhrase
from firmware.vocabulary import Language

LONGEST_SIDE = 2000
"""Pixels; a larger picture is drawn smaller."""


def head(language: Language) -> str:
    """What comes before the transactions."""
    return html.head(language, TransactionPhrase.TITLE.say(language))


def title(words: str, notice: str = "") -> str:
    """The beginning of a transaction, and what is to be noticed of it."""
    told = f"<p>{escape(notice)}</p>\n" if notice else ""
    return f"<h1>{escape(words)}</h1>\n{told}"


def section(lines: RecordLines, language: Language) -> str:
    """One record."""
    phrases = (TransactionPhrase.FIELD, TransactionPhrase.NAME, TransactionPhrase.MEANING, TransactionPhrase.VALUE)
    heading = "".join(f"<th>{escape(phrase.say(language))}</th>" for phrase in phrases)
    rows = "".join(map(_row, lines.fields))
    table = f'<table class="fields">\n<tr>{heading}</tr>\n{rows}</table>'
    return f"<section>\n<h2>{escape(lines.heading)}</h2>\n{table}\n{_picture(lines)}</section>\n"


def _row(line: FieldLine) -> str:
    cells = (f"<code>{escape(line.tag)}</code>", escape(line.mnemonic), escape(line.meaning), escape(line.value))
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n"


def _picture(lines: RecordLines) -> str:
    if lines.picture is None:
        return ""
    image = Image.fromarray(lines.picture)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return f'<div class="figures">\n{html.figure(Figure(lines.heading, image))}</div>\n'
