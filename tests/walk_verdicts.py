"""What must hold of a station wherever a walk has got to: its journal, its spool, its packets, its words."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from firmware import journal_check
from firmware.datatypes import Outcome
from firmware.journal_lines import Kind, Line
from firmware.records.contents import FaceRecord, FingerRecord, Transaction
from firmware.vocabulary import FingerPosition
from tests.kills import nik_of
from tests.walk_bench import Bench, Kit
from tests.walk_desk import Desk

ENDS = (Kind.SEALED, Kind.CANCELLED, Kind.INTERRUPTED)
# How a station may end: told to while idle or by its battery, told to while at work, killed
STATUSES = {0, 143, -9}


@dataclass
class Findings:
    """What came of a campaign: figures, and every violation in words, with the walk that led there."""

    figures: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)


def faults(bench: Bench, desk: Desk) -> Iterator[str]:
    """All that is wrong now, whatever is under way."""
    if bench.journal.exists() and not (verdict := journal_check.verify(bench.journal)).is_whole:
        yield f"the journal is broken: {verdict}"
    packets = bench.packets()
    for number, found in packets.items():
        if not isinstance(found, Transaction):
            yield f"{number} does not open: {found}"
            continue
        yield from (f"{number}: {words}" for words in incomplete(found, bench.kind))
    yield from (f"told as recorded, and not in the spool: {number}" for number in sorted(desk.told - packets.keys()))
    for nik, times in Counter(bench.niks().values()).items():
        if times > 1:
            yield f"twice: {nik} stands in {times} packets"
    yield from _said(bench, desk)
    yield from _misended(bench.lines(), desk.causes)


def faults_at_rest(bench: Bench, desk: Desk) -> Iterator[str]:
    """All that is wrong besides, once nothing is under way."""
    recorded = bench.niks()
    sealed = {str(line.facts["control_number"]) for line in bench.lines() if line.kind is Kind.SEALED}
    if sealed != recorded.keys():
        yield f"journal and spool differ: {sorted(sealed ^ recorded.keys())}"
    if {nik_of(serial) for serial in desk.done} != set(recorded.values()):
        yield f"the operator takes {sorted(desk.done)} for recorded, in the spool are {sorted(recorded.values())}"
    done = sum(line.get("done") is True for line in bench.announced())
    if done > len(recorded) + desk.asked["operator"]:
        yield f"announced as done: {done}, kept: {len(recorded)}"


def incomplete(found: Transaction, kind: Kit) -> Iterator[str]:
    """Steps that a record lacks: each is captured, or excused with a reason."""
    if tuple(finger.position for finger in found.fingers) != tuple(FingerPosition):
        yield f"its fingers are {[finger.position.name for finger in found.fingers]}"
    steps: list[FingerRecord | FaceRecord] = [*found.fingers, *([found.face] if found.face else [])]
    for step in steps:
        name = step.position.name if isinstance(step, FingerRecord) else "face"
        is_there = bool(step.data)
        if is_there is (step.outcome is Outcome.EXCUSED):
            yield f"{name}: {step.outcome.value}, and {'an' if is_there else 'no'} image"
        if step.outcome is Outcome.EXCUSED and not step.reason:
            yield f"{name}: excused without a reason"
    if (kind is Kit.FACE) is not (found.face is not None):
        yield f"{'no' if found.face is None else 'a'} face from a kit with {kind.value}"


def _said(bench: Bench, desk: Desk) -> Iterator[str]:
    """Words that nobody foresaw."""
    for client in (desk.client, *desk.others):
        for words in ("Traceback", "the station failed"):
            if client and words in client.words:
                yield f"{client.verb} was told: {client.words[-1500:]}"
    for words in (*bench.said, bench.station.words() if bench.station else ""):
        if "Traceback" in words:
            yield f"the station's log: {words[-3000:]}"
    if wrong := set(bench.statuses) - STATUSES:
        yield f"the station ended with {wrong}"


def _misended(lines: list[Line], causes: set[str]) -> Iterator[str]:
    """Sessions that overlap, end twice, or end early for a reason that this walk never gave."""
    open_: Line | None = None
    for line in lines:
        if line.kind is Kind.BEGUN:
            if open_:
                yield f"{open_.facts['control_number']} has no end in the journal"
            open_ = line
        elif line.kind in ENDS:
            if open_ is None:
                yield f"line {line.sequence} of the journal ends no session"
            open_ = None
        if line.kind is Kind.CANCELLED and line.facts["reason"] not in causes:
            yield f"a session ended early: {line.facts['reason']}; that may be {sorted(causes) or 'nothing'}"
