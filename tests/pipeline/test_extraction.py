"""The whole recipe on prints whose minutiae are known, and on arrays that are no prints."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from firmware.datatypes import Feedback, FingerprintFeatures
from firmware.errors import SampleError
from firmware.pipeline import extraction, trace
from firmware.vocabulary import Effort, MinutiaKind
from tests.pipeline.planted import Planted, plant, turned

POINTS = [(70.0, 60.0, 1), (150.0, 95.0, -1), (60.0, 140.0, -1), (175.0, 170.0, 1), (110.0, 200.0, 1)]


def matched(features: FingerprintFeatures, truth: NDArray[np.float64], scale: float = 1.0) -> int:
    """How many true minutiae were found within 8 pixels (at 500 ppi) and 15 degrees."""
    found = features.minutiae
    hits = 0
    for x, y, direction in truth:
        near = np.hypot(found.x - x * scale, found.y - y * scale) < 8 * scale
        turn = np.abs((found.direction - direction + math.pi) % (2 * math.pi) - math.pi)
        hits += bool((near & (turn < math.radians(15))).any())
    return hits


@pytest.fixture(scope="module")
def print_() -> Planted:
    return plant(256, 240, POINTS)


@pytest.mark.parametrize("turn", [lambda p: p, turned, lambda p: turned(turned(p))], ids=["0", "90", "180"])
def test_planted_minutiae_are_found_and_no_others(print_: Planted, turn: Callable[[Planted], Planted]) -> None:
    print_ = turn(print_)
    features = extraction.extract(print_.pixels, 500)
    assert matched(features, print_.minutiae) == len(POINTS)
    assert len(features.minutiae) == len(POINTS)
    assert features.quality.score > 0


def test_more_effort_finds_them_too(print_: Planted) -> None:
    features = extraction.extract(print_.pixels, 500, Effort.HIGH)
    assert matched(features, print_.minutiae) == len(POINTS)


def test_a_negative_swaps_endings_and_bifurcations(print_: Planted) -> None:
    found = extraction.extract(print_.pixels, 500).minutiae
    swapped = extraction.extract(255 - print_.pixels, 500).minutiae
    assert found.of_kind(MinutiaKind.RIDGE_ENDING) == swapped.of_kind(MinutiaKind.BIFURCATION)
    assert found.of_kind(MinutiaKind.BIFURCATION) == swapped.of_kind(MinutiaKind.RIDGE_ENDING)


@pytest.mark.parametrize("ppi", [250.0, 508.0, 1000.0])
def test_minutiae_lie_in_pixels_of_the_input(print_: Planted, ppi: float) -> None:
    scale = ppi / 500
    size = (round(240 * scale), round(256 * scale))
    image = Image.fromarray(print_.pixels).resize(size, Image.Resampling.BICUBIC)
    features = extraction.extract(np.asarray(image).copy(), ppi)
    assert matched(features, print_.minutiae, scale) == len(POINTS)


def test_contrast_and_brightness_do_not_matter(print_: Planted) -> None:
    faint = (print_.pixels * 0.4 + 120).astype(np.uint8)
    assert matched(extraction.extract(faint, 500), print_.minutiae) == len(POINTS)


def test_the_background_is_not_foreground() -> None:
    inner = plant(160, 160, [(80.0, 80.0, 1)]).pixels
    whole = np.full((320, 320), 230, np.uint8)
    whole[80:240, 80:240] = inner
    foreground = extraction.extract(whole, 500).foreground
    inside = foreground[10:30, 10:30]
    assert inside.mean() > 0.9
    assert foreground.sum() - inside.sum() < 0.25 * inside.size


def test_twice_the_same_image_gives_the_same_bits(print_: Planted) -> None:
    once, again = (extraction.extract(print_.pixels, 500) for _ in range(2))
    for name in ("x", "y", "direction", "kind", "quality"):
        np.testing.assert_array_equal(getattr(once.minutiae, name), getattr(again.minutiae, name))
    assert once.quality == again.quality


def test_every_stage_is_offered_to_the_trace(print_: Planted) -> None:
    seen: dict[str, object] = {}
    with trace.listening(seen.__setitem__):
        extraction.extract(print_.pixels, 508)
    extraction.extract(print_.pixels, 500)
    assert set(seen) == {
        "resampled", "normalised", "orientation", "coherence", "contrast_mask", "period", "enhanced", "clarity",
        "foreground", "presence", "proposals", "judged", "minutiae", "measures", "quality",
        "singularities", "pattern",
    }  # fmt: skip


@pytest.mark.parametrize(
    "pixels",
    [
        np.random.default_rng(0).integers(0, 256, (300, 300)).astype(np.uint8),
        np.full((200, 200), 128, np.uint8),
        np.zeros((1, 1), np.uint8),
        np.tile(np.arange(256, dtype=np.uint8), (256, 1)),
        np.eye(150, dtype=np.uint8) * 255,
    ],
    ids=["noise", "grey", "one pixel", "ramp", "line"],
)
def test_a_picture_without_a_print_is_a_result(pixels: NDArray[np.uint8]) -> None:
    features = extraction.extract(pixels, 500)
    assert features.quality.score == 0
    assert features.quality.feedback == (Feedback.NO_FINGER,)
    assert len(features.minutiae) == 0


@pytest.mark.parametrize(
    ("pixels", "ppi", "words"),
    [
        (np.zeros((0, 10), np.uint8), 500, "uint8"),
        (np.zeros((10, 10, 3), np.uint8), 500, "uint8"),
        (np.zeros((10, 10), np.float32), 500, "uint8"),
        (np.zeros((10, 10), np.uint8), 30, "ppi"),
        (np.zeros((10, 10), np.uint8), math.nan, "ppi"),
        (np.zeros((1, 9000), np.uint8), 500, "larger"),
        (np.zeros((1, 4000), np.uint8), 100, "larger"),
    ],
)
def test_what_is_no_image_is_refused_by_name(pixels: NDArray[np.uint8], ppi: float, words: str) -> None:
    with pytest.raises(SampleError, match=words):
        extraction.extract(pixels, ppi)


@st.composite
def arrays(draw: st.DrawFn) -> NDArray[np.uint8]:
    """Images of any shape, none too: flat, noisy, striped, chequered, ridged; read-only, some of them views."""
    shape = tuple(draw(st.lists(st.integers(0, 96), max_size=3) | st.tuples(st.integers(1, 140), st.integers(1, 140))))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    places = np.indices(shape).sum(axis=0) if shape else np.zeros(())
    period = draw(st.sampled_from([2, 3, 9, 40]))
    kinds: dict[str, Callable[[], Any]] = {
        "flat": lambda: np.full(shape, draw(st.integers(0, 255))),
        "noise": lambda: rng.integers(0, 256, shape),
        "two levels": lambda: 255 * rng.integers(0, 2, shape),
        "stripes": lambda: 127 + 120 * np.sin(places * 2 * np.pi / period),
        "chequers": lambda: 255 * (places // period % 2),
        "ridges and noise": lambda: rng.integers(0, 64, shape) + 96 + 90 * np.sin(np.sqrt(places) * 60 / period),
        "one dot": lambda: 255 * (places == places.max(initial=0) // 2),
    }
    pixels = np.asarray(kinds[draw(st.sampled_from(sorted(kinds)))](), np.uint8)
    if draw(st.booleans()):
        pixels = pixels.T[..., ::-1] if pixels.ndim else pixels
    pixels.flags.writeable = False
    return pixels


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(pixels=arrays(), ppi=st.floats() | st.floats(100, 2000) | st.sampled_from([0, -500, 500, 500, 500]))
def test_any_array_gives_a_result_or_a_named_error(pixels: NDArray[np.uint8], ppi: float) -> None:
    try:
        features = extraction.extract(pixels, ppi)
    except SampleError as error:
        assert "resolution:" in str(error)
        return
    assert_sane(features, pixels.shape)


def assert_sane(features: FingerprintFeatures, shape: tuple[int, ...]) -> None:
    found = features.minutiae
    assert 0 <= features.quality.score <= 100
    assert all(math.isfinite(value) for value in features.quality.measures.values())
    assert ((found.x > -1) & (found.x < shape[1]) & (found.y > -1) & (found.y < shape[0])).all()
    assert ((found.direction >= 0) & (found.direction < 2 * np.float32(np.pi))).all()
    assert np.isin(found.kind, [MinutiaKind.RIDGE_ENDING, MinutiaKind.BIFURCATION]).all()
    assert ((found.quality >= 1) & (found.quality <= 100)).all()
    assert ((features.orientation >= 0) & (features.orientation < np.float32(np.pi))).all()
    assert features.foreground.shape == features.orientation.shape


@pytest.mark.parametrize("content", ["noise", "stripes"])
def test_the_largest_image_that_a_scanner_sends_gives_a_result(content: str) -> None:
    rows = np.indices((4000, 1), np.float32)[0]
    noise = np.random.default_rng(1).integers(0, 256, (4000, 4000))
    pixels = noise if content == "noise" else np.broadcast_to(127 + 100 * np.sin(rows * 0.7), (4000, 4000))
    assert_sane(extraction.extract(pixels.astype(np.uint8), 500), (4000, 4000))


@pytest.mark.kernel
def test_the_recipe_on_a_small_image() -> None:
    """Runs compiled and again with the compiler off: the same minutiae, pinned."""
    found = extraction.extract(plant(96, 96, [(40.0, 50.0, 1)]).pixels, 500).minutiae
    assert len(found) == 1
    np.testing.assert_allclose([found.x[0], found.y[0]], [40, 50], atol=6)
    assert abs(math.remainder(float(found.direction[0]), 2 * math.pi)) < 0.2
