"""Draws distributions of groups as one picture: a row a group, with quality, minutiae and feedback side by side."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from firmware.archive.tallies import Tally, quantile
from firmware.archive.words import ArchivePhrase, feedback
from firmware.marks import INK, Colour, between
from firmware.vocabulary import Language

WIDTH_PX = 1600
MOST_CODES = 10
BARS = 20
_MARGIN, _ROW, _HEAD, _BAR = 24, 34, 56, 24
_FILES = 380
_QUALITY, _MINUTIAE, _FEEDBACK = (410, 840), (880, 1180), (1215, 1576)
_HEADINGS = 112
_OVERSAMPLE = 2
_FAINT: Colour = (100, 114, 134)
_LINE: Colour = (216, 222, 230)
_BLUE: Colour = (74, 122, 188)
_GREEN: Colour = (52, 140, 128)
_PALE: Colour = (247, 248, 250)
_RED: Colour = (200, 52, 48)


@dataclass(frozen=True, slots=True)
class Section:
    """Groups of one kind, each with its name, in the order in which they are shown."""

    title: str
    groups: Sequence[tuple[str, Tally]]


@dataclass(frozen=True, slots=True)
class Axis:
    """Where a distribution is drawn: from left to right in pixels are the values 0 to `top`, in BARS bars."""

    left: int
    right: int
    top: int

    def at(self, value: float) -> float:
        """Where a value lies; what is beyond the top lies at it."""
        return self.left + (self.right - self.left) * min(value, self.top) / self.top


class _Sheet:
    """A white sheet that is drawn larger than it is shown, then averaged: smooth lines."""

    def __init__(self, height: int) -> None:
        self._image = Image.new("RGB", (WIDTH_PX * _OVERSAMPLE, height * _OVERSAMPLE), "white")
        self._pen = ImageDraw.Draw(self._image)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """A filled box; the right and the bottom edge lie outside."""
        corners = [round(edge * _OVERSAMPLE) for edge in (left, top, right, bottom)]
        if corners[2] > corners[0] and corners[3] > corners[1]:
            self._pen.rectangle((*corners[:2], corners[2] - 1, corners[3] - 1), fill=colour)

    def words(
        self,
        place: tuple[float, float],
        text: str,
        size: int,
        colour: Colour = INK,
        anchor: str = "lm",
        room: float = 0,
        halo: int = 0,
    ) -> None:
        """A line of text, shortened until it has room. room: pixels; 0 for any. halo: of white around the letters."""
        font = ImageFont.load_default(size * _OVERSAMPLE)
        shown = text
        while room and len(shown) > 1 and self._pen.textlength(shown, font=font) > room * _OVERSAMPLE:
            # The end of a path tells more than its beginning
            text = text[1:]
            shown = f"…{text}"
        x, y = (edge * _OVERSAMPLE for edge in place)
        self._pen.text((x, y), shown, fill=colour, font=font, anchor=anchor, stroke_width=halo, stroke_fill="white")

    def upright(self, place: tuple[float, float], text: str, size: int) -> None:
        """A line of text that runs upwards from a place."""
        font = ImageFont.load_default(size * _OVERSAMPLE)
        width, height = round(self._pen.textlength(text, font=font)) + 4, round(size * 1.4) * _OVERSAMPLE
        line = Image.new("RGB", (width, height), "white")
        ImageDraw.Draw(line).text((0, height / 2), text, fill=_FAINT, font=font, anchor="lm")
        x, y = (round(edge * _OVERSAMPLE) for edge in place)
        self._image.paste(line.transpose(Image.Transpose.ROTATE_90), (x - height // 2, y - width))

    def finish(self) -> Image.Image:
        """The sheet at the size in which it is shown."""
        return self._image.reduce(_OVERSAMPLE)


def draw(sections: Sequence[Section], headline: str, language: Language) -> Image.Image:
    """One picture of all sections under a headline; the first section's one group is all files."""
    whole = sections[0].groups[0][1]
    quality = Axis(*_QUALITY, 100)
    minutiae = Axis(*_MINUTIAE, max(40, -(-(quantile(whole.minutiae, 0.99) or 0) // 20) * 20))
    codes = frequent(whole)
    height = _MARGIN * 2 + 70 + _HEADINGS + sum(_HEAD + _ROW * len(section.groups) for section in sections)
    sheet = _Sheet(height)
    sheet.words((_MARGIN, _MARGIN + 14), headline, 24, room=WIDTH_PX - 2 * _MARGIN)
    sheet.words((_MARGIN, _MARGIN + 50), ArchivePhrase.LEGEND.say(language), 15, _FAINT)
    y = _MARGIN + 70 + _HEADINGS
    _head(sheet, y, (quality, minutiae), codes, language)
    for section in sections:
        sheet.words((_MARGIN, y + _HEAD - 18), section.title.capitalize(), 18)
        sheet.box(_MARGIN, y + _HEAD - 5, WIDTH_PX - _MARGIN, y + _HEAD - 3, _LINE)
        y += _HEAD
        for name, tally in section.groups:
            _row(sheet, y, name, tally, (quality, minutiae), codes)
            y += _ROW
    return sheet.finish()


def frequent(tally: Tally) -> list[str]:
    """The codes of feedback that there is room for, the most frequent first."""
    return sorted(tally.feedback, key=lambda code: (-tally.feedback[code], code))[:MOST_CODES]


def _head(sheet: _Sheet, y: int, axes: tuple[Axis, Axis], codes: Sequence[str], language: Language) -> None:
    """What the columns are."""
    sheet.words((_FILES, y), ArchivePhrase.FILES.say(language), 15, _FAINT, "rm")
    for axis, phrase in zip(axes, (ArchivePhrase.QUALITY, ArchivePhrase.MINUTIAE), strict=True):
        sheet.words((axis.left, y - 24), phrase.say(language).capitalize(), 18)
        for value in range(0, axis.top + 1, axis.top // 4):
            sheet.words((axis.at(value), y), str(value), 14, _FAINT, "mm")
    for number, code in enumerate(codes):
        left, right = _cell(number, len(codes))
        sheet.upright(((left + right) / 2, y + 8), feedback(code, language), 15)
    if codes:
        sheet.words((_FEEDBACK[1], y + 24), ArchivePhrase.FEEDBACK.say(language), 14, _FAINT, "rm")


def _row(sheet: _Sheet, y: int, name: str, tally: Tally, axes: tuple[Axis, Axis], codes: Sequence[str]) -> None:
    middle = y + _ROW / 2
    sheet.words((_MARGIN, middle), name, 16, room=_FILES - _MARGIN - 80)
    sheet.words((_FILES, middle), f"{tally.files}", 15, _FAINT, "rm")
    if not tally.read:
        return
    for axis, counts, colour in ((axes[0], tally.scores, _BLUE), (axes[1], tally.minutiae, _GREEN)):
        _distribution(sheet, y, axis, counts, colour)
    for number, code in enumerate(codes):
        left, right = _cell(number, len(codes))
        share = tally.share(code)
        sheet.box(left + 1, y + 4, right - 1, y + _ROW - 4, between(_PALE, _RED, share))
        ink = (255, 255, 255) if share > 0.55 else INK
        sheet.words(((left + right) / 2, middle), f"{100 * share:.0f}", 14, ink, "mm")


def _distribution(sheet: _Sheet, y: int, axis: Axis, counts: Counter[int], colour: Colour) -> None:
    """Bars as high as there are files, the median with its figure, a thin line from 5 to 95 percent."""
    bars: Counter[int] = Counter()
    for value, count in counts.items():
        bars[min(value * BARS // axis.top, BARS - 1)] += count
    floor, most, width = y + _ROW - 6, max(bars.values()), (axis.right - axis.left) / BARS
    for bar, count in bars.items():
        left, top = axis.left + bar * width, floor - _BAR * count / most
        sheet.box(left, top, left + width - 1, floor, between((255, 255, 255), colour, 0.6))
    low, median, high = (quantile(counts, part) or 0 for part in (0.05, 0.5, 0.95))
    sheet.box(axis.at(low) - 1, floor, axis.at(high) + 1, floor + 2, colour)
    sheet.box(axis.at(median) - 1, floor - _BAR, axis.at(median) + 1, floor + 2, INK)
    side = -1 if median > axis.top * 0.8 else 1
    sheet.words(
        (axis.at(median) + 5 * side, floor - _BAR + 6), str(median), 13, INK, "lm" if side > 0 else "rm", halo=3
    )


def _cell(number: int, cells: int) -> tuple[float, float]:
    """Left and right edge of a cell of feedback."""
    width = min(48.0, (_FEEDBACK[1] - _FEEDBACK[0]) / cells)
    return _FEEDBACK[0] + number * width, _FEEDBACK[0] + (number + 1) * width
