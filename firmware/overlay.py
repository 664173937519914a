"""Draws what was found in a print over the print, for people."""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from firmware import advice, pointing, wording
from firmware.datatypes import FingerprintFeatures, Minutiae
from firmware.marks import CORE, DELTA, INK, KINDS, VEIL, Colour
from firmware.structure import Singularities
from firmware.vocabulary import Language, MinutiaKind

NAMES = {MinutiaKind.RIDGE_ENDING: "ridge endings", MinutiaKind.BIFURCATION: "bifurcations", MinutiaKind.OTHER: "other"}
FLOW: Colour = (255, 176, 32)
# Drawn this much larger than shown, then averaged: smooth lines
OVERSAMPLE = 2
LARGEST_SIDE = 1600
FOOTER_PX = 44
ADVICE_PX = 20


def draw(pixels: NDArray[np.uint8], features: FingerprintFeatures, title: str = "") -> Image.Image:
    """The print with its background faded, the ridge flow, cores, deltas, the minutiae by type, and a legend.

    Where the first advice to the operator holds, the blocks are tinted. pixels: uint8 (h, w), the image that the
    features belong to.
    """
    told = "  ".join(advice.say(feedback, Language.ENGLISH) for feedback in features.quality.feedback[:1])
    words = [f"quality {features.quality.score}", wording.pattern(features.pattern, Language.ENGLISH)]
    return _with_legend(sketch(pixels, features), features.minutiae, title, "   ".join(words), told)


def sketch(pixels: NDArray[np.uint8], features: FingerprintFeatures) -> Image.Image:
    """The same without a legend."""
    zoom = _zoom(pixels)
    canvas = _faded(pixels, features.foreground, features.block_px, zoom)
    pointing.tint(canvas, features, features.block_px * zoom)
    _draw_flow(ImageDraw.Draw(canvas), features, zoom)
    for points, colour in ((features.cores, CORE), (features.deltas, DELTA)):
        _draw_singularities(ImageDraw.Draw(canvas), points, colour, zoom)
    shown = _finish(canvas, features.minutiae, zoom)
    pointing.arrow(shown, features, features.block_px * zoom / OVERSAMPLE)
    return shown


def draw_minutiae(pixels: NDArray[np.uint8], minutiae: Minutiae, title: str = "") -> Image.Image:
    """The print with its minutiae alone, as a record carries them."""
    zoom = _zoom(pixels)
    canvas = _faded(pixels, np.ones((1, 1), np.bool_), max(pixels.shape), zoom)
    return _with_legend(_finish(canvas, minutiae, zoom), minutiae, title, "")


def _zoom(pixels: NDArray[np.uint8]) -> float:
    """How many pixels of the canvas one pixel of the print becomes: small prints are shown twice as large."""
    return float(OVERSAMPLE * min(2.0, LARGEST_SIDE / max(pixels.shape)))


def _faded(pixels: NDArray[np.uint8], foreground: NDArray[np.bool_], block_px: float, zoom: float) -> Image.Image:
    """The print in light grey on the canvas's size, what is not foreground in the background's colour."""
    height, width = pixels.shape
    rows, cols = (
        np.minimum((np.arange(n) / block_px).astype(np.intp), size - 1)
        for n, size in zip((height, width), foreground.shape, strict=True)
    )
    inside = foreground[np.ix_(rows, cols)]
    light = 90 + pixels.astype(np.float32) * (165 / 255)
    rgb = np.repeat(light[:, :, None], 3, axis=2)
    rgb[~inside] = 0.35 * rgb[~inside] + 0.65 * np.asarray(VEIL, np.float32)
    size = (max(1, round(width * zoom)), max(1, round(height * zoom)))
    return Image.fromarray(rgb.astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)


def _draw_flow(pen: ImageDraw.ImageDraw, features: FingerprintFeatures, zoom: float) -> None:
    """A short line along the ridges in every other block of the foreground."""
    reach = 0.75 * features.block_px * zoom
    for row, col in zip(*np.nonzero(features.foreground), strict=True):
        if row % 2 or col % 2:
            continue
        angle = float(features.orientation[row, col])
        x, y = (col + 0.5) * features.block_px * zoom, (row + 0.5) * features.block_px * zoom
        dx, dy = reach * math.cos(angle), -reach * math.sin(angle)
        pen.line((x - dx, y - dy, x + dx, y + dy), fill=FLOW, width=OVERSAMPLE)


def _draw_singularities(pen: ImageDraw.ImageDraw, points: Singularities, colour: Colour, zoom: float) -> None:
    """A dot with a tail along each direction: one of a core, three of a delta."""
    radius, tail = 4 * OVERSAMPLE, 22 * OVERSAMPLE
    for x, y, directions in zip(points.x, points.y, points.directions, strict=True):
        u, v = (float(x) + 0.5) * zoom, (float(y) + 0.5) * zoom
        for line, width in (((255, 255, 255), 6 * OVERSAMPLE), (colour, 3 * OVERSAMPLE)):
            for direction in directions:
                end = u + tail * math.cos(float(direction)), v - tail * math.sin(float(direction))
                pen.line((u, v, *end), fill=line, width=width)
        pen.ellipse((u - radius, v - radius, u + radius, v + radius), fill=colour)


def _draw_minutia(pen: ImageDraw.ImageDraw, x: float, y: float, direction: float, kind: int) -> None:
    """A ring (ridge ending) or a square (bifurcation) with a tail that points along its direction."""
    radius, tail = 4.5 * OVERSAMPLE, 15 * OVERSAMPLE
    colour = KINDS[kind]
    dx, dy = math.cos(direction), -math.sin(direction)
    for line, width in (((255, 255, 255), 5 * OVERSAMPLE), (colour, 2 * OVERSAMPLE)):
        pen.line((x + radius * dx, y + radius * dy, x + tail * dx, y + tail * dy), fill=line, width=width)
        box = (x - radius, y - radius, x + radius, y + radius)
        if kind == MinutiaKind.BIFURCATION:
            pen.rectangle(box, outline=line, width=width)
        else:
            pen.ellipse(box, outline=line, width=width)


def _finish(canvas: Image.Image, minutiae: Minutiae, zoom: float) -> Image.Image:
    """Minutiae on top, and the canvas at its final size."""
    pen = ImageDraw.Draw(canvas)
    for x, y, direction, kind in zip(minutiae.x, minutiae.y, minutiae.direction, minutiae.kind, strict=True):
        _draw_minutia(pen, (float(x) + 0.5) * zoom, (float(y) + 0.5) * zoom, float(direction), int(kind))
    size = (max(1, canvas.width // OVERSAMPLE), max(1, canvas.height // OVERSAMPLE))
    return canvas.resize(size, Image.Resampling.BOX)


def _with_legend(shown: Image.Image, minutiae: Minutiae, title: str, words: str, told: str = "") -> Image.Image:
    """A picture with a legend below, and under it what is told to the operator."""
    page = Image.new("RGB", (max(shown.width, 440), shown.height + FOOTER_PX + (ADVICE_PX if told else 0)), "white")
    page.paste(shown, ((page.width - shown.width) // 2, 0))
    pen = ImageDraw.Draw(page)
    _draw_legend(pen, shown.height, minutiae, "   ".join(part for part in (title, words) if part))
    pen.text((8, shown.height + FOOTER_PX), told, fill=pointing.POINT, font=ImageFont.load_default(13))
    return page


def _draw_legend(pen: ImageDraw.ImageDraw, top: int, minutiae: Minutiae, headline: str) -> None:
    pen.text((8, top + 4), headline, fill=INK, font=ImageFont.load_default(14))
    left = 8.0
    for kind in MinutiaKind:
        count = minutiae.of_kind(kind)
        if not count and kind == MinutiaKind.OTHER:
            continue
        words, font = f"{count} {NAMES[kind]}", ImageFont.load_default(13)
        pen.text((left, top + 23), words, fill=KINDS[kind], font=font)
        left += pen.textlength(words, font=font) + 18
