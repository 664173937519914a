"""`python -m firmware.training.feedback FOLDER OUT`: weighs the measures of a touch as evidence for each advice.

FOLDER holds a folder of grown prints for every fault, named as `python -m sim grow --fault` names it, and others, whose
names begin with good, of prints without one (`--condition good`, with and without `--sensor`). Each advice gets a
logistic regression of its own, by Newton's method, of a few measures chosen for what they mean.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.progress import track

from firmware.datatypes import Feedback
from firmware.errors import InputError
from firmware.pipeline import extraction, segmentation
from firmware.pipeline.feedback import measures

Floats = NDArray[np.float64]
Samples = Mapping[str, list[dict[str, float]]]

FOLDERS = {
    Feedback.TOO_DRY: "dry", Feedback.TOO_WET: "wet", Feedback.TOO_LIGHT: "light", Feedback.TOO_HARD: "hard",
    Feedback.MOVED: "moved", Feedback.TIP_ONLY: "tip", Feedback.OFF_CENTRE: "off-centre",
    Feedback.DIRTY_GLASS: "dirty", Feedback.TOO_SMALL: "small", Feedback.OVERLAPPING: "overlapping",
}  # fmt: skip
GOOD = "good"
MEASURES = {
    Feedback.TOO_DRY: ("gaps", "rest", "fills"),
    Feedback.TOO_WET: ("fills", "gaps", "dark_part"),
    Feedback.TOO_LIGHT: ("depth_part", "dark_part", "log_area"),
    Feedback.TOO_HARD: ("dark_part", "fills", "modulation", "evenness"),
    Feedback.MOVED: ("modulation", "spread", "evenness", "dark_part"),
    Feedback.TIP_ONLY: ("level_ridges", "log_area", "height_to_width"),
    Feedback.OFF_CENTRE: ("off_centre_mm", "lost_mm"),
    Feedback.DIRTY_GLASS: ("old_ridges", "smudges", "crossed"),
    Feedback.TOO_SMALL: ("log_area", "glass_part"),
    Feedback.OVERLAPPING: ("crossed",),
}
# These faults bring the other with them: they are no example against it
TOGETHER = {
    Feedback.TOO_SMALL: {"tip", "light", "off-centre"},
    Feedback.OFF_CENTRE: {"overlapping", "tip", "small"},
}
# Of all that is no example, good prints weigh this much, and each other fault
GOOD_WEIGHT, OTHER_WEIGHT = 0.5, 0.06
RIDGE = 1e-3
# On so many of the good ones advice may be false
FALSE_ON_GOOD = 0.02
OTHER_FALSE_ON_GOOD = {
    Feedback.MOVED: 0.01,
    Feedback.TOO_WET: 0.035,
    Feedback.DIRTY_GLASS: 0.03,
    Feedback.TOO_SMALL: 0.005,
}
# A small part of the finger is told from its tip on all but so many
FALSE_ON_SMALL = 0.05


def main(
    folder: Annotated[Path, typer.Argument(help="a folder of grown prints for every fault, and good ones")],
    out: Annotated[Path, typer.Argument(help="the module to write, evidence.py")],
) -> None:
    """Weigh the measures and write the weights."""
    console = Console(stderr=True)
    samples = gather(folder, console)
    lines = []
    for feedback in FOLDERS:
        weights, bias = fit(feedback, samples)
        pairs = ", ".join(f'"{name}": {weight:.4g}' for name, weight in zip(MEASURES[feedback], weights, strict=True))
        lines.append(f"    Feedback.{feedback.name}: Evidence({bias:.4g}, {{{pairs}}}),\n")
    start = "EVIDENCE: Mapping[Feedback, Evidence] = {"
    before = out.read_text(encoding="utf-8").partition(start)[0]
    out.write_text(before + start + "\n" + "".join(lines) + "}\n", encoding="utf-8")


def gather(folder: Path, console: Console) -> Samples:
    """The measures of every print that shows any ridges, by the folder's name; all good ones under one."""
    found: dict[str, list[dict[str, float]]] = {}
    files = sorted(folder.glob("*/*_*.png"))
    for path in track(files, "measuring grown prints", console=console):
        name = GOOD if path.parent.name.startswith(GOOD) else path.parent.name
        pixels = np.asarray(Image.open(path).convert("L"), np.uint8).copy()
        seen = extraction.see_ridges(pixels)
        foreground = segmentation.by_clarity(seen.candidates, seen.clarity)
        if foreground.any():
            found.setdefault(name, []).append(measures.take(pixels, seen, foreground).values)
    missing = {GOOD, *FOLDERS.values()} - found.keys()
    if missing:
        raise InputError(f"{folder}: no prints in {', '.join(sorted(missing))}; grow some with `python -m sim grow`")
    return found


def fit(feedback: Feedback, samples: Samples) -> tuple[Floats, float]:
    """The weights of an advice's measures and the bias with which it is given when their sum is over 0."""
    own = FOLDERS[feedback]
    names = [name for name in (GOOD, *FOLDERS.values()) if name not in TOGETHER.get(feedback, ())]
    x = {name: table(samples[name], MEASURES[feedback]) for name in names}
    weight = {name: 1.0 if name == own else GOOD_WEIGHT if name == GOOD else OTHER_WEIGHT for name in names}
    sizes = [len(x[name]) for name in names]
    weights, bias = regress(
        np.concatenate([x[name] for name in names]),
        np.repeat([float(name == own) for name in names], sizes),
        np.repeat([weight[name] / len(x[name]) for name in names], sizes),
    )
    allowed = OTHER_FALSE_ON_GOOD.get(feedback, FALSE_ON_GOOD)
    least = float(np.quantile(x[GOOD] @ weights + bias, 1 - allowed))
    if feedback is Feedback.TIP_ONLY:
        least = max(least, float(np.quantile(x["small"] @ weights + bias, 1 - FALSE_ON_SMALL)))
    return weights, bias - least


def table(samples: list[dict[str, float]], names: tuple[str, ...]) -> Floats:
    """The named measures, a row a print."""
    return np.array([[sample[name] for name in names] for sample in samples])


def regress(x: Floats, wanted: Floats, weight: Floats) -> tuple[Floats, float]:
    """Weights and bias of a logistic regression. x: (n, measures). wanted: (n), 0 or 1. weight: (n)."""
    middle, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    known = np.column_stack([(x - middle) / spread, np.ones(len(x))])
    weight = weight / weight.sum()
    held = np.diag([*np.full(x.shape[1], RIDGE), 1e-9])
    found = np.zeros(known.shape[1])
    for _ in range(100):
        said = 1 / (1 + np.exp(-np.clip(known @ found, -30, 30)))
        slope = known.T @ (weight * (said - wanted)) + held @ found
        bend = (known.T * (weight * said * (1 - said))) @ known + held
        step = np.linalg.solve(bend, slope)
        found -= step * min(1.0, 2 / max(float(np.abs(step).max()), 1e-12))
    weights = found[:-1] / spread
    return weights, float(found[-1] - weights @ middle)


if __name__ == "__main__":
    typer.run(main)
