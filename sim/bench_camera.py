"""The bench's camera: it shows the simulated resident's face, or whatever picture is put into its file."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sim.errors import SimulationError
from sim.face_looks import grow
from sim.faces import BLUE, GREY, RED, Person, Scene, picture

BACKDROPS = {"red": RED, "blue": BLUE, "grey": GREY}


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture, uint8 (h, w, 3), RGB, and how it was taken."""

    pixels: NDArray[np.uint8]
    exposure_s: float = 0.01
    gain: float = 1.0
    settled: bool = True
    make: str = "Rekam"
    model: str = "bench"


class BenchCamera:
    """source: SEED:BACKDROP for a drawn resident, such as 7:blue, or the path of a picture, read at every shot."""

    def __init__(self, *, source: str = "0:red", width: int = 0, height: int = 0, timeout_s: float = 8.0) -> None:
        self._source = source or "0:red"
        self._size = (width, height) if width and height else None
        self._shots = 0

    def capture(self) -> Shot:
        """A picture. Raises SimulationError when the source is no picture."""
        seed, _, backdrop = self._source.partition(":")
        if seed.isdecimal() and backdrop in BACKDROPS:
            self._shots += 1
            scene = Scene(backdrop=BACKDROPS[backdrop], seed=self._shots)
            if self._size:
                width, height = self._size
                scene = Scene(height, width, 0.21 * width, BACKDROPS[backdrop], seed=self._shots)
            return Shot(picture([Person(grow(int(seed)))], scene))
        try:
            with Image.open(Path(self._source)) as image:
                return Shot(np.array(image.convert("RGB")))
        except OSError as error:
            raise SimulationError(f"{self._source}: neither SEED:BACKDROP nor a picture ({error})") from error

    def close(self) -> None:
        """Nothing is open."""
