"""`python -m tests.station_walk --examples N`: random walks over a whole station, and whether each finds its way out.

A walk is a kit on the bench with a station in a process of its own. Buttons are pressed, verbs begun, answered,
interrupted and killed, parts unplugged, fingers put down and lifted, the battery emptied, the station ended, killed and
started again. After each action journal, spool and packets are judged; now and then, and at the end of every walk, all
is plugged in and a resident is to be brought through to the control number by what an operator sees.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.walk_bench import standing
from tests.walk_machine import Walk
from tests.walk_verdicts import Findings

# Hypothesis leaves some rules out of an example and varies the examples of one run: many short runs differ more
ROUND = 6


def campaign(folder: Path, examples: int, steps: int, number: int, on_end: Callable[[str], None]) -> Findings:
    """Walk so many times with so many steps; the same number draws the same walks."""
    findings = Findings()
    with standing(folder / "world") as place:
        for begun in range(0, examples, ROUND):

            class Here(Walk):
                def __init__(self) -> None:
                    super().__init__(place, findings, on_end)

            chosen = settings(
                max_examples=min(ROUND, examples - begun),
                stateful_step_count=steps,
                phases=[Phase.generate],
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            )
            run_state_machine_as_test(seed(f"{number}.{begun}")(Here), settings=chosen)
    return findings


def show(findings: Findings, console: Console) -> None:
    """The figures."""
    table = Table("walks", "", box=None)
    for name, count in sorted(findings.figures.items()):
        table.add_row(name, str(count))
    table.add_row("violations", str(len(findings.violations)))
    console.print(table)


def main(
    examples: Annotated[int, typer.Option(min=1, help="how many walks")] = 50,
    steps: Annotated[int, typer.Option(min=1, help="actions of a walk, at most")] = 20,
    number: Annotated[int, typer.Option("--seed", min=0, help="the same seed draws the same walks")] = 1,
) -> None:
    """Walk at random over a station; the exit status is 1 when a walk found anything wrong."""
    console = Console()
    with tempfile.TemporaryDirectory() as folder, Progress(console=console) as bar:
        task = bar.add_task("walking", total=examples)

        def on_end(violation: str) -> None:
            if violation:
                console.print(violation, style="red", markup=False, highlight=False)
            bar.update(task, advance=1)

        findings = campaign(Path(folder), examples, steps, number, on_end)
    show(findings, console)
    if findings.violations:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
