"""`python -m firmware.training FOLDER OUT`: from grown prints to a file of weights."""

from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from rich.console import Console

from firmware.training.teach import layers, teach


def main(
    folder: Annotated[Path, typer.Argument(help="grown prints, of `python -m sim grow`")],
    out: Annotated[Path, typer.Argument(help="the file of weights to write, .npz")],
    effort: Annotated[str, typer.Option(help="standard or high")] = "standard",
    seconds: Annotated[float, typer.Option(min=1, help="how long to teach")] = 1200,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    threads: Annotated[int, typer.Option(min=1)] = 2,
) -> None:
    """Teach a net and write its weights."""
    torch.set_num_threads(threads)
    console = Console(stderr=True)
    arrays = layers(teach(folder, effort, seconds, seed, console))
    with out.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    console.print(f"{out}: {sum(array.size for array in arrays.values()):,} weights")


if __name__ == "__main__":
    typer.run(main)
