"""`python -m firmware.training FOLDER OUT`: from grown prints to a file of weights."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from firmware.training.teach import layers, restore, teach
from firmware.vocabulary import Effort


def main(
    folder: Annotated[Path, typer.Argument(help="grown prints, of `python -m sim grow`")],
    out: Annotated[Path, typer.Argument(help="the file of weights to write, .npz")],
    effort: Annotated[Effort, typer.Option(help="which net to teach")] = Effort.STANDARD,
    steps: Annotated[int, typer.Option(min=1, help="how many batches of crops to learn from")] = 5000,
    teacher: Annotated[Path | None, typer.Option(help="weights of a high net whose opinion is taught too")] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    bfloat16: Annotated[bool, typer.Option(help="half the time on processors that multiply in it")] = False,
    straight: Annotated[bool, typer.Option(help="crops turned by quarters only, and not scaled")] = False,
) -> None:
    """Teach a net and write its weights."""
    console = Console(stderr=True)
    asked = None if teacher is None else restore(teacher, Effort.HIGH.value)
    arrays = layers(teach(folder, effort.value, steps, seed, console, asked, bfloat16=bfloat16, straight=straight))
    # Half the bytes, and 5e-4 of a weight is far below what another beginning would change
    arrays = {name: array.astype(np.float16) if name.endswith("weight") else array for name, array in arrays.items()}
    with out.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
    console.print(f"{out}: {sum(array.size for array in arrays.values()):,} weights")


if __name__ == "__main__":
    typer.run(main)
