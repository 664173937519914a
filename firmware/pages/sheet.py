"""Pages as pictures of a sheet of A4, for a PDF file."""

import math
from collections.abc import Callable, Iterator, Sequence

from PIL import Image, ImageDraw, ImageFont

from firmware.marks import INK, Colour
from firmware.pages.content import Figure, Measure, Page
from firmware.pages.words import PagePhrase

Box = tuple[int, int, int, int]
"""Left, top, width and height, in pixels of the sheet."""

PPI = 150
WIDTH_PX, HEIGHT_PX = round(8.27 * PPI), round(11.69 * PPI)
_MARGIN, _GAP = 80, 24
_INSIDE = WIDTH_PX - 2 * _MARGIN
_CAPTION = 54
_TABLE = 400
"""How high everything below the pictures may become."""
_FAINT: Colour = (90, 104, 124)
_FRAME: Colour = (216, 222, 230)
_BAR: Colour = (226, 232, 240)
_BLUE: Colour = (74, 122, 188)
_GREEN: Colour = (156, 195, 184)
_RED: Colour = (214, 40, 57)
_COLUMNS = (0, 430, 560, 850)


def draw(page: Page) -> Image.Image:
    """One page; a text that is too long for its room is cut off."""
    sheet = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), "white")
    pen = ImageDraw.Draw(sheet)
    y = _text(pen, (_MARGIN, _MARGIN), page.title, 30, INK, most=2)
    if page.score is not None:
        words = PagePhrase.QUALITY.say(page.language, score=page.score)
        _text(pen, (_MARGIN, y + 6), words, 24, INK)
        _bar(pen, (_MARGIN + 330, y + 12, 300, 20), (0, page.score / 100), _BLUE)
        y += 44
    for words in page.advice:
        y = _text(pen, (_MARGIN, y + 4), f"-  {words}", 20, INK, most=3)
    y += 16
    if page.figures:
        y = _pictures(sheet, y, page.figures)
    y = _text(pen, (_MARGIN, y), ".  ".join(page.facts), 17, _FAINT) + 10
    if page.measures:
        _table(pen, y, page)
    return sheet


def _pictures(sheet: Image.Image, y: int, figures: Sequence[Figure]) -> int:
    """Two small pictures and a large one: beside them when they are high, else below; returns where they end."""
    height = HEIGHT_PX - _TABLE - y
    first, second, third = figures
    if third.image.width > 1.1 * third.image.height:
        room = (_INSIDE - _GAP) // 2
        upper, lower = height * 2 // 5, height * 3 // 5
        bottom = _picture(sheet, (_MARGIN, y, room, upper), first)
        bottom = max(bottom, _picture(sheet, (_MARGIN + room + _GAP, y, room, upper), second))
        return _picture(sheet, (_MARGIN, bottom, _INSIDE, lower), third)
    narrow = _INSIDE * 3 // 8
    left = _MARGIN + narrow + _GAP
    bottom = _picture(sheet, (_MARGIN, y, narrow, height // 2), first)
    bottom = _picture(sheet, (_MARGIN, bottom, narrow, height // 2), second)
    return max(bottom, _picture(sheet, (left, y, WIDTH_PX - _MARGIN - left, height), third))


def _picture(sheet: Image.Image, box: Box, figure: Figure) -> int:
    """A picture with its caption, as large as its box lets it be; returns where what follows begins."""
    left, top, width, height = box
    scale = min(width / figure.image.width, (height - _CAPTION) / figure.image.height)
    size = (max(1, round(figure.image.width * scale)), max(1, round(figure.image.height * scale)))
    sheet.paste(figure.image.convert("RGB").resize(size, Image.Resampling.LANCZOS), (left, top))
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((left - 1, top - 1, left + size[0], top + size[1]), outline=_FRAME)
    return _text(pen, (left, top + size[1] + 4), figure.caption, 16, _FAINT, room=width, most=2) + 6


def _table(pen: ImageDraw.ImageDraw, y: int, page: Page) -> None:
    y = _text(pen, (_MARGIN, y), PagePhrase.WORST.say(page.language), 22, INK) + 8
    headings = (PagePhrase.MEASURE, PagePhrase.VALUE, PagePhrase.USUAL, PagePhrase.AS_BAD)
    for column, phrase in zip(_COLUMNS, headings, strict=True):
        _text(pen, (_MARGIN + column, y), phrase.say(page.language), 16, _FAINT)
    y += 26
    for measure in page.measures:
        pen.line((_MARGIN, y, WIDTH_PX - _MARGIN, y), fill=_FRAME)
        _line(pen, y + 6, measure)
        y += 54


def _line(pen: ImageDraw.ImageDraw, y: int, measure: Measure) -> None:
    name, value, usual, share = (_MARGIN + column for column in _COLUMNS)
    _text(pen, (name, y), measure.name, 18, INK, room=_COLUMNS[1] - 12)
    _text(pen, (name, y + 23), measure.code, 14, _FAINT, room=_COLUMNS[1] - 12)
    _text(pen, (value, y), measure.value, 18, INK)
    _bar(pen, (usual, y + 4, 260, 14), (measure.low, measure.high), _GREEN)
    x = usual + 260 * measure.place
    pen.rectangle((x - 2, y + 1, x + 2, y + 21), fill=_RED)
    _text(pen, (usual, y + 24), measure.usual, 14, _FAINT)
    _text(pen, (share, y), measure.share, 18, INK, room=_INSIDE - _COLUMNS[3])


def _bar(pen: ImageDraw.ImageDraw, box: Box, part: tuple[float, float], colour: Colour) -> None:
    """A bar in a box of left, top, width, height, filled from one part of its width to another."""
    left, top, width, height = box
    pen.rectangle((left, top, left + width, top + height), fill=_BAR)
    pen.rectangle((left + width * part[0], top, left + width * part[1], top + height), fill=colour)


def _text(
    pen: ImageDraw.ImageDraw,
    place: tuple[int, int],
    words: str,
    size: int,
    colour: Colour,
    *,
    room: int = _INSIDE,
    most: int = 1,
) -> int:
    """Words in at most so many lines; returns where the next line would begin."""
    font = ImageFont.load_default(size)
    height = math.ceil(size * 1.35)
    lines = list(_lines(words, lambda text: pen.textlength(text, font=font) <= room))
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1]} …"]
    for number, line in enumerate(lines):
        pen.text((place[0], place[1] + number * height), line, fill=colour, font=font)
    return place[1] + max(1, len(lines)) * height


def _lines(words: str, fits: Callable[[str], bool]) -> Iterator[str]:
    """Words broken into lines that fit; a word that is longer than a line is broken too."""
    line = ""
    for word in words.split(" "):
        if fits(longer := f"{line} {word}" if line else word):
            line = longer
            continue
        if line:
            yield line
        while not fits(word) and len(word) > 1:
            cut = next(end for end in range(len(word) - 1, 0, -1) if end == 1 or fits(word[:end]))
            yield word[:cut]
            word = word[cut:]
        line = word
    yield line
