"""The bench's camera: it shows the simulated resident's face, or whatever picture is put into its file."""

import json
import os
import socket
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sim.errors import SimulationError
from sim.face_looks import grow
from sim.faces import BLUE, GREY, RED, Person, Scene, develop, exposed
from sim.i2c import short

BACKDROPS = {"red": RED, "blue": BLUE, "grey": GREY}
_SOCKET = ".sock"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture, uint8 (h, w, 3), RGB, and how it was taken."""

    pixels: NDArray[np.uint8]
    exposure_s: float = 0.01
    gain: float = 1.0
    settled: bool = True
    make: str = "Rekam"
    model: str = "bench"


def drawn(seed: int, backdrop: str, width: int, height: int, number: int) -> NDArray[np.uint8]:
    """A drawn resident before one of BACKDROPS; `number` is that of the shot, a size of 0 the camera's own."""
    return develop(_light(seed, backdrop, width, height), replace(_scene(backdrop, width, height), seed=number))


# Who sits still is lit alike in every shot; each has its own noise
@lru_cache(maxsize=4)
def _light(seed: int, backdrop: str, width: int, height: int) -> NDArray[np.float64]:
    return exposed([Person(grow(seed))], _scene(backdrop, width, height))


def _scene(backdrop: str, width: int, height: int) -> Scene:
    colour = BACKDROPS[backdrop]
    return Scene(height, width, 0.21 * width, colour) if width and height else Scene(backdrop=colour)


class BenchCamera:
    """source: `camera.sock` of a world, SEED:BACKDROP for a drawn resident, or a picture that is read at every shot."""

    def __init__(self, *, source: str = "0:red", width: int = 0, height: int = 0, timeout_s: float = 8.0) -> None:
        self._source = source or "0:red"
        self._size = width, height
        self._timeout_s = timeout_s
        self._shots = 0

    def capture(self) -> Shot:
        """A picture. Raises SimulationError when the source is no picture, OSError where the world has no camera."""
        seed, _, backdrop = self._source.partition(":")
        if seed.isdecimal() and backdrop in BACKDROPS:
            self._shots += 1
            return Shot(drawn(int(seed), backdrop, *self._size, self._shots))
        if self._source.endswith(_SOCKET):
            return Shot(self._of_world(Path(self._source)))
        try:
            with Image.open(Path(self._source)) as image:
                return Shot(np.array(image.convert("RGB")))
        except OSError as error:
            words = "neither camera.sock of a world, nor SEED:BACKDROP such as 7:blue, nor a picture"
            raise SimulationError(f"{self._source}: {words} ({error})") from error

    def close(self) -> None:
        """Nothing is open."""

    def _of_world(self, path: Path) -> NDArray[np.uint8]:
        with socket.socket(socket.AF_UNIX) as line, short(path) as address:
            line.settimeout(self._timeout_s)
            line.connect(address)
            line.sendall(json.dumps({"shot": self._size}).encode() + b"\n")
            with line.makefile("rb") as answer:
                head = json.loads(answer.readline() or b"{}")
                if "shape" not in head:
                    number = int(head.get("errno", 0))
                    raise OSError(number, os.strerror(number))
                height, width, _ = head["shape"]
                rows = answer.read(height * width * 3)
        if len(rows) < height * width * 3:
            raise ConnectionResetError("the world has gone")
        return np.frombuffer(rows, np.uint8).reshape(height, width, 3).copy()
