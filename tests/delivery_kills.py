"""`python -m tests.delivery_kills --times N`: kit and office ended at random moments, from the capture to the receipt.

A share of the ends falls on a real station while it records on the bench (`tests.kills`); the others on the same kit
and its office while packets are kept, go to the stick, into the office and back, or over the network
(`tests.deliveries`; their records hold one finger by hand, so that many fit into a life). Where disks can be mounted
here, every other end of each sort is a power cut, which also forgets what was not synced: of the station's data folder,
of stick and office alike. At last the rest is delivered, and each packet at the office is opened: every resident whose
number was shown must be there, nobody twice, and nobody may be left behind on the kit.
"""

import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from firmware.config import load
from firmware.identity import Identity
from firmware.office import broker, keys, opening
from firmware.records import sealing
from tests import deliveries, disks, kills
from tests.deliveries import Place
from tests.findings import Findings, Harm, show
from tests.kills import Bench, nik_of
from tests.worlds import World, without_camera, world

CAPTURES = 0.2
"""This share of the ends falls on a station that records."""
_MEGABYTES, _ENDS_A_MEGABYTE = 96, 3
"""The disk's size at least, and how many ends fill another megabyte."""


class Campaign:
    """A kit with its station, its stick and its office, on a disk whose power may be cut, or in a folder."""

    def __init__(self, bench: Bench, place: Place, disk: disks.Disk | None, findings: Findings, seed: int) -> None:
        self._bench, self._place, self._disk, self._findings = bench, place, disk, findings
        self._source = random.Random(seed)
        self._serial, self._recorded, self._known = 1, set[int](), set[str]()
        self._ends = Counter[str]()
        self._lengths_s = (0.0, 0.0)

    def measure(self) -> None:
        """Record two residents without an end: how long that takes says where the ends may fall."""
        for _ in range(2):  # the first session of all is slower
            self._lengths_s = kills.measure(self._bench, self._findings, self._serial)
            self._recorded.add(self._serial)
            self._serial += 1
        self._bench.niks(self._findings)

    def capture(self) -> None:
        """One end of a station that records."""
        end, lengths_s = partial(self._end, "capture"), self._lengths_s
        if kills.captured(self._bench, self._findings, self._serial, self._source, lengths_s, end):
            self._recorded.add(self._serial)
            self._serial += 1

    def deliver(self) -> None:
        """One end of kit and office on the packets' way."""
        life = deliveries.one_life(self._place, self._serial, self._source, self._findings)
        self._findings.fell[life.stage.value] += 1
        self._findings.shown |= set(life.numbers)
        self._end("delivery")
        self._serial += len(life.numbers) + 1

    def _end(self, sort: str) -> None:
        """Whoever worked was killed; every other time the power goes as well."""
        self._ends[sort] += 1
        if self._disk and self._ends[sort] % 2 == 0:
            self._disk.cut_power()
            self._findings.cuts += 1
        else:
            self._findings.kills += 1

    def turn(self) -> None:
        """One end, and what it left judged."""
        if self._source.random() < CAPTURES:
            self.capture()
        else:
            self.deliver()
        deliveries.judge(self._place, self._findings, self._known)

    def conclude(self) -> None:
        """Deliver the rest, then judge the whole: each resident once at the office, opened, and none left behind."""
        findings, place = self._findings, self._place
        kills.conclude(self._bench, findings, self._recorded)
        with ExitStack() as opened:
            spool, reception = opened.enter_context(place.spool()), place.reception(opened)
            faults = place.carry(spool, Identity.load_or_create(place.config.data), reception)
            findings.require(not faults, f"not believed: {faults}")
            for entry in spool.entries():
                findings.require(entry.acknowledged_utc is not None, entry.control_number, Harm.LEFT_BEHIND)
            here = {entry.control_number for entry in spool.entries()}
            niks, numbers = Counter[str](), Counter[str]()
            for path in sorted(place.packets.rglob("[!.]*.rekam")):
                told = opening.open_file(path, reception.office).transaction
                number = told.header.control_number
                findings.require(number == sealing.number_in(path.name), f"{path.name} holds {number}")
                row = reception.store.packet(number)
                findings.require(row is not None, f"{number} lies at the office and is not in its books")
                findings.ways[row.way if row else "nothing"] += 1
                numbers[number] += 1
                niks[told.resident.nik] += 1
        findings.at_office, findings.residents = numbers.total(), len(here)
        for number in sorted((findings.shown | here) - numbers.keys()):
            findings.require(False, number, Harm.MISSING)
        for nik in sorted({nik_of(serial) for serial in self._recorded} - niks.keys()):
            findings.require(False, f"resident {nik}", Harm.MISSING)
        for twice in sorted(one for counted in (numbers, niks) for one, times in counted.items() if times > 1):
            findings.require(False, twice, Harm.TWICE)
        findings.require(numbers.keys() <= here, f"the kit knows nothing of {sorted(numbers.keys() - here)}")


@contextmanager
def laid_out(folder: Path, root: Path) -> Iterator[tuple[Bench, Place]]:
    """A kit in a simulated world; what kit, stick and office write lies below `root`."""
    with world(folder / "world") as found:
        shutil.move(load(found.settings).data, root / "data")
        shutil.move(found.settings.with_name("office"), root / "office")
        text = without_camera(found.settings.read_text(encoding="utf-8"))
        found.settings.write_text(f'data = "{root / "data"}"\n{text}', encoding="utf-8")
        office = keys.load(root / "office")
        broker.certify(office, ["localhost", "127.0.0.1"])
        yield Bench(World(found.settings, office), folder), Place(root, load(found.settings))


def campaign(folder: Path, times: int, seed: int, console: Console, *, with_cuts: bool) -> Findings:
    """End it so many times, and judge after each and at the end."""
    findings = Findings()
    with ExitStack() as opened:
        size = _MEGABYTES + times // _ENDS_A_MEGABYTE
        disk = opened.enter_context(disks.disk(folder, size)) if with_cuts else None
        bench, place = opened.enter_context(laid_out(folder, disk.root if disk else folder))
        played = Campaign(bench, place, disk, findings, seed)
        os.sync()
        played.measure()
        for _ in track(range(times), "ending", console=console):
            played.turn()
        played.conclude()
    return findings


def main(
    times: Annotated[int, typer.Option(min=1, help="how often it is ended")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="the same seed draws the same moments")] = 1,
) -> None:
    """End kit and office at random moments; the exit status is 1 when a packet is missing, twice or left behind."""
    console, with_cuts = Console(), disks.can_be()
    if not with_cuts:
        console.print("No disks can be mounted here (root, loop devices): kills alone, no power cuts.", style="yellow")
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        findings = campaign(Path(folder), times, seed, console, with_cuts=with_cuts)
    show(findings, console)
    if findings.violations:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
