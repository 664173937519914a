"""What a person is told and shown of a print's structure."""

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from firmware import listing, marks, overlay, pointing, wording
from firmware.datatypes import Feedback, FingerprintFeatures
from firmware.rows import Assessment, as_json, flat
from firmware.structure import Singularities
from firmware.vocabulary import Language, PatternClass
from tests.residents import features, image


@pytest.fixture
def loop() -> FingerprintFeatures:
    one = np.array([120], np.float32)
    core = Singularities(one, one + 20, np.array([[np.pi]], np.float32), np.array([60], np.uint8))
    delta = Singularities(one + 50, one + 90, np.array([[0.5, 2.5, 4.7]], np.float32), np.array([40], np.uint8))
    return replace(features(70), cores=core, deltas=delta, pattern=PatternClass.LEFT_LOOP)


@pytest.mark.parametrize("language", Language)
def test_every_class_has_its_own_words(language: Language) -> None:
    words = {wording.pattern(found, language) for found in PatternClass}
    assert len(words) == len(PatternClass)
    assert all(words)


def test_cores_and_deltas_are_drawn_in_their_colours(loop: FingerprintFeatures) -> None:
    plain = replace(loop, cores=features(70).cores, deltas=features(70).deltas)
    for drawn, expected in ((loop, True), (plain, False)):
        picture = np.asarray(overlay.draw(image().pixels, drawn))
        for colour in (marks.CORE, marks.DELTA):
            assert bool((picture == colour).all(axis=2).any()) is expected


def test_json_tells_class_cores_and_deltas(loop: FingerprintFeatures) -> None:
    row = as_json(Assessment("a.png", 256, 288, 508, features=loop))
    assert row["pattern"] == "left_loop"
    assert row["cores"] == [{"x": 120.0, "y": 140.0, "angles": [180.0], "quality": 60}]
    assert row["deltas"] == [{"x": 170.0, "y": 210.0, "angles": [28.65, 143.24, 269.29], "quality": 40}]


def test_the_table_tells_the_class(loop: FingerprintFeatures) -> None:
    text = io.StringIO()
    results = [Assessment("a.png", features=loop), Assessment("b.png", error="no")]
    listing.show(Console(file=text, width=160), [flat(as_json(result)) for result in results])
    assert "left loop" in text.getvalue()


def test_the_place_of_the_first_advice_is_tinted_and_told(loop: FingerprintFeatures) -> None:
    place = np.zeros(loop.foreground.shape, np.bool_)
    place[4:8, 4:8] = True
    report = replace(loop.quality, feedback=(Feedback.TOO_WET, Feedback.OFF_CENTRE))
    wet = replace(loop, quality=report, places={Feedback.TOO_WET: place, Feedback.OFF_CENTRE: place})
    off = replace(wet, quality=replace(report, feedback=(Feedback.OFF_CENTRE,)), places={Feedback.OFF_CENTRE: place})
    plain, tinted, pointed = (np.asarray(overlay.draw(image().pixels, features)) for features in (loop, wet, off))
    print_height = round(plain.shape[1] * 288 / 256)
    assert tinted.shape[0] == plain.shape[0] + overlay.ADVICE_PX
    block = loop.block_px * plain.shape[1] / 256
    changed = (tinted[:print_height] != plain[:print_height]).any(axis=2)
    inside = slice(round(4.5 * block), round(7.5 * block))
    assert changed[inside, inside].mean() > 0.9
    assert not changed[: round(3.5 * block)].any()
    marked = [(picture[:print_height] == pointing.POINT).all(axis=2).sum() for picture in (plain, tinted, pointed)]
    assert marked[0] == 0 < marked[1] < 0.7 * marked[2]
