"""Pictures of every stage that one print went through, so that a person sees why a minutia was found or dropped."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from firmware import marks
from firmware.datatypes import FingerprintFeatures, Minutiae
from firmware.marks import Canvas, Window
from firmware.pipeline import extraction, parameters, trace
from firmware.pipeline.detection import CELL
from firmware.structure import Singularities
from firmware.vocabulary import Effort, MinutiaKind

Floats = NDArray[np.float32]
_MARGIN_BLOCKS = 3


@dataclass(frozen=True, slots=True)
class Picture:
    """One stage as a picture; name: of the file, words: what is seen. Large ones are what all the others lead to."""

    name: str
    title: str
    words: str
    image: Image.Image
    large: bool = False


@dataclass(frozen=True, slots=True)
class Stages:
    """What the stages offered, by their names, and the print at 500 ppi to which all of it belongs."""

    print_: NDArray[np.uint8]
    offered: Mapping[str, Any]

    def by_pixel(self, values: NDArray[Any]) -> NDArray[Any]:
        """A map of blocks as a map of pixels."""
        height, width = self.print_.shape
        block = parameters.BLOCK
        return np.repeat(np.repeat(values, block, axis=0), block, axis=1)[:height, :width]

    @property
    def window(self) -> Window:
        """The part with the print and a margin; all of it where there is none."""
        height, width = self.print_.shape
        rows, cols = (np.flatnonzero(self.offered["foreground"].any(axis=axis)) * parameters.BLOCK for axis in (1, 0))
        if not len(rows):
            return 0, 0, width, height
        margin = _MARGIN_BLOCKS * parameters.BLOCK
        right, bottom = min(width, int(cols[-1]) + margin), min(height, int(rows[-1]) + margin)
        return max(0, int(cols[0]) - margin), max(0, int(rows[0]) - margin), right, bottom

    @property
    def foreground(self) -> NDArray[np.bool_]:
        """Whether a pixel belongs to the print, bool (h, w)."""
        return self.by_pixel(self.offered["foreground"])


def extract(pixels: NDArray[np.uint8], ppi: float, effort: Effort) -> tuple[FingerprintFeatures, Stages]:
    """What `extraction.extract` finds, and what its stages offered on the way. Raises SampleError."""
    offered: dict[str, Any] = {}
    with trace.listening(offered.__setitem__):
        features = extraction.extract(pixels, ppi, effort)
    return features, Stages(offered.get("resampled", pixels), offered)


def draw(stages: Stages, title: str = "") -> Iterator[Picture]:
    """The pictures, in the order of the stages. title: what the print is called."""
    height, width = stages.print_.shape
    whole = Canvas.of_grey(stages.print_, (0, 0, width, height)).finish()
    yield Picture("print", f"Print {title}".strip(), f"{width}x{height} pixels at 500 ppi", whole)
    for name, (words, paint) in _STAGES.items():
        if name not in stages.offered:
            continue
        told, canvas = paint(stages)
        yield Picture(name, name.replace("_", " ").capitalize(), f"{words}{told}", canvas.finish())
    yield _proposals(stages)
    yield _minutiae(stages)


def _plain(stages: Stages, light: float = 0.0) -> Canvas:
    """The print itself, lighter by a part of the way to white."""
    return Canvas.of_grey(stages.print_ + (255 - stages.print_.astype(np.float32)) * light, stages.window)


def _normalised(stages: Stages) -> tuple[str, Canvas]:
    values = stages.offered["normalised"]
    return "", Canvas.of_grey(127.5 - values * (127.5 / parameters.NORMALISE_LIMIT), stages.window)


def _enhanced(stages: Stages) -> tuple[str, Canvas]:
    values = stages.offered["enhanced"]
    strong = max(float(np.percentile(np.abs(values), 98)), 1e-6)
    canvas = Canvas.of_grey(127.5 - values * (127.5 / strong), stages.window)
    canvas.veil(~stages.foreground)
    return "", canvas


def _mask(name: str) -> Callable[[Stages], tuple[str, Canvas]]:
    def paint(stages: Stages) -> tuple[str, Canvas]:
        mask = stages.by_pixel(stages.offered[name])
        canvas = _plain(stages, light=0.15)
        canvas.veil(~mask)
        return f": {100 * mask.mean():.0f} % of the picture", canvas

    return paint


def _heat(name: str, low: float, high: float, unit: str = "") -> Callable[[Stages], tuple[str, Canvas]]:
    """A map of blocks in colours from dark blue (low) to yellow (high), white outside of the print."""

    def paint(stages: Stages) -> tuple[str, Canvas]:
        values, inside = stages.offered[name], stages.offered["foreground"]
        parts = stages.by_pixel((values - low) / (high - low))
        canvas = Canvas.of_heat(parts, stages.foreground, stages.window)
        canvas.scale(f"{low:g}", f"{high:g}{unit}")
        return f"; median {np.median(values[inside]):.2g}{unit}" if inside.any() else "", canvas

    return paint


def _orientation(stages: Stages) -> tuple[str, Canvas]:
    canvas = _plain(stages, light=0.65)
    flow, coherence = stages.offered["orientation"], stages.offered["coherence"]
    for row, col in zip(*np.nonzero(stages.offered["foreground"]), strict=True):
        if row % 2 == col % 2 == 0:
            place = ((col + 0.5) * parameters.BLOCK - 0.5, (row + 0.5) * parameters.BLOCK - 0.5)
            canvas.stroke(
                place,
                float(flow[row, col]),
                1.5 * parameters.BLOCK,
                marks.between(marks.UNSURE, marks.SURE, float(coherence[row, col])),
            )
    return "", canvas


def _presence(stages: Stages) -> tuple[str, Canvas]:
    height, width = stages.print_.shape
    whole = np.repeat(np.repeat(stages.offered["presence"], CELL, axis=0), CELL, axis=1)[:height, :width]
    canvas = Canvas.of_glow(stages.print_, whole * stages.foreground, stages.window)
    canvas.veil(~stages.foreground)
    return "", canvas


def _singularities(stages: Stages) -> tuple[str, Canvas]:
    canvas = _plain(stages, light=0.4)
    canvas.veil(~stages.foreground)
    cores, deltas = stages.offered["singularities"]
    _mark_singularities(canvas, cores, deltas)
    pattern = stages.offered.get("pattern")
    words = f"; pattern: {pattern.name.lower().replace('_', ' ')}" if pattern else ""
    return f"cores: {len(cores)}; deltas: {len(deltas)}{words}", canvas


def _mark_singularities(canvas: Canvas, cores: Singularities, deltas: Singularities) -> None:
    for points, colour in ((cores, marks.CORE), (deltas, marks.DELTA)):
        for x, y, directions in zip(points.x, points.y, points.directions, strict=True):
            for direction in directions:
                canvas.pointer((float(x), float(y)), float(direction), colour, filled=True, size=9)


_STAGES: dict[str, tuple[str, Callable[[Stages], tuple[str, Canvas]]]] = {
    "normalised": ("pressure and light evened out", _normalised),
    "contrast_mask": ("where there is contrast enough", _mask("contrast_mask")),
    "orientation": ("along the ridges; blue where neighbours agree, orange where not", _orientation),
    "coherence": ("how far a neighbourhood runs one way", _heat("coherence", 0, 1)),
    "period": ("from ridge to ridge", _heat("period", 5, 15, " px")),
    "enhanced": ("filtered along the ridges", _enhanced),
    "clarity": ("how near the ridges are to a pure wave", _heat("clarity", 0, 1)),
    "foreground": ("what counts as the print", _mask("foreground")),
    "presence": ("how sure the net is that a minutia lies there", _presence),
    "singularities": ("", _singularities),
}


def _proposals(stages: Stages) -> Picture:
    """What the net proposes: kept ones filled, dropped ones hollow with their presence and what the judge gives."""
    canvas = _plain(stages, light=0.45)
    canvas.veil(~stages.foreground)
    kinds, judged = stages.offered["minutiae"].kind.tolist(), stages.offered["judged"]
    order = np.argsort(-judged[:, 4], kind="stable")
    for x, y, direction, presence, real in judged[order[len(kinds) :]].tolist():
        canvas.pointer((x, y), direction, marks.DROPPED)
        canvas.note((x, y), f"{100 * presence:.0f}, {100 * real:.0f}", marks.DROPPED)
    for kind, (x, y, direction, *_) in zip(kinds, judged[order[: len(kinds)]].tolist(), strict=True):
        canvas.pointer((x, y), direction, marks.KINDS[kind], filled=True)
    dropped = f"dropped {len(judged) - len(kinds)}, hollow, so many percent sure are net and judge"
    return Picture("proposals", "Proposals", f"kept {len(kinds)}, filled; {dropped}", canvas.finish(), large=True)


def _minutiae(stages: Stages) -> Picture:
    canvas = _plain(stages, light=0.35)
    canvas.veil(~stages.foreground)
    found: Minutiae = stages.offered["minutiae"]
    for x, y, direction, kind in zip(found.x, found.y, found.direction, found.kind, strict=True):
        canvas.pointer((float(x), float(y)), float(direction), marks.KINDS[int(kind)], square=kind == 2)
    _mark_singularities(canvas, *stages.offered["singularities"])
    words = f"{found.of_kind(MinutiaKind.RIDGE_ENDING)} ridge endings, red; "
    words += f"{found.of_kind(MinutiaKind.BIFURCATION)} bifurcations, blue; cores violet, deltas green; "
    words += f"quality {stages.offered['quality'].score}"
    return Picture("minutiae", "Minutiae", words, canvas.finish(), large=True)
