"""A quick look beside the whole assessment: how often both accept or reject alike, and in which part of the time.

And a print on its way: how many of those that miss the score are told before they are whole, and how many others.
Time is processor time of one core.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.assessment import ImageFile
from firmware.benchmarks.fingerprint import read
from firmware.pipeline import arriving, extraction, parameters, preview
from firmware.vocabulary import Effort

ROWS_APART = 16
"""How many rows come between two judgements of a print on its way, as the driver has it."""


@dataclass(frozen=True, slots=True)
class Look:
    """One print: its two scores, the seconds that each took, and the part of its rows after which it was foretold."""

    folder: str
    quick: int
    whole: int
    quick_s: float
    whole_s: float
    foretold: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """What came of one folder, or of all.

    alike: part of the prints that both accept or both reject. quick_ms, whole_ms: medians. told: part of those rejected
    that was foretold, after the mean part of their rows `at`. false_alarms: part of those accepted that was foretold.
    """

    folder: str
    prints: int
    accepted: int
    alike: float
    quick_ms: float
    whole_ms: float
    told: float
    at: float
    false_alarms: float


def measure(files: Sequence[ImageFile], minimum: int, effort: Effort, advance: Callable[[], None]) -> list[Look]:
    """Look at every print in both ways. Raises InputError for a file that can't be read."""
    looks: list[Look] = []
    for file in files:
        pixels, ppi = read(file.path)
        if not looks:
            # kernels are loaded by the first print, which shall not be measured by that
            _compare(file.path.parent.name, pixels, ppi, minimum, effort)
        looks.append(_compare(file.path.parent.name, pixels, ppi, minimum, effort))
        advance()
    return looks


def _compare(folder: str, pixels: NDArray[np.uint8], ppi: float, minimum: int, effort: Effort) -> Look:
    begun = time.process_time()
    quick = preview.look(pixels, ppi)
    between = time.process_time()
    whole = extraction.extract(pixels, ppi, effort).quality.score
    ended = time.process_time()
    return Look(folder, quick, whole, between - begun, ended - between, _foretold(pixels, ppi, minimum))


def _foretold(pixels: NDArray[np.uint8], ppi: float, minimum: int) -> float | None:
    height = len(pixels)
    first = int(parameters.ARRIVING_FROM * height)
    for come in range(first, height, ROWS_APART):
        if arriving.foresee(np.ascontiguousarray(pixels[:come]), height, ppi, minimum):
            return come / height
    return None


def reports(looks: Sequence[Look], minimum: int) -> list[Report]:
    """A report of each folder and, where there are several, one of all of them."""
    folders: dict[str, list[Look]] = defaultdict(list)
    for look in looks:
        folders[look.folder].append(look)
    found = [_report(folder, some, minimum) for folder, some in folders.items()]
    return found if len(found) == 1 else [*found, _report("all", looks, minimum)]


def _report(folder: str, looks: Sequence[Look], minimum: int) -> Report:
    rejected = [look for look in looks if look.whole < minimum]
    accepted = [look for look in looks if look.whole >= minimum]
    told = [look.foretold for look in rejected if look.foretold is not None]
    return Report(
        folder,
        len(looks),
        len(accepted),
        float(np.mean([(look.quick >= minimum) == (look.whole >= minimum) for look in looks])),
        float(np.median([look.quick_s for look in looks])) * 1e3,
        float(np.median([look.whole_s for look in looks])) * 1e3,
        len(told) / max(len(rejected), 1),
        float(np.mean(told)) if told else 1.0,
        sum(look.foretold is not None for look in accepted) / max(len(accepted), 1),
    )


def as_json(found: Sequence[Report], minimum: int) -> dict[str, object]:
    """The reports as one object."""
    folders = [
        {
            "folder": report.folder,
            "prints": report.prints,
            "accepted": report.accepted,
            "alike": round(report.alike, 4),
            "quick_ms": round(report.quick_ms, 3),
            "whole_ms": round(report.whole_ms, 3),
            "part_of_the_time": round(report.quick_ms / report.whole_ms, 4),
            "foretold": round(report.told, 4),
            "foretold_at": round(report.at, 4),
            "false_alarms": round(report.false_alarms, 4),
        }
        for report in found
    ]
    return {"minimum": minimum, "folders": folders}


def as_lines(found: Sequence[Report], minimum: int) -> list[str]:
    """The reports for a person."""
    lines = [
        f"{'':20s}{'prints':>8s}{f'from {minimum}':>9s}{'alike':>9s}{'quick ms':>10s}{'whole ms':>10s}{'part':>7s}"
        f"{'foretold':>10s}{'after':>8s}{'falsely':>9s}"
    ]
    lines += [
        f"{report.folder:20.20s}{report.prints:8d}{report.accepted:9d}{100 * report.alike:7.1f} %"
        f"{report.quick_ms:10.2f}{report.whole_ms:10.2f}{report.quick_ms / report.whole_ms:7.2f}"
        f"{100 * report.told:8.1f} %{100 * report.at:6.0f} %{100 * report.false_alarms:7.1f} %"
        for report in found
    ]
    return lines
