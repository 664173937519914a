"""Draws error-versus-discard curves: a panel a set, a line a score, and where a score that knows nothing would stay."""

import io
import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from firmware.benchmarks.reject import FIFTH, MOST, Curve
from firmware.marks import INK, KINDS, Colour
from firmware.vocabulary import MinutiaKind

COLOURS: tuple[Colour, ...] = (KINDS[MinutiaKind.BIFURCATION], (214, 120, 0))
FAINT: Colour = (120, 132, 150)
GRID: Colour = (228, 233, 240)
COLUMNS = 2
WIDTH_PX, HEIGHT_PX = 600, 400
LEFT_PX, TOP_PX, RIGHT_PX, BOTTOM_PX = 62, 46, 22, 58
HEAD_PX = 78
# Drawn this much larger than shown, then averaged: smooth lines
OVERSAMPLE = 2

Place = tuple[float, float]


def draw(curves: Sequence[Curve]) -> bytes:
    """The picture as PNG. curves: those of one set share a panel, in the order in which sets first appear."""
    folders = list(dict.fromkeys(curve.folder for curve in curves))
    names = list(dict.fromkeys(curve.by for curve in curves))
    columns = min(COLUMNS, len(folders))
    size = columns * WIDTH_PX, HEAD_PX + math.ceil(len(folders) / columns) * HEIGHT_PX
    canvas = Image.new("RGB", (size[0] * OVERSAMPLE, size[1] * OVERSAMPLE), "white")
    pen = _Pen(canvas, (0, 0))
    pen.words((24, 26), "FNMR % at FMR 0.1 %, prints of lowest score discarded", 22)
    left = 24.0
    for name, colour in [*zip(names, COLOURS, strict=False), ("a score that knows nothing", FAINT)]:
        pen.line([(left, 58), (left + 26, 58)], colour, 3)
        left = pen.words((left + 34, 58), name, 16) + 28
    for number, folder in enumerate(folders):
        place = number % columns * WIDTH_PX, HEAD_PX + number // columns * HEIGHT_PX
        found = [curve for curve in curves if curve.folder == folder]
        _draw_panel(_Pen(canvas, place), found, dict(zip(names, COLOURS, strict=False)))
    data = io.BytesIO()
    canvas.resize(size, Image.Resampling.BOX).save(data, "PNG")
    return data.getvalue()


class _Pen:
    """Draws on a part of the canvas, in pixels as shown."""

    def __init__(self, canvas: Image.Image, origin: Place) -> None:
        self._pen, self._origin = ImageDraw.Draw(canvas), origin

    def line(self, places: Sequence[Place], colour: Colour, width: float) -> None:
        """A line through all places."""
        self._pen.line([self._at(place) for place in places], colour, round(width * OVERSAMPLE), joint="curve")

    def words(self, place: Place, text: str, size: float, anchor: str = "lm") -> float:
        """A few words; gives where they end."""
        font = ImageFont.load_default(size * OVERSAMPLE)
        self._pen.text(self._at(place), text, INK, font, anchor)
        return place[0] + self._pen.textlength(text, font) / OVERSAMPLE

    def _at(self, place: Place) -> Place:
        return (place[0] + self._origin[0]) * OVERSAMPLE, (place[1] + self._origin[1]) * OVERSAMPLE


def _draw_panel(pen: _Pen, curves: Sequence[Curve], colours: dict[str, Colour]) -> None:
    step = _step(max(max(curve.fnmr) for curve in curves))
    top = step * max(1, math.ceil(max(max(curve.fnmr) for curve in curves) / step))
    right, bottom = WIDTH_PX - RIGHT_PX, HEIGHT_PX - BOTTOM_PX

    def at(discarded: float, fnmr: float) -> Place:
        return LEFT_PX + (right - LEFT_PX) * discarded / MOST, bottom - (bottom - TOP_PX) * fnmr / top

    for mark in range(round(top / step) + 1):
        pen.line([at(0, mark * step), at(MOST, mark * step)], GRID, 1)
        pen.words((LEFT_PX - 8, at(0, mark * step)[1]), f"{100 * mark * step:g}", 14, "rm")
    for tenth in range(round(10 * MOST) + 1):
        pen.words((at(tenth / 10, 0)[0], bottom + 16), f"{10 * tenth}", 14, "mm")
    pen.line([at(FIFTH, 0), at(FIFTH, top)], GRID, 2)
    pen.words(((LEFT_PX + right) / 2, bottom + 38), "discarded, %", 14, "mm")
    pen.words((LEFT_PX, 24), f"{curves[0].folder.name}, {curves[0].prints} prints", 17)
    start = curves[0].fnmr[0]
    for dash in range(50):
        pen.line([at(MOST * dash / 50, start), at(MOST * (dash + 0.55) / 50, start)], FAINT, 1.5)
    # Ours last, on top of the others
    for curve in reversed(curves):
        places = [at(discarded / curve.prints, fnmr) for discarded, fnmr in enumerate(curve.fnmr)]
        pen.line(places, colours.get(curve.by, INK), 3)


def _step(most: float) -> float:
    """The distance of marks on an axis up to `most`: 1, 2 or 5 times a power of ten, so that there are at most six."""
    wanted = max(most, 0.001) / 6
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted)
