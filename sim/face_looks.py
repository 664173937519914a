"""What a simulated resident's face is like: its shape, skin, hair and clothes, all from one seed."""

import hashlib
from dataclasses import dataclass

import numpy as np

SKIN_TONES = (
    "f6ede4", "f3e7db", "f7ead0", "eadaba", "d7bd96", "a07e56", "825c43", "604134", "3a312a", "292420",
)  # fmt: skip
"""The ten tones of the Monk Skin Tone Scale (Ellis Monk, 2022, skintone.google), sRGB, from light to dark."""
HAIR, HEADSCARF = "hair", "headscarf"

Colour = tuple[float, float, float]
"""Linear light, 0..1, red, green, blue."""


@dataclass(frozen=True, slots=True)
class Looks:
    """One person's head; lengths are factors of the canonical face's, colours are of linear light.

    jaw: width of the chin beside that of the brows. head_cover: hair or a headscarf; hair_length: cm below the ears.
    grain: seed of the skin's texture.
    """

    skin: Colour
    lips: Colour
    iris: Colour
    hair: Colour
    scarf: Colour
    clothes: Colour
    head_cover: str
    hair_length: float
    width: float
    height: float
    jaw: float
    nose: float
    lip_height: float
    eye_opening: float
    brow_thickness: float
    grain: int


def linear(colour: str) -> Colour:
    """A colour in hexadecimal sRGB as linear light, IEC 61966-2-1."""
    values = np.asarray([int(colour[k : k + 2], 16) for k in (0, 2, 4)]) / 255
    r, g, b = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4).tolist()
    return r, g, b


def grow(seed: int, *, sex: str | None = None, tone: int | None = None) -> Looks:
    """A person of this seed. sex: L or P, as the civil registry writes it; tone: 1..10 of `SKIN_TONES`."""
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(f"face {seed}".encode()).digest()[:8], "big"))
    drawn_sex, drawn_tone = ("L", "P")[int(rng.integers(2))], int(rng.integers(1, 11))
    woman = (sex or drawn_sex) == "P"
    skin = np.asarray(linear(SKIN_TONES[(tone or drawn_tone) - 1]))
    lips = skin * ((0.9, 0.5, 0.5) if woman else (0.8, 0.55, 0.55))
    covered = woman and rng.random() < 0.5
    cloths = ("f0f0f0", "20304a", "3c5a40", "5b4636", "6d6f75", "101010", "c9b38c", "7a4b6a")
    return Looks(
        skin=_colour(skin),
        lips=_colour(lips),
        iris=_colour(np.asarray(linear("3a2213")) * rng.uniform(0.5, 1.6)),
        hair=_colour(np.asarray(linear("17110d")) * rng.uniform(0.6, 2.2)),
        scarf=linear(cloths[int(rng.integers(len(cloths)))]),
        clothes=linear(cloths[int(rng.integers(len(cloths)))]),
        head_cover=HEADSCARF if covered else HAIR,
        hair_length=float(rng.uniform(2, 12)) if woman else 0.0,
        width=float(rng.uniform(0.93, 1.07)),
        height=float(rng.uniform(0.94, 1.06)),
        jaw=float(rng.uniform(0.86, 1.0) if woman else rng.uniform(0.94, 1.1)),
        nose=float(rng.uniform(0.85, 1.2)),
        lip_height=float(rng.uniform(0.9, 1.3)),
        eye_opening=float(rng.uniform(1.2, 1.6)),
        brow_thickness=float(rng.uniform(0.25, 0.4) if woman else rng.uniform(0.35, 0.6)),
        grain=int(rng.integers(1 << 31)),
    )


def _colour(values: np.ndarray) -> Colour:
    r, g, b = np.clip(values, 0, 1).tolist()
    return r, g, b
