"""The picamera2 adapter over a stand-in that is held to the signatures of the real package."""

import ast
import errno
import inspect
import sys
import types
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firmware.datatypes import Device
from firmware.drivers import camera as cameras
from firmware.drivers.face_camera import FaceCamera
from firmware.errors import (
    ConfigError,
    DeviceAbsent,
    DeviceBusy,
    DeviceError,
    DeviceRefused,
    LinkLost,
    LinkTimeout,
)
from firmware.pipeline.face.judging import assess
from sim.bench_camera import BenchCamera
from tests.drivers import picamera_stand_in as picamera

WHEEL = "picamera2-0.3.38-py3-none-any.whl"
FETCHED = Path(sys.prefix) / "wheels" / WHEEL
Board = type[picamera.Picamera2]
SCENE = np.random.default_rng(1).integers(0, 256, (48, 50, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def real() -> dict[str, dict[str, ast.FunctionDef]]:
    """The public methods of the real classes, read from the wheel without importing it."""
    if not FETCHED.exists():
        pytest.fail(f"{FETCHED} is missing: bash provisioning/setup.sh test fetches it", pytrace=False)
    found: dict[str, dict[str, ast.FunctionDef]] = {}
    with zipfile.ZipFile(FETCHED) as wheel:
        for file in ("picamera2/picamera2.py", "picamera2/request.py"):
            for node in ast.parse(wheel.read(file)).body:
                if isinstance(node, ast.ClassDef):
                    # The last of several is the one that overloads stand for
                    found[node.name] = {n.name: n for n in node.body if isinstance(n, ast.FunctionDef)}
    return found


@pytest.mark.parametrize("stand_in", [picamera.Picamera2, picamera.CompletedRequest])
def test_the_stand_in_has_the_real_signatures(real: dict[str, dict[str, ast.FunctionDef]], stand_in: type) -> None:
    checked = 0
    for name, method in inspect.getmembers(stand_in):
        if name.startswith("_") and (name != "__init__" or stand_in is picamera.CompletedRequest):
            continue
        if isinstance(method, property):
            assert [ast.unparse(d) for d in real[stand_in.__name__][name].decorator_list] == ["property"]
        elif inspect.isfunction(method):
            arguments = real[stand_in.__name__][name].args
            ours = list(inspect.signature(method).parameters.values())
            assert [p.name for p in ours] == [argument.arg for argument in arguments.args], name
            defaults = [p.default for p in ours if p.default is not p.empty]
            assert len(defaults) == len(arguments.defaults), name
            for default, theirs in zip(defaults, arguments.defaults, strict=True):
                # What only libcamera can make (a transform, a colour space) is None here
                assert repr(default) == ast.unparse(theirs) or (default is None and isinstance(theirs, ast.Call)), name
            checked += 1
    assert checked >= 3


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Iterator[Board]:
    """A board with one camera."""
    module = types.ModuleType("picamera2")
    module.Picamera2 = picamera.Picamera2  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "picamera2", module)
    for name, value in {"scene": SCENE, "slow_frames": 4, "dead": False, "opened": 0}.items():
        monkeypatch.setattr(picamera.Picamera2, name, value)
    monkeypatch.setattr(picamera.CompletedRequest, "held", 0)
    yield picamera.Picamera2
    assert picamera.CompletedRequest.held == 0, "every frame was given back"


def test_a_picture_is_rgb_without_padding_and_settled(board: Board) -> None:
    camera = FaceCamera()
    shot = camera.capture()
    camera.close()
    assert np.array_equal(shot.pixels, SCENE)
    assert (shot.exposure_s, shot.gain, shot.settled, shot.model) == (0.016, 1.5, True, "imx708")
    assert board.opened == 0


def test_an_exposure_that_never_settles_is_told(
    board: type[picamera.Picamera2], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "slow_frames", 14)
    ticks = iter(range(1000))
    shot = FaceCamera(timeout_s=10, clock=lambda: next(ticks)).capture()
    assert not shot.settled


def test_a_silent_camera_is_told_and_opened_anew(
    board: type[picamera.Picamera2], monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = FaceCamera()
    monkeypatch.setattr(board, "dead", True)
    with pytest.raises(LinkTimeout, match="no picture within"):
        camera.capture()
    monkeypatch.setattr(board, "dead", False)
    assert camera.capture().settled
    camera.close()
    camera.close()


def test_what_cannot_be_opened_is_told(board: Board) -> None:
    with pytest.raises(DeviceAbsent, match="ribbon"):
        FaceCamera(source="1").capture()
    with pytest.raises(DeviceRefused, match="does not start"):
        FaceCamera(width=11, height=11).capture()
    first = FaceCamera()
    first.capture()
    with pytest.raises(DeviceBusy, match="end the program"):
        FaceCamera().capture()
    first.close()


def test_without_picamera2_the_apt_line_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(DeviceAbsent, match="python3-picamera2"):
        FaceCamera().capture()


def test_a_camera_is_found_by_its_name() -> None:
    camera = cameras.open_camera("bench", source="9301:blue")
    shot = cameras.take(camera)
    camera.close()
    assert assess(shot.pixels, 2008).accepted
    with pytest.raises(ConfigError, match="known are"):
        cameras.open_camera("webcam")


class Broken:
    """A camera that somebody else wrote, and that raises what it likes."""

    def __init__(self, error: Exception | None) -> None:
        self.error, self.closed = error, 0

    def capture(self) -> Any:
        if self.error:
            raise self.error
        return cameras.CameraImage(SCENE.copy(), 0.01, 1.0, True, "Maker", "Model")

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize(
    ("raised", "told", "words"),
    [
        (OSError(errno.ENODEV, "No such device"), DeviceAbsent, "check its cable"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), DeviceAbsent, "check its cable"),
        (OSError(errno.EBUSY, "busy"), DeviceBusy, "another program"),
        (OSError(errno.EIO, "Input/output error"), LinkLost, "Input/output error"),
        (TimeoutError("timed out"), LinkTimeout, "no picture in time"),
        (RuntimeError("no such sensor mode"), DeviceRefused, r"no such sensor mode; check \[camera\] in kit.toml"),
        (DeviceRefused("face camera", "no"), DeviceRefused, "face camera: no"),
    ],
)
def test_whatever_a_camera_raises_is_the_devices_fault_and_it_is_opened_anew(
    raised: Exception, told: type[DeviceError], words: str
) -> None:
    made = [Broken(raised), Broken(None)]
    camera = cameras.SteadyCamera(lambda: made[0] if made[0].error else made[1])
    with pytest.raises(told, match=words):
        camera.capture()
    assert made[0].closed == 1 and type(camera.fault) is told and camera.device is None
    made[0].error = None
    assert np.array_equal(camera.capture().pixels, SCENE)
    assert camera.fault is None and camera.device == Device("Maker", "Model")
    camera.check()
    camera.close()
    assert made[1].closed == 1


def test_a_camera_that_no_package_brings_is_refused_with_those_that_are_there() -> None:
    camera = cameras.SteadyCamera(lambda: cameras.open_camera("webcam"))
    with pytest.raises(DeviceRefused, match="no camera 'webcam' is installed; known are bench, picamera2"):
        camera.capture()


def test_the_bench_camera_shows_the_picture_in_its_file(tmp_path: Path) -> None:
    from PIL import Image

    Image.fromarray(SCENE).save(tmp_path / "p.png")
    assert np.array_equal(BenchCamera(source=str(tmp_path / "p.png")).capture().pixels, SCENE)
    wide = BenchCamera(source="9301:red", width=600, height=800).capture()
    assert wide.pixels.shape == (800, 600, 3)
