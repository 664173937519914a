"""How long extraction takes, stage by stage, beside MINDTCT on the same images in the same run.

Both are told in processor time, of which neither uses more than one core: what else the machine does counts for less.
"""

import math
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware.assessment import PPI_WHEN_UNTOLD, Wishes, collect
from firmware.benchmarks.mindtct import Mindtct
from firmware.errors import InputError, RecordError
from firmware.pipeline import extraction, trace
from firmware.records import images
from firmware.vocabulary import Effort

Pixels = NDArray[np.uint8]


JUDGING = ("measures", "quality")
"""The stages of quality and feedback, of which MINDTCT has none."""
FEWEST = 5
"""Images of one size; where there are fewer each is measured so often that together they are so many."""


@dataclass(frozen=True, slots=True)
class Size:
    """Medians in milliseconds over the images of one size."""

    width: int
    height: int
    images: int
    ours: float
    mindtct: float


@dataclass(frozen=True, slots=True)
class Report:
    """Milliseconds an image, median and 95th percentile. stages: by the name of what each stage offered last, medians.

    sizes: the smallest first. peak_mb: of the process, both extractors and the images in it.
    """

    images: int
    ours: tuple[float, float]
    mindtct: tuple[float, float]
    stages: dict[str, float]
    sizes: tuple[Size, ...]
    peak_mb: float

    @property
    def ratio(self) -> float:
        """Our median part of MINDTCT's."""
        return self.ours[0] / self.mindtct[0]


def run(paths: Sequence[Path], effort: Effort = Effort.STANDARD, *, scored: bool = False) -> Report:
    """Time both on files and on every image of folders, in turn.

    scored: with quality and feedback; else their time is left out. Raises InputError without images, for a file that
    can't be read, or without libfprint.
    """
    peer = Mindtct()
    prints = [read(file.path) for path in paths for file in collect([path], Wishes())]
    counts = Counter(pixels.shape for pixels, _ in prints)
    warmed: set[tuple[int, ...]] = set()
    stages: dict[str, list[float]] = defaultdict(list)
    pairs: dict[tuple[int, ...], list[tuple[float, float]]] = defaultdict(list)
    for pixels, ppi in prints:
        if pixels.shape not in warmed:
            warmed.add(pixels.shape)
            extraction.extract(pixels, ppi, effort)
            peer.extract(pixels)
        for _ in range(-(-FEWEST // counts[pixels.shape])):
            marks = timed(pixels, ppi, effort)
            if not scored:
                marks["whole"] -= sum(marks.pop(stage, 0.0) for stage in JUDGING)
            pairs[pixels.shape].append((marks["whole"], peer.extract(pixels)[1]))
            for name, seconds in marks.items():
                stages[name].append(seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    every = [pair for some in pairs.values() for pair in some]
    ours, theirs = (_spread([pair[who] for pair in every]) for who in (0, 1))
    sizes = tuple(_size(shape, counts[shape], pairs[shape]) for shape in sorted(pairs, key=math.prod))
    return Report(len(prints), ours, theirs, {name: _spread(some)[0] for name, some in stages.items()}, sizes, peak)


def read(path: Path) -> tuple[Pixels, float]:
    """The pixels and the resolution of a print. Raises InputError."""
    try:
        pixels, told = images.decode(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; name image files that can be read, or folders of them") from error
    except RecordError as error:
        raise InputError(f"{path}: {error}") from error
    return pixels, told or PPI_WHEN_UNTOLD


def _size(shape: tuple[int, ...], count: int, pairs: Sequence[tuple[float, float]]) -> Size:
    ours, theirs = (_spread([pair[who] for pair in pairs])[0] for who in (0, 1))
    return Size(shape[1], shape[0], count, ours, theirs)


def timed(pixels: Pixels, ppi: float, effort: Effort = Effort.STANDARD) -> dict[str, float]:
    """Seconds until each stage's offer since the one before, and of the `whole`."""
    marks: list[tuple[str, float]] = []
    with trace.listening(lambda name, _: marks.append((name, time.process_time()))):
        start = time.process_time()
        extraction.extract(pixels, ppi, effort)
        end = time.process_time()
    seconds: dict[str, float] = defaultdict(float)
    before = start
    for name, at in marks:
        seconds[name] += at - before
        before = at
    return dict(seconds) | {"whole": end - start}


def as_json(report: Report) -> dict[str, object]:
    """The report as one object."""
    return {
        "images": report.images,
        "ratio_to_mindtct": round(report.ratio, 3),
        "ours_ms": _named(report.ours),
        "mindtct_ms": _named(report.mindtct),
        "stages_ms": {name: round(value, 3) for name, value in report.stages.items()},
        "sizes": [
            {
                "width": size.width,
                "height": size.height,
                "images": size.images,
                "ours_ms": round(size.ours, 3),
                "mindtct_ms": round(size.mindtct, 3),
                "times_the_smallest": round(size.ours / report.sizes[0].ours, 2),
            }
            for size in report.sizes
        ],
        "peak_mb": round(report.peak_mb),
    }


def as_lines(report: Report) -> list[str]:
    """The report for a person."""
    lines = [f"{'':22s}{'median ms':>10s}{'95th':>8s}"]
    lines += [f"{name:22s}{value:10.2f}" for name, value in report.stages.items() if name != "whole"]
    lines.append(f"{'Rekam, whole':22s}{report.ours[0]:10.2f}{report.ours[1]:8.2f}")
    lines.append(f"{'MINDTCT':22s}{report.mindtct[0]:10.2f}{report.mindtct[1]:8.2f}")
    for size in report.sizes if len(report.sizes) > 1 else ():
        times = size.ours / report.sizes[0].ours
        lines.append(
            f"{size.width}x{size.height} pixels".ljust(22) + f"{size.ours:10.2f}   {times:.1f} times the smallest"
        )
    lines.append(f"{report.ratio:.2f} of MINDTCT's time over {report.images} images; {report.peak_mb:.0f} MB at most")
    return lines


def _named(spread: tuple[float, float]) -> dict[str, float]:
    return {"median": round(spread[0], 3), "p95": round(spread[1], 3)}


def _spread(seconds: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds."""
    return float(np.median(seconds) * 1e3), float(np.percentile(seconds, 95) * 1e3)
