"""The stand-in for the sensor's features tells an impression from another finger's, and no more."""

import numpy as np

from sim import features
from sim.fingers import GLASS
from sim.glass import Pixels, expose
from sim.impressions import Condition, impress, slide
from sim.instructions import Confirmation
from sim.optics import Sensor
from sim.ridges import grow

MATCH, NO_MATCH = 120, 60


def impression(position: int) -> Pixels:
    master, rng = grow(np.random.default_rng((3, position))), np.random.default_rng((3, position, 1))
    return impress(master, rng, shape=GLASS, condition=Condition.GOOD, sensor=Sensor()).pixels


def extracted(pixels: Pixels) -> bytes:
    found = features.extract(expose(pixels, 288, 256))
    assert len(found) == features.SIZE
    return found


def test_one_impression_matches_itself_and_its_shifted_copy() -> None:
    thumb = impression(1)
    assert features.score(extracted(thumb), extracted(thumb)) == 300
    image = expose(thumb, 288, 256)
    shifted = features.extract(np.roll(image, (6, -3), axis=(0, 1)))
    assert features.score(extracted(thumb), shifted) > MATCH


def test_other_fingers_do_not_match() -> None:
    found = [extracted(impression(position)) for position in (1, 2, 3)]
    scores = [features.score(found[a], found[b]) for a, b in ((0, 1), (0, 2), (1, 2))]
    assert max(scores) < NO_MATCH


def test_a_print_is_no_cause_for_complaint() -> None:
    assert features.complaint(expose(impression(1), 288, 256)) is None


def test_a_poor_print_has_features_all_the_same() -> None:
    assert features.complaint(expose(slide(impression(1)), 288, 256)) is None


def test_an_empty_glass_has_too_few_points_and_noise_is_disorderly() -> None:
    small = expose(impression(1), 288, 256)
    small[:, 48:] = small[80:] = 12
    noise = np.random.default_rng(1).integers(0, 16, (288, 256)).astype(np.uint8)
    assert features.complaint(np.full((288, 256), 12, np.uint8)) == Confirmation.TOO_FEW_POINTS
    assert features.complaint(small) == Confirmation.TOO_FEW_POINTS
    assert features.complaint(noise) == Confirmation.IMAGE_DISORDERLY


def test_what_is_no_feature_matches_nothing() -> None:
    assert features.score(b"anything", b"else") == 0
