"""`python -m tests.thin_link --records N`: a day's records through a link that drops every 64 KiB at 32 kbit/s.

A kit with that many packets of a real record's size delivers them to a real office over real TLS, through `sim.network`
on loopback; the link's time is scaled. What crossed the link is counted on the link itself: requests and bodies apart
from handshakes, whose size is that of a connection which asks nothing. The office must then have each packet once, and
the kit each receipt.
"""

import contextlib
import random
import socket
import ssl
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import sqlalchemy as sql
import typer
from rich.console import Console
from rich.progress import track

from firmware.circumstances import NOTHING_NOTED
from firmware.datatypes import SealedPacket
from firmware.office.store import packets
from firmware.records import manifest, sealing, transaction
from firmware.spool import Spool
from firmware.uplink.delivery import Delivery, Outcome, Wishes
from firmware.uplink.pacing import Backoff
from sim.network import Link, Network
from tests import transactions
from tests.delivery_benches import Bench, laid_out

RATE = 32_000 / 8
DROP_EVERY = 64 << 10
COLUMNS = 256
MOST_OVER = 1.05


@dataclass(frozen=True)
class Crossing:
    """What a campaign came to, bytes; up is from the kit to the office, `handshakes_up` part of it."""

    records: int
    size: int
    bodies: int
    up: int
    down: int
    handshakes_up: int
    connections: int
    drops: int
    silent_drops: int
    link_s: float
    kept: int
    acknowledged: int
    waiting: int
    ended: str

    @property
    def over(self) -> float:
        """All that crossed upwards but handshakes, also what was lost, headers and TLS's own bytes, over the size."""
        return (self.up - self.handshakes_up) / self.size


def record(bench: Bench, number: int, rows: int) -> SealedPacket:
    """A packet with nine prints of so many rows as a sensor gives them, of noise: no compression makes it smaller."""
    name, picture = f"K1-{number:04}", transactions.image((rows, COLUMNS))
    prints = [replace(one, image=picture) if one.image else one for one in transactions.captures()]
    header = transactions.header(control_number=name)
    data = transaction.build(header, transactions.RESIDENT, prints)
    content = manifest.write(header, NOTHING_NOTED, data)
    kit = bench.admitted.kit
    return sealing.seal(content, control_number=name, signer=kit.signer, recipients=kit.recipients)


def handshake(bench: Bench) -> int:
    """The bytes that one connection costs upwards before its first request."""
    with Network("127.0.0.1", bench.office.port) as apart:
        context = Delivery(bench.config())._line.context
        with (
            socket.create_connection(apart.address, 10) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as line,
        ):
            line.settimeout(0.3)
            with contextlib.suppress(TimeoutError, ssl.SSLError):
                line.recv(1)
            return apart.traffic.up


@contextlib.contextmanager
def loaded(folder: Path, records: int, rows: int, link: Link) -> Iterator[tuple[Bench, Spool, int]]:
    """A kit with its packets; with the bytes of all of them."""
    with laid_out(folder, link) as bench, bench.spool() as spool:
        for number in track(range(1, records + 1), "recording", console=Console(stderr=True), transient=True):
            spool.put(record(bench, number, rows), transactions.AT)
        yield bench, spool, sum(entry.size for entry in spool.entries())


def campaign(folder: Path, records: int, rows: int, link: Link) -> Crossing:
    """Deliver so many packets over a link."""
    with loaded(folder, records, rows, link) as (bench, spool, total):
        each = handshake(bench)
        begun = time.monotonic()
        config = bench.config(timeout_s=max(1, round(60 / link.time_scale)))
        backoff = Backoff(2 / link.time_scale, 60 / link.time_scale, random.Random(1))
        done = Delivery(config).run(spool, Wishes(backoff=backoff))
        traffic, tally = bench.network.traffic, spool.tally()
        kept = [row["sha256"] for row in bench.office.store.rows(sql.select(packets.c.sha256))]
        return Crossing(
            records=records,
            size=total,
            bodies=bench.office.desk.tus.body_bytes,
            up=traffic.up,
            down=traffic.down,
            handshakes_up=each * traffic.connections,
            connections=traffic.connections,
            drops=traffic.drops,
            silent_drops=traffic.silent_drops,
            link_s=(time.monotonic() - begun) * link.time_scale,
            kept=len(set(kept)),
            acknowledged=done.counts[Outcome.ACKNOWLEDGED],
            waiting=tally.waiting,
            ended=done.ended,
        )


def as_lines(found: Crossing) -> Iterator[str]:
    """The figures, for a person."""
    yield f"{found.records} records, {found.size} bytes; {found.link_s / 3600:.1f} h of the link's time"
    yield f"{found.drops} drops, {found.silent_drops} of them silent; {found.connections} connections"
    yield f"request bodies at the office: {found.bodies} bytes, {found.bodies / found.size:.4f} of their size"
    yield f"crossed upwards without handshakes: {found.up - found.handshakes_up} bytes, {found.over:.4f} of their size"
    yield f"handshakes: {found.handshakes_up} bytes upwards; downwards crossed {found.down} bytes in all"
    yield f"at the office: {found.kept}; receipts at the kit: {found.acknowledged}; still waiting: {found.waiting}"


def main(
    records: Annotated[int, typer.Option(min=1, help="how many records the day has")] = 120,
    rows: Annotated[int, typer.Option(min=40, help="rows of each print; a sensor has 288")] = 288,
    time_scale: Annotated[float, typer.Option(min=1, help="seconds of the link in one of ours")] = 100,
    half_open: Annotated[int, typer.Option(min=0, help="one drop in so many is silent; 0 for none")] = 0,
) -> None:
    """Print what crossed; the exit status is 1 when a packet is missing or more than 5 percent crossed in vain."""
    link = Link(RATE, DROP_EVERY, None, half_open, 0.0, 0.0, time_scale)
    with tempfile.TemporaryDirectory() as folder:
        found = campaign(Path(folder), records, rows, link)
    for line in as_lines(found):
        typer.echo(line)
    if found.ended or found.kept != records or found.acknowledged != records or found.over > MOST_OVER:
        typer.echo(f"FAILED {found.ended}")
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
