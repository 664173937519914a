"""Pictures of simulated residents with one fault each, and how often it is told: `python -m tests.face_cases`."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline.face.judging import assess
from firmware.portrait import FaceFeedback
from sim.face_head import Mien
from sim.face_looks import grow
from sim.face_shading import Light
from sim.faces import BLUE, RED, Person, Scene, picture

Pixels = NDArray[np.uint8]
Case = Callable[[Person, Scene], Pixels]

FROM_THE_SIDE = Light((1.0, 0.15, 0.2), 0.9, 0.12)


def _one(**changes: object) -> Case:
    return lambda person, scene: picture([replace(person, **changes)], scene)  # type: ignore[arg-type]


def _taken(**changes: object) -> Case:
    return lambda person, scene: picture([person], replace(scene, **changes))  # type: ignore[arg-type]


def _two(person: Person, scene: Scene) -> Pixels:
    other = Person(grow(scene.seed + 500_000), offset=(13.0, 0.0), scale=0.8)
    return picture([replace(person, offset=(-11.0, 0.0)), other], replace(scene, width=760))


def _wall(person: Person, scene: Scene) -> Pixels:
    """A wall with shelves instead of a cloth."""
    y, x = np.mgrid[: scene.height, : scene.width]
    wood = np.where(((y // 40) % 3 == 0)[..., None], (0.12, 0.06, 0.03), (0.55, 0.5, 0.42))
    books = ((x // 17) * 7919 % 5)[..., None] * np.asarray((0.08, 0.05, 0.02))
    return picture([person], replace(scene, backdrop=wood + books))


MASKS = ((150, 180, 200), (235, 235, 235), (120, 120, 120), (25, 25, 28))


def masked(pixels: Pixels, colour: tuple[int, int, int]) -> Pixels:
    """The picture with a mask over nose and mouth: it curves away to the sides, with three folds across."""
    height, width = pixels.shape[:2]
    y, x = np.mgrid[:160, -105:105]
    shade = (0.7 + 0.3 * np.cos(x / 105 * np.pi / 2)) * np.where((y - 50) % 30 < 3, 0.88, 1.0)
    shown, top, middle = pixels.copy(), height // 2 - 10, width // 2
    shown[top : top + 160, middle - 105 : middle + 105] = np.asarray(colour) * shade[..., None]
    return shown


def _covered(person: Person, scene: Scene) -> Pixels:
    return masked(picture([person], scene), MASKS[scene.seed % len(MASKS)])


CASES: Mapping[FaceFeedback | None, Case] = {
    None: _one(),
    FaceFeedback.NO_FACE: lambda _, scene: picture([], scene),
    FaceFeedback.SEVERAL_FACES: _two,
    FaceFeedback.TOO_SMALL: _taken(eyes_px=62.0),
    FaceFeedback.OFF_CENTRE: _one(offset=(7.0, 0.0)),
    FaceFeedback.TURNED: _one(yaw=70.0),
    FaceFeedback.NODDED: _one(pitch=24.0, offset=(0.0, 3.0)),
    FaceFeedback.TILTED: _one(roll=-14.0),
    FaceFeedback.COVERED: _covered,
    FaceFeedback.DARK: _taken(exposure=0.2),
    FaceFeedback.UNEVEN_LIGHT: _taken(light=FROM_THE_SIDE),
    FaceFeedback.BLURRED: _taken(blur_px=5.0),
    FaceFeedback.EYES_CLOSED: _one(mien=Mien(eyes=0.0)),
    FaceFeedback.MOUTH_OPEN: _one(mien=Mien(mouth=3.0)),
    FaceFeedback.BACKGROUND: _wall,
}
"""What is wrong, and a picture of it; None is a picture with which nothing is wrong."""


def birth_year(seed: int) -> int:
    """Of the resident of this seed: odd seeds are born in odd years."""
    return 2008 + seed % 2


def draw(fault: FaceFeedback | None, seed: int, *, sex: str | None = None, tone: int | None = None) -> Pixels:
    """The picture of a resident with this fault."""
    scene = Scene(seed=seed, backdrop=RED if seed % 2 else BLUE)
    return CASES[fault](Person(grow(seed, sex=sex, tone=tone)), scene)


def main() -> None:
    """Count over many residents of both sexes and all ten skin tones how often each fault is told, and what besides."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for fault in CASES:
        first: Counter[str] = Counter()
        told = alone = 0
        for k in range(asked.people):
            seed = 1000 * asked.seed + k
            pixels = draw(fault, seed, sex="LP"[k % 2], tone=k // 2 % 10 + 1)
            codes = assess(pixels, birth_year(seed)).codes
            told += (fault in codes) if fault else not codes
            alone += codes == ((fault,) if fault else ())
            first.update(code.value for code in codes if code is not fault)
        name = fault.value if fault else "(nothing)"
        others = " ".join(f"{code}:{count}" for code, count in first.most_common())
        sys.stdout.write(f"{name:<18} told {told:>3} of {asked.people}, alone {alone:>3}   besides {others}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
