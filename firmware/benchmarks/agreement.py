"""Our quality scores beside those of a reference on the same prints."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from firmware.assessment import Wishes, collect
from firmware.benchmarks import fingerprint, scores
from firmware.errors import InputError
from firmware.pipeline import extraction
from firmware.vocabulary import Effort


@dataclass(frozen=True, slots=True)
class Agreement:
    """Scores of the prints of a set, ours and the reference's, in the same order."""

    name: str
    ours: tuple[int, ...]
    theirs: tuple[int, ...]

    @property
    def spearman(self) -> float:
        """The correlation of their ranks; NaN where all scores of one are equal."""
        return scores.spearman(self.ours, self.theirs)

    @property
    def near(self) -> float:
        """The part of the prints, 0..1, whose scores are at most `scores.NEAR` points apart."""
        return scores.share_near(self.ours, self.theirs)


def compare(folder: Path, reference: Mapping[str, int], effort: Effort = Effort.STANDARD) -> Agreement:
    """Score the prints of a folder that the reference has scores for, by the stems of their names.

    Raises InputError where it has none, or a print can't be read.
    """
    known = [file for file in collect([folder], Wishes()) if Path(file.name).stem in reference]
    if not known:
        raise InputError(f"{folder}: the table of scores names none of its prints")
    ours = []
    for file in known:
        pixels, ppi = fingerprint.read(file.path)
        ours.append(extraction.extract(pixels, ppi, effort).quality.score)
    return Agreement(folder.name, tuple(ours), tuple(reference[Path(file.name).stem] for file in known))


def together(found: Sequence[Agreement]) -> Agreement:
    """All sets as one."""
    ours = tuple(score for one in found for score in one.ours)
    return Agreement("all", ours, tuple(score for one in found for score in one.theirs))


def as_json(found: Sequence[Agreement]) -> list[dict[str, object]]:
    """An object a set, and one of all."""
    return [
        {
            "set": one.name,
            "prints": len(one.ours),
            "spearman": None if math.isnan(one.spearman) else round(one.spearman, 4),
            f"within_{scores.NEAR}": round(one.near, 4),
        }
        for one in [*found, together(found)]
    ]


def as_lines(found: Sequence[Agreement]) -> list[str]:
    """The same for a person."""
    lines = [f"{'':22s}{'prints':>8s}{'Spearman':>10s}{f'within {scores.NEAR} %':>13s}"]
    for one in [*found, together(found)]:
        lines.append(f"{one.name[:21]:22s}{len(one.ours):8d}{one.spearman:10.3f}{100 * one.near:13.1f}")
    return lines
