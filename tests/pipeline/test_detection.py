"""The net's kernels do what their twins do, at odd sizes, without a write outside; its peaks become minutiae."""

import hashlib
from importlib import resources
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware.errors import SampleError
from firmware.pipeline import convolution, detection, weights
from firmware.pipeline._jit import COMPILED
from firmware.pipeline.convolution import Layer, Planes
from firmware.vocabulary import Effort
from tests import naive

pytestmark = pytest.mark.kernel

SIZES = [(2, 2), (4, 6), (6, 34), (22, 12)]
KINDS = [(1, 1, 1), (3, 1, 1), (3, 2, 1), (5, 1, 1), (3, 1, 2), (5, 1, 2)]


def filled(pixels: NDArray[np.float32]) -> Planes:
    planes = Planes(*pixels.shape)
    planes.view()[:] = pixels
    return planes


def random_layer(rng: np.random.Generator, inputs: int, outputs: int, kind: tuple[int, int, int]) -> Layer:
    side, dilation, stride = kind
    weight = rng.standard_normal((outputs, inputs, side, side)).astype(np.float32)
    return Layer(weight, rng.standard_normal(outputs).astype(np.float32), dilation, stride)


@pytest.mark.parametrize(("size", "kind"), list(product(SIZES, KINDS)))
@pytest.mark.parametrize("rectify", [True, False])
def test_convolution(size: tuple[int, int], kind: tuple[int, int, int], rectify: bool) -> None:
    rng = np.random.default_rng(sum(size) + sum(kind))
    pixels = rng.standard_normal((3, *size)).astype(np.float32)
    layer = random_layer(rng, 3, 8, kind)
    out = convolution.convolve(filled(pixels), layer, rectify=rectify)
    twin = naive.convolve(pixels, layer.weight, layer.bias, layer.dilation, layer.stride, rectify)
    np.testing.assert_allclose(out.view(), twin, atol=2e-4)
    out.view()[:] = 0
    assert not out.flat.any(), "the borders stay zero"


@pytest.mark.parametrize("size", SIZES)
def test_convolution_touches_nothing_beyond_its_planes(size: tuple[int, int]) -> None:
    """The kernel writes up to STEP - 1 floats past the pixels; they must all lie in the planes' own slack."""
    rng = np.random.default_rng(1)
    layer = random_layer(rng, 2, 4, (3, 1, 1))
    source, out = filled(rng.standard_normal((2, *size)).astype(np.float32)), Planes(4, *size)
    guarded = np.full(out.flat.size + 256, 7.0, np.float32)
    start = convolution.BORDER * source.pitch + convolution.BORDER
    span = np.array([start, source.height * source.pitch - 2 * convolution.BORDER, source.size])
    work = convolution._convolve if COMPILED else convolution._convolve_plainly
    work(source.flat, layer.packed, layer.offsets(source), layer.bias, guarded, span, np.float32(0))
    assert (guarded[out.flat.size :] == 7).all()
    assert layer.offsets(source).min() + start >= 0
    assert layer.offsets(source).max() + start + span[1] + convolution.STEP <= source.flat.size


def test_the_plain_way_equals_the_vectors() -> None:
    rng = np.random.default_rng(2)
    pixels = rng.standard_normal((4, 6, 10)).astype(np.float32)
    layer = random_layer(rng, 4, 4, (3, 2, 1))
    source, out = filled(pixels), Planes(4, 6, 10)
    start = convolution.BORDER * source.pitch + convolution.BORDER
    span = np.array([start, source.height * source.pitch - 2 * convolution.BORDER, source.size])
    arguments = (source.flat, layer.packed, layer.offsets(source), layer.bias)
    convolution._convolve_plainly(*arguments, out.flat, span, np.float32(0))
    np.testing.assert_allclose(
        out.view(), naive.convolve(pixels, layer.weight, layer.bias, 2, 1, rectify=True), atol=2e-4
    )


def test_adding_and_rectifying() -> None:
    rng = np.random.default_rng(3)
    ours, others = rng.standard_normal((2, 37)).astype(np.float32)
    twin = ours.copy()
    detection._add_rectified(ours, others)
    naive.add_rectified(twin, others)
    np.testing.assert_array_equal(ours, twin)


@pytest.mark.parametrize("size", [(1, 1), (5, 9), (20, 13)])
@pytest.mark.parametrize("coarse", [False, True], ids=["all different", "many equal"])
def test_reading_peaks(size: tuple[int, int], coarse: bool) -> None:
    answer = np.random.default_rng(4).random((5, *size)).astype(np.float32)
    if coarse:
        answer[0] = np.round(answer[0] * 4) / 4
    ours, twin = np.zeros((2, size[0] * size[1], 4), np.float32)
    count = detection._read_peaks(answer, 0.5, ours)
    assert count == naive.read_peaks(answer, 0.5, twin)
    np.testing.assert_allclose(ours[:count], twin[:count], rtol=1e-4, atol=1e-4)


def test_keeping_apart() -> None:
    found = np.random.default_rng(5).uniform(0, 60, (80, 4)).astype(np.float32)
    ours, twin = np.zeros((2, 80), bool)
    detection._keep_apart(found, 8.0, ours)
    naive.keep_apart(found, 8.0, twin)
    np.testing.assert_array_equal(ours, twin)
    assert 0 < ours.sum() < 80


def test_nothing_is_proposed_without_a_mask() -> None:
    image = np.zeros((40, 48), np.float32)
    assert detection.detect(image, np.zeros((5, 6), bool), weights.load(Effort.STANDARD)).shape == (0, 4)


def test_a_damaged_file_of_weights_is_refused() -> None:
    told = (resources.files("firmware.pipeline") / "weights.sha256").read_text().split()
    for name in told[1::2]:
        data = (resources.files("firmware.pipeline") / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() in told
    with pytest.raises(SampleError, match="install Rekam again"):
        weights.verified("minutiae-standard.npz", data[:-1] + b"x")
