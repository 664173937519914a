"""How long one image takes on the wire, beside the time that its bytes need at the speed of the line."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from firmware import config
from firmware.datatypes import FrictionRidgeImage
from firmware.drivers.fingerprint import FingerprintSensor
from firmware.errors import DeviceAbsent, DeviceRefused

SETTINGS: Final = ((57600, 128), (57600, 256), (115200, 256), (115200, 128))
"""Speed in baud and bytes in a data packet, in the order that changes the fewest settings."""

HEADINGS: Final = "  baud  packet   bytes  needed s  measured s      over"

_BITS_A_BYTE: Final = 10
_ENVELOPE_BYTES: Final = 11
_ACKNOWLEDGE_BYTES: Final = 12
_START_S: Final = 60.0
_STOP_S: Final = 10.0
_FINGER_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Measurement:
    """One download: the bytes of its acknowledge and data packets, the seconds that they need, and those they took."""

    baud_rate: int
    packet_size: int
    wire_bytes: int
    needed_s: float
    measured_s: float

    @property
    def over_percent(self) -> float:
        """How much longer than needed."""
        return 100 * (self.measured_s / self.needed_s - 1)


def measure(port: str, baud_rate: int, packet_size: int) -> Measurement:
    """Bring the sensor to the settings and time one image, from the command to the pixels.

    Raises DeviceError; DeviceRefused when the sensor keeps other settings, DeviceAbsent when no finger lies on it.
    """
    started: list[float] = []
    with FingerprintSensor(port, baud_rate=baud_rate, packet_size=packet_size) as sensor:
        if (sensor.baud_rate, sensor.packet_size) != (baud_rate, packet_size):
            raise DeviceRefused(port, f"the sensor does not take {baud_rate} baud with {packet_size}-byte packets")
        image = sensor.capture(timeout_s=_FINGER_S, on_lift=lambda: started.append(time.monotonic()))
        measured_s = time.monotonic() - started[0] if started else 0.0
    if not isinstance(image, FrictionRidgeImage):
        raise DeviceAbsent(port, "no finger lies on the glass; start the simulator with --hold")
    size = image.pixels.size // 2
    wire_bytes = _ACKNOWLEDGE_BYTES + size + _ENVELOPE_BYTES * -(-size // packet_size)
    return Measurement(baud_rate, packet_size, wire_bytes, wire_bytes * _BITS_A_BYTE / baud_rate, measured_s)


def run() -> Iterator[Measurement]:
    """Measure every setting against a simulated world that runs as a process of its own."""
    with tempfile.TemporaryDirectory() as folder, world(Path(folder)) as port:
        for baud_rate, packet_size in SETTINGS:
            yield measure(port, baud_rate, packet_size)


def as_line(measurement: Measurement) -> str:
    """One line under HEADINGS."""
    return (
        f"{measurement.baud_rate:6d}  {measurement.packet_size:6d}  {measurement.wire_bytes:6d}"
        f"  {measurement.needed_s:8.3f}  {measurement.measured_s:10.3f}  {measurement.over_percent:+6.2f} %"
    )


def as_json(measurement: Measurement) -> str:
    """One JSON object on one line."""
    return json.dumps(asdict(measurement) | {"over_percent": measurement.over_percent})


@contextmanager
def world(folder: Path) -> Iterator[str]:
    """A simulated world with a finger on the glass; gives the sensor's port."""
    process = subprocess.Popen([sys.executable, "-m", "sim", str(folder), "--hold"], stdout=subprocess.DEVNULL)
    try:
        settings, deadline = folder / "kit.toml", time.monotonic() + _START_S
        while not settings.is_file():
            if process.poll() is not None:
                raise DeviceAbsent("simulated world", f"it ended with status {process.returncode} before it was ready")
            if time.monotonic() > deadline:
                raise DeviceAbsent("simulated world", f"not ready after {_START_S:.0f} s; see `python -m sim --help`")
            time.sleep(0.05)
        yield config.load(settings).fingerprint.port
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
