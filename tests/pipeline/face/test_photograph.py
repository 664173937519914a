"""A photograph of a real face, for drawn ones are not everything: NASA's portrait of Eileen Collins, public domain.

It lies inside the wheel of scikit-image, made larger here to the size that a kit's camera gives.
"""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from firmware.pipeline.face.judging import assess
from firmware.portrait import FaceFeedback

Pixels = NDArray[np.uint8]
RED, BLUE = (200, 24, 30), (30, 110, 210)


@pytest.fixture(scope="module")
def portrait() -> Image.Image:
    spec = find_spec("skimage")
    assert spec is not None and spec.origin is not None
    with Image.open(Path(spec.origin).parent / "data" / "astronaut.png") as image:
        return image.convert("RGB").resize((1536, 1536), Image.Resampling.BICUBIC)


def before_cloth(portrait: Image.Image, colour: tuple[int, int, int]) -> Image.Image:
    """The same before a cloth: what is grey and light outside the face, or beside an outline, is painted over."""
    pixels = np.asarray(portrait)
    y, x = np.mgrid[:1536, :1536]
    face = ((x - 675) / 160) ** 2 + ((y - 370) / 210) ** 2 < 1
    head = ((x - 680) / 250) ** 2 + ((y - 330) / 330) ** 2 < 1
    body = (y > 560) & (np.abs(x - 640) < 230 + (y - 560) * 1.3)
    grey = (pixels.max(axis=-1).astype(int) - pixels.min(axis=-1) < 45) & (pixels.min(axis=-1) > 110) & (y < 620)
    shown = np.where((face | ((head | body) & ~grey))[..., None], pixels, np.asarray(colour, np.uint8))
    return Image.fromarray(shown)


def codes(image: Image.Image, year: int | None = None) -> set[FaceFeedback]:
    return set(assess(np.asarray(image), year).codes)


def darker(image: Image.Image, share: float) -> Image.Image:
    return image.point(lambda value: round(value * share))


def lit_from_the_side(image: Image.Image) -> Image.Image:
    ramp = np.interp(np.arange(image.width), (620, 720), (0.3, 1.0))
    return Image.fromarray((np.asarray(image) * ramp[None, :, None]).astype(np.uint8))


def doubled(image: Image.Image) -> Image.Image:
    part = np.asarray(image)[:900, 300:1100]
    return Image.fromarray(np.hstack((part, part)))


def half_hidden(image: Image.Image) -> Image.Image:
    pixels = np.asarray(image).copy()
    pixels[:, 690:] = 128
    return Image.fromarray(pixels)


def masked(image: Image.Image) -> Image.Image:
    pixels = np.asarray(image).copy()
    pixels[385:570, 550:800] = 225
    return Image.fromarray(pixels)


def test_before_a_red_cloth_it_is_accepted(portrait: Image.Image) -> None:
    assert codes(before_cloth(portrait, RED), 2009) == set()
    assert codes(before_cloth(portrait, BLUE), 2008) == set()


def test_before_a_flag_and_a_model_of_the_shuttle_it_is_not(portrait: Image.Image) -> None:
    assert codes(portrait) == {FaceFeedback.BACKGROUND}
    assert codes(before_cloth(portrait, RED), 2008) == {FaceFeedback.BACKGROUND}


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (lambda image: image.filter(ImageFilter.GaussianBlur(6)), FaceFeedback.BLURRED),
        (lambda image: image.filter(ImageFilter.GaussianBlur(12)), FaceFeedback.BLURRED),
        (lambda image: darker(image, 0.25), FaceFeedback.DARK),
        (lambda image: darker(image, 0.1), FaceFeedback.DARK),
        (lit_from_the_side, FaceFeedback.UNEVEN_LIGHT),
        (doubled, FaceFeedback.SEVERAL_FACES),
        (half_hidden, FaceFeedback.COVERED),
        (masked, FaceFeedback.COVERED),
        (lambda image: image.resize((512, 512)), FaceFeedback.TOO_SMALL),
        (lambda image: image.rotate(17, fillcolor=RED), FaceFeedback.TILTED),
        (lambda image: image.crop((560, 0, 1536, 1536)), FaceFeedback.OFF_CENTRE),
        (lambda image: image.crop((0, 900, 1536, 1536)), FaceFeedback.NO_FACE),
    ],
)
def test_an_edit_is_told(
    portrait: Image.Image, edit: Callable[[Image.Image], Image.Image], fault: FaceFeedback
) -> None:
    assert fault in codes(edit(before_cloth(portrait, RED)))


@pytest.mark.parametrize("name", ["coffee", "chelsea", "page", "coins", "ihc", "motorcycle_left"])
def test_what_is_no_face_is_never_accepted(name: str) -> None:
    spec = find_spec("skimage")
    assert spec is not None and spec.origin is not None
    with Image.open(Path(spec.origin).parent / "data" / f"{name}.png") as image:
        assert not assess(np.asarray(image.convert("RGB"))).accepted
