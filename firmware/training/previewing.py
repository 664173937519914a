"""`python -m firmware.training.previewing FOLDER OUT`: fits what a quick look foretells on grown prints."""

import hashlib
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.progress import track

from firmware.errors import InputError, SampleError
from firmware.pipeline import extraction, preview
from firmware.pipeline.nfiq2 import measures

Floats = NDArray[np.float64]

WANTED = (
    "FingerJetFX_MinCount_COMMinRect200x200",
    "FingerJetFX_MinutiaeCount",
    "FJFXPos_Mu_MinutiaeQuality_2",
    "FJFXPos_OCL_MinutiaeQuality_80",
    "ImgProcROIArea_Mean",
    "OrientationMap_ROIFilter_CoherenceRel",
    "OrientationMap_ROIFilter_CoherenceSum",
)
"""What takes long to measure."""

SHRINKAGE = 0.01
"""Of the ridge regression, as a part of each measure's variance: .001 to .1 foretold 2,479 grown prints alike."""

OUTLIERS = 1.0
"""Percent at either end of each measure beyond which a print counts as one at that end."""


def main(
    folder: Annotated[Path, typer.Argument(help="prints that `python -m sim grow` wrote, at 500 ppi")],
    out: Annotated[Path, typer.Argument(help="the file to write, .npz")],
) -> None:
    """Measure every print in both ways, fit the one to the other, and write the map that `pipeline.preview` reads."""
    console = Console(stderr=True)
    known, wanted = gather(folder, console)
    names = tuple(sorted(known[0]))
    arrays = fit(_rows(known, names), _rows(wanted, WANTED))
    with out.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, known=np.array(names), wanted=np.array(WANTED), **arrays)
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    console.print(f"{out}: from {len(known)} prints, SHA-256 {digest}", soft_wrap=True)


def gather(folder: Path, console: Console) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    """What a quick look knows and what the whole assessment knows of each print that NFIQ 2 can measure.

    Raises InputError without any.
    """
    known, wanted = [], []
    for path in track(sorted(folder.glob("*_*.png")), "measuring", console=console):
        pixels = np.asarray(Image.open(path).convert("L"), np.uint8).copy()
        try:
            seen = preview.measure(pixels)
            whole = measures.measure(pixels, extraction.extract(pixels, 500).minutiae)
        except SampleError:
            continue
        known.append(seen)
        wanted.append(whole)
    if not known:
        raise InputError(f"{folder}: no print here that can be measured; grow some with `python -m sim grow`")
    return known, wanted


def _rows(measured: list[dict[str, float]], names: tuple[str, ...]) -> Floats:
    return np.array([[row[name] for name in names] for row in measured])


def fit(known: Floats, wanted: Floats) -> dict[str, Floats]:
    """The figures of `preview.Foresight` from float64 (prints, known) and (prints, wanted): a ridge regression.

    A. E. Hoerl and R. W. Kennard, "Ridge regression", Technometrics 12(1), 1970.
    """
    low, high = np.percentile(known, [OUTLIERS, 100 - OUTLIERS], axis=0)
    least, most = np.percentile(wanted, [OUTLIERS, 100 - OUTLIERS], axis=0)
    within = np.clip(known, low, high)
    middle, spread = within.mean(axis=0), within.std(axis=0)
    spread[spread == 0] = 1
    even = (within - middle) / spread
    shrunk = even.T @ even + SHRINKAGE * len(even) * np.eye(even.shape[1])
    weight = np.linalg.solve(shrunk, even.T @ (wanted - wanted.mean(axis=0))).T / spread
    bias = wanted.mean(axis=0) - weight @ middle
    return {"low": low, "high": high, "weight": weight, "bias": bias, "least": least, "most": most}


if __name__ == "__main__":
    typer.run(main)
