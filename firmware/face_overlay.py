"""Draws what was found in a picture of a face over the picture, for people."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from firmware import face_advice
from firmware.portrait import Face, FaceAssessment, Rectangle
from firmware.vocabulary import Language

LARGEST_SIDE = 1200
_FRAME, _BOX, _LIDS, _POINTS = (255, 255, 255), (255, 196, 0), (0, 230, 118), (255, 255, 255)
_GOOD, _BAD, _INK = (22, 120, 60), (178, 34, 34), (30, 41, 59)
_LINE_PX, _MARGIN_PX, _SMALLEST_WIDTH = 22, 10, 560
_LIDS_IN_ORDER = (*range(9), *range(15, 8, -1), 0)


def draw(pixels: NDArray[np.uint8], assessment: FaceAssessment, title: str, language: Language) -> Image.Image:
    """The picture (h, w, 3) with each face's box, points and lids, the record's frame, and below it the words."""
    height, width = pixels.shape[:2]
    zoom = min(2.0, LARGEST_SIDE / max(height, width))
    size = (max(1, round(width * zoom)), max(1, round(height * zoom)))
    shown = Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS)
    pen = ImageDraw.Draw(shown)
    for face in assessment.found:
        _draw_face(pen, face, zoom)
    if assessment.crop:
        pen.rectangle(_corners(assessment.crop, zoom), outline=_FRAME, width=2)
    return _with_words(shown, assessment, title, language)


def _draw_face(pen: ImageDraw.ImageDraw, face: Face, zoom: float) -> None:
    pen.rectangle(_corners(face.box, zoom), outline=_BOX, width=2)
    for x, y in (face.landmarks[::4, :2] * zoom).tolist():
        pen.point((x, y), fill=_POINTS)
    for lids in face.lids:
        pen.line([(x, y) for x, y in (lids[list(_LIDS_IN_ORDER)] * zoom).tolist()], fill=_LIDS, width=2)


def _corners(box: Rectangle, zoom: float) -> tuple[float, float, float, float]:
    return box.x * zoom, box.y * zoom, (box.x + box.width) * zoom - 1, (box.y + box.height) * zoom - 1


def _with_words(shown: Image.Image, assessment: FaceAssessment, title: str, language: Language) -> Image.Image:
    lines = [(title, _INK)]
    if assessment.accepted:
        lines.append((face_advice.accepted(language), _GOOD))
    for finding in assessment.feedback:
        figures = f"[{finding.code.value} {finding.value:.3g}; {finding.limit:.3g}]"
        lines.append((f"{face_advice.say(finding.code, language)}  {figures}", _BAD))
    font = ImageFont.load_default(15)
    wide = max(round(font.getlength(words)) for words, _ in lines) + 2 * _MARGIN_PX
    page_size = (max(shown.width, wide, _SMALLEST_WIDTH), shown.height + len(lines) * _LINE_PX + _MARGIN_PX)
    page = Image.new("RGB", page_size, "white")
    page.paste(shown, ((page.width - shown.width) // 2, 0))
    pen = ImageDraw.Draw(page)
    for k, (words, colour) in enumerate(lines):
        pen.text((_MARGIN_PX, shown.height + 5 + k * _LINE_PX), words, fill=colour, font=font)
    return page
