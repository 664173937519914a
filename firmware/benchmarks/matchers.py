"""The kit's own comparison of prints beside the plain matcher, on the same minutiae in the same run."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware.assessment import PPI_WHEN_UNTOLD
from firmware.benchmarks import matching as plain
from firmware.benchmarks.accuracy import PrintSet, Rates
from firmware.datatypes import Minutiae
from firmware.errors import InputError
from firmware.pipeline import extraction, matching
from firmware.pipeline.parameters import MATCH_SCORE
from firmware.records import images, templates
from firmware.vocabulary import Effort

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Report:
    """What came of one set, compared all with all.

    ours, plain: equal error rate, FNMR at FMR 1 percent, FNMR at FMR 0.1 percent, 0..1. missed, false: of the genuine
    and of the impostor comparisons those that our constant threshold gets wrong, 0..1. ms: milliseconds of each
    comparison of ours, both prints prepared anew, processor time of one core.
    """

    folder: Path
    prints: int
    genuine: int
    impostor: int
    ours: Rates
    plain: Rates
    missed: float
    false: float
    ms: Floats


def measure(prints: PrintSet, effort: Effort, advance: Callable[[], None]) -> Report:
    """Extract from every print and compare all with all by both matchers; `advance` is called once a print and row.

    Raises InputError where no two prints are of one finger, or all are.
    """
    found, ppis = [], []
    for file in prints.files:
        pixels, told = images.decode(file.read_bytes())
        ppi = told or PPI_WHEN_UNTOLD
        # As a template tells them, so that who scores the templates finds the same figures
        text = templates.write_xyt(extraction.extract(pixels, ppi, effort).minutiae)
        found.append(templates.read_xyt(text))
        ppis.append(ppi)
        advance()
    fingers = np.array([file.stem.rpartition("_")[0] for file in prints.files])
    first, second = np.triu_indices(len(found), 1)
    same = fingers[first] == fingers[second]
    if same.all() or not same.any():
        raise InputError(f"{prints.folder}: needs several fingers, and several prints of one of them")
    rows = _rows(found, ppis, advance)
    ours, seconds, theirs = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    return Report(
        folder=prints.folder,
        prints=len(found),
        genuine=int(same.sum()),
        impostor=int((~same).sum()),
        ours=plain.error_rates(ours[same], ours[~same]),
        plain=plain.error_rates(theirs[same], theirs[~same]),
        missed=float((ours[same] < MATCH_SCORE).mean()),
        false=float((ours[~same] >= MATCH_SCORE).mean()),
        ms=1e3 * seconds,
    )


def _rows(
    found: Sequence[Minutiae], ppis: Sequence[float], advance: Callable[[], None]
) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Each print with all that follow it: our scores, the seconds that each took, and the plain matcher's scores."""
    for i, theirs in enumerate(plain.scores(found)):
        if i == 0:
            # Kernels are loaded by the first comparison, which shall not be measured by that
            _compare(found, ppis, 0, len(found) - 1)
        scores, seconds = np.empty((2, len(theirs)))
        for j in range(i + 1, len(found)):
            begun = time.process_time()
            scores[j - i - 1] = _compare(found, ppis, i, j)
            seconds[j - i - 1] = time.process_time() - begun
        advance()
        yield scores, seconds, theirs


def _compare(found: Sequence[Minutiae], ppis: Sequence[float], i: int, j: int) -> float:
    return matching.compare(matching.describe(found[i], ppis[i]), matching.describe(found[j], ppis[j])).score


def mean_rates(rates: Sequence[Rates]) -> Rates:
    """The mean over the sets."""
    first, second, third = np.mean(rates, axis=0)
    return float(first), float(second), float(third)


def as_json(reports: Sequence[Report], effort: Effort) -> dict[str, object]:
    """The reports as one object; rates in percent."""
    return {
        "effort": effort.value,
        "threshold": MATCH_SCORE,
        "sets": [
            {
                "set": str(report.folder),
                "prints": report.prints,
                "genuine": report.genuine,
                "impostor": report.impostor,
                "ours": _object(report.ours),
                "plain": _object(report.plain),
                "at_threshold": {"fnmr": _percent(report.missed), "fmr": _percent(report.false)},
                "ms": _times(report.ms),
            }
            for report in reports
        ],
        "mean": {
            "ours": _object(mean_rates([report.ours for report in reports])),
            "plain": _object(mean_rates([report.plain for report in reports])),
            "ms": _times(np.concatenate([report.ms for report in reports])),
        },
    }


def as_lines(reports: Sequence[Report]) -> list[str]:
    """The reports for a person: a line a matcher and set, then the means."""
    lines = [
        f"{'':29s}{'prints':>7s}{'EER %':>8s}{'FNMR % at FMR 0.1 %':>21s}"
        f"{'FNMR, FMR % at':>19s} {MATCH_SCORE:.2f}{'ms':>8s}{'95 %':>8s}"
    ]
    for report in reports:
        name, told = report.folder.name[:21], f"{100 * report.missed:.2f}, {100 * report.false:.2f}"
        ms = "".join(f"{value:8.2f}" for value in _times(report.ms).values())
        lines.append(f"{name:22s}{'Rekam':7s}{report.prints:7d}{_cells(report.ours)}{told:>24s}{ms}")
        lines.append(f"{name:22s}{'plain':7s}{report.prints:7d}{_cells(report.plain)}")
    if len(reports) > 1:
        ms = "".join(f"{value:8.2f}" for value in _times(np.concatenate([report.ms for report in reports])).values())
        lines.append(f"{'mean':22s}{'Rekam':14s}{_cells(mean_rates([r.ours for r in reports]))}{'':24s}{ms}")
        lines.append(f"{'mean':22s}{'plain':14s}{_cells(mean_rates([r.plain for r in reports]))}")
    return lines


def _cells(rates: Rates) -> str:
    return f"{100 * rates[0]:8.2f}{100 * rates[2]:21.2f}"


def _object(rates: Rates) -> dict[str, float]:
    return dict(zip(("eer", "fmr100", "fmr1000"), map(_percent, rates), strict=True))


def _percent(rate: float) -> float:
    return round(100 * rate, 3)


def _times(ms: Floats) -> dict[str, float]:
    return {"median": round(float(np.median(ms)), 3), "p95": round(float(np.percentile(ms, 95)), 3)}
