"""What every sensor of the family must do: the simulated one here, a real one where REKAM_FINGERPRINT_PORT is set.

Keep a finger on the glass of a real sensor while these tests run.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware.datatypes import FrictionRidgeImage
from firmware.drivers.fingerprint import FingerprintSensor
from firmware.drivers.link import SerialLink
from firmware.errors import DeviceBusy
from tests.drivers.simulated import simulated_sensor

REAL = "REKAM_FINGERPRINT_PORT"
FINGER_S = 30


@pytest.fixture(scope="module", params=["zfm20", "r503", "real"])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The port of a sensor with a finger on its glass."""
    if request.param == "real":
        if REAL not in os.environ:
            pytest.skip(f"needs a real sensor at the port that {REAL} names")
        yield os.environ[REAL]
        return
    path = tmp_path_factory.mktemp(request.param) / "fingerprint"
    with simulated_sensor(path, request.param):
        yield str(path)


def test_an_image_is_whole_and_of_sixteen_greys(port: str) -> None:
    with FingerprintSensor(port) as sensor:
        image = sensor.capture(timeout_s=FINGER_S)
        assert isinstance(image, FrictionRidgeImage)
        assert image.pixels.shape == sensor.shape
        assert image.device == sensor.device
    assert image.grey_bits == 4
    assert not (image.pixels % 17).any()
    assert len(np.unique(image.pixels)) > 4


def test_the_finger_may_lift_before_the_download(port: str) -> None:
    events: list[float | str] = []
    with FingerprintSensor(port) as sensor:
        image = sensor.capture(
            timeout_s=FINGER_S,
            on_lift=lambda: events.append("lift"),
            on_progress=lambda fraction: events.append(fraction),
        )
    assert isinstance(image, FrictionRidgeImage)
    assert events[:2] == ["lift", 0.0]
    assert events[-1] == 1.0
    fractions = [event for event in events if isinstance(event, float)]
    assert max(fractions) == 1.0


def test_its_own_check_leaves_the_image_as_it_was(port: str) -> None:
    """A model whose features are made in its image's place would send two greys: `sensor_check` must be off for it."""
    with FingerprintSensor(port) as sensor:
        image = sensor.capture(timeout_s=FINGER_S, check=True)
    assert isinstance(image, FrictionRidgeImage)
    assert len(np.unique(image.pixels)) > 4


def test_rows_are_shown_while_they_arrive(port: str) -> None:
    shown: list[NDArray[np.uint8]] = []

    def watch(rows: NDArray[np.uint8], height: int, ppi: float) -> None:
        assert (height, ppi) == ((sensor.shape or (0, 0))[0], 508)
        shown.append(rows)

    with FingerprintSensor(port) as sensor:
        assert isinstance(sensor.capture(timeout_s=FINGER_S), FrictionRidgeImage)
        again = sensor.capture(timeout_s=FINGER_S, on_rows=watch)
    assert isinstance(again, FrictionRidgeImage)
    assert len(shown) > 1
    for rows in shown:
        np.testing.assert_array_equal(rows, again.pixels[: len(rows)])
        assert len(rows) < len(again.pixels)


def test_one_program_after_another_finds_it_at_its_new_speed(port: str) -> None:
    with FingerprintSensor(port, baud_rate=115200, packet_size=256) as sensor:
        first = (sensor.baud_rate, sensor.packet_size, sensor.shape, sensor.device)
    with FingerprintSensor(port, baud_rate=None, packet_size=None) as sensor:
        assert (sensor.baud_rate, sensor.packet_size, sensor.shape, sensor.device) == first
        assert sensor.baud_rate == 115200


def test_settings_can_be_brought_back(port: str) -> None:
    with FingerprintSensor(port, baud_rate=57600, packet_size=128) as sensor:
        assert sensor.baud_rate == 57600
        assert sensor.packet_size in (128, None)
        assert sensor.capture(timeout_s=FINGER_S) is not None


def test_a_program_that_ended_amid_a_download_leaves_it_usable(port: str) -> None:
    class Ended(Exception):
        """Stands for the end of the program."""

    def end(fraction: float) -> None:
        if fraction > 0.1:
            raise Ended

    with FingerprintSensor(port) as sensor, pytest.raises(Ended):
        sensor.capture(timeout_s=FINGER_S, on_progress=end)
    with FingerprintSensor(port) as sensor:
        assert sensor.capture(timeout_s=FINGER_S) is not None


def test_rubbish_from_another_program_does_not_confuse_it(port: str) -> None:
    link = SerialLink("sensor", port, time.monotonic)
    link.open(19200)
    link.write(b"AT\r\n\xef\x01\xff\xff\xff\xff\x01\x00")
    link.close()
    with FingerprintSensor(port) as sensor:
        assert sensor.capture(timeout_s=FINGER_S) is not None


def test_it_belongs_to_one_program_at_a_time(port: str) -> None:
    with FingerprintSensor(port), pytest.raises(DeviceBusy, match="owned by another process"):
        FingerprintSensor(port).open()


def test_a_finger_that_stays_is_seen(port: str) -> None:
    with FingerprintSensor(port) as sensor:
        assert not sensor.wait_for_lift(timeout_s=0.2)


@pytest.mark.parametrize(
    ("model", "says", "shape", "packet_size"),
    [
        ("zfm20", "ZFM/R30x/R503 family", (288, 256), 256),
        ("r308", "ZFM/R30x/R503 family", (288, 256), None),
        ("r503", "R503", (192, 192), 256),
    ],
)
def test_each_simulated_model_is_what_it_is(
    model: str, says: str, shape: tuple[int, int], packet_size: int | None, tmp_path: Path
) -> None:
    with simulated_sensor(tmp_path / "port", model), FingerprintSensor(str(tmp_path / "port")) as sensor:
        assert (sensor.device.model, sensor.packet_size, sensor.baud_rate) == (says, packet_size, 115200)
        image = sensor.capture(timeout_s=FINGER_S)
    assert isinstance(image, FrictionRidgeImage)
    assert image.pixels.shape == shape
