"""`python -m tests.feedback --fingers N`: how often the advice to the operator is right, and false, on grown prints.

Every finger touches once with each fault and once well on every kind of sensor, and on one drawn as they come in the
field. None of these fingers taught the advice.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from firmware.datatypes import Feedback
from firmware.pipeline import extraction
from sim import impressions, touch_faults
from sim.grow import SENSORS
from sim.impressions import Condition
from sim.ridges import Master, grow
from sim.sensor_kinds import SensorKind, sample_sensor
from sim.touch_faults import TouchFault

ADVICE = {
    TouchFault.DRY: Feedback.TOO_DRY,
    TouchFault.WET: Feedback.TOO_WET,
    TouchFault.LIGHT: Feedback.TOO_LIGHT,
    TouchFault.HARD: Feedback.TOO_HARD,
    TouchFault.MOVED: Feedback.MOVED,
    TouchFault.TIP: Feedback.TIP_ONLY,
    TouchFault.OFF_CENTRE: Feedback.OFF_CENTRE,
    TouchFault.DIRTY: Feedback.DIRTY_GLASS,
    TouchFault.SMALL: Feedback.TOO_SMALL,
    TouchFault.NONE: Feedback.NO_FINGER,
    TouchFault.OVERLAPPING: Feedback.OVERLAPPING,
}
ANY = "any"
# A seed that nothing was taught on
SEED = 2026

Pixels = NDArray[np.uint8]
Told = tuple[Feedback, ...]


@dataclass
class Tally:
    """What was told of the prints of each fault, and of good ones by the sensor's kind."""

    faulty: dict[TouchFault, list[Told]] = field(default_factory=dict)
    good: dict[str, list[Told]] = field(default_factory=dict)

    def right(self, fault: TouchFault) -> float:
        return share(ADVICE[fault] in told for told in self.faulty[fault])

    def first(self, fault: TouchFault) -> float:
        return share(told[:1] == (ADVICE[fault],) for told in self.faulty[fault])

    def false(self, feedback: Feedback, kinds: tuple[str, ...] = ()) -> float:
        return share(feedback in told for kind in kinds or self.good for told in self.good[kind])

    def besides(self, fault: TouchFault) -> str:
        """What else was told of more than a tenth of the prints."""
        others = Counter(feedback for told in self.faulty[fault] for feedback in told if feedback != ADVICE[fault])
        total = len(self.faulty[fault])
        return ", ".join(f"{name.value} {100 * n / total:.0f}" for name, n in others.most_common() if 10 * n > total)


def share(cases: Iterator[bool]) -> float:
    """The part that is so, in percent."""
    seen = list(cases)
    return 100 * sum(seen) / len(seen)


def tally(fingers: int, seed: int) -> Tally:
    """Grow, touch and ask."""
    found = Tally({fault: [] for fault in TouchFault}, {kind: [] for kind in (*[k.value for k in SensorKind], ANY)})
    other = grow(np.random.default_rng((seed, 0)))
    for finger in track(range(1, fingers + 1), "touching", console=Console(stderr=True)):
        master = grow(np.random.default_rng((seed, finger)))
        for fault in TouchFault:
            found.faulty[fault].append(ask(spoiled(master, other, fault, (seed, finger, len(fault.value)))))
        for kind in found.good:
            found.good[kind].append(ask(good(master, kind, (seed, finger, 100 + len(kind)))))
        other = master
    return found


def ask(pixels: Pixels) -> Told:
    return extraction.extract(pixels, 500).quality.feedback


def spoiled(master: Master, other: Master, fault: TouchFault, seed: tuple[int, ...]) -> Pixels:
    rng = np.random.default_rng((*seed, list(TouchFault).index(fault)))
    shape = SENSORS[rng.integers(len(SENSORS))]
    return touch_faults.impress(master, rng, fault, other, shape=shape, sensor=sample_sensor(rng)).pixels


def good(master: Master, kind: str, seed: tuple[int, ...]) -> Pixels:
    rng = np.random.default_rng(seed)
    shape = SENSORS[rng.integers(len(SENSORS))]
    sensor = None if kind == ANY else sample_sensor(rng, SensorKind(kind))
    return impressions.impress(master, rng, shape=shape, condition=Condition.GOOD, sensor=sensor).pixels


def show(found: Tally, console: Console) -> None:
    """One line a fault: right, first, false on good ones, these by sensor, and what else was told; in percent."""
    table = Table("fault", "right", "first", "false on good", *found.good, "besides", box=None)
    for fault in TouchFault:
        by_kind = [f"{found.false(ADVICE[fault], (kind,)):.1f}" for kind in found.good]
        numbers = found.right(fault), found.first(fault), found.false(ADVICE[fault])
        table.add_row(fault.value, *[f"{number:.1f}" for number in numbers], *by_kind, found.besides(fault))
    console.print(table)


def main(
    fingers: Annotated[int, typer.Option(min=1, help="how many fingers touch, each with every fault")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="the same seed grows the same prints")] = SEED,
) -> None:
    """Measure how often the advice is right."""
    show(tally(fingers, seed), Console(width=150))


if __name__ == "__main__":
    typer.run(main)
