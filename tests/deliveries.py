"""A kit and its office in one process that somebody ends: packets are sealed and kept, and go out by stick and network.

Every second trip is one of the stick: out, into the office, and back. Between them packets go over the network, to the
office's server in the same process.
"""

import os
import random
import signal
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from enum import Enum
from itertools import count
from pathlib import Path

from firmware import identity
from firmware.circumstances import NOTHING_NOTED
from firmware.config import KitConfig
from firmware.datatypes import SealedPacket
from firmware.delivery_settings import DeliveryConfig
from firmware.identity import Identity
from firmware.office import keys, taking
from firmware.office.receiving import Reception
from firmware.office.shelf import Shelf
from firmware.office.store import Store
from firmware.records import manifest, sealing, transaction
from firmware.spool import SPOOL, Spool
from firmware.uplink import returned, stick
from firmware.uplink.delivery import Delivery
from tests import transactions
from tests.findings import Findings, Harm
from tests.kills import nik_of
from tests.office_servers import served
from tests.transactions import AT

EACH = 3
"""So many packets are kept between two trips."""
SPAN_S = 1.2
"""An end falls within so many seconds from a start."""


class Stage(Enum):
    """What a life was about when it ended."""

    START = "while kit and office start"
    KEEPING = "while a packet is sealed and kept"
    EXPORT = "while packets go to the stick"
    TAKING = "while the office takes the stick"
    RETURN = "while the receipts come back"
    NETWORK = "while packets go over the network"


@dataclass(frozen=True)
class Place:
    """Where kit, stick and office lie, and the kit's settings."""

    root: Path
    config: KitConfig

    @property
    def packets(self) -> Path:
        return self.root / "packets"

    def spool(self) -> Spool:
        return Spool(self.config.data / SPOOL)

    def reception(self, opened: ExitStack) -> Reception:
        store = opened.enter_context(Store(f"sqlite:///{self.root / 'store.sqlite'}"))
        return Reception(keys.load(self.root / "office"), store, Shelf.at(str(self.packets)))

    def carry(
        self, spool: Spool, kit: Identity, reception: Reception, tell: Callable[[Stage], object] = lambda stage: None
    ) -> list[str]:
        """One trip of the stick: out, into the office, and back; what was not believed."""
        folder, data, kit_id = self.root / "stick", self.config.data, self.config.kit_id
        tell(Stage.EXPORT)
        stick.export(spool, folder, exporter=stick.Exporter(self.config, kit.signer, AT), everything=True)
        if not taking.packets(folder):
            return []
        tell(Stage.TAKING)
        faults = taking.take(folder, reception).faults
        tell(Stage.RETURN)
        back = returned.take(folder, spool, kit_id, identity.authorities(data), identity.public_keys(data))
        if not back.unanswered:
            for path in folder.iterdir():  # a stick whose packets all have their receipts is used anew
                path.unlink()
        return faults + back.faults


def packet(kit: Identity, kit_id: str, serial: int) -> SealedPacket:
    """A record of one finger of this resident, sealed: little, so that many fit into a life."""
    number = f"{kit_id}-{serial:06d}"
    header = transactions.header(control_number=number, kit_id=kit_id)
    resident = replace(transactions.RESIDENT, nik=nik_of(serial))
    content = manifest.write(header, NOTHING_NOTED, transaction.build(header, resident, transactions.captures()[:1]))
    return sealing.seal(content, control_number=number, signer=kit.signer, recipients=kit.recipients)


def work(place: Place, first: int, say: Callable[[str], object]) -> None:
    """Keep and deliver until somebody ends this process; each stage, and each number that is kept, is said."""
    kit = Identity.load_or_create(place.config.data)
    with place.spool() as spool, served(keys.load(place.root / "office"), place.root) as office:
        config = place.config.model_copy(update={"delivery": DeliveryConfig(url=office.url)})
        for serial in count(first):
            say(Stage.KEEPING.name)
            sealed = packet(kit, config.kit_id, serial)
            spool.put(sealed, AT)
            say(sealed.control_number)
            if serial % (2 * EACH) == 0:
                say(Stage.NETWORK.name)
                done = Delivery(config).run(spool)
                faults = [*done.told, done.ended]
            elif serial % EACH == 0:
                faults = place.carry(spool, kit, office.desk.reception, lambda stage: say(stage.name))
            else:
                continue
            if any(faults):
                raise RuntimeError(str(faults))


@dataclass(frozen=True)
class Life:
    """What a process told before it was ended: the numbers that it kept, and what it was about."""

    numbers: list[str]
    stage: Stage


def one_life(place: Place, serial: int, source: random.Random, findings: Findings) -> Life:
    """Let a process work for a while and kill it."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Of threads that the one who runs the tests may have; the child touches none of theirs
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            work(place, serial, lambda words: os.write(writing, f"{words}\n".encode()))
        finally:
            os.write(writing, f"!{sys.exception()!r}".encode())
            os._exit(1)
    os.close(writing)
    time.sleep(source.uniform(0.02, SPAN_S))
    os.kill(child, signal.SIGKILL)
    with os.fdopen(reading) as file:
        told, _, fault = file.read().partition("!")
    _, status = os.waitpid(child, 0)
    ended = f"it ended by itself: status {status}, {fault}"
    findings.require(os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, ended)
    words = told.split()
    stages = [word for word in words if word in Stage.__members__]
    numbers = [word for word in words if word not in Stage.__members__]
    return Life(numbers, Stage[stages[-1]] if stages else Stage.START)


def judge(place: Place, findings: Findings, known: set[str]) -> None:
    """Nothing that was shown is gone, nothing is acknowledged that the office has not, but for what is `known` so."""
    with ExitStack() as opened:
        spool = opened.enter_context(place.spool())
        reception = place.reception(opened)
        entries = spool.entries()
        lost = findings.shown - {entry.control_number for entry in entries}
        findings.require(not lost, f"lost on the kit: {sorted(lost)}", Harm.MISSING)
        for entry in entries:
            number = entry.control_number
            if entry.acknowledged_utc and number not in known:
                row = reception.store.packet(number)
                is_there = row is not None and row.sha256 == entry.sha256
                findings.require(is_there, f"acknowledged and not at the office: {number}", Harm.MISSING)
                known.add(number)
            findings.require(entry.refused_utc is None, f"a sound packet was refused: {number}")
