"""`python -m tests.duplicate_sheet OUT.png`: how a terminal of 80 columns shows a grown finger that is taken twice."""

import re
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image, ImageDraw, ImageFont
from rich.text import Text

from firmware import side_by_side
from firmware.text_picture import Charset
from firmware.vocabulary import Language
from tests.test_side_by_side import SCREEN, twice

FINGER = 2
CELL = (9, 18)
MARGIN = 14
OVERSAMPLE = 3
PAPER, INK = (18, 18, 18), (222, 222, 222)
COLOURS = {
    "on red": (170, 0, 0),
    "on green": (0, 120, 0),
    "on yellow": (150, 95, 0),
    "on blue": (30, 70, 210),
    "on magenta": (150, 0, 150),
    "on cyan": (0, 125, 125),
}


def paint(text: Text) -> Image.Image:
    """A terminal's picture of a text; braille is drawn as dots, since few fonts have it."""
    rows = text.plain.split("\n")
    width, height = (scaled * OVERSAMPLE for scaled in CELL)
    margin = MARGIN * OVERSAMPLE
    page = Image.new("RGB", (max(map(len, rows)) * width + 2 * margin, len(rows) * height + 2 * margin), PAPER)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(15 * OVERSAMPLE)
    across = len(rows[0]) + 1
    for span in text.spans:
        if colour := COLOURS.get(str(span.style)):
            row, column = divmod(span.start, across)
            left, top = margin + column * width, margin + row * height
            pen.rectangle((left, top, left + width - 1, top + height - 1), fill=colour)
    for row, line in enumerate(rows):
        for found in re.finditer(r"[!-~]+(?: [!-~]+)*", line):
            pen.text((margin + found.start() * width, margin + row * height), found.group(), fill=INK, font=font)
        for column, character in enumerate(line):
            _dots(pen, ord(character) - 0x2800, (margin + column * width, margin + row * height))
    return page.resize((page.width // OVERSAMPLE, page.height // OVERSAMPLE), Image.Resampling.BOX)


def _dots(pen: ImageDraw.ImageDraw, bits: int, corner: tuple[int, int]) -> None:
    """The dots of a braille character; none of any other."""
    step_x, step_y, radius = CELL[0] * OVERSAMPLE / 2, CELL[1] * OVERSAMPLE / 4, 1.6 * OVERSAMPLE
    for number, place in enumerate(((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))):
        if 0 <= bits < 256 and bits >> number & 1:
            x, y = corner[0] + (place[0] + 0.5) * step_x, corner[1] + (place[1] + 0.5) * step_y
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=INK)


def main(out: Annotated[Path, typer.Argument(help="the picture to write, .png")]) -> None:
    """Draw what the operator sees."""
    picture = side_by_side.draw(twice(FINGER), Language.ENGLISH, SCREEN, Charset.BRAILLE)
    assert picture is not None
    paint(picture).quantize(32, dither=Image.Dither.NONE).save(out, optimize=True)


if __name__ == "__main__":
    typer.run(main)
