"""How often a finger is not recognised by its prints, beside MINDTCT on the same images; which minutiae are real."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware.assessment import PPI_WHEN_UNTOLD, SUFFIXES
from firmware.benchmarks import ablation, matching
from firmware.benchmarks.mindtct import Mindtct
from firmware.benchmarks.truth import Tally, compare
from firmware.datatypes import Minutiae
from firmware.errors import InputError
from firmware.records import images, templates
from firmware.vocabulary import Effort

Extract = Callable[[NDArray[np.uint8], float], Minutiae]
Rates = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class PrintSet:
    """A folder of prints FINGER_IMPRESSION.png and the like, and their truth where it is known."""

    folder: Path
    files: tuple[Path, ...]

    @property
    def truth(self) -> Path | None:
        """The folder of templates that tell what is known to be there."""
        truth = self.folder / "truth"
        return truth if truth.is_dir() else None


@dataclass(frozen=True, slots=True)
class Score:
    """What one extractor reaches on one set.

    rates: equal error rate, FNMR at FMR 1 percent, FNMR at FMR 0.1 percent, 0..1; None where no two prints are of one
    finger, or all are. tally: None where the truth is not known.
    """

    extractor: str
    folder: Path
    prints: int
    minutiae: float
    rates: Rates | None
    tally: Tally | None


def collect(folders: Sequence[Path]) -> list[PrintSet]:
    """The prints of each folder, in order of their names. Raises InputError where one has none, or two of a name."""
    sets = []
    for folder in folders:
        inside = sorted(folder.glob("*_*")) if folder.is_dir() else []
        files = tuple(path for path in inside if path.suffix.lower() in SUFFIXES)
        if not files:
            raise InputError(f"{folder}: no print named FINGER_IMPRESSION, such as 101_1.png, in this folder")
        if len({path.stem for path in files}) < len(files):
            raise InputError(f"{folder}: two files are the same finger's same impression; leave one of them there")
        sets.append(PrintSet(folder, files))
    return sets


def extractors(effort: Effort, weights: Path | None = None, *, ablate: bool = False) -> dict[str, Extract]:
    """Ours and the peer, or ours with and without its parts, by name; with the weights in a folder, or those shipped.

    Raises InputError without libfprint, or where the folder lacks the weights.
    """
    ours = ablation.variants(effort, weights)
    if ablate:
        return ours
    peer = Mindtct()
    return {"Rekam": ours["whole"], "MINDTCT": lambda pixels, _: peer.extract(pixels)[0]}


def measure(prints: PrintSet, name: str, extract: Extract, advance: Callable[[], None]) -> Score:
    """Extract from every print, compare all with all, and with what is known; `advance` is called once a print."""
    found = []
    for file in prints.files:
        pixels, told = images.decode(file.read_bytes())
        # As a template tells them, so that who scores the templates finds the same figures
        text = templates.write_xyt(extract(pixels, told or PPI_WHEN_UNTOLD))
        found.append(matching.best(templates.read_xyt(text)))
        advance()
    return Score(
        extractor=name,
        folder=prints.folder,
        prints=len(found),
        minutiae=float(np.mean([len(minutiae) for minutiae in found])),
        rates=_rates([file.stem.rpartition("_")[0] for file in prints.files], found),
        tally=_tally(prints, found),
    )


def mean_rates(scores: Sequence[Score]) -> Rates | None:
    """The mean over those sets that have rates."""
    rated = [score.rates for score in scores if score.rates]
    if not rated:
        return None
    first, second, third = np.mean(rated, axis=0)
    return float(first), float(second), float(third)


def as_json(scores: Sequence[Score], effort: Effort) -> dict[str, object]:
    """The scores as one object; rates in percent."""
    names = dict.fromkeys(score.extractor for score in scores)
    return {
        "effort": effort.value,
        "scores": [_object(score) for score in scores],
        "mean": {name: _percent(mean_rates([s for s in scores if s.extractor == name])) for name in names},
    }


def as_lines(scores: Sequence[Score]) -> list[str]:
    """The scores for a person: the rates, their means over the sets, and what is real where that is known."""
    lines = [f"{'':24s}{'prints':>15s}{'minutiae':>10s}{'EER %':>8s}{'FNMR % at FMR 1 %':>19s}{'at 0.1 %':>10s}"]
    for score in scores:
        lines.append(f"{_head(score)}{score.prints:7d}{score.minutiae:10.1f}{_cells(score.rates)}")
    for name in (
        dict.fromkeys(score.extractor for score in scores) if len({score.folder for score in scores}) > 1 else ()
    ):
        lines.append(f"{'mean':22s}{name:10s}{'':17s}{_cells(mean_rates([s for s in scores if s.extractor == name]))}")
    tallied = [(score, truth_figures(score.tally)) for score in scores if score.tally]
    if tallied:
        words = ("precision", "recall", "F1", "type right", "off by px", "degrees")
        lines += ["", " " * 32 + "".join(f"{word:>11s}" for word in words)]
    for score, figures in tallied:
        lines.append(_head(score) + "".join(f"{value:11.3f}" for value in figures.values()))
    return lines


def _head(score: Score) -> str:
    return f"{score.folder.name[:21]:22s}{score.extractor:10s}"


def _cells(rates: Rates | None) -> str:
    shown = [f"{100 * rate:.2f}" for rate in rates] if rates else ["-"] * 3
    return f"{shown[0]:>8s}{shown[1]:>19s}{shown[2]:>10s}"


def _rates(fingers: Sequence[str], found: Sequence[Minutiae]) -> Rates | None:
    genuine: list[float] = []
    impostor: list[float] = []
    for i, row in enumerate(matching.scores(found)):
        for finger, score in zip(fingers[i + 1 :], row.tolist(), strict=True):
            (genuine if finger == fingers[i] else impostor).append(score)
    if not genuine or not impostor:
        return None
    return matching.error_rates(np.array(genuine), np.array(impostor))


def _tally(prints: PrintSet, found: Sequence[Minutiae]) -> Tally | None:
    if prints.truth is None:
        return None
    paths = [prints.truth / f"{file.stem}.xyt" for file in prints.files]
    known = [matching.best(templates.read_xyt(path.read_text("utf-8"))) if path.exists() else None for path in paths]
    return compare((real, seen) for real, seen in zip(known, found, strict=True) if real is not None)


def _object(score: Score) -> dict[str, object]:
    row: dict[str, object] = {
        "set": str(score.folder),
        "extractor": score.extractor,
        "prints": score.prints,
        "minutiae": round(score.minutiae, 1),
        **_percent(score.rates),
    }
    if score.tally:
        row |= {name: round(value, 4) for name, value in truth_figures(score.tally).items()}
    return row


def _percent(rates: Rates | None) -> dict[str, float | None]:
    names = ("eer", "fmr100", "fmr1000")
    return dict(zip(names, [round(100 * rate, 2) for rate in rates] if rates else [None] * 3, strict=True))


def truth_figures(tally: Tally) -> dict[str, float]:
    """What a tally comes to; parts 0..1, the mean error of the hits in pixels and degrees."""
    return {
        "precision": tally.precision,
        "recall": tally.recall,
        "f1": tally.f1,
        "right_kind": tally.right_kind / max(tally.hits, 1),
        "mean_px": tally.pixels / max(tally.hits, 1),
        "mean_deg": float(np.degrees(tally.radians)) / max(tally.hits, 1),
    }
