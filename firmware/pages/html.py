"""Pages as HTML that needs nothing beside itself: pictures and styles are in it."""

import base64
import io
from html import escape

from PIL import Image

from firmware.pages.content import Figure, Measure, Page
from firmware.pages.words import PagePhrase
from firmware.vocabulary import Language

_STYLE = """
body { margin: 0 auto; max-width: 62rem; padding: 1rem 1.5rem; color: #1e293b; background: white;
       font: 16px/1.45 system-ui, sans-serif; }
section { padding: 1rem 0 2rem; border-bottom: 1px solid #d8dee6; break-after: page; }
h1 { font-size: 1.35rem; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 1.2rem 0 .3rem; }
.score { font-size: 1.15rem; margin: 0; }
.bar { position: relative; display: inline-block; height: .8rem; width: 12rem; background: #e2e8f0;
       vertical-align: middle; }
.bar i { position: absolute; top: 0; bottom: 0; background: #4a7abc; }
.bar b { position: absolute; top: -2px; bottom: -2px; width: 3px; margin-left: -1px; background: #d62839; }
.usual i { background: #9cc3b8; }
.facts, figcaption, code { color: #5a687c; font-size: .88rem; }
ul { margin: .4rem 0; padding-left: 1.2rem; }
.figures { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
figure { margin: 0; flex: 1 1 17rem; max-width: 30rem; }
figure img { width: 100%; border: 1px solid #d8dee6; box-sizing: border-box; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; font-size: .88rem; color: #5a687c; }
th, td { padding: .25rem .8rem .25rem 0; border-bottom: 1px solid #eef1f4; vertical-align: top; }
td:first-child code { display: block; }
.fields td { overflow-wrap: anywhere; }
.fields td:nth-child(-n+2) { white-space: nowrap; }
@media print { body { padding: 0; } figure { flex: 1 1 30%; max-width: 32%; } section { border: 0; } }
"""


def head(language: Language, words: str = "") -> str:
    """What comes before the pages; without words they are about prints."""
    title = escape(words or PagePhrase.TITLE.say(language))
    return (
        f'<!doctype html>\n<html lang="{language.value}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title}</title>\n<style>{_STYLE}</style>\n'
        "</head>\n<body>\n"
    )


def foot() -> str:
    """What comes after the pages."""
    return "</body>\n</html>\n"


def render(page: Page) -> str:
    """One page as a section."""
    parts = [f"<section>\n<h1>{escape(page.title)}</h1>"]
    if page.score is not None:
        score = escape(PagePhrase.QUALITY.say(page.language, score=page.score))
        bar = f'<span class="bar"><i style="left:0;width:{page.score}%"></i></span>'
        parts.append(f'<p class="score">{score} {bar}</p>')
    parts.append(f"<ul>{''.join(f'<li>{escape(words)}</li>' for words in page.advice)}</ul>")
    if page.figures:
        parts.append(f'<div class="figures">\n{"".join(map(figure, page.figures))}</div>')
    if page.facts:
        parts.append(f'<p class="facts">{escape(". ".join(page.facts))}</p>')
    if page.measures:
        parts.append(_table(page))
    return "\n".join([*parts, "</section>\n"])


def figure(shown: Figure) -> str:
    """A picture with its caption, the picture in the page itself."""
    source = base64.b64encode(_png(shown.image)).decode()
    caption = escape(shown.caption)
    picture = f'<img src="data:image/png;base64,{source}" alt="{caption}">'
    return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>\n"


def _png(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.save(data, "PNG", optimize=True)
    return data.getvalue()


def _table(page: Page) -> str:
    phrases = (PagePhrase.MEASURE, PagePhrase.VALUE, PagePhrase.USUAL, PagePhrase.AS_BAD)
    heading = "".join(f"<th>{escape(phrase.say(page.language))}</th>" for phrase in phrases)
    title = escape(PagePhrase.WORST.say(page.language))
    return f"<h2>{title}</h2>\n<table>\n<tr>{heading}</tr>\n{''.join(map(_line, page.measures))}</table>"


def _line(measure: Measure) -> str:
    name = f"{escape(measure.name)} <code>{escape(measure.code)}</code>"
    usual = f'<i style="left:{measure.low:.1%};right:{1 - measure.high:.1%}"></i>'
    bar = f'<span class="bar usual">{usual}<b style="left:{measure.place:.1%}"></b></span>'
    cells = (name, escape(measure.value), f"{bar}<br>{escape(measure.usual)}", escape(measure.share))
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n"
