"""How a finger lies on the glass: where, turned, stretched by the skin; and where its minutiae come to lie."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim._jit import kernel
from sim.noise import texture

Floats = NDArray[np.float64]

DISTORTION_SCALE = 32.0
# More would fold the skin over itself
LARGEST_DISTORTION = 5.0
FIXED_POINT_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Placement:
    """A map from pixels of the glass to pixels of the master: shift by smooth noise, then an affine map.

    matrix: float64 (2, 2). glass, master: the points that meet, x, y. shift: float32 (2, h, w), pixels of the glass.
    """

    matrix: Floats
    glass: Floats
    master: Floats
    shift: NDArray[np.float32]

    def to_master(self) -> NDArray[np.float32]:
        """Where each pixel of the glass lies on the master, float32 (2, h, w): x, y."""
        height, width = self.shift.shape[1:]
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        from_middle = np.stack([x, y]) + self.shift - self.glass[:, None, None].astype(np.float32)
        moved = np.tensordot(self.matrix.astype(np.float32), from_middle, axes=1)
        return np.asarray(moved + self.master[:, None, None].astype(np.float32))

    def to_glass(self, points: Floats) -> Floats:
        """Where points of the master (n, 2) lie on the glass; the shift is undone by a fixed-point iteration."""
        flat = (points - self.master) @ np.linalg.inv(self.matrix).T + self.glass
        found = flat.copy()
        for _ in range(FIXED_POINT_ROUNDS):
            found = flat - self._shift_at(found)
        return found

    def _shift_at(self, points: Floats) -> Floats:
        """The shift at points of the glass (n, 2), bilinear; beyond the glass that of its edge."""
        height, width = self.shift.shape[1:]
        x, y = points[:, 0].clip(0, width - 1.001), points[:, 1].clip(0, height - 1.001)
        left, top = x.astype(int), y.astype(int)
        a, b = x - left, y - top
        upper = self.shift[:, top, left] * (1 - a) + self.shift[:, top, left + 1] * a
        lower = self.shift[:, top + 1, left] * (1 - a) + self.shift[:, top + 1, left + 1] * a
        return np.asarray((upper * (1 - b) + lower * b).T)


@dataclass(frozen=True, slots=True)
class Stance:
    """How far a finger may lie from straight and central: standard deviations; radians, parts, and pixels."""

    turn: float = 0.2
    off_x: float = 14.0
    off_y: float = 20.0
    stretch: float = 0.03
    distortion: float = 2.0


def sample_placement(
    rng: np.random.Generator, shape: tuple[int, int], master_shape: tuple[int, int], zoom: float, stance: Stance
) -> Placement:
    """One way to lay a finger on a glass of `shape` (h, w); `zoom`: pixels of the glass a pixel of the master."""
    turn, stretch = rng.normal(0, stance.turn), np.exp(rng.normal(0, stance.stretch))
    cosine, sine = np.cos(turn), np.sin(turn)
    matrix = np.array([[cosine * stretch, sine * stretch], [-sine / stretch, cosine / stretch]]) / zoom
    middle = np.array([shape[1] / 2 + rng.normal(0, stance.off_x), shape[0] / 2 + rng.normal(0, stance.off_y)])
    master = np.array([master_shape[1] / 2, master_shape[0] * 0.47])
    shift = np.stack([texture(rng, shape, DISTORTION_SCALE) for _ in range(2)])
    strength = min(abs(rng.normal(0, stance.distortion)), LARGEST_DISTORTION)
    return Placement(matrix, middle, master, (strength * shift).astype(np.float32))


def sample(master: NDArray[np.float32], where: NDArray[np.float32]) -> NDArray[np.float32]:
    """The master's ridges at each place, float32 (h, w); 0 beyond its edge. where: float32 (2, h, w)."""
    out = np.zeros(where.shape[1:], np.float32)
    _sample_cubic(master, where, out)
    return out


@kernel
def _sample_cubic(image: NDArray[np.float32], where: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Cubic interpolation (Keys, a = -0.5).

    image: (H, W). where: (2, h, w), x and y. out: (h, w) of zeros; left so where the 4x4 neighbourhood is not whole.
    """
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            x, y = where[0, i, j], where[1, i, j]
            left, top = int(np.floor(x)), int(np.floor(y))
            if left < 1 or top < 1 or left > image.shape[1] - 3 or top > image.shape[0] - 3:
                continue
            a, b = x - left, y - top
            total = np.float32(0)
            for k in range(4):
                t = abs(b - (k - 1))
                v = (1.5 * t - 2.5) * t * t + 1 if t < 1 else ((-0.5 * t + 2.5) * t - 4) * t + 2
                line = np.float32(0)
                for m in range(4):
                    t = abs(a - (m - 1))
                    w = (1.5 * t - 2.5) * t * t + 1 if t < 1 else ((-0.5 * t + 2.5) * t - 4) * t + 2
                    line += np.float32(w) * image[top + k - 1, left + m - 1]
                total += np.float32(v) * line
            out[i, j] = total
