"""`python -m firmware.training.reference GOOD POOR... --out FILE`: the table of quality measures on good prints."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

from firmware import assessment
from firmware.assessment import Wishes
from firmware.durable import write_file
from firmware.errors import InputError
from firmware.pages.reference import PERCENTS, Side

Measures = Mapping[str, NDArray[np.float64]]

TOLD_APART = 0.6
"""How often a poor print must be worse than a good one for a measure to tell them apart; 0.5 is chance."""


def main(
    good: Annotated[Path, typer.Argument(help="good grown prints: python -m sim grow GOOD --condition good")],
    poor: Annotated[list[Path], typer.Argument(help="poor ones, a folder a fault, such as --condition dry")],
    out: Annotated[Path, typer.Option(help="the table to write: firmware/pages/reference.csv")],
) -> None:
    """Write how each measure is distributed on good prints, and on which side poor ones lie."""
    lines = tabulate(measure(good), [measure(folder) for folder in poor])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["measure", "bad", *(f"p{percent}" for percent in PERCENTS)])
    writer.writerows(lines)
    write_file(out, text.getvalue().encode())
    Console(stderr=True).print(f"{out}: {len(lines)} measures")


def measure(folder: Path) -> Measures:
    """Every measure of a folder's prints. Raises InputError when one cannot be read."""
    columns: dict[str, list[float]] = {}
    for file in assessment.collect([folder], Wishes()):
        found = assessment.assess(file, Wishes())
        if found.features is None:
            raise InputError(f"{file.path}: {found.error}")
        for name, value in found.features.quality.measures.items():
            columns.setdefault(name, []).append(value)
    return {name: np.array(values) for name, values in columns.items()}


def tabulate(good: Measures, poor: Sequence[Measures]) -> list[list[object]]:
    """A line for each measure that tells any kind of poor prints from good ones: name, bad side, values."""
    lines: list[list[object]] = []
    for name, values in good.items():
        side = _side(values, [other[name] for other in poor if name in other])
        if side is not None:
            known = np.nanpercentile(values, PERCENTS)
            lines.append([name, side.value, *(float(f"{value:.6g}") for value in known)])
    return lines


def _side(good: NDArray[np.float64], poor: Sequence[NDArray[np.float64]]) -> Side | None:
    """On which side poor prints lie: both when some kinds lie below and some above, None when no kind does."""
    above = [_above(good, values) for values in poor]
    low, high = any(part < 1 - TOLD_APART for part in above), any(part > TOLD_APART for part in above)
    if low and high:
        return Side.BOTH
    return Side.LOW if low else Side.HIGH if high else None


def _above(good: NDArray[np.float64], poor: NDArray[np.float64]) -> float:
    """How often a poor print's value is above a good one's; ties count half."""
    order = np.sort(good)
    under = np.searchsorted(order, poor, side="left") + np.searchsorted(order, poor, side="right")
    return float(under.mean() / (2 * len(order)))


if __name__ == "__main__":
    typer.run(main)
