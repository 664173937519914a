"""Lays the two prints of a duplicate side by side, the minutiae that are the same with the same number.

The picture exists in memory only.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from firmware.datatypes import FingerCapture
from firmware.duplicates import Duplicate, say
from firmware.marks import INK, KINDS, Canvas
from firmware.vocabulary import Language, MinutiaKind
from firmware.wording import Bilingual, finger

_HEIGHT_PX = 720
_GAP_PX = 16
_CAPTION_PX = 30
_NARROWEST_PX = 300


class Caption(Bilingual):
    """What stands over either print."""

    NOW = ("Sekarang: {finger}", "Now: {finger}")
    BEFORE = ("Sebelumnya: {finger}", "Before: {finger}")
    OPERATOR = ("Operator: {finger}", "Operator: {finger}")
    SAME = ("{count} titik minutia cocok, nilai {score}", "{count} minutiae match, score {score}")


def draw(duplicate: Duplicate, language: Language) -> Image.Image:
    """The new print left, the earlier one right, captions over them, and above all what the operator is told."""
    before = Caption.OPERATOR if duplicate.is_operators else Caption.BEFORE
    sides = (
        (Caption.NOW, duplicate.now, duplicate.pairs[:, 0]),
        (before, duplicate.earlier, duplicate.pairs[:, 1]),
    )
    shown = [_sketch(capture, chosen) for _, capture, chosen in sides]
    top = 2 * _CAPTION_PX + _GAP_PX
    widths = [max(image.width, _NARROWEST_PX) for image in shown]
    page = Image.new("RGB", (sum(widths) + 3 * _GAP_PX, top + _HEIGHT_PX + _CAPTION_PX + _GAP_PX), "white")
    pen, left = ImageDraw.Draw(page), _GAP_PX
    _write(pen, (left, _GAP_PX), say(duplicate, language), page.width - 2 * _GAP_PX)
    for (caption, capture, _), image, width in zip(sides, shown, widths, strict=True):
        words = caption.say(language, finger=finger(capture.position, language))
        _write(pen, (left, top - _CAPTION_PX), words, width)
        page.paste(image, (left, top))
        left += width + _GAP_PX
    same = Caption.SAME.say(language, count=len(duplicate.pairs), score=f"{duplicate.score:.2f}")
    _write(pen, (_GAP_PX, top + _HEIGHT_PX + 4), same, page.width - 2 * _GAP_PX)
    return page


def _sketch(capture: FingerCapture, chosen: NDArray[np.int64]) -> Image.Image:
    """One print in light grey with its matched minutiae, numbered from 1 in the order in which they are given."""
    if capture.image is None or capture.features is None:
        raise ValueError(f"{capture.position.name}: a capture without a print has no duplicate")
    pixels, found = capture.image.pixels, capture.features.minutiae
    height, width = pixels.shape
    canvas = Canvas.of_grey(90 + pixels.astype(np.float32) * (165 / 255), (0, 0, width, height))
    for number, k in enumerate(chosen.tolist(), start=1):
        place, colour = (float(found.x[k]), float(found.y[k])), KINDS[int(found.kind[k])]
        square = int(found.kind[k]) == MinutiaKind.BIFURCATION
        canvas.pointer(place, float(found.direction[k]), colour, square=square)
        canvas.note(place, str(number), INK)
    image = canvas.finish()
    return image.resize((max(1, round(image.width * _HEIGHT_PX / image.height)), _HEIGHT_PX), Image.Resampling.BOX)


def _write(pen: ImageDraw.ImageDraw, place: tuple[int, int], words: str, width: int) -> None:
    """One line in the largest font, of 19 pixels at most, in which it has room."""
    sizes = (size for size in range(19, 8, -1) if pen.textlength(words, font=ImageFont.load_default(size)) <= width)
    pen.text(place, words, fill=INK, font=ImageFont.load_default(next(sizes, 9)))
