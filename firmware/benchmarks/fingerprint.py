"""How long extraction takes, stage by stage, beside MINDTCT on the same images in the same run."""

import resource
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware.assessment import PPI_WHEN_UNTOLD, Wishes, collect
from firmware.benchmarks.mindtct import Mindtct
from firmware.pipeline import extraction, trace
from firmware.records import images
from firmware.vocabulary import Effort

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Report:
    """Milliseconds an image. stages: by the name of what each stage offered last, median of each."""

    images: int
    ours: tuple[float, float]
    mindtct: tuple[float, float]
    stages: dict[str, float]
    peak_mb: float

    @property
    def ratio(self) -> float:
        """Our median part of MINDTCT's."""
        return self.ours[0] / self.mindtct[0]


def run(folder: Path, effort: Effort = Effort.STANDARD) -> Report:
    """Time both on every image of a folder, in turn. Raises InputError without images or without libfprint."""
    peer = Mindtct()
    prints = [images.decode(file.path.read_bytes()) for file in collect([folder], Wishes())]
    pixels, told = prints[0]
    extraction.extract(pixels, told or PPI_WHEN_UNTOLD, effort)
    peer.extract(pixels)
    ours, theirs, stages = [], [], defaultdict(list)
    for pixels, told in prints:
        for name, seconds in timed(pixels, told or PPI_WHEN_UNTOLD, effort).items():
            stages[name].append(seconds)
        ours.append(stages["whole"][-1])
        theirs.append(peer.extract(pixels)[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    medians = {name: _spread(seconds)[0] for name, seconds in stages.items()}
    return Report(len(prints), _spread(ours), _spread(theirs), medians, peak)


def timed(pixels: Pixels, ppi: float, effort: Effort = Effort.STANDARD) -> dict[str, float]:
    """Seconds until each stage's offer since the one before, and of the `whole`."""
    marks: list[tuple[str, float]] = []
    with trace.listening(lambda name, _: marks.append((name, time.perf_counter()))):
        start = time.perf_counter()
        extraction.extract(pixels, ppi, effort)
        end = time.perf_counter()
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
        "peak_mb": round(report.peak_mb),
    }


def as_lines(report: Report) -> list[str]:
    """The report for a person."""
    lines = [f"{'':22s}{'median ms':>10s}{'95th':>8s}"]
    lines += [f"{name:22s}{value:10.2f}" for name, value in report.stages.items() if name != "whole"]
    lines.append(f"{'Rekam, whole':22s}{report.ours[0]:10.2f}{report.ours[1]:8.2f}")
    lines.append(f"{'MINDTCT':22s}{report.mindtct[0]:10.2f}{report.mindtct[1]:8.2f}")
    lines.append(f"{report.ratio:.2f} of MINDTCT's time over {report.images} images; {report.peak_mb:.0f} MB at most")
    return lines


def _named(spread: tuple[float, float]) -> dict[str, float]:
    return {"median": round(spread[0], 3), "p95": round(spread[1], 3)}


def _spread(seconds: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds."""
    return float(np.median(seconds) * 1e3), float(np.percentile(seconds, 95) * 1e3)
