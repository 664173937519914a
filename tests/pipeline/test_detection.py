"""The net answers where it is asked; its peaks become minutiae."""

import hashlib
from importlib import resources

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware.errors import SampleError
from firmware.pipeline import detection, weights
from firmware.vocabulary import Effort
from tests import naive

pytestmark = pytest.mark.kernel


def waves(height: int, width: int) -> NDArray[np.float32]:
    y, x = np.indices((height, width))
    return np.sin(0.7 * y + 0.3 * np.sin(x / 9)).astype(np.float32)


def test_in_the_mask_the_answer_is_that_of_the_whole_image() -> None:
    image, net = waves(90, 115), weights.load(Effort.STANDARD)
    mask = np.zeros((12, 15), bool)
    mask[8:10, 10:12] = mask[7, 10] = True
    part, whole = detection.run(image, mask, net), detection.run(image, np.ones_like(mask), net)
    cells = np.repeat(np.repeat(mask, 2, 0), 2, 1)[: part.shape[1], : part.shape[2]]
    np.testing.assert_allclose(part[:, cells], whole[:, cells], rtol=1e-3, atol=1e-4)
    assert max(part[0, :3].max(), part[0, :, :3].max()) < 1e-9


def test_the_net_is_its_layers_one_after_the_other() -> None:
    image, net = waves(24, 20), weights.load(Effort.STANDARD)
    x = image[None].astype(np.float64)
    for layer in net.stem:
        x = naive.convolve(x, layer.weight, layer.bias, layer.dilation, layer.stride, rectify=True)
    for first, second in net.blocks:
        inner = naive.convolve(x, first.weight, first.bias, first.dilation, 1, rectify=True)
        x = np.maximum(x + naive.convolve(inner, second.weight, second.bias, second.dilation, 1, rectify=False), 0)
    mix, head = net.head
    x = naive.convolve(naive.convolve(x, mix.weight, mix.bias, 1, 1, True), head.weight, head.bias, 1, 1, False)
    x[0] = 1 / (1 + np.exp(-x[0]))
    np.testing.assert_allclose(detection.run(image, np.ones((3, 3), bool), net), x, rtol=1e-3, atol=1e-4)


def test_what_the_stem_reads_for_a_cell() -> None:
    """Rows 2 y - 1 to 2 y + 1, of which the first is the one above the first; pairs of columns x - 1 and x."""
    wanted = np.zeros((3, 4), bool)
    wanted[0, 2] = wanted[2, 0] = True
    read = detection._read_by_halves(wanted)
    expected = np.zeros((7, 4), bool)
    expected[1:3, 1:3] = expected[4:7, 0] = True
    np.testing.assert_array_equal(read, expected)


def test_the_stem_says_the_same_however_few_rows_it_takes_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    image, net = waves(61, 50), weights.load(Effort.STANDARD)
    mask = np.ones((8, 7), bool)
    mask[3, 2:6] = False
    whole = detection.run(image, mask, net)
    monkeypatch.setattr(detection, "NEAR", 5 * 24 * 13)
    np.testing.assert_array_equal(detection.run(image, mask, net), whole)


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (6, 9)])
def test_dealing_columns(size: tuple[int, int]) -> None:
    image = np.random.default_rng(1).standard_normal(size).astype(np.float32)
    ours, twin = np.zeros((2, 4, size[0] + 1, 3), np.float32)
    detection._deal(image, ours)
    naive.deal(image, twin)
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
