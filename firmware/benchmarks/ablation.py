"""What each part of the extractor buys: the same prints with one part left out or another in its place."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Minutiae
from firmware.errors import InputError
from firmware.pipeline import detection, extraction, minutiae, resolution, segmentation, weights
from firmware.pipeline.weights import Dense, Judges, Net
from firmware.vocabulary import Effort, MinutiaKind

Extract = Callable[[NDArray[np.uint8], float], Minutiae]

NET_ALONE = 0.25
"""Least presence where no judge is asked."""


def variants(effort: Effort, folder: Path | None = None) -> dict[str, Extract]:
    """The whole extractor, then with a part left out, by name; with the weights in a folder, or those shipped.

    Raises InputError where the folder lacks minutiae-EFFORT.npz or judges-EFFORT.npz.
    """
    net, judges = _read(effort, folder)
    return {
        "whole": _extractor(net, judges),
        "one judge": _extractor(net, _first(judges)),
        "no judge": _extractor(net, None),
        "no mask": _extractor(net, judges, masked=False),
    }


def _read(effort: Effort, folder: Path | None) -> tuple[Net, Judges]:
    if folder is None:
        return weights.load(effort), weights.load_judges(effort)
    paths = [folder / f"{name}-{effort.value}.npz" for name in ("minutiae", "judges")]
    try:
        return weights.read(paths[0].read_bytes()), weights.read_judges(paths[1].read_bytes())
    except (OSError, ValueError, KeyError) as error:
        told = " and ".join(path.name for path in paths)
        raise InputError(f"{folder}: {told}, as `firmware.training` writes them, can't be read: {error}") from error


def _first(judges: Judges) -> Judges:
    outputs = len(judges.knowledge.bias) // len(judges.rest)
    sight, knowledge = (
        Dense(layer.weight[:outputs], layer.bias[:outputs]) for layer in (judges.sight, judges.knowledge)
    )
    return Judges(sight, knowledge, judges.rest[:1])


def _extractor(net: Net, judges: Judges | None, *, masked: bool = True) -> Extract:
    def extract(pixels: NDArray[np.uint8], ppi: float) -> Minutiae:
        image, scale = resolution.to_500ppi(pixels, ppi)
        seen = extraction.see_ridges(image)
        mask = np.ones_like(seen.candidates)
        if masked:
            mask = segmentation.around(segmentation.by_clarity(seen.candidates, seen.clarity), seen.candidates)
        proposals = detection.detect(seen.normalised, mask, net)
        if judges is None:
            found = _as_proposed(proposals[proposals[:, 3] >= NET_ALONE])
        else:
            found = minutiae.confirm(proposals, seen.normalised, seen.period, seen.clarity, judges)
        return extraction.in_input_pixels(found, scale)

    return extract


def _as_proposed(proposals: NDArray[np.float32]) -> Minutiae:
    return Minutiae(
        x=proposals[:, 0],
        y=proposals[:, 1],
        direction=proposals[:, 2],
        kind=np.full(len(proposals), MinutiaKind.OTHER, np.uint8),
        quality=np.rint(100 * proposals[:, 3]).clip(1, 100).astype(np.uint8),
    )
