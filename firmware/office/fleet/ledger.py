"""What each word of a kit changes in the office's rows; it touches nothing, and believes nothing that it need not.

Words come from the JSON summary, and from Sparkplug messages through a `HostSession`. Text that no code is, such as
what a kit says of a broken device, is kept without numbers like a NIK; text under a name that is unknown here is not.
"""

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby

from firmware.errors import MessageError
from firmware.office.fleet import harmless
from firmware.office.fleet.rows import BORN, DEAD, UNREADABLE, DayRow, KitRow, ReportRow, iso, moment
from firmware.telemetry import readings, topics
from firmware.telemetry.hearing import Heard, Summaries, Word
from firmware.telemetry.host_session import HostSession, Mark, Told, acknowledgement
from firmware.telemetry.metrics import Quality, Reading
from firmware.telemetry.node_session import REPORT
from firmware.telemetry.summary import KitState
from firmware.telemetry.topics import Node, Verb
from firmware.vocabulary import ClockTrust

_DOUBTED = (ClockTrust.UNCONFIRMED, ClockTrust.WRONG)


@dataclass
class Changes:
    """What is to be kept, and what to write to whom once it is: topics and bytes."""

    kits: dict[str, KitRow] = field(default_factory=dict)
    days: dict[tuple[str, str], DayRow] = field(default_factory=dict)
    reports: list[ReportRow] = field(default_factory=list)
    answers: list[tuple[str, bytes]] = field(default_factory=list)


class Ledger:
    """Every kit's row, kept up to date; for one thread. kits, days: as they were kept."""

    def __init__(self, kits: Iterable[KitRow], days: Iterable[DayRow]) -> None:
        self.kits = {row.kit_id: row for row in kits}
        self._days = {(row.kit_id, row.day): row for row in days}
        self._summaries = Summaries()
        self._session = HostSession(time.monotonic)
        self._changes = Changes()

    def take(self) -> Changes:
        """What changed since this was last asked."""
        changes, self._changes = self._changes, Changes()
        return changes

    def forget(self, changes: Changes) -> None:
        """These could not be kept: keep the rows later; every node is to tell its reports again, and its birth."""
        self._changes.kits, self._changes.days = changes.kits, changes.days
        self._session = HostSession(time.monotonic)

    def calls(self) -> list[tuple[str, bytes]]:
        """What asks the nodes that were known before for their births."""
        nodes = [Node(row.node_group, row.kit_id) for row in self.kits.values() if row.node_group and row.node != BORN]
        return [(node.topic(Verb.NCMD), self._session.command(node, (harmless.REBIRTH_NOW,), _ms())) for node in nodes]

    def hear(self, word: Word) -> None:
        """Take one message; what cannot be read changes nothing else."""
        heard = self._summaries.read(word)
        if heard is not None:
            self._hear_summary(heard)
            return
        address = topics.read(word.topic)
        if address is None or not harmless.is_kit(address.node.name) or not harmless.is_name(address.device):
            return
        try:
            told = self._session.hear(word.topic, word.payload)
        except MessageError:
            told = None
        if told is not None:
            self._hear_node(told, word.at)
        asked = self._session.asks(address.node)
        if asked is not None:
            self._answer(address.node, asked)

    def _hear_summary(self, heard: Heard) -> None:
        row = self.kits.get(heard.kit, KitRow(heard.kit))
        digest = hashlib.sha256(heard.word.payload).hexdigest()
        if heard.word.is_retained and digest == row.digest:
            return
        row = replace(row, digest=digest)
        if heard.is_erased:
            row = replace(row, state="", until_utc="")
        elif heard.state is None:
            row = replace(row, state=UNREADABLE)
        elif heard.state is KitState.LOST:
            row = replace(row, state=heard.state.value, until_utc="")
        else:
            said, until = heard.said_at, heard.until
            row = replace(
                row,
                state=heard.state.value,
                node="" if row.node == DEAD and not heard.word.is_retained else row.node,
                said_utc=iso(said) if said else row.said_utc,
                until_utc=iso(until) if until else "",
                **harmless.of_summary(heard.document),
            )
            self._count(row, said)
        self._keep(row)

    def _hear_node(self, told: Told, at: datetime) -> None:
        node, verb, device = told.address.node, told.address.verb, told.address.device
        row = replace(self.kits.get(node.name, KitRow(node.name)), node_group=node.group)
        if verb is Verb.NDEATH:
            self._keep(replace(row, node=DEAD, until_utc=""))
            return
        row = replace(row, node=BORN, said_utc=iso(at))
        if verb is Verb.DDEATH:
            row = _with_device(row, device, {"state": "absent"})
        for mark, of_report in groupby(told.readings, key=lambda one: one[0]):
            several = [one for _, one in of_report if one.metric.name != REPORT.name]
            if any(not one.is_historical for one in several):
                row = _taught(row, device, several, at)
                self._count(row, at)
            elif mark is not None and not device:
                self._count_past(node.name, mark, several)
            self._report(node.name, device, mark, several, at)
        self._keep(row)
        acknowledged = acknowledgement(told)
        if acknowledged is not None:
            self._answer(node, acknowledged)

    def _report(self, kit: str, device: str, mark: Mark | None, of_report: list[Reading], at: datetime) -> None:
        if mark is None or not mark.number:
            return
        told = {one.metric.name: harmless.value(one) for one in of_report if harmless.is_name(one.metric.name)}
        kept = {name: value for name, value in told.items() if value is not None}
        when = harmless.at(next((one.at_ms for one in of_report if one.at_ms is not None), None)) or iso(at)
        boot = mark.boot if harmless.is_name(mark.boot) else hashlib.sha256(mark.boot.encode()).hexdigest()[:8]
        told_as_json = json.dumps(kept, ensure_ascii=False)
        row = ReportRow(kit, boot, mark.number, device, when, mark.trust.value, iso(at), told_as_json)
        self._changes.reports.append(row)

    def _count(self, row: KitRow, at: datetime | None) -> None:
        """Note how a kit stands on the day of its word."""
        if at is not None:
            day = at.astimezone().date().isoformat()
            self._count_day(DayRow(row.kit_id, day, iso(at), row.recorded, row.waiting, row.temperature_c))

    def _count_past(self, kit: str, mark: Mark, of_report: list[Reading]) -> None:
        """The same from a report of the past, where its clock is believed."""
        told = {one.metric.name: harmless.number(one) for one in of_report}
        at = moment(harmless.at(next((one.at_ms for one in of_report if one.at_ms is not None), None)))
        if mark.trust in _DOUBTED or at is None or at > datetime.now(UTC):
            return
        day = at.astimezone().date().isoformat()
        recorded, waiting = (harmless.count(told.get(one.name)) for one in (readings.RECORDED, readings.WAITING))
        self._count_day(DayRow(kit, day, iso(at), recorded, waiting, told.get(readings.TEMPERATURE.name)))

    def _count_day(self, told: DayRow) -> None:
        """Join it with what is known of that day: the later word counts, and the highest temperature."""
        known = self._days.get((told.kit_id, told.day), replace(told, at_utc=""))
        late, early = (told, known) if told.at_utc >= known.at_utc else (known, told)
        degrees = [one.temperature_c for one in (late, early) if one.temperature_c is not None]
        now = replace(
            late,
            recorded=early.recorded if late.recorded is None else late.recorded,
            waiting=early.waiting if late.waiting is None else late.waiting,
            temperature_c=max(degrees, default=None),
        )
        if replace(now, at_utc=known.at_utc) != known or not known.at_utc:
            self._days[told.kit_id, told.day] = self._changes.days[told.kit_id, told.day] = now

    def _answer(self, node: Node, reading: Reading) -> None:
        self._changes.answers.append((node.topic(Verb.NCMD), self._session.command(node, (reading,), _ms())))

    def _keep(self, row: KitRow) -> None:
        if row != self.kits.get(row.kit_id):
            self.kits[row.kit_id] = self._changes.kits[row.kit_id] = row


def _taught(row: KitRow, device: str, several: Iterable[Reading], at: datetime) -> KitRow:
    """The row with what is true now."""
    several = [one if one.quality is not Quality.BAD else replace(one, value=None) for one in several]
    if device:
        told = {one.metric.name: harmless.value(one) for one in several}
        names = {"state": readings.DEVICE_STATE, "words": readings.DEVICE_WORDS, "model": readings.DEVICE_MODEL}
        return _with_device(
            row, device, {key: str(told[one.name] or "") for key, one in names.items() if one.name in told}
        )
    told_now = replace(row, **harmless.of_kit(several))
    before = (row.stage, row.stage_reason, row.stage_since_utc)
    if (told_now.stage, told_now.stage_reason, told_now.stage_since_utc) != before:
        told_now = replace(told_now, stage_told_utc=iso(at))
    return told_now


def _with_device(row: KitRow, device: str, told: Mapping[str, str]) -> KitRow:
    every = row.all_devices() | {device: row.device(device) | dict(told)}
    return replace(row, devices=json.dumps(every, sort_keys=True, ensure_ascii=False))


def _ms() -> int:
    return int(time.time() * 1000)
