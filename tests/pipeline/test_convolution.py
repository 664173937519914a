"""Convolutions do what their twins do, at odd sizes, in any cells, and without a write outside."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware.pipeline import convolution, winograd
from firmware.pipeline._simd import LANES
from firmware.pipeline.convolution import Layer
from firmware.pipeline.planes import STEP, Cells, Floats, Planes
from firmware.pipeline.winograd import SquareLayer
from tests import naive

pytestmark = pytest.mark.kernel

SIZES = [(1, 1), (3, 7), (8, 34), (9, 90), (19, 12)]


def filled(name: str, pixels: NDArray[np.float32]) -> Planes:
    planes = Planes(name, *pixels.shape)
    planes.view()[:] = pixels
    return planes


def random(seed: int, *shape: int) -> Floats:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def random_cells(seed: int, height: int, width: int) -> Cells:
    """Some stretches of cells in most rows, in one of three all of them."""
    rng = np.random.default_rng(seed)
    wanted = np.zeros((height, width), bool)
    for row in wanted:
        for first, last in np.sort(rng.integers(0, width + 1, (3, 2)), axis=1):
            row[first : min(last, first + 9)] = True
    wanted[::3] = True
    wanted[2::5] = False
    return wanted


def clean(planes: Planes) -> bool:
    """Whether all that is no cell is zero; the cells are overwritten."""
    planes.view()[:] = 0
    return not planes.flat.any()


def guard(planes: Planes) -> NDArray[np.float32]:
    """Let the planes lie between sevens, which are returned."""
    whole = np.full(planes.flat.size + 200, 7, np.float32)
    whole[100:-100] = planes.flat
    planes.flat = whole[100:-100]
    return whole


@pytest.mark.parametrize(("size", "side"), list(product(SIZES, [1, 3, 5])))
@pytest.mark.parametrize("rectify", [True, False])
def test_rows(size: tuple[int, int], side: int, rectify: bool) -> None:
    pixels, wanted = random(1, 3, *size), random_cells(2, *size)
    layer = Layer(random(3, 8, 3, side, side), random(4, 8))
    out = Planes("out", layer.outputs, *size)
    whole = guard(out)
    convolution.convolve(filled("in", pixels), layer, out, wanted, rectify=rectify)
    twin = naive.convolve_rows(pixels, layer.weight, layer.bias, 1, wanted, rectify)
    np.testing.assert_allclose(np.where(wanted, out.view()[:8], 0), twin, atol=2e-4)
    assert clean(out)
    assert (whole[:100] == 7).all()
    assert (whole[-100:] == 7).all()


@pytest.mark.parametrize("size", SIZES)
def test_a_stride_of_two_over_columns_dealt_apart(size: tuple[int, int]) -> None:
    """The even and odd columns of the results come apart, from every fourth column of the inputs."""
    height, width = size
    pixels, everywhere = random(5, 2, 2 * height, 4 * width), np.ones(size, bool)
    layer = Layer(random(6, 6, 2, 5, 5), random(7, 6), 1, 2)
    dealt = np.concatenate([[plane[:, column::4] for column in range(4)] for plane in pixels])
    out = Planes("out", 2 * layer.outputs, *size)
    for part in range(2):
        convolution.convolve(filled("in", dealt), layer, out, everywhere, rectify=True, part=part, parts=2)
    wanted = naive.convolve(pixels, layer.weight, layer.bias, 1, 2, rectify=True)
    for part in range(2):
        np.testing.assert_allclose(out.view()[part::2], wanted[:, :, part::2], atol=2e-4)


@pytest.mark.parametrize(("size", "dilation"), list(product([*SIZES, (33, 5)], [1, 2])))
@pytest.mark.parametrize("add", [True, False])
def test_bands(size: tuple[int, int], dilation: int, add: bool) -> None:
    pixels, old, wanted = random(8, 6, *size), random(9, 12, *size), random_cells(10, *size)
    layer = SquareLayer(random(11, 12, 6, 3, 3), random(12, 12), dilation)
    out = filled("out", old)
    whole = guard(out)
    winograd.convolve(filled("in", pixels), layer, out, wanted, add=add)
    twin = naive.convolve_bands(pixels, layer.weight, layer.bias, dilation, wanted, old * add)
    np.testing.assert_allclose(np.where(wanted, out.view(), 0), twin, atol=1e-3)
    assert clean(out)
    assert (whole[:100] == 7).all()
    assert (whole[-100:] == 7).all()


@pytest.mark.parametrize("size", SIZES)
def test_two_layers_of_one_tap(size: tuple[int, int]) -> None:
    pixels, wanted = random(20, 3, *size), random_cells(21, *size)
    first = Layer(random(22, 12, 3, 1, 1), random(23, 12))
    second = Layer(random(24, 5, 12, 1, 1), random(25, 5))
    out = Planes("out", second.outputs, *size)
    whole = guard(out)
    convolution.convolve_cells(filled("in", pixels), first, second, out, wanted)
    twin = naive.convolve_cells(pixels, (first.weight, first.bias), (second.weight, second.bias), wanted)
    np.testing.assert_allclose(np.where(wanted, out.view()[:5], 0), twin, atol=2e-4)
    assert (whole[:100] == 7).all()
    assert (whole[-100:] == 7).all()


@pytest.mark.parametrize("part", [0, 0.02, 0.3, 1])
def test_stretches(part: float) -> None:
    line = np.random.default_rng(26).random(40 * LANES) < part
    ours = (0, 0)
    for _ in range(line.size):
        ours, twin = convolution._next_stretch(line, ours[1]), naive.next_stretch(line, ours[1], LANES)
        assert ours == twin
        if ours[0] == ours[1]:
            break
    assert ours == (line.size, line.size)


@pytest.mark.parametrize("count", [1, LANES - 1, LANES, LANES + 3])
def test_six_rows_there_and_four_back(count: int) -> None:
    long = count + 2 * LANES
    planes, sums = random(13, 2, 6, long), np.full((6, 2, long), 7, np.float32)
    winograd._transform(planes.ravel(), (1, long, 6 * long), sums.ravel(), (2, long, 2 * long), 2, count)
    for c in range(2):
        wanted = naive.transform(planes[c, :, 1 : 1 + count])
        np.testing.assert_allclose(sums[:, c, 2 : 2 + count], wanted, atol=1e-4)
    assert (sums[:, :, :2] == 7).all()
    assert (sums[:, :, 2 + count + LANES :] == 7).all()
    out = np.full((2, 4, long), 7, np.float32)
    winograd._inverse(sums.ravel(), (2, long, 2 * long), out.ravel(), (1, long, 4 * long), 2, count, 1.0)
    for c in range(2):
        wanted = np.maximum(7 + naive.inverse(sums[:, c, 2 : 2 + count]), 0)
        np.testing.assert_allclose(out[c, :, 1 : 1 + count], wanted, rtol=1e-4, atol=1e-3)
    assert (out[:, :, :1] == 7).all()
    assert (out[:, :, 1 + count + LANES :] == 7).all()


@pytest.mark.parametrize("count", [1, STEP - 1, STEP, STEP + 3])
def test_part_of_a_row_and_less_than_a_vector_beyond(count: int) -> None:
    long = count + 2 * STEP
    planes, weight, bias = random(14, 2 * long), random(15, 12, 3), random(16, 12)
    taps, out = np.array([0, 1, long - 1]), np.full((12, long), 7, np.float32)
    where = (2, 1, count, long)
    convolution._convolve(planes, convolution.pack(weight, bias), taps, out.ravel(), where, np.float32(-np.inf))
    wanted = bias[:, None] + weight @ np.stack([planes[2 + tap : 2 + tap + count] for tap in taps])
    np.testing.assert_allclose(out[:, 1 : 1 + count], wanted, atol=1e-4)
    assert (out[:, :1] == 7).all()
    assert (out[:, 1 + count + LANES :] == 7).all()


@pytest.mark.parametrize("vectors", [1, 2])
def test_six_outputs_of_one_vector_or_two(vectors: int) -> None:
    planes, weight, bias = random(17, 3 * LANES + 90), random(18, 6, 5), random(19, 6)
    taps, size = np.array([0, 7, 40, 41, 87]), 2 * LANES + 3
    out = np.full(6 * size, 7, np.float32)
    work = (convolution._convolve_one, convolution._convolve_pair)[vectors - 1]
    twin = (naive.convolve_one, naive.convolve_pair)[vectors - 1]
    work(planes, convolution.pack(weight, bias), taps, out, (1, 0, 2, size), np.float32(-np.inf))
    rows = out.reshape(6, size)
    np.testing.assert_allclose(rows[:, 2 : 2 + vectors * LANES], twin(planes, weight, bias, taps, 1, LANES), atol=1e-4)
    assert (rows[:, :2] == 7).all()
    assert (rows[:, 2 + vectors * LANES :] == 7).all()
