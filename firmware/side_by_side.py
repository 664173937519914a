"""Lays the two prints of a duplicate side by side as text, the earlier one turned onto the later one.

Nothing of it is kept: it is drawn from what is in memory, for a terminal.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.text import Text

from firmware import text_picture
from firmware.datatypes import FingerCapture, FingerprintFeatures, FrictionRidgeImage
from firmware.duplicates import Duplicate
from firmware.pipeline import extraction, resolution
from firmware.pipeline.parameters import BLOCK, PPI
from firmware.text_picture import Charset
from firmware.vocabulary import Language
from firmware.wording import Bilingual, finger

Places = NDArray[np.complex128]
"""x + yi in pixels at 500 ppi, from the upper left corner of the image, y downwards."""

_DOT_PX = {Charset.BRAILLE: 2.0, Charset.ASCII: 3.0}
"""From one dot to the next: a ridge with its valley takes about 9 pixels."""
_RIDGE = 0.2
"""What is higher in the enhanced image, whose crests are near 1, is a ridge; from 0 on, ridges would touch."""
_GAP = 4
_LINES_AROUND = 4
"""Of the screen: what is said above both prints, the titles below, and what is asked for next."""
_SMALLEST = (16, 8)
_COLOURS = ("red", "green", "yellow", "blue", "magenta", "cyan")


class Title(Bilingual):
    """What stands under the prints."""

    NOW = ("Sekarang: {finger}", "Now: {finger}")
    BEFORE = ("Sebelumnya: {finger}", "Before: {finger}")
    OPERATOR = ("Operator: {finger}", "Operator: {finger}")
    SAME = ("Titik minutia yang cocok: {count}", "Minutiae that match: {count}")


@dataclass(frozen=True, slots=True)
class _Window:
    """What is seen of the later print: its upper left corner, and how many characters of it."""

    corner: complex
    columns: int
    rows: int
    charset: Charset

    def seen(self, ridges: Image.Image, turn: complex = 1, shift: complex = 0) -> list[str]:
        """The characters. turn, shift: from a place in the later print to the same one in these ridges."""
        down, across = self.charset.value
        step, at = turn * _DOT_PX[self.charset], turn * self.corner + shift
        to_source = (step.real, -step.imag, at.real, step.imag, step.real, at.imag)
        size = (self.columns * across, self.rows * down)
        shown = ridges.transform(size, Image.Transform.AFFINE, to_source, Image.Resampling.BILINEAR)
        return text_picture.draw(np.asarray(shown) > _RIDGE, self.charset)

    def cells(self, places: Places) -> list[tuple[int, int] | None]:
        """Row and column of the character where each place of the later print is seen; None outside."""
        down, across = self.charset.value
        dots = (places - self.corner) / _DOT_PX[self.charset]
        cells = [(math.floor(dot.imag / down), math.floor(dot.real / across)) for dot in dots.tolist()]
        return [(row, col) if 0 <= row < self.rows and 0 <= col < self.columns else None for row, col in cells]


def draw(duplicate: Duplicate, language: Language, size: tuple[int, int], charset: Charset) -> Text | None:
    """Both prints around the minutiae that are the same, each of these in one colour, and titles under them.

    size: columns and lines of the screen, as much is shown as has room there; None where too little has.
    """
    captures = (duplicate.now, duplicate.earlier)
    here, there = (_places(capture)[duplicate.pairs[:, k]] for k, capture in enumerate(captures))
    ridges, others = (_ridges(capture) for capture in captures)
    window = _window(here, ridges.size, size, charset)
    if window is None:
        return None
    turn, shift = _lay(here, there)
    sides = zip(window.seen(ridges), window.seen(others, turn, shift), strict=True)
    lines = [Text(left + " " * _GAP + right) for left, right in sides]
    pairs = zip(window.cells(here), window.cells((there - shift) / turn), strict=True)
    for number, (left, right) in enumerate(pairs):
        if left and right:
            for row, col in (left, (right[0], right[1] + window.columns + _GAP)):
                lines[row].stylize(f"on {_COLOURS[number % len(_COLOURS)]}", col, col + 1)
    before = Title.OPERATOR if duplicate.is_operators else Title.BEFORE
    titles = [
        title.say(language, finger=finger(capture.position, language))[: window.columns]
        for title, capture in zip((Title.NOW, before), captures, strict=True)
    ]
    lines.append(Text(titles[0].ljust(window.columns + _GAP) + titles[1], style="bold"))
    lines.append(Text(Title.SAME.say(language, count=len(duplicate.pairs))))
    return Text("\n").join(lines)


def _shown(capture: FingerCapture) -> tuple[FrictionRidgeImage, FingerprintFeatures]:
    if capture.image is None or capture.features is None:
        raise ValueError(f"{capture.position.name}: a capture without a print has no duplicate")
    return capture.image, capture.features


def _places(capture: FingerCapture) -> Places:
    """Where the minutiae of a print are."""
    image, features = _shown(capture)
    x, y = (part.astype(np.float64) + 0.5 for part in (features.minutiae.x, features.minutiae.y))
    return np.asarray((x + 1j * y) * (PPI / image.ppi))


def _ridges(capture: FingerCapture) -> Image.Image:
    """The enhanced image at 500 ppi, empty outside the foreground."""
    image, features = _shown(capture)
    enhanced = extraction.see_ridges(resolution.to_500ppi(image.pixels, image.ppi)[0]).enhanced
    height, width = enhanced.shape
    inside = features.foreground.repeat(BLOCK, axis=0).repeat(BLOCK, axis=1)[:height, :width]
    return Image.fromarray(np.where(inside, enhanced, np.float32(0)))


def _lay(here: Places, there: Places) -> tuple[complex, complex]:
    """The turn and then the shift that bring places of one print onto those of the other, by least squares."""
    middle, other = complex(here.mean()), complex(there.mean())
    turn = complex(np.exp(1j * np.angle(np.vdot(here - middle, there - other))))
    return turn, other - turn * middle


def _window(here: Places, whole: tuple[int, int], size: tuple[int, int], charset: Charset) -> _Window | None:
    """As much of a print as has room, around these places. whole: its width and height; size: of the screen."""
    down, across = charset.value
    unit = (across * _DOT_PX[charset], down * _DOT_PX[charset])
    room = ((size[0] - _GAP) // 2, size[1] - _LINES_AROUND)
    columns, rows = (min(most, math.ceil(side / one)) for most, side, one in zip(room, whole, unit, strict=True))
    if columns < _SMALLEST[0] or rows < _SMALLEST[1]:
        return None
    middle = complex(here.mean())
    left, top = (
        max(0.0, min(centre - count * one / 2, side - count * one))
        for centre, count, one, side in zip((middle.real, middle.imag), (columns, rows), unit, whole, strict=True)
    )
    return _Window(complex(left, top), columns, rows, charset)
