"""Simulated residents before the camera: each fault is told by its own code, and nothing where nothing is wrong."""

import numpy as np
import pytest

from firmware.errors import SampleError
from firmware.pipeline.face import landmarks, pose
from firmware.pipeline.face.detection import detect
from firmware.pipeline.face.judging import assess
from firmware.portrait import FaceFeedback
from sim.face_looks import grow
from sim.faces import BLUE, GREY, RED, Person, Scene, picture
from tests.face_cases import CASES, MASKS, birth_year, draw, masked

FAULTS = [fault for fault in CASES if fault is not None]
PEOPLE = [(9001, "P", 2), (9003, "P", 8), (9004, "L", 10)]


@pytest.mark.parametrize("sex", ["L", "P"])
@pytest.mark.parametrize("tone", range(1, 11))
def test_a_good_picture_is_accepted_whatever_the_skin(sex: str, tone: int) -> None:
    seed = 9100 + 2 * tone + (sex == "P")
    found = assess(draw(None, seed, sex=sex, tone=tone), birth_year(seed))
    assert (found.faces, found.codes) == (1, ())
    assert found.accepted
    assert found.crop is not None
    assert abs(found.crop.width / found.crop.height - 0.75) < 0.01


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.value)
@pytest.mark.parametrize(("seed", "sex", "tone"), PEOPLE)
def test_a_fault_is_told(fault: FaceFeedback, seed: int, sex: str, tone: int) -> None:
    found = assess(draw(fault, seed, sex=sex, tone=tone), birth_year(seed))
    assert not found.accepted
    if fault is FaceFeedback.COVERED and tone >= 8:
        # On dark skin a mask often leaves too little of a face for the models
        assert found.codes in ((fault,), (FaceFeedback.NO_FACE,))
        return
    assert fault in found.codes
    assert found.faces == {FaceFeedback.NO_FACE: 0, FaceFeedback.SEVERAL_FACES: 2}.get(fault, 1)
    assert (found.crop is None) <= (fault in (FaceFeedback.NO_FACE, FaceFeedback.SEVERAL_FACES, FaceFeedback.TURNED))


@pytest.mark.parametrize("colour", MASKS)
def test_a_mask_of_any_colour_is_told_on_a_light_skin(colour: tuple[int, int, int]) -> None:
    bare = draw(None, 9010, sex="L", tone=2)
    assert assess(bare).accepted
    assert FaceFeedback.COVERED in assess(masked(bare, colour)).codes


def test_too_much_light_is_told_of_a_light_skin() -> None:
    pixels = picture([Person(grow(9005, tone=3))], Scene(exposure=4.0, seed=1))
    assert FaceFeedback.BRIGHT in assess(pixels).codes


@pytest.mark.parametrize(
    ("backdrop", "year", "fits"),
    [
        (RED, 2009, True),
        (RED, 2008, False),
        (RED, None, True),
        (BLUE, 2008, True),
        (BLUE, 2009, False),
        (BLUE, None, True),
        (GREY, None, False),
        (GREY, 2009, False),
    ],
)
def test_the_backdrop_has_the_colour_of_the_birth_year(
    backdrop: tuple[float, float, float], year: int | None, fits: bool
) -> None:
    pixels = picture([Person(grow(9006, sex="L"))], Scene(backdrop=backdrop))
    assert assess(pixels, year).codes == (() if fits else (FaceFeedback.BACKGROUND,))


@pytest.mark.parametrize(("yaw", "pitch", "roll"), [(0, 0, 0), (20, 0, 0), (-12, 0, 0), (0, 18, 0), (0, 0, 11)])
def test_the_pose_is_the_drawn_one(yaw: float, pitch: float, roll: float) -> None:
    pixels = picture([Person(grow(9007), yaw=yaw, pitch=pitch, roll=-roll)])
    face = landmarks.fit(pixels, detect(pixels)[0])
    assert face is not None
    assert pose.measure(face) == pytest.approx((yaw, pitch, roll), abs=5)


def test_a_narrow_eye_is_open() -> None:
    from dataclasses import replace

    looks = replace(grow(9008, tone=4), eye_opening=0.8)
    assert FaceFeedback.EYES_CLOSED not in assess(picture([Person(looks)])).codes


def test_the_measures_do_not_depend_on_the_cameras_pixels() -> None:
    coarse, fine = (
        assess(picture([Person(grow(9009))], Scene(480 * k, 360 * k, 78.0 * k, blur_px=0.5 * k))) for k in (2, 3)
    )
    for name in ("yaw", "pitch", "roll", "sides", "edge"):
        assert coarse.measures[name] == pytest.approx(fine.measures[name], abs=2.5), name


@pytest.mark.parametrize("pixels", [np.zeros((9, 9), np.uint8), np.zeros((0, 9, 3), np.uint8), np.zeros((9, 9, 3))])
def test_what_is_no_colour_picture_is_refused(pixels: np.ndarray) -> None:
    with pytest.raises(SampleError, match="uint8"):
        assess(pixels)


@pytest.mark.parametrize("shape", [(1, 1), (1, 700), (700, 1), (33, 17)])
def test_a_picture_of_any_shape_is_judged(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (*shape, 3)).astype(np.uint8)
    assert assess(noise).codes == (FaceFeedback.NO_FACE,)
