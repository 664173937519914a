"""What an operator is told of a touch, and where."""

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware import advice
from firmware.archive import words
from firmware.datatypes import Feedback
from firmware.pipeline import extraction, segmentation
from firmware.pipeline.feedback import advising, contact, measures, outline, smearing, smudges, waves
from firmware.pipeline.feedback.evidence import EVIDENCE
from firmware.vocabulary import Language

SIDE = 320
Y, X = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)


Array = NDArray[Any]


def rings(x: float = 160, y: float = 160, period: float = 9.0) -> Array:
    """Concentric ridges, -1 valley to 1 ridge."""
    return np.asarray(np.cos(np.hypot(X - x, Y - y) * (2 * math.pi / period)))


def disc(x: float = 160, y: float = 160, radius: float = 120) -> Array:
    return np.asarray(np.hypot(X - x, Y - y) < radius)


def specks(side: int, part: float) -> Array:
    """Squares here and there, over a part of the picture."""
    return np.kron(np.random.default_rng(side).random((SIDE // side, SIDE // side)) < part, np.ones((side, side))) > 0


def print_(cover: Array, paper: float = 230.0, ink: float = 40.0) -> Array:
    """What a sensor sees of skin that covers so much of each pixel."""
    noise = np.random.default_rng(1).normal(0, 2, cover.shape)
    return np.clip(np.rint(paper + (ink - paper) * cover + noise), 0, 255).astype(np.uint8)


def told(pixels: Array) -> tuple[Feedback, ...]:
    return extraction.extract(pixels, 500).quality.feedback


def measured(pixels: Array) -> measures.Measures:
    seen = extraction.see_ridges(pixels)
    return measures.take(pixels, seen, segmentation.by_clarity(seen.candidates, seen.clarity))


GOOD = (rings() > 0) * disc()


@pytest.mark.parametrize("language", Language)
def test_every_feedback_has_its_own_words(language: Language) -> None:
    sentences = {advice.say(feedback, language) for feedback in Feedback}
    assert len(sentences) == len({words.feedback(feedback.value, language) for feedback in Feedback}) == len(Feedback)
    assert all(sentence.count(":") == 1 for sentence in sentences)


def test_a_good_touch_needs_no_advice() -> None:
    # But that rings have no minutiae
    assert told(print_(GOOD)) == (Feedback.FEW_MINUTIAE,)


DRAWN = {
    Feedback.TOO_DRY: (rings() > 0.75) * specks(2, 0.6) * disc(),
    Feedback.TOO_WET: np.maximum(GOOD, specks(4, 0.25) * disc()),
    Feedback.TOO_HARD: (rings() > -0.75) * disc(),
    Feedback.TOO_LIGHT: 0.35 * (rings() > 0.6) * disc(radius=100),
    Feedback.MOVED: np.mean([np.roll(GOOD, step, axis=1) for step in range(-10, 11)], axis=0),
    Feedback.TOO_SMALL: (rings() > 0) * disc(radius=45),
    Feedback.OFF_CENTRE: (rings(300, 300) > 0) * disc(300, 300),
    Feedback.TIP_ONLY: (rings(160, 400) > 0) * (np.hypot((X - 160) / 1.5, Y - 160) < 45),
    Feedback.OVERLAPPING: np.maximum((rings(60) > 0) * disc(110), (rings(260) > 0) * disc(210)),
    Feedback.DIRTY_GLASS: np.maximum(GOOD, 0.3 * (rings(330, 20) > 0)),
}


@pytest.mark.parametrize("feedback", DRAWN)
def test_a_fault_drawn_by_hand_is_told(feedback: Feedback) -> None:
    assert feedback in told(print_(DRAWN[feedback]))


def test_an_old_print_alone_is_no_finger() -> None:
    assert told(print_(0.05 * (rings() > 0), paper=240)) == (Feedback.NO_FINGER,)


def test_what_explains_other_advice_comes_before_it() -> None:
    odds = {Feedback.TOO_SMALL: 9.0, Feedback.TIP_ONLY: 0.1, Feedback.DIRTY_GLASS: 5.0, Feedback.TOO_WET: -1.0}
    assert tuple(advising._by_use(odds)) == (Feedback.DIRTY_GLASS, Feedback.TIP_ONLY, Feedback.TOO_SMALL)
    moved = odds | {Feedback.MOVED: 0.2}
    assert tuple(advising._by_use(moved)) == (
        Feedback.MOVED, Feedback.DIRTY_GLASS, Feedback.TIP_ONLY, Feedback.TOO_SMALL,
    )  # fmt: skip


def test_evidence_rests_on_measures_that_are_taken() -> None:
    taken = measured(print_(GOOD)).values
    assert all(math.isfinite(value) for value in taken.values())
    assert {name for evidence in EVIDENCE.values() for name in evidence.weights} <= taken.keys()


def test_the_place_is_where_the_fault_is() -> None:
    wet = np.where(specks(8, 0.5) & (X > 160), 1, rings() > 0)
    place = measured(print_(wet * disc())).where(Feedback.TOO_WET)
    assert place[:, 21:].sum() > 10 * place[:, :19].sum()
    assert measured(print_(GOOD)).where(Feedback.TOO_SMALL)[20, 20]


def test_a_spot_on_the_glass_is_shown_and_not_the_print() -> None:
    spot = np.hypot(X - 30, Y - 290) < 12
    place = measured(print_(np.maximum(GOOD, 0.7 * spot))).where(Feedback.DIRTY_GLASS)
    assert place[36, 3]
    assert not place[:30].any()
    assert not place[:, 10:].any()


def test_dirt_without_a_place_is_on_the_glass() -> None:
    seen = measured(print_(GOOD))
    assert (seen.where(Feedback.DIRTY_GLASS) == ~seen.print_).all()


def test_widths_of_ridges_and_greys_of_glass() -> None:
    pixels = print_(GOOD)
    seen = extraction.see_ridges(pixels)
    foreground = segmentation.by_clarity(seen.candidates, seen.clarity)
    touch = contact.see(pixels, seen.enhanced, seen.candidates, foreground)
    inside = np.hypot(*(np.mgrid[0:40, 0:40] - 19.5)) < 12
    assert touch.dark[inside].mean() == pytest.approx(0.5, abs=0.06)
    assert touch.paper.mean() == pytest.approx(230, abs=3)
    assert touch.ink == pytest.approx(45, abs=12)
    assert touch.gaps[inside].mean() < 0.03
    assert touch.fills[inside].mean() < 0.03
    assert smearing.measure(touch, seen.flow, foreground).spread < 0.1
    assert not smudges.find(touch, outline.beside(outline.own_part(touch, foreground)).near).any()


def test_a_frame_is_not_the_glass() -> None:
    pixels = print_((rings() > 0) * disc(radius=90), paper=180)
    pixels[:, :32] = pixels[:, -32:] = 255
    seen = extraction.see_ridges(pixels)
    foreground = segmentation.by_clarity(seen.candidates, seen.clarity)
    touch = contact.see(pixels, seen.enhanced, seen.candidates, foreground)
    assert touch.frame[:, :4].all()
    assert not touch.frame[:, 6:34].any()
    assert touch.paper.mean() == pytest.approx(180, abs=4)


def test_crossing_waves_are_found_where_they_cross() -> None:
    upright, slanted = np.cos(X * (2 * math.pi / 9)), np.cos((X + Y) * (2 * math.pi / 9 / math.sqrt(2)))
    pixels = np.rint(128 + 50 * upright + 35 * slanted * (X > 160)).astype(np.uint8)
    found = waves.find(pixels, np.full((40, 40), 9, np.float32))
    assert (found.crossing[2:-2, 12:-2] > 0.4).all()
    assert (found.crossing[2:-2, 2:8] < 0.1).all()
    assert found.amplitude[10, 4] == pytest.approx(50, rel=0.15)
    assert (found.direction[2:-2, 2:8] == waves.DIRECTIONS // 2).all()


def test_where_a_print_lies() -> None:
    mask = np.zeros((30, 40), bool)
    mask[5:15, 30:] = True
    lies = outline.measure(mask, np.zeros((30, 40), np.float32))
    assert lies.area == pytest.approx(100 * outline.BLOCK_MM**2)
    assert (lies.off_x, lies.off_y) == pytest.approx((15 * outline.BLOCK_MM, -5 * outline.BLOCK_MM))
    assert lies.height_to_width == 1
    assert lies.level_ridges == 1
    assert lies.lost == pytest.approx(10 * outline.BLOCK_MM)
