"""`python -m tests.advice_sheet OUT.png`: a grown touch with each fault, what is told of it, and where.

Of each fault the first finger is shown of which its advice is told before any other.
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from PIL import Image

from firmware import advice, contact_sheet, pointing
from firmware.datatypes import FingerprintFeatures
from firmware.pipeline import extraction
from firmware.tracing import Picture
from firmware.vocabulary import Language
from sim.ridges import grow
from sim.touch_faults import TouchFault
from tests.feedback import ADVICE, SEED, Pixels, spoiled

FINGERS = 100
ZOOM = 2


def draw(fault: TouchFault) -> Picture:
    """The first touch with this fault of which the advice is told first; StopIteration when no finger shows it."""
    touches = (touch(fault, finger) for finger in range(FINGERS))
    told = ((pixels, extraction.extract(pixels, 500)) for pixels in touches)
    pixels, features = next(pair for pair in told if pair[1].quality.feedback[:1] == (ADVICE[fault],))
    words = advice.say(ADVICE[fault], Language.ENGLISH)
    return Picture(fault.value, ADVICE[fault].value, words, _point(pixels, features))


def touch(fault: TouchFault, finger: int) -> Pixels:
    rng = np.random.default_rng((SEED, finger))
    return spoiled(grow(rng), grow(rng), fault, (SEED, finger))


def _point(pixels: Pixels, features: FingerprintFeatures) -> Image.Image:
    size = (ZOOM * pixels.shape[1], ZOOM * pixels.shape[0])
    canvas = Image.fromarray(pixels).convert("RGB").resize(size, Image.Resampling.BICUBIC)
    pointing.tint(canvas, features, ZOOM * features.block_px)
    pointing.arrow(canvas, features, ZOOM * features.block_px)
    return canvas


def main(out: Annotated[Path, typer.Argument(help="the picture to write, .png")]) -> None:
    """Draw the sheet."""
    pictures = [draw(fault) for fault in TouchFault]
    sheet = contact_sheet.lay_out(pictures, "What is told to the operator, and where it shows")
    sheet.quantize(64, dither=Image.Dither.NONE).save(out, optimize=True)


if __name__ == "__main__":
    typer.run(main)
