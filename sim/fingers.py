"""Ten fingers of one person: grown, or real prints from a folder."""

import threading
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image, UnidentifiedImageError

from sim.errors import SimulationError
from sim.glass import Pixels
from sim.impressions import Condition, impress
from sim.optics import Sensor
from sim.ridges import Master, grow

POSITIONS = (
    "right_thumb", "right_index", "right_middle", "right_ring", "right_little",
    "left_thumb", "left_index", "left_middle", "left_ring", "left_little",
)  # fmt: skip

# A little more than any sensor of the family sees, pixels at 500 ppi
GLASS = (380, 320)


class Fingers(Protocol):
    """Where impressions come from."""

    def impression(self, position: int, attempt: int) -> Pixels | None:
        """Impression `attempt` (from 1) of the finger at `position` (1..10, as POSITIONS); None while it is grown."""


@cache
def touch(seed: int, position: int, attempt: int) -> Pixels:
    """Impression `attempt` of a grown person's finger; grown once in a process, whoever asks for it."""
    rng = np.random.default_rng((seed, position, attempt))
    return impress(_master(seed, position), rng, shape=GLASS, condition=Condition.GOOD, sensor=Sensor()).pixels


@cache
def _master(seed: int, position: int) -> Master:
    return grow(np.random.default_rng((seed, position)), is_left=position > 5)


class GrownFingers:
    """Ten grown fingers; they grow in the background, the right thumb first, an asked one next."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._ready: set[int] = set()
        self._wanted = list(range(2, len(POSITIONS) + 1))
        self._lock = threading.Lock()
        # Whoever opens the sensor first finds a finger, and a glass that answers at once
        self._add(1)
        threading.Thread(target=self._grow, name="growing fingers", daemon=True).start()

    def impression(self, position: int, attempt: int) -> Pixels | None:
        """See Fingers."""
        with self._lock:
            is_ready = position in self._ready
            if not is_ready and position in self._wanted:
                self._wanted.remove(position)
                self._wanted.insert(0, position)
        return touch(self._seed, position, attempt) if is_ready else None

    def _add(self, position: int) -> None:
        touch(self._seed, position, 1)
        with self._lock:
            self._ready.add(position)

    def _grow(self) -> None:
        while True:
            with self._lock:
                if not self._wanted:
                    return
                position = self._wanted.pop(0)
            self._add(position)


class FolderFingers:
    """Real prints from PNG files named FINGER_IMPRESSION.png: the first ten fingers by name are the ten positions.

    Each attempt takes the finger's next impression, from the first again after the last. Raises SimulationError for a
    folder with fewer than ten fingers or a file that is no picture.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise SimulationError(f"{folder}: no such folder of fingers; name one with FINGER_IMPRESSION.png files")
        fingers: dict[str, list[Path]] = {}
        for path in folder.glob("*_*.png"):
            fingers.setdefault(path.stem.rpartition("_")[0], []).append(path)
        if len(fingers) < len(POSITIONS):
            raise SimulationError(
                f"{folder}: {len(fingers)} finger(s) found, ten are needed; their pictures are named"
                " FINGER_IMPRESSION.png, as in 101_1.png"
            )
        names = sorted(fingers, key=_natural)[: len(POSITIONS)]
        self._prints = [[_read(path) for path in sorted(fingers[name], key=_natural_path)] for name in names]

    def impression(self, position: int, attempt: int) -> Pixels | None:
        """See Fingers."""
        prints = self._prints[position - 1]
        return prints[(attempt - 1) % len(prints)]


def _natural(name: str) -> tuple[int, str]:
    return (int(name), "") if name.isdecimal() else (-1, name)


def _natural_path(path: Path) -> tuple[int, str]:
    return _natural(path.stem.rpartition("_")[2])


def _read(path: Path) -> Pixels:
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("L"))
    except (OSError, UnidentifiedImageError) as error:
        raise SimulationError(f"{path}: cannot be read as a picture ({error})") from error
