"""`rekam assess --trace` shows one print, stage by stage."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from firmware import contact_sheet, tracing
from firmware.marks import DROPPED, KINDS, Canvas, between
from firmware.vocabulary import Effort, MinutiaKind
from tests.pipeline.planted import plant
from tests.programs import finished

PRINT = plant(192, 160, [(70.0, 60.0, 1), (90.0, 130.0, -1)]).pixels


def assess(*arguments: object) -> subprocess.CompletedProcess[str]:
    return finished("assess", *arguments)


def pictures(pixels: np.ndarray, ppi: float = 500) -> list[tracing.Picture]:
    return list(tracing.draw(tracing.extract(pixels, ppi, Effort.STANDARD)[1], "a"))


def has(image: Image.Image, colour: tuple[int, int, int]) -> bool:
    return bool((np.asarray(image) == colour).all(axis=-1).any())


def test_every_stage_becomes_a_file_and_all_of_them_a_sheet(tmp_path: Path) -> None:
    Image.fromarray(PRINT).save(tmp_path / "a.png", dpi=(500, 500))
    done = assess(tmp_path / "a.png", "--trace", tmp_path / "deep" / "out", "--json")
    assert done.returncode == 0, done.stderr
    files = sorted(path.name for path in (tmp_path / "deep" / "out").iterdir())
    assert [name[:2] for name in files[:-1]] == [f"{n:02}" for n in range(1, len(files))]
    assert {name[3:-4] for name in files[:-1]} >= {
        "print", "normalised", "orientation", "period", "enhanced", "clarity", "foreground", "presence",
        "proposals", "minutiae",
    }  # fmt: skip
    assert files[-1] == "sheet.png"
    with Image.open(tmp_path / "deep" / "out" / "sheet.png") as sheet:
        assert sheet.width == 4 * 408 + 5 * 16


def test_several_prints_are_refused_before_any_work(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        Image.fromarray(PRINT).save(tmp_path / name)
    done = assess(tmp_path, "--trace", tmp_path / "out")
    assert done.returncode == 1
    assert "name one image file" in done.stderr
    assert not (tmp_path / "out").exists()


def test_kept_proposals_are_filled_with_the_colour_of_their_kind() -> None:
    features, stages = tracing.extract(PRINT, 500, Effort.STANDARD)
    proposals = next(picture for picture in tracing.draw(stages) if picture.name == "proposals")
    assert proposals.words.startswith(f"kept {len(features.minutiae)},")
    assert all(has(proposals.image, KINDS[kind]) for kind in set(features.minutiae.kind.tolist()))


def test_what_was_proposed_and_dropped_is_told_with_its_presence() -> None:
    features, stages = tracing.extract(PRINT, 500, Effort.STANDARD)
    more = np.concatenate([stages.offered["judged"], [[30, 150, 0, 0.27, 0.01]]]).astype(np.float32)
    changed = tracing.Stages(stages.print_, {**stages.offered, "judged": more})
    proposals = next(picture for picture in tracing.draw(changed) if picture.name == "proposals")
    assert f"dropped {len(more) - len(features.minutiae)}," in proposals.words
    assert has(proposals.image, DROPPED)


@pytest.mark.parametrize(
    ("pixels", "ppi"),
    [
        (np.full((100, 120), 200, np.uint8), 500),
        (np.full((1, 1), 7, np.uint8), 500),
        (np.full((1200, 3), 7, np.uint8), 500),
        (np.random.default_rng(1).integers(0, 256, (90, 400)).astype(np.uint8), 1000),
    ],
)
def test_what_is_no_print_has_a_sheet_too(pixels: np.ndarray, ppi: float) -> None:
    shown = pictures(pixels, ppi)
    assert [picture.name for picture in shown][:: len(shown) - 1] == ["print", "minutiae"]
    sheet = contact_sheet.lay_out(shown, "no print")
    assert max(sheet.size) < 6000


def test_a_place_is_where_its_pixel_is_shown() -> None:
    canvas = Canvas.of_grey(np.zeros((60, 84)), (20, 10, 84, 60))
    canvas.pointer((41.5, 34.5), 0.0, KINDS[MinutiaKind.BIFURCATION], filled=True)
    image = np.asarray(canvas.finish())
    zoom = image.shape[1] / 64
    rows, cols = np.nonzero((image == KINDS[MinutiaKind.BIFURCATION]).all(axis=-1))
    # The tail points to the right, so the disc is at the left end
    assert cols.min() + 5 == pytest.approx((41.5 - 20 + 0.5) * zoom, abs=2)
    assert np.median(rows) == pytest.approx((34.5 - 10 + 0.5) * zoom, abs=2)


def test_colours_lie_between_their_ends() -> None:
    assert between((0, 0, 0), (100, 200, 50), 0.5) == (50, 100, 25)
    assert between((0, 0, 0), (100, 200, 50), 7.0) == (100, 200, 50)
