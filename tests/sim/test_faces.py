"""The simulator's faces: drawn alike from one seed, and the kernel that draws them."""

import numpy as np
import pytest

from sim import face_raster
from sim.face_looks import SKIN_TONES, grow, linear
from sim.faces import Person, Scene, picture
from tests import naive_faces

SMALL = Scene(height=80, width=60, eyes_px=13.0)


def test_a_seed_is_a_person() -> None:
    assert grow(5) == grow(5)
    assert grow(5) != grow(6)
    assert np.array_equal(picture([Person(grow(5))], SMALL), picture([Person(grow(5))], SMALL))


@pytest.mark.parametrize("tone", [1, 10])
def test_the_skin_has_the_tone_that_was_asked_for(tone: int) -> None:
    assert grow(5, tone=tone).skin == linear(SKIN_TONES[tone - 1])


@pytest.mark.kernel
@pytest.mark.parametrize("size", [(1, 1), (7, 5), (12, 19)])
def test_triangles_are_filled_as_the_slow_twin_does(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(size[0])
    corners = rng.uniform(-4, 16, (9, 3, 3)) + np.asarray((0, 0, 20))
    corners[4] = corners[4, 0]
    which, weights = face_raster.rasterise(corners, size)
    depth, slow_which = np.full(size, np.inf), np.full(size, -1, np.int32)
    slow_weights = np.zeros((*size, 3), np.float32)
    naive_faces.fill_triangles(corners, depth, slow_which, slow_weights)
    assert np.array_equal(which, slow_which)
    assert np.allclose(weights, slow_weights, atol=1e-5)
