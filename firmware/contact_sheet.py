"""Lays pictures with their captions out on one sheet: small ones in rows, large ones below."""

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from firmware.tracing import Picture

COLUMNS = 4
TILE_PX = 408
GAP_PX = 16
CAPTION_PX = 46
TALLEST = 1.6
"""Of a picture, as a part of its place's width."""
LARGE_PX = 2 * TILE_PX + GAP_PX
_INK, _FAINT, _FRAME = (30, 41, 59), (90, 104, 124), (200, 208, 218)


def lay_out(pictures: Sequence[Picture], title: str) -> Image.Image:
    """One sheet with a title; numbers tell the order of the stages."""
    numbered = list(enumerate(pictures, start=1))
    small = [pair for pair in numbered if not pair[1].large]
    large = [pair for pair in numbered if pair[1].large]
    rows = [(small[i : i + COLUMNS], TILE_PX) for i in range(0, len(small), COLUMNS)]
    rows += [(large[i : i + 2], LARGE_PX) for i in range(0, len(large), 2)]
    tiles = [[(number, picture, _fit(picture.image, width)) for number, picture in row] for row, width in rows]
    heights = [max(image.height for _, _, image in row) + CAPTION_PX + GAP_PX for row in tiles]
    head = CAPTION_PX + GAP_PX
    sheet = Image.new("RGB", (COLUMNS * (TILE_PX + GAP_PX) + GAP_PX, head + sum(heights)), "white")
    pen = ImageDraw.Draw(sheet)
    pen.text((GAP_PX, GAP_PX), title, fill=_INK, font=ImageFont.load_default(26))
    top = head
    for row, (_, width), height in zip(tiles, rows, heights, strict=True):
        for column, (number, picture, image) in enumerate(row):
            left = GAP_PX + column * (width + GAP_PX)
            pen.text((left, top), f"{number}  {picture.title}", fill=_INK, font=ImageFont.load_default(17))
            pen.text((left, top + 22), picture.words, fill=_FAINT, font=_fitting(pen, picture.words, width))
            sheet.paste(image, (left, top + CAPTION_PX))
            pen.rectangle(
                (left - 1, top + CAPTION_PX - 1, left + image.width, top + CAPTION_PX + image.height),
                outline=(200, 208, 218),
            )
        top += height
    return sheet


def _fit(image: Image.Image, width: int) -> Image.Image:
    """The picture as wide as its place, or narrower so that it is not too tall."""
    scale = min(width / image.width, TALLEST * width / image.height)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _fitting(pen: ImageDraw.ImageDraw, words: str, width: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    """The largest font, of 14 pixels at most, in which the words have room."""
    sizes = (size for size in range(14, 8, -1) if pen.textlength(words, font=ImageFont.load_default(size)) <= width)
    return ImageFont.load_default(next(sizes, 9))
