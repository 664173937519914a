"""The camera of a world: whose picture comes through its socket, before which cloth, and a cable that is pulled."""

import errno
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sim.bench_camera import BenchCamera, drawn
from sim.camera_line import CameraLine
from sim.plug_verbs import Device, set_plugged


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    with CameraLine(tmp_path / "camera.sock", 7, tmp_path / "said.jsonl") as line:
        assert line.is_alive
        yield tmp_path / "camera.sock"
    assert not (tmp_path / "camera.sock").exists()
    assert not line.is_alive


def test_the_resident_is_seen_before_the_cloth_that_was_asked_for_last(path: Path) -> None:
    camera, said = BenchCamera(source=str(path), width=60, height=80), path.with_name("said.jsonl")
    assert np.array_equal(camera.capture().pixels, drawn(7, "blue", 60, 80, 1))
    with said.open("a") as lines:
        lines.write(json.dumps({"look": True, "backdrop": "red"}) + "\n")
    assert np.array_equal(camera.capture().pixels, drawn(7, "red", 60, 80, 2))
    with said.open("a") as lines:
        lines.write('{"look": true}\n{"look": true, "backdrop": "plaid"}\n{"backdrop": "blue"}\n')
    assert np.array_equal(camera.capture().pixels, drawn(7, "red", 60, 80, 3))


def test_a_cable_that_is_pulled_and_put_back(path: Path) -> None:
    camera = BenchCamera(source=str(path), width=60, height=80)
    set_plugged(path.parent, Device.CAMERA, is_in=False)
    with pytest.raises(OSError) as told:
        camera.capture()
    assert told.value.errno == errno.ENODEV
    set_plugged(path.parent, Device.CAMERA, is_in=True)
    assert camera.capture().pixels.shape == (80, 60, 3)


def test_a_world_that_is_not_there_or_silent(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        BenchCamera(source=str(tmp_path / "camera.sock")).capture()
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent.sock"))
        silent.listen()
        with pytest.raises(TimeoutError):
            BenchCamera(source=str(tmp_path / "silent.sock"), timeout_s=0.1).capture()


@pytest.mark.parametrize("nonsense", [b"what\n", b"[]\n", b'{"shot": 3}\n', b'{"shoot": [0, 0]}\n'])
def test_a_kit_that_speaks_nonsense_harms_nobody(path: Path, nonsense: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as other:
        other.settimeout(5)
        other.connect(str(path))
        other.sendall(nonsense)
        assert other.recv(100) == b""
    assert BenchCamera(source=str(path), width=60, height=80).capture().pixels.shape == (80, 60, 3)
