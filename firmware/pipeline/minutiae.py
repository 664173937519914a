"""Minutiae: what the net proposes, looked at again by judges.

The net sees the print as it lies and at a quarter of its resolution; a judge, a small net of three layers, sees the
neighbourhood of one proposal turned upright, at one sixth of a ridge period. It tells whether a minutia is there, where
exactly, which way it points and of which type it is. Several judges, taught from different beginnings, err differently:
their mean is better than one.
"""

import math

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Minutiae
from firmware.pipeline import convolution, parameters, trace
from firmware.pipeline._jit import kernel
from firmware.pipeline.planes import STEP
from firmware.pipeline.weights import Dense, Judges
from firmware.vocabulary import MinutiaKind

Floats = NDArray[np.float32]
LOWEST = np.float32(-np.inf)

# The judge looks four times: as it is, mirrored along the direction, with ridges and valleys swapped, and both. So the
# answers (real, ahead, aside, turn, ending) have these signs
VIEWS = np.array([[1, 1, 1, 1, 1], [1, 1, -1, -1, 1], [1, 1, 1, 1, -1], [1, 1, -1, -1, -1]], np.float32)


def confirm(proposals: Floats, normalised: Floats, period: Floats, clarity: Floats, judges: Judges) -> Minutiae:
    """The proposals that stand, as minutiae, best first.

    proposals: float32 (n, 4), x, y, direction, presence 0..1. normalised: float32 (h, w), ridges positive. period,
    clarity: float32 (rows, cols) by blocks, pixels and 0..1. A minutia's quality is the judges' probability that it
    is real, in percent.
    """
    looks, facts = look(proposals, normalised, period, clarity)
    answer = _ask(looks, facts, judges)
    real = 1 / (1 + np.exp(-answer[:, 0]))
    trace.offer("judged", np.column_stack([proposals, real]))
    order = np.argsort(-real, kind="stable")
    order = order[real[order] >= parameters.PRESENCE]
    before, answer = proposals[order], answer[order]
    cosine, sine = np.cos(before[:, 2]), np.sin(before[:, 2])
    ahead, aside = answer[:, 1], answer[:, 2]
    limit = np.array(normalised.shape[::-1], np.float32) - 1
    direction = np.mod(before[:, 2] + answer[:, 3], np.float32(2 * math.pi))
    found = Minutiae(
        x=(before[:, 0] + ahead * cosine + aside * sine).clip(0, limit[0]),
        y=(before[:, 1] - ahead * sine + aside * cosine).clip(0, limit[1]),
        direction=np.where(direction < np.float32(2 * math.pi), direction, np.float32(0)),
        kind=np.where(answer[:, 4] > 0, MinutiaKind.RIDGE_ENDING, MinutiaKind.BIFURCATION).astype(np.uint8),
        quality=np.asarray(np.rint(100 * real[order]).clip(1, 100), np.uint8),
    )
    trace.offer("minutiae", found)
    return found


def look(proposals: Floats, normalised: Floats, period: Floats, clarity: Floats) -> tuple[Floats, Floats]:
    """What the judge sees of each proposal.

    The neighbourhood with the direction to the right, float32 (n, side, side), 0 beyond the image; and float32 (n, 2),
    the logit of its presence and the block's clarity, both scaled to about -1..1.
    """
    block = np.floor(proposals[:, 1::-1] / parameters.BLOCK).astype(np.intp)
    step = period[block[:, 0], block[:, 1]] * np.float32(parameters.LOOK_STEP)
    looks = np.zeros((len(proposals), parameters.LOOK_SIDE, parameters.LOOK_SIDE), np.float32)
    _sample_upright(normalised, proposals, step, looks)
    presence = proposals[:, 3].clip(0.01, 0.99)
    facts = np.stack([0.5 * np.log(presence / (1 - presence)), 2 * clarity[block[:, 0], block[:, 1]] - 1], axis=1)
    return looks, facts.astype(np.float32)


def _ask(looks: Floats, facts: Floats, judges: Judges) -> Floats:
    """The mean answer of all judges over all views, float32 (n, 5): real, ahead, aside, turn, ending.

    Real and ending are logits; ahead and aside, to the right of the direction, pixels; turn radians counter-clockwise.
    """
    count, side, _ = looks.shape
    upright = np.concatenate([looks, looks[:, ::-1]]).reshape(2 * count, side * side).T
    # Pixels with ridges and valleys swapped give the first layer the same sums with another sign
    seen, known = _dense(upright, judges.sight), _dense(facts.T, judges.knowledge)
    known = np.tile(known, 2)
    values = np.maximum(np.concatenate([known + seen, known - seen], axis=1), np.float32(0))
    answers = np.mean(
        [_run(part, rest) for part, rest in zip(np.split(values, len(judges.rest)), judges.rest, strict=True)], axis=0
    )
    signs = VIEWS.T[:, :, None]
    return np.asarray((answers.reshape(*VIEWS.T.shape, count) * signs).mean(axis=1).T, np.float32)


def _run(values: Floats, layers: tuple[Dense, ...]) -> Floats:
    """What a judge says whose first layer said this: (outputs, n) to float32 (5, n)."""
    *hidden, last = layers
    for layer in hidden:
        values = _dense(values, layer, np.float32(0))
    return _dense(values, last)


def _dense(values: Floats, layer: Dense, least: np.float32 = LOWEST) -> Floats:
    """A layer's result, no less than `least`: (inputs, n) to (outputs, n), a convolution of one tap over a row of n."""
    inputs, count = values.shape
    pitch = count + STEP
    row = np.zeros((inputs, pitch), np.float32)
    row[:, :count] = values
    out = np.empty((len(layer.packed) // (1 + inputs), pitch), np.float32)
    where = (0, 0, count, pitch)
    convolution._convolve(row.ravel(), layer.packed, np.arange(inputs) * pitch, out.ravel(), where, least)
    return out[: len(layer.bias), :count]


@kernel
def _sample_upright(image: Floats, found: Floats, step: Floats, out: Floats) -> None:
    """The neighbourhood of each point turned so that its direction is to the right, bilinear.

    image: (h, w). found: (n, 4), x, y, direction first. step: (n), pixels from sample to sample. out: (n, side, side)
    of zeros, left so beyond the image; side odd.
    """
    height, width = image.shape
    half = out.shape[1] // 2
    for i in range(len(found)):
        right_x, right_y = step[i] * math.cos(found[i, 2]), -step[i] * math.sin(found[i, 2])
        for row in range(out.shape[1]):
            for col in range(out.shape[1]):
                x = found[i, 0] + (col - half) * right_x - (row - half) * right_y
                y = found[i, 1] + (col - half) * right_y + (row - half) * right_x
                if not (0 <= x < width - 1 and 0 <= y < height - 1):
                    continue
                left, top = int(x), int(y)
                a, b = np.float32(x - left), np.float32(y - top)
                upper = image[top, left] + a * (image[top, left + 1] - image[top, left])
                lower = image[top + 1, left] + a * (image[top + 1, left + 1] - image[top + 1, left])
                out[i, row, col] = upper + b * (lower - upper)
