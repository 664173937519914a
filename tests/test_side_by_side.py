"""Two prints of one finger look alike where they are laid side by side, and those of two fingers do not."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from rich.text import Text

from firmware import duplicates, side_by_side
from firmware.datatypes import FingerCapture, FrictionRidgeImage, Outcome
from firmware.duplicates import Duplicate
from firmware.pipeline import extraction
from firmware.text_picture import Charset
from firmware.vocabulary import FingerPosition, Language
from sim.impressions import Condition, impress
from tests import duplicates as campaign

SEED = 31
FINGERS = range(4)
SCREEN = (80, 24)
COLUMNS, ROWS, GAP = 38, 20, 4


def touch(finger: int, number: int, position: FingerPosition, ppi: int = 500) -> FingerCapture:
    rng = np.random.default_rng((SEED, finger, number))
    master = campaign.grown(finger, SEED)
    pixels = impress(master, rng, shape=campaign.SHAPE, condition=Condition.GOOD).pixels
    if ppi != 500:
        size = (pixels.shape[1] * ppi // 500, pixels.shape[0] * ppi // 500)
        pixels = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))
    features = extraction.extract(pixels, ppi)
    return FingerCapture(position, Outcome.ACCEPTED, 1, image=FrictionRidgeImage(pixels, ppi), features=features)


def twice(finger: int, ppi: int = 500) -> Duplicate:
    before = touch(finger, 1, FingerPosition.RIGHT_INDEX)
    found = duplicates.find(touch(finger, 2, FingerPosition.RIGHT_MIDDLE, ppi), [before])
    assert found is not None
    return found


@pytest.fixture(scope="module")
def found() -> list[Duplicate]:
    return [twice(finger) for finger in FINGERS]


def drawn(duplicate: Duplicate, size: tuple[int, int] = SCREEN, charset: Charset = Charset.BRAILLE) -> Text:
    picture = side_by_side.draw(duplicate, Language.ENGLISH, size, charset)
    assert picture is not None
    return picture


def halves(picture: Text) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The dots of both prints, of a picture in braille: 1 is a ridge."""
    rows = picture.plain.splitlines()[:-2]
    codes = np.array([[ord(character) - 0x2800 for character in row.replace(" ", "⠀")] for row in rows], np.uint8)
    dots = np.unpackbits(codes[..., None], axis=2, bitorder="little")[..., [[0, 3], [1, 4], [2, 5], [6, 7]]]
    picture_of = dots.transpose(0, 2, 1, 3).reshape(4 * len(rows), -1)
    across = (picture_of.shape[1] - 2 * GAP) // 2
    return picture_of[:, :across], picture_of[:, -across:]


def agreement(duplicate: Duplicate) -> float:
    """How alike both pictures are, by parts that may lie a ridge apart, since skin is soft: correlation, 0 to 1."""
    left, right = (half * 2.0 - 1.0 for half in halves(drawn(duplicate)))
    reach, side, best = 5, 20, []
    for top in range(reach, len(left) - side - reach + 1, side // 2):
        for at in range(reach, left.shape[1] - side - reach + 1, side // 2):
            part = left[top : top + side, at : at + side]
            others = np.lib.stride_tricks.sliding_window_view(
                right[top - reach : top + side + reach, at - reach : at + side + reach], (side, side)
            )
            best.append(float((others * part).mean(axis=(2, 3)).max()))
    return float(np.median(best))


def marks(picture: Text) -> tuple[dict[str, set[complex]], dict[str, set[complex]]]:
    """Where either print has a mark of each colour, as column + row i."""
    width = 2 * COLUMNS + GAP
    left: dict[str, set[complex]] = {}
    right: dict[str, set[complex]] = {}
    for span in picture.spans:
        if "on " in str(span.style):
            row, column = divmod(span.start, width + 1)
            side = left if column < COLUMNS else right
            side.setdefault(str(span.style), set()).add(complex(column % (COLUMNS + GAP), row))
    return left, right


def test_one_finger_looks_alike_and_another_does_not(found: list[Duplicate]) -> None:
    for one, other in zip(found, [*found[1:], found[0]], strict=True):
        assert agreement(one) > 0.4
        assert other.earlier.features is not None
        stranger = replace(one, earlier=other.earlier, pairs=one.pairs % len(other.earlier.features.minutiae))
        assert agreement(stranger) < 0.25


def test_each_print_has_its_own_resolution() -> None:
    assert agreement(twice(0, ppi=1000)) > 0.4


def test_minutiae_that_are_the_same_have_the_same_colour_at_nearly_the_same_place(found: list[Duplicate]) -> None:
    for one in found:
        left, right = marks(drawn(one))
        assert left.keys() == right.keys() and len(left) == 6
        for colour, places in left.items():
            assert len(places) == len(right[colour]) > 0
            assert all(min(abs(place - other) for other in right[colour]) <= 6 for place in places)


@pytest.mark.parametrize(
    ("language", "own", "titles"),
    [
        (Language.ENGLISH, False, "Now: right middle finger                  Before: right index finger"),
        (Language.ENGLISH, True, "Now: right middle finger                  Operator: right index finger"),
        (Language.INDONESIAN, False, "Sekarang: jari tengah kanan               Sebelumnya: telunjuk kanan"),
        (Language.INDONESIAN, True, "Sekarang: jari tengah kanan               Operator: telunjuk kanan"),
    ],
)
def test_titles_stand_under_the_prints(found: list[Duplicate], language: Language, own: bool, titles: str) -> None:
    picture = side_by_side.draw(replace(found[0], is_operators=own), language, SCREEN, Charset.BRAILLE)
    assert picture is not None
    assert picture.plain.splitlines()[ROWS] == titles
    assert picture.plain.splitlines()[ROWS + 1].endswith(f": {len(found[0].pairs)}")


@pytest.mark.parametrize("charset", Charset)
def test_it_fits_the_screen_with_what_is_said_around_it(found: list[Duplicate], charset: Charset) -> None:
    lines = drawn(found[0], charset=charset).plain.splitlines()
    assert len(lines) == ROWS + 2 and {len(line) for line in lines[:ROWS]} == {2 * COLUMNS + GAP}
    assert max(map(len, lines)) <= SCREEN[0]


def test_a_plain_picture_is_of_plain_characters(found: list[Duplicate]) -> None:
    assert set(drawn(found[0], charset=Charset.ASCII).plain) <= set(map(chr, range(32, 127))) | {"\n"}


def test_a_large_screen_shows_the_whole_print_and_no_more(found: list[Duplicate]) -> None:
    height, width = campaign.SHAPE
    left, right = halves(drawn(found[0], (400, 200)))
    assert left.shape == right.shape == (height / 2, width / 2)


@pytest.mark.parametrize("size", [(30, 24), (80, 10)])
def test_a_screen_that_is_too_small_shows_nothing(found: list[Duplicate], size: tuple[int, int]) -> None:
    assert side_by_side.draw(found[0], Language.ENGLISH, size, Charset.BRAILLE) is None


def test_a_finger_without_a_print_is_refused(found: list[Duplicate]) -> None:
    excused = FingerCapture(FingerPosition.LEFT_THUMB, Outcome.EXCUSED, 0)
    with pytest.raises(ValueError, match="LEFT_THUMB"):
        side_by_side.draw(replace(found[0], earlier=excused), Language.ENGLISH, SCREEN, Charset.BRAILLE)
