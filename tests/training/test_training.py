"""Teaching on a handful of grown prints; needs PyTorch (`pip install '.[train]'`), which the kit does not."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from rich.console import Console

from firmware.errors import InputError
from firmware.pipeline import detection, minutiae, weights
from firmware.training import judging, prints, teach
from firmware.training.nets import CELL
from firmware.vocabulary import Effort
from sim.grow import Order, grow_finger
from sim.impressions import Condition

QUIET = Console(quiet=True)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("grown")
    (folder / "truth").mkdir()
    for finger in (1, 2):
        grow_finger(finger, Order(folder, 2, 31, Condition.GOOD))
    return folder


def test_the_target_tells_place_and_direction_of_a_minutia() -> None:
    x, y, turn = 70.0, 101.0, 2.5
    target = prints.target(np.array([[x, y, math.cos(turn), -math.sin(turn), 1.0]]))
    row, col = np.unravel_index(target[0].argmax(), target[0].shape)
    assert target[0, row, col] == 1
    assert (col + target[1, row, col] + 0.5) * CELL - 0.5 == pytest.approx(x, abs=1e-3)
    assert (row + target[2, row, col] + 0.5) * CELL - 0.5 == pytest.approx(y, abs=1e-3)
    assert math.atan2(-target[4, row, col], target[3, row, col]) == pytest.approx(turn, abs=1e-5)


def test_a_minutia_that_can_hardly_be_seen_counts_neither_way() -> None:
    target = prints.target(np.array([[70.0, 101.0, 1.0, 0.0, 0.0]]))
    assert target[0].max() == 0
    assert target[5].min() == 0
    assert target[5].mean() > 0.9


def test_a_crop_turns_its_minutiae_along() -> None:
    """However a print of one bright spot was turned, scaled and mirrored, the target lies on it.

    Its direction is that to a fainter one.
    """
    image = np.zeros((300, 260), np.float16)
    image[150:153, 119:122], image[150:153, 137:140] = 1, 0.4
    image[151, 120], image[151, 138] = 2, 0.8
    one = prints.Print(image, np.array([[120, 151, 1, 0, 1]], np.float32))
    rng = np.random.default_rng(2)
    hits = 0
    for _ in range(80):
        crop, target = prints.crop(one, rng)
        spots = []
        for _ in range(2):
            y, x = (int(part) for part in np.unravel_index(crop.argmax(), crop.shape))
            spots.append(np.array([x, y]))
            crop[max(y - 4, 0) : y + 5, max(x - 4, 0) : x + 5] = 0
        (x, y), (other_x, other_y) = spots
        if target[0].max() < 1 or not 12 < math.hypot(other_x - x, other_y - y) < 28:
            continue
        hits += 1
        row, col = np.unravel_index(target[0].argmax(), target[0].shape)
        assert math.hypot((col + 0.5) * CELL - 0.5 - x, (row + 0.5) * CELL - 0.5 - y) <= CELL / 2 * math.sqrt(2) + 1
        ahead = complex(*target[3:, row, col][:2]) / complex(other_x - x, other_y - y)
        assert abs(math.atan2(ahead.imag, ahead.real)) < 0.15
    assert hits > 20


def test_our_kernels_answer_as_the_net_that_was_taught() -> None:
    path = Path(weights.__file__).with_name("minutiae-standard.npz")
    net = teach.restore(path, "standard")
    image = np.random.default_rng(4).standard_normal((96, 128)).astype(np.float32)
    with torch.no_grad():
        said = net(torch.from_numpy(image)[None, None])[0].numpy()
    said[0] = 1 / (1 + np.exp(-said[0]))
    ours = detection.run(image, np.ones((12, 16), np.bool_), weights.load(Effort.STANDARD))
    np.testing.assert_allclose(ours, said, atol=2e-3)


def test_a_net_is_taught_written_and_read_back(grown: Path, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    taught = teach.teach(grown, "standard", 5, 1, QUIET, teacher=teach.teach(grown, "high", 1, 2, QUIET))
    file = tmp_path / "net.npz"
    np.savez_compressed(file, allow_pickle=False, **teach.layers(taught))
    assert len(weights.read(file.read_bytes()).blocks) == 3
    again = teach.layers(teach.restore(file, "standard"))
    for name, array in teach.layers(taught).items():
        np.testing.assert_allclose(again[name], array, atol=1e-5)


def test_a_loss_that_is_no_number_ends_the_lesson(grown: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teach, "PEAK_RATE", math.inf)
    with pytest.raises(InputError, match="no number"):
        teach.teach(grown, "standard", 20, 1, QUIET)


def test_a_judge_learns_what_is_real(grown: Path) -> None:
    looks, facts, answers = judging.gather(grown, weights.load(Effort.STANDARD), QUIET)
    judge = judging.teach(looks, facts, answers, 300, 1, QUIET)
    with torch.no_grad():
        said = judge(torch.from_numpy(np.concatenate([looks, facts], axis=1))).numpy()[:, 0]
    real = answers[:, 0] == 1
    assert said[real].mean() > said[~real].mean() + 1


def test_the_judge_learns_from_what_lies_near_a_minutia() -> None:
    truth = np.array([[50, 60, math.pi / 2, 1, 1]], np.float32)
    proposals = np.array([[52, 57, 1.5, 0.9], [53, 58, 1.6, 0.8], [50, 60, 4.7, 0.7]], np.float32)
    real, again, turned = judging.answer(proposals, truth)
    assert (real[0], again[0], turned[0]) == (1, 0, 0)
    assert real[4] == 1
    place = minutiae_at(proposals[0], real)
    assert place == pytest.approx((50, 60, math.pi / 2), abs=1e-3)


def minutiae_at(proposal: np.ndarray, said: np.ndarray) -> tuple[float, float, float]:
    """Where `firmware.pipeline.minutiae` puts a proposal of which the judge says this."""
    cosine, sine = math.cos(proposal[2]), math.sin(proposal[2])
    x = proposal[0] + said[1] * cosine + said[2] * sine
    y = proposal[1] - said[1] * sine + said[2] * cosine
    return float(x), float(y), float(proposal[2] + said[3])


def test_a_judge_is_taught_in_the_views_in_which_it_is_asked() -> None:
    """Ours, mirrored along the direction, with ridges and valleys swapped, and both: as `minutiae.VIEWS` says."""
    look = torch.randn(17, 17)
    seen = judging._viewed(look.flatten().expand(len(minutiae.VIEWS), -1), torch.arange(len(minutiae.VIEWS)))
    wanted = torch.stack([look, look.flip(0), -look, -look.flip(0)]).flatten(1)
    torch.testing.assert_close(seen, wanted)
