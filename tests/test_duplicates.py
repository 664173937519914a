"""The same finger twice and the operator's own are found on grown prints, honest sessions are left alone."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from firmware import duplicates
from firmware.datatypes import FingerCapture, FrictionRidgeImage, Outcome, QualityReport
from firmware.duplicates import MINIMUM_QUALITY
from firmware.pipeline import extraction
from firmware.pipeline.parameters import MATCH_SCORE
from firmware.vocabulary import FingerPosition, Language, MissingFinger
from sim.impressions import Condition, impress
from sim.ridges import Master, grow
from tests import duplicates as campaign

SEED = 31
THUMB, INDEX, MIDDLE = FingerPosition.RIGHT_THUMB, FingerPosition.RIGHT_INDEX, FingerPosition.LEFT_MIDDLE
Touch = Callable[[int, FingerPosition], FingerCapture]


@pytest.fixture(scope="module")
def masters() -> list[Master]:
    return [campaign.grown(finger, SEED) for finger in range(12)]


@pytest.fixture
def touch(masters: list[Master]) -> Iterator[Touch]:
    rng = np.random.default_rng(SEED)

    def touched(finger: int, position: FingerPosition) -> FingerCapture:
        pixels = impress(masters[finger], rng, shape=campaign.SHAPE, condition=Condition.GOOD).pixels
        image = FrictionRidgeImage(pixels, 500)
        return FingerCapture(position, Outcome.ACCEPTED, 1, image=image, features=extraction.extract(pixels, 500))

    yield touched


def poor(capture: FingerCapture) -> FingerCapture:
    assert capture.features is not None
    return replace(capture, features=replace(capture.features, quality=QualityReport(MINIMUM_QUALITY - 1)))


def test_the_same_finger_twice_is_found(touch: Touch) -> None:
    settled = [touch(0, THUMB), touch(1, INDEX)]
    found = duplicates.find(touch(0, MIDDLE), settled)
    assert found is not None
    assert (found.position, found.before, found.is_operators) == (MIDDLE, THUMB, False)
    assert found.earlier is settled[0]
    assert found.score >= MATCH_SCORE
    assert len(found.pairs) > 10
    assert duplicates.find(touch(2, MIDDLE), settled) is None


def test_the_operators_finger_is_found_and_told(touch: Touch) -> None:
    settled, operator = [touch(0, THUMB)], [touch(5, INDEX)]
    found = duplicates.find(touch(5, INDEX), settled, operator)
    assert found is not None
    assert (found.before, found.is_operators) == (INDEX, True)
    assert "operator" in duplicates.say(found, Language.INDONESIAN)
    assert duplicates.say(found, Language.ENGLISH).startswith("right index finger: this seems to be the operator's own")
    assert duplicates.find(touch(1, INDEX), settled, operator) is None


def test_the_likeliest_of_several_is_told(touch: Touch) -> None:
    twice = [touch(0, THUMB), touch(0, INDEX)]
    now = touch(0, MIDDLE)
    found = duplicates.find(now, twice)
    apart = [duplicates.find(now, [one]) for one in twice]
    assert found is not None
    assert found.score == max(one.score for one in apart if one)


def test_a_finger_that_is_repeated_is_no_duplicate(touch: Touch) -> None:
    assert duplicates.find(touch(0, THUMB), [touch(0, THUMB)]) is None


def test_poor_prints_and_excused_fingers_are_not_compared(touch: Touch) -> None:
    now, before = touch(0, MIDDLE), touch(0, THUMB)
    assert duplicates.find(now, [before]) is not None
    assert duplicates.find(poor(now), [before]) is None
    assert duplicates.find(now, [poor(before)], [poor(before)]) is None
    excused = FingerCapture(THUMB, Outcome.EXCUSED, 0, missing=MissingFinger.AMPUTATION, reason="-")
    assert duplicates.find(now, [excused]) is None
    assert duplicates.find(excused, [before]) is None


def test_what_is_told_shows_no_print(touch: Touch) -> None:
    found = duplicates.find(touch(0, MIDDLE), [touch(0, THUMB)])
    assert "pixels" not in repr(found)


def test_sessions_of_few_fingers(masters: list[Master]) -> None:
    hands = [campaign.drawn(number, len(masters), SEED) for number in range(4)]
    played = [campaign.play(k, hand, [masters[i] for i in hand], SEED) for k, hand in enumerate(hands)]
    assert [session.honest for session in played] == [0] * 4
    caught = [told for session in played for told in session.caught if told is not None]
    assert sum(caught) >= 0.6 * len(caught) > 0
    prints = [one for session in played for one in session.prints]
    chance = campaign.by_chance(prints, 300, SEED)
    assert chance.max() < MATCH_SCORE
    text = io.StringIO()
    console = Console(file=text, width=150)
    campaign.tell_sessions(played, console)
    campaign.tell_chance(chance, len(prints), console)
    assert "with a duplicate reported: 0" in text.getvalue()
    assert "300 comparisons" in text.getvalue()


def test_the_rate_that_an_exponential_tail_foretells() -> None:
    scores = np.random.default_rng(1).exponential(0.02, 100_000)
    assert campaign.false_match_rate(scores, 0.25) == pytest.approx(np.exp(-0.25 / 0.02), rel=1.0)


def test_fingers_are_grown_anew_from_a_seed() -> None:
    again = grow(np.random.default_rng((SEED, 3)))
    np.testing.assert_array_equal(campaign.grown(3, SEED).ridges, again.ridges)
