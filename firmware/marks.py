"""Draws maps, masks and marks over a print, smooth at any size, for the pictures of its stages."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from firmware.vocabulary import MinutiaKind

Colour = tuple[int, int, int]
Place = tuple[float, float]
Window = tuple[int, int, int, int]
"""Left, top, right, bottom: the part of a print that is shown, in its pixels."""

KINDS: dict[int, Colour] = {
    MinutiaKind.RIDGE_ENDING: (214, 40, 57),
    MinutiaKind.BIFURCATION: (0, 112, 192),
    MinutiaKind.OTHER: (120, 120, 120),
}
DROPPED: Colour = (196, 98, 0)
SURE: Colour = (0, 70, 150)
UNSURE: Colour = (255, 130, 0)
CORE: Colour = (128, 0, 160)
DELTA: Colour = (0, 130, 110)
VEIL: Colour = (226, 232, 240)
INK: Colour = (30, 41, 59)
WIDTH_PX, HEIGHT_PX = 840, 1600
"""A small print is enlarged to one of these; a larger one is shown at its own size."""

# From low to high; light grows evenly, so that the map reads in grey too
_HEAT = np.array([(37, 30, 82), (59, 82, 139), (33, 145, 140), (110, 200, 90), (250, 225, 60)], np.float32)
_OVERSAMPLE = 2


def between(low: Colour, high: Colour, part: float) -> Colour:
    """The colour a part, 0..1, of the way from one to the other."""
    red, green, blue = (round(a + (b - a) * min(max(part, 0.0), 1.0)) for a, b in zip(low, high, strict=True))
    return red, green, blue


def _heat_of(parts: NDArray[Any]) -> NDArray[np.float32]:
    """Colours of parts 0..1, float32 (..., 3)."""
    at = np.clip(np.nan_to_num(parts), 0, 1) * (len(_HEAT) - 1)
    return np.stack([np.interp(at, np.arange(len(_HEAT)), _HEAT[:, i]) for i in range(3)], axis=-1).astype(np.float32)


class Canvas:
    """A picture of a part of a print on which places are told in the print's own pixels."""

    def __init__(self, rgb: NDArray[Any], window: Window, sharp: bool = False) -> None:
        self._left, self._top, right, bottom = window
        shown = np.clip(rgb[self._top : bottom, self._left : right], 0, 255).astype(np.uint8)
        height, width = shown.shape[:2]
        self._window, self._zoom = window, _OVERSAMPLE * max(1.0, min(WIDTH_PX / width, HEIGHT_PX / height))
        size = (round(width * self._zoom), round(height * self._zoom))
        how = Image.Resampling.NEAREST if sharp else Image.Resampling.BICUBIC
        self._image = Image.fromarray(shown).resize(size, how)
        self._pen = ImageDraw.Draw(self._image)

    @classmethod
    def of_grey(cls, grey: NDArray[Any], window: Window) -> "Canvas":
        """Grey levels 0..255, (h, w)."""
        return cls(np.repeat(grey[:, :, None], 3, axis=2), window)

    @classmethod
    def of_heat(cls, parts: NDArray[Any], inside: NDArray[np.bool_], window: Window) -> "Canvas":
        """Parts 0..1 as colours, (h, w), and the veil's colour outside."""
        return cls(np.where(inside[:, :, None], _heat_of(parts), np.array(VEIL, np.float32)), window, sharp=True)

    @classmethod
    def of_glow(cls, grey: NDArray[Any], parts: NDArray[Any], window: Window) -> "Canvas":
        """Grey levels 0..255 seen through red, the stronger the higher the parts 0..1."""
        weight = np.clip(parts, 0, 1)[:, :, None]
        light = 150 + grey.astype(np.float32)[:, :, None] * (105 / 255)
        return cls((1 - weight) * light + weight * np.array(KINDS[MinutiaKind.RIDGE_ENDING], np.float32), window)

    def veil(self, outside: NDArray[np.bool_]) -> None:
        """Fade what is outside, bool (h, w)."""
        left, top, right, bottom = self._window
        part = outside[top:bottom, left:right].astype(np.uint8) * np.uint8(190)
        mask = Image.fromarray(part).resize(self._image.size, Image.Resampling.NEAREST)
        self._image.paste(VEIL, (0, 0), mask)

    def stroke(self, place: Place, angle: float, length: float, colour: Colour) -> None:
        """A line through a place. length: in the print's pixels."""
        (x, y), dx, dy = self._at(place), math.cos(angle), -math.sin(angle)
        reach = length * self._zoom / 2
        self._pen.line((x - reach * dx, y - reach * dy, x + reach * dx, y + reach * dy), fill=colour, width=self._px(3))

    def pointer(
        self,
        place: Place,
        direction: float,
        colour: Colour,
        filled: bool = False,
        square: bool = False,
        size: float = 5,
    ) -> None:
        """A circle or a square with a tail that points along its direction. size: radius in shown pixels."""
        (x, y), dx, dy = self._at(place), math.cos(direction), -math.sin(direction)
        radius, tail = self._px(size), self._px(3.4 * size)
        box = (x - radius, y - radius, x + radius, y + radius)
        shape = self._pen.rectangle if square else self._pen.ellipse
        for line, width in (((255, 255, 255), self._px(size * 0.9)), (colour, self._px(size * 0.36))):
            self._pen.line((x + radius * dx, y + radius * dy, x + tail * dx, y + tail * dy), fill=line, width=width)
            shape(box, outline=line, width=width)
        if filled:
            shape(box, fill=colour)

    def note(self, place: Place, words: str, colour: Colour) -> None:
        """A few letters beside a place."""
        x, y = self._at(place)
        font = ImageFont.load_default(self._px(15))
        where = (x + self._px(9), y - self._px(9))
        self._pen.text(where, words, fill=colour, font=font, stroke_width=self._px(2), stroke_fill="white")

    def scale(self, low: str, high: str) -> None:
        """A bar of the heat map's colours, from low to high, in the lower left corner."""
        font, gap, left = ImageFont.load_default(self._px(28)), self._px(10), self._px(16)
        width, height = self._px(200), self._px(26)
        top = self._image.height - height - left
        right = left + round(self._pen.textlength(low, font=font)) + gap
        edge = right + width + gap + round(self._pen.textlength(high, font=font))
        self._pen.rectangle((left - gap, top - gap, edge + gap, top + height + gap), fill="white")
        for x, words in ((left, low), (right + width + gap, high)):
            self._pen.text((x, top + height / 2), words, fill=INK, font=font, anchor="lm")
        bar = _heat_of(np.linspace(0, 1, width))[None].astype(np.uint8)
        self._image.paste(Image.fromarray(bar).resize((width, height)), (right, top))

    def finish(self) -> Image.Image:
        """The picture at the size in which it is shown."""
        size = (max(1, self._image.width // _OVERSAMPLE), max(1, self._image.height // _OVERSAMPLE))
        return self._image.resize(size, Image.Resampling.BOX)

    def _at(self, place: Place) -> Place:
        return (place[0] - self._left + 0.5) * self._zoom, (place[1] - self._top + 0.5) * self._zoom

    def _px(self, shown: float) -> int:
        """Pixels of the picture as shown, on this canvas."""
        return max(1, round(shown * _OVERSAMPLE))
