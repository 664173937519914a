"""`python -m firmware.training.judging FOLDER OUT`: teaches the judges of what a net proposes on grown prints.

A proposal is real when it lies within 8 pixels and 15 degrees of a minutia that nothing better lies on; from those that
are, a judge learns where the minutia lies, which way it points and of which type it is. It sees each proposal as it is
and once more displaced, so that it does not count on the errors that a net makes on the prints that taught it.
"""

import math
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.progress import track
from torch import Tensor, nn

from firmware.errors import InputError
from firmware.pipeline import detection, extraction, minutiae, parameters, segmentation, weights
from firmware.vocabulary import Effort

WITHIN = 8.0
ANGLE = math.radians(15)
HIDDEN = (64, 32)
BATCH = 256
EPOCHS = 12
JUDGES = 3
# Deviation of what a proposal is displaced by: pixels, radians, and the logarithm of the ridge period
DISPLACED = (1.2, math.radians(5), 0.06)
PEAK_RATE = 4e-3

Floats = NDArray[np.float32]


def main(
    folder: Annotated[Path, typer.Argument(help="grown prints, of `python -m sim grow`")],
    out: Annotated[Path, typer.Argument(help="the file of weights to write, .npz")],
    effort: Annotated[Effort, typer.Option(help="whose proposals to judge")] = Effort.STANDARD,
    net: Annotated[Path | None, typer.Option(help="a file of that net's weights, instead of those shipped")] = None,
    judges: Annotated[int, typer.Option(min=1, help="how many judges, each from another beginning")] = JUDGES,
    epochs: Annotated[int, typer.Option(min=1, help="how often each proposal is seen")] = EPOCHS,
    seed: Annotated[int, typer.Option(min=0)] = 0,
) -> None:
    """Teach the judges and write their weights."""
    console = Console(stderr=True)
    finder = weights.load(effort) if net is None else weights.read(net.read_bytes())
    examples = gather(folder, finder, console)
    arrays = {}
    for number in range(judges):
        judge = teach(*examples, epochs, seed * judges + number, console)
        for place, layer in enumerate(part for part in judge if isinstance(part, nn.Linear)):
            arrays[f"{number}.{place}.weight"] = layer.weight.detach().numpy().astype(np.float16)
            arrays[f"{number}.{place}.bias"] = layer.bias.detach().numpy()
    with out.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    console.print(f"{out}: {sum(array.size for array in arrays.values()):,} weights")


def gather(folder: Path, net: weights.Net, console: Console) -> tuple[Floats, Floats, Floats]:
    """What the judge sees of every proposal on every print of the folder, its facts, and what it should answer."""
    files = sorted(folder.glob("*_*.png"))
    if not files:
        raise InputError(f"{folder}: no FINGER_IMPRESSION.png here; grow some with `python -m sim grow`")
    rng = np.random.default_rng(0)
    looks, facts, answers = [], [], []
    for path in track(files, "looking at grown prints", console=console):
        pixels = np.asarray(Image.open(path).convert("L"), np.uint8).copy()
        ridges = extraction.see_ridges(pixels)
        near = segmentation.around(segmentation.by_clarity(ridges.candidates, ridges.clarity), ridges.candidates)
        proposals = detection.detect(ridges.normalised, near, net)
        truth = _read_truth(path)
        other_period = np.asarray(ridges.period * np.exp(rng.normal(0, DISPLACED[2])), np.float32)
        displaced = _displaced(proposals, rng, ridges.normalised.shape)
        for shown, period in ((proposals, ridges.period), (displaced, other_period)):
            seen, known = minutiae.look(shown, ridges.normalised, period, ridges.clarity)
            looks.append(seen.reshape(-1, parameters.LOOK_SIDE**2).astype(np.float16))
            facts.append(known)
            answers.append(answer(shown, truth))
    return np.concatenate(looks).astype(np.float32), np.concatenate(facts), np.concatenate(answers)


def _displaced(proposals: Floats, rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    out = proposals.copy()
    out[:, :2] += rng.normal(0, DISPLACED[0], (len(out), 2))
    out[:, :2] = out[:, :2].clip(0, np.array(shape[::-1], np.float32) - 1)
    out[:, 2] = np.mod(out[:, 2] + rng.normal(0, DISPLACED[1], len(out)), 2 * math.pi)
    return out


def _read_truth(path: Path) -> Floats:
    """Rows of x, y, direction, type and whether it can be seen."""
    rows = []
    for line in (path.parent / "truth" / f"{path.stem}.xyt").read_text().splitlines():
        x, y, angle, _, kind = (float(word) for word in line.removeprefix("# ").split())
        rows.append((x, y, math.radians(angle), kind, float(not line.startswith("#"))))
    return np.array(rows, np.float32).reshape(-1, 5)


def answer(proposals: Floats, truth: Floats) -> Floats:
    """What the judge should say of each proposal (n, 4), best first: float32 (n, 7).

    Real, ahead, aside, turn, ending as `minutiae` reads them; then how much the first counts, and the others.
    """
    out = np.zeros((len(proposals), 7), np.float32)
    out[:, 5] = 1
    free = np.ones(len(truth), np.bool_)
    for row, (x, y, direction, _) in zip(out, proposals, strict=True):
        dx, dy = truth[:, 0] - x, truth[:, 1] - y
        turn = np.mod(truth[:, 2] - direction + math.pi, 2 * math.pi) - math.pi
        apart = np.where(free & (np.abs(turn) <= ANGLE), np.hypot(dx, dy), np.inf)
        if not len(truth) or apart.min() > WITHIN:
            continue
        best = int(apart.argmin())
        free[best] = False
        cosine, sine = math.cos(direction), math.sin(direction)
        ahead, aside = dx[best] * cosine - dy[best] * sine, dx[best] * sine + dy[best] * cosine
        row[:] = 1, ahead, aside, turn[best], truth[best, 3] == 1, truth[best, 4], 1
    return out


def teach(looks: Floats, facts: Floats, answers: Floats, epochs: int, seed: int, console: Console) -> nn.Sequential:
    """A judge taught on these examples, each batch in a view drawn for each of them."""
    torch.manual_seed(seed)
    sizes = (looks.shape[1] + facts.shape[1], *HIDDEN, answers.shape[1] - 2)
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    judge = nn.Sequential(*layers[:-1])
    optimiser = torch.optim.AdamW(judge.parameters(), lr=PEAK_RATE, weight_decay=1e-2)
    steps = epochs * len(looks) // BATCH + 1
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_RATE, total_steps=steps)
    seen, known, wanted = (torch.from_numpy(part) for part in (looks, facts, answers))
    signs = torch.from_numpy(minutiae.VIEWS)
    total = 0.0
    for step in range(1, steps + 1):
        chosen, view = torch.randint(0, len(looks), (BATCH,)), torch.randint(0, len(signs), (BATCH,))
        said = judge(torch.cat([_viewed(seen[chosen], view), known[chosen]], 1))
        error = loss(said * signs[view], wanted[chosen])
        optimiser.zero_grad()
        error.backward()
        optimiser.step()
        rate.step()
        total += error.item()
        if step % 1000 == 0:
            console.print(f"step {step} of {steps}, loss {total / 1000:.3f}")
            total = 0.0
    return judge.eval()


def _viewed(looks: Tensor, view: Tensor) -> Tensor:
    """Each neighbourhood (n, side * side) in its view of `minutiae.VIEWS`: odd ones mirrored, the last two negative."""
    square = looks.view(-1, parameters.LOOK_SIDE, parameters.LOOK_SIDE)
    square = torch.where((view % 2 == 1)[:, None, None], square.flip(1), square)
    return (square * torch.where(view >= 2, -1.0, 1.0)[:, None, None]).flatten(1)


def loss(said: Tensor, wanted: Tensor) -> Tensor:
    """How wrong the judge is. said: (n, 5). wanted: (n, 7), see `answer`."""
    crossed = nn.functional.binary_cross_entropy_with_logits
    real = (crossed(said[:, 0], wanted[:, 0], reduction="none") * wanted[:, 5]).mean()
    place = nn.functional.smooth_l1_loss(said[:, 1:3], wanted[:, 1:3], reduction="none").sum(1)
    turn = 10 * (said[:, 3] - wanted[:, 3]) ** 2
    kind = 2 * crossed(said[:, 4], wanted[:, 4], reduction="none")
    count = wanted[:, 6].sum() + 1
    return real + ((place + turn + kind) * wanted[:, 6]).sum() / count


if __name__ == "__main__":
    typer.run(main)
