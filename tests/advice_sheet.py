"""`python -m tests.advice_sheet OUT.png`: a grown touch with each fault, what is told of it, and where.

Of each fault the first finger is shown of which its advice is told before any other.
"""

from itertools import count
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
from sim import touch_faults
from sim.ridges import grow
from sim.sensor_kinds import SensorKind, sample_sensor
from sim.touch_faults import TouchFault
from tests.feedback import ADVICE, SEED, Pixels

SHAPE = (360, 320)
ZOOM = 2


def touch(fault: TouchFault, finger: int) -> Pixels:
    """A finger on the glass of an optical sensor, with this fault."""
    rng = np.random.default_rng((SEED, finger, list(TouchFault).index(fault)))
    master, other = grow(rng), grow(rng)
    return touch_faults.impress(
        master, rng, fault, other, shape=SHAPE, sensor=sample_sensor(rng, SensorKind.OPTICAL)
    ).pixels


def draw(fault: TouchFault) -> Picture:
    """The first touch with this fault of which the advice is told first."""
    for finger in count():
        pixels = touch(fault, finger)
        features = extraction.extract(pixels, 500)
        if features.quality.feedback[:1] == (ADVICE[fault],):
            words = advice.say(ADVICE[fault], Language.ENGLISH)
            return Picture(fault.value, ADVICE[fault].value, words, _point(pixels, features))
    raise AssertionError("fingers do not end")


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
