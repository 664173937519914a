"""`python -m tests.school --pupils 30`: a whole school class on the bench, six of them of 16, through the station."""

import csv
import json
import subprocess
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from tests.test_service import station
from tests.worlds import rekam, world

SIXTEEN, SIXTEEN_YEARS = 6, 16


def main(
    pupils: Annotated[int, typer.Option(min=SIXTEEN, help="how many")] = 30,
    pace: Annotated[float, typer.Option(min=0, help="0 takes away the wire's slowness")] = 0.0,
) -> None:
    """Record the class and print seconds a pupil and the slowest step."""
    with tempfile.TemporaryDirectory() as folder, world(Path(folder) / "world", "--pace", str(pace)) as found:
        roster = Path(folder) / "class.csv"
        write(roster, pupils)
        with station(found.settings):
            command = rekam("record", "-c", found.settings, "--from", roster, "--consent", "guardian", "--json")
            done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode:
            raise typer.Exit(1) from RuntimeError(done.stderr[-2000:])
        came = json.loads(done.stdout.splitlines()[-1])["class"]
        typer.echo(f"{came['recorded']} of {pupils} pupils recorded, {len(found.packets)} packets")
        typer.echo(f"seconds a pupil: median {came['median_s']}, slowest {came['slowest_s']}")
        typer.echo(f"slowest step: {came['slowest_step']['step']}, median {came['slowest_step']['median_s']} s")


def write(roster: Path, pupils: int) -> None:
    """A class list of invented pupils; the first few are 16, the others 17 or 18: a red cloth and a blue one."""
    today = date.today()
    with roster.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["nik", "name", "date_of_birth", "sex"])
        for number in range(1, pupils + 1):
            years = SIXTEEN_YEARS if number <= SIXTEEN else SIXTEEN_YEARS + 1 + number % 2
            born = date(today.year - years, 1, 1) + timedelta(days=number)
            is_girl = number % 2 == 0
            nik = f"190301{born.day + 40 * is_girl:02d}{born:%m%y}{number:04d}"
            table.writerow([nik, f"Murid Contoh {number}", born.isoformat(), "P" if is_girl else "L"])


if __name__ == "__main__":
    typer.run(main)
