"""The stand-in for the sensor's features tells an impression from another finger's, and no more."""

import numpy as np

from sim import features
from sim.fingers import GLASS
from sim.glass import Pixels, expose
from sim.impressions import Condition, impress
from sim.optics import Sensor
from sim.ridges import grow

MATCH, NO_MATCH = 120, 60


def impression(position: int) -> Pixels:
    master, rng = grow(np.random.default_rng((3, position))), np.random.default_rng((3, position, 1))
    return impress(master, rng, shape=GLASS, condition=Condition.GOOD, sensor=Sensor()).pixels


def extracted(pixels: Pixels) -> bytes:
    found = features.extract(expose(pixels, 288, 256))
    assert found is not None and len(found) == features.SIZE
    return found


def test_one_impression_matches_itself_and_its_shifted_copy() -> None:
    thumb = impression(1)
    assert features.score(extracted(thumb), extracted(thumb)) == 300
    image = expose(thumb, 288, 256)
    shifted = features.extract(np.roll(image, (6, -3), axis=(0, 1)))
    assert shifted is not None
    assert features.score(extracted(thumb), shifted) > MATCH


def test_other_fingers_do_not_match() -> None:
    found = [extracted(impression(position)) for position in (1, 2, 3)]
    scores = [features.score(found[a], found[b]) for a, b in ((0, 1), (0, 2), (1, 2))]
    assert max(scores) < NO_MATCH


def test_what_is_no_print_has_no_features() -> None:
    assert features.extract(np.full((288, 256), 12, np.uint8)) is None
    assert features.score(b"anything", b"else") == 0
