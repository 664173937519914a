"""`python -m sim grow`: folders of grown prints with their truth."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from PIL import Image
from rich.console import Console
from rich.progress import track

from sim import touch_faults
from sim.impressions import GLASS_PPI, SEEN, Condition, Impression, impress
from sim.ridges import Master
from sim.ridges import grow as grow_master
from sim.sensor_kinds import SensorKind, sample_sensor
from sim.touch_faults import TouchFault

# Height and width of the sensors that the prints are touched on, pixels at 500 ppi
SENSORS = ((374, 388), (364, 328), (300, 300), (480, 320), (288, 256), (384, 288))
GHOSTS = 8
GHOST_PART = 0.25


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be grown."""

    out: Path
    impressions: int
    seed: int
    condition: Condition | None = None
    fault: TouchFault | None = None
    sensor: SensorKind | None = None


def grow(
    out: Annotated[Path, typer.Argument(help="folder for FINGER_IMPRESSION.png and truth/FINGER_IMPRESSION.xyt")],
    fingers: Annotated[int, typer.Option(min=1, max=99999, help="how many fingers")] = 10,
    impressions: Annotated[int, typer.Option(min=1, max=999, help="how many touches of each")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="the same seed grows the same prints")] = 0,
    condition: Annotated[Condition | None, typer.Option(help="only this difficulty; else as in the field")] = None,
    fault: Annotated[TouchFault | None, typer.Option(help="good touches but for this one fault")] = None,
    sensor: Annotated[SensorKind | None, typer.Option(help="only on this kind of sensor; else on any")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="how many processes share the work")] = 1,
) -> None:
    """Grow prints with exactly known minutiae.

    A truth file has a line `x y angle sight type` a minutia, as the yardstick reads it (angle in degrees
    counter-clockwise, sight 0..100, type 1 ridge ending, 2 bifurcation). Lines behind `#` are minutiae that are there
    but can hardly be seen: finding one is no error, missing it neither.
    """
    if condition is not None and fault is not None:
        raise typer.BadParameter("a touch with one fault is a good one else; leave --condition out")
    (out / "truth").mkdir(parents=True, exist_ok=True)
    work = partial(grow_finger, order=Order(out, impressions, seed, condition, fault, sensor))
    console = Console(stderr=True)
    for _ in track(_run(work, fingers, jobs), "growing fingers", total=fingers, console=console):
        pass


def _run(work: partial[int], fingers: int, jobs: int) -> Iterator[int]:
    if jobs == 1:
        yield from map(work, range(1, fingers + 1))
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(work, range(1, fingers + 1), chunksize=4)


def grow_finger(finger: int, order: Order) -> int:
    """Grow one finger and write its impressions; returns its number."""
    master = grow_master(np.random.default_rng((order.seed, finger)))
    for number in range(1, order.impressions + 1):
        rng = np.random.default_rng((order.seed, finger, number))
        write(order.out, f"{finger:05d}_{number}", _touch(master, rng, order))
    return finger


def _touch(master: Master, rng: np.random.Generator, order: Order) -> Impression:
    """One impression as it is ordered."""
    if order.fault is not None:
        shape, other = SENSORS[rng.integers(len(SENSORS))], _ghost(order.seed, int(rng.integers(GHOSTS)))
        return touch_faults.impress(
            master, rng, order.fault, other, shape=shape, sensor=sample_sensor(rng, order.sensor)
        )
    ghost = None
    if order.condition is None and rng.random() < GHOST_PART:
        ghost = _ghost(order.seed, int(rng.integers(GHOSTS)))
    shape = SENSORS[rng.integers(len(SENSORS))]
    sensor = None if order.sensor is None else sample_sensor(rng, order.sensor)
    return impress(master, rng, shape=shape, condition=order.condition, ghost=ghost, sensor=sensor)


@cache
def _ghost(seed: int, number: int) -> Master:
    """One of the fingers that touched the glass before."""
    return grow_master(np.random.default_rng((seed, 0, number)))


def write(out: Path, name: str, impression: Impression) -> None:
    """Write one impression's image and truth."""
    image = Image.fromarray(impression.pixels)
    image.save(out / f"{name}.png", dpi=(GLASS_PPI, GLASS_PPI), compress_level=1)
    lines = [
        f"{'' if sight >= SEEN else '# '}{x:.2f} {y:.2f} {np.degrees(direction):.2f} {int(100 * sight)} {int(kind)}\n"
        for x, y, direction, kind, sight in impression.minutiae
    ]
    (out / "truth" / f"{name}.xyt").write_text("".join(lines))
