"""Whether a whole fleet's status is told right: many light kits, a broker, and a host of ours."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from firmware.benchmarks import crowd, hosts
from firmware.benchmarks.hosts import Host
from firmware.errors import BrokerError
from firmware.telemetry import access, summary
from firmware.telemetry.access import Access
from firmware.telemetry.connection import Connection

HEARD_S = 10.0
"""Within so many seconds every kit is to be heard; nothing befalls any before."""

_BEACON = "bench-0000"
_LISTEN = 0x0A
_FIRST_S = 20.0
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it. heard_s: until the last kit was heard, None where one never was. memory in bytes, at most.

    late_s: by how much this machine was late with what befell the kits; beyond a second the figures say little.
    """

    kits: int
    seconds: float
    heard: int
    heard_s: float | None
    messages: int | None
    befell: dict[str, int]
    late_s: float
    right: int
    wrong: dict[str, str]
    host_bytes: int
    broker_bytes: int | None
    kits_bytes: int

    @property
    def is_well(self) -> bool:
        """Whether every kit was heard in time and is told right at the end."""
        return self.heard == self.kits == self.right and (self.heard_s or 0) <= HEARD_S


def run(address: str, kits: int, seconds: float, seed: int, *, is_page: bool = False) -> Report:
    """Let so many kits live for so long. is_page: the host is the office's page. Raises BrokerError, ConfigError."""
    found = access.of_options(address, "rekam-bench")
    with _host(found, is_page) as host, crowd.of(address, kits, seed) as fleet:
        began, before = time.monotonic(), host.messages or 0
        host.wait_for(set(fleet.names), HEARD_S)
        heard = [host.first_at[kit] - began for kit in fleet.names if kit in host.first_at]
        truth = fleet.trouble(seconds - (time.monotonic() - began))
        wrong = dict(_wrong(truth.states, host))
        return Report(
            kits,
            time.monotonic() - began,
            len(heard),
            max(heard) if len(heard) == kits else None,
            None if host.messages is None else host.messages - before,
            dict(truth.befell),
            truth.late_s,
            kits - len(wrong),
            wrong,
            crowd.most_memory(host.process.pid),
            _broker_memory(found),
            truth.memory,
        )


def as_json(report: Report) -> dict[str, Any]:
    """One object; the first ten that are told wrong."""
    return {**asdict(report), "wrong": dict(list(report.wrong.items())[:10])}


def as_lines(report: Report) -> Iterator[str]:
    """The figures for people."""
    last = "never" if report.heard_s is None else f"{report.heard_s:.1f} s"
    befell = Counter(report.befell)
    broker = "not on this machine" if report.broker_bytes is None else f"{report.broker_bytes / _MB:.0f} MB"
    yield f"kits                     {report.kits}, for {report.seconds:.0f} s"
    yield f"heard within {HEARD_S:.0f} s        {report.heard}, the last after {last}"
    if report.messages is not None:
        yield f"messages at the host     {report.messages}, {report.messages / report.seconds:.1f} a second"
    yield f"outages, reboots, clocks {befell['outage']}, {befell['reboot']}, {befell['clock']}"
    yield f"came late by at most     {report.late_s:.2f} s"
    yield f"told right at the end    {report.right}"
    yield from (f"    {kit}: {words}" for kit, words in list(report.wrong.items())[:10])
    yield f"memory of the host       {report.host_bytes / _MB:.0f} MB"
    yield f"memory of the broker     {broker}"
    yield f"memory of all kits       {report.kits_bytes / _MB:.0f} MB"


@contextmanager
def _host(broker: Access, is_page: bool) -> Iterator[Host]:
    """Start it, and wait until it hears."""
    with hosts.started(broker.address, is_page=is_page) as host:
        with Connection(broker, on_up=lambda: None, on_message=lambda message: None) as beacon:
            if is_page and not beacon.reached(_FIRST_S):  # the page would wait for it for ever
                raise BrokerError(f"the broker {broker.address} cannot be reached; check its name, port and network")
            while not host.wait_for({_BEACON}, 0.2):
                if host.process.poll() is not None and host.process.stderr:
                    raise BrokerError(host.process.stderr.read().removeprefix("rekam: ").strip())
                beacon.publish(summary.topic(_BEACON), b"{}", retained=False)
        yield host


def _wrong(states: Mapping[str, str], host: Host) -> Iterator[tuple[str, str]]:
    """Each kit that the host takes for something else than it is, or does not believe."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for kit, state in states.items():
        told = host.last.get(kit, {})
        until = told.get("until")
        if told.get("state") != state:
            yield kit, f"is {state}, told {told.get('state')}"
        elif state != summary.KitState.LOST.value and (until is None or until < now):
            yield kit, f"is {state}, believed until {until}"


def _broker_memory(broker: Access) -> int | None:
    """The same of whoever listens at the broker's port on this machine; None where that is nobody whom we may see."""
    sockets = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            words = line.split()
            if int(words[3], 16) == _LISTEN and int(words[1].rpartition(":")[2], 16) == broker.port:
                sockets.add(f"socket:[{words[9]}]")
    for handle in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if handle.readlink().name in sockets or str(handle.readlink()) in sockets:
                return crowd.most_memory(int(handle.parts[2]))
        except OSError:
            continue
    return None
