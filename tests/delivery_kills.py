"""`python -m tests.delivery_kills --times N`: kit and office ended at random moments, from the packet to its receipt.

One process plays a kit and its office: it seals and keeps packets, exports them to a stick, receives them at the office
and takes the receipts back. It is killed at a random moment; where disks can be mounted here, every other kill is a
power cut, which also forgets what was not synced, of kit, stick and office alike. Then it goes on. `tests.kills` does
the same to the way from the capture to the sealed packet.
"""

import os
import random
import signal
import tempfile
import time
import warnings
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from firmware import identity
from firmware.circumstances import NOTHING_NOTED
from firmware.datatypes import SealedPacket
from firmware.identity import Identity
from firmware.office import keys, opening, taking
from firmware.office.receiving import Reception
from firmware.office.shelf import Shelf
from firmware.office.store import Store
from firmware.records import manifest, sealing, transaction
from firmware.spool import SPOOL, Spool
from firmware.uplink import returned, stick
from tests import disks, offices, transactions
from tests.transactions import AT

EACH = 3
"""So many packets are kept between two trips of the stick."""
SPAN_S = 1.2
"""A kill falls within so many seconds from a start."""
MEGABYTES = 128
"""The disk's; about 2000 packets at the office fill it."""


@dataclass
class Findings:
    """What came of a campaign: how it was ended, what it kept, and every violation in words."""

    kills: int = 0
    cuts: int = 0
    confirmed: set[str] = field(default_factory=set)
    recorded: int = 0
    at_office: int = 0
    acknowledged_early: int = 0
    violations: list[str] = field(default_factory=list)

    def require(self, holds: bool, words: str) -> None:
        if not holds:
            self.violations.append(words)


@dataclass(frozen=True)
class Place:
    """Where kit, stick and office lie."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def packets(self) -> Path:
        return self.root / "packets"

    def reception(self, opened: ExitStack) -> Reception:
        store = opened.enter_context(Store(f"sqlite:///{self.root / 'office.sqlite'}"))
        return Reception(keys.load(self.root / "office"), store, Shelf.at(str(self.packets)))

    def deliver(self, spool: Spool, kit: Identity, reception: Reception, *, everything: bool = False) -> list[str]:
        """One trip of the stick: out, into the office, and back; what was not believed."""
        folder = self.root / "stick"
        stick.export(spool, folder, exporter=stick.Exporter("K1", kit.signer, AT), everything=everything)
        if not taking.packets(folder):
            return []
        faults = taking.take(folder, reception).faults
        authorities, known = identity.authorities(self.data), identity.public_keys(self.data)
        return faults + returned.take(folder, spool, "K1", authorities, known).faults


def packet(kit: Identity, number: str) -> SealedPacket:
    """A record of one finger, sealed: little, so that many fit into a life."""
    header = transactions.header(control_number=number)
    data = transaction.build(header, transactions.RESIDENT, transactions.captures()[:1])
    content = manifest.write(header, NOTHING_NOTED, data)
    return sealing.seal(content, control_number=number, signer=kit.signer, recipients=kit.recipients)


def work(place: Place, serial: int, confirm: int) -> None:
    """Keep and deliver until somebody ends this process; each number that is kept is told to a file."""
    kit = Identity.load_or_create(place.data)
    with ExitStack() as opened:
        spool = opened.enter_context(Spool(place.data / SPOOL))
        reception = place.reception(opened)
        while True:
            number = f"K1-{serial:06d}"
            spool.put(packet(kit, number), AT)
            os.write(confirm, f"{number}\n".encode())
            if serial % EACH == 0 and place.deliver(spool, kit, reception):
                return
            serial += 1


def campaign(folder: Path, times: int, seed: int, console: Console, *, with_cuts: bool) -> Findings:
    """End it so many times, and judge after each and at the end."""
    findings, source = Findings(), random.Random(seed)
    with ExitStack() as opened:
        disk = opened.enter_context(disks.disk(folder, MEGABYTES)) if with_cuts else None
        place = Place(disk.root if disk else folder)
        offices.admitted(place.root)
        os.sync()
        serial = 1
        for turn in track(range(times), "ending", console=console):
            told, how = one_life(place, serial, source.uniform(0.02, SPAN_S))
            findings.require(how == signal.SIGKILL, f"it ended by itself: status {how}")
            findings.confirmed |= set(told)
            if disk and turn % 2:
                disk.cut_power()
                findings.cuts += 1
            else:
                findings.kills += 1
            serial += len(told) + 1
            findings.acknowledged_early += judge(place, findings)
        conclude(place, findings)
    return findings


def one_life(place: Place, serial: int, seconds: float) -> tuple[list[str], int]:
    """Let a process work for a while and kill it: the numbers that it confirmed, and the signal that ended it."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Of threads that the one who runs the tests may have; the child touches none of theirs
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            work(place, serial, writing)
        finally:
            os._exit(1)
    os.close(writing)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    with os.fdopen(reading) as file:
        told = file.read().split()
    _, status = os.waitpid(child, 0)
    return told, os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def judge(place: Place, findings: Findings) -> int:
    """Nothing that was confirmed is gone, nothing is acknowledged that the office has not; how many are."""
    with ExitStack() as opened:
        spool = opened.enter_context(Spool(place.data / SPOOL))
        reception = place.reception(opened)
        entries = spool.entries()
        lost = findings.confirmed - {entry.control_number for entry in entries}
        findings.require(not lost, f"lost on the kit: {sorted(lost)}")
        done = [entry for entry in entries if entry.acknowledged_utc]
        for entry in done:
            row = reception.store.packet(entry.control_number)
            is_there = row is not None and row.sha256 == entry.sha256
            findings.require(is_there, f"acknowledged and not at the office: {entry.control_number}")
        findings.require(not any(entry.refused_utc for entry in entries), "a sound packet was refused")
        return len(done)


def conclude(place: Place, findings: Findings) -> None:
    """Deliver the rest, then judge the whole: each packet once at the office, whole, and none left behind."""
    with ExitStack() as opened:
        spool = opened.enter_context(Spool(place.data / SPOOL))
        reception = place.reception(opened)
        faults = place.deliver(spool, Identity.load_or_create(place.data), reception, everything=True)
        findings.require(not faults, f"not believed: {faults}")
        entries = spool.entries()
        tally = spool.tally()
        findings.recorded = tally.recorded
        findings.require(tally.acknowledged == tally.recorded, f"left behind: {tally.recorded - tally.acknowledged}")
        files = sorted(place.packets.rglob("[!.]*.rekam"))
        findings.at_office = len(files)
        numbers = [sealing.number_in(path.name) for path in files]
        expected = sorted(entry.control_number for entry in entries)
        findings.require(sorted(numbers) == expected, f"kit and office differ: {set(numbers) ^ set(expected)}")
        for path in files:
            number = opening.open_file(path, reception.office).transaction.header.control_number
            findings.require(number == sealing.number_in(path.name), f"{path.name} holds {number}")


def show(findings: Findings, console: Console) -> None:
    """The figures, and each violation."""
    table = Table("ended", "", box=None)
    rows = {
        "kills": findings.kills,
        "power cuts, unsynced writes forgotten": findings.cuts,
        "packets confirmed before": len(findings.confirmed),
        "packets recorded": findings.recorded,
        "packets at the office, each opened": findings.at_office,
        "missing, twice or left behind": len(findings.violations),
    }
    for name, count in rows.items():
        table.add_row(name, str(count))
    console.print(table)
    for words in findings.violations:
        console.print(words, style="red", markup=False, highlight=False)


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
