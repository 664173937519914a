"""The doctor's judgement: facts about a kit become findings, each with likely causes and what to try.

Nothing here looks at the kit; `examination` tries its devices, `machine` reads what Linux shows, `consultation` puts
the facts together.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from firmware.doctor_broker_words import BrokerIllness
from firmware.doctor_delivery_words import DeliveryIllness
from firmware.doctor_kit_words import KitIllness
from firmware.doctor_node_words import NodeIllness
from firmware.doctor_words import DeviceName, WireIllness
from firmware.drivers.fingerprint_opening import RARE_BAUD_RATES
from firmware.machine import Access, Setback, Supply
from firmware.symptoms import Devices, Facts, Papers, Past, Sensor, Trial
from firmware.vocabulary import Language
from firmware.wording import Bilingual

FULL, NEARLY_FULL = 50_000_000, 500_000_000
"""Bytes: below the first nothing more is recorded with safety, below the second are fewer than 500 records."""

LOOSE = 3
"""A device that went so often of late has a loose plug."""

FEWEST_STEPS = 10
"""Of fewer fingers nothing can be said about the glass."""

_CAMERA = {"DeviceAbsent": KitIllness.CAMERA_GONE, "DeviceBusy": KitIllness.CAMERA_BUSY}
_SENSOR = {
    "DeviceAbsent": WireIllness.SENSOR_SILENT,
    "LinkCorrupt": WireIllness.SENSOR_GARBLED,
    "LinkTimeout": WireIllness.SENSOR_GARBLED,
    "LinkLost": WireIllness.SENSOR_LOST,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with the values that its words name."""

    illness: Bilingual
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """A name for scripts, which stays."""
        return self.illness.name.lower()

    def tell(self, language: Language) -> "Told":
        """The words in one language."""
        values = {
            name: value.say(language) if isinstance(value, Bilingual | Setback) else value
            for name, value in self.values.items()
        }
        what, *lines = self.illness.say(language, **values).splitlines()
        return Told(
            self.code,
            what,
            tuple(line.removeprefix("- ") for line in lines if line.startswith("- ")),
            tuple(line.removeprefix("> ") for line in lines if line.startswith("> ")),
        )


@dataclass(frozen=True, slots=True)
class Told:
    """A finding in words: what it is, likely causes in order, what to try in order."""

    code: str
    what: str
    causes: tuple[str, ...]
    tries: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As docs/doctor.md has it."""
        return {"code": self.code, "what": self.what, "causes": list(self.causes), "try": list(self.tries)}


def judge(facts: Facts) -> tuple[Finding, ...]:
    """Everything that is wrong, what keeps others from working first."""
    parts = (
        _supply(facts.supply),
        _disk(facts),
        _station(facts),
        _sensor(facts),
        _others(facts),
        _papers(facts.papers),
        _version(facts.setback),
    )
    return tuple(finding for part in parts for finding in part)


def _supply(supply: Supply) -> Iterator[Finding]:
    if supply.is_low:
        yield Finding(KitIllness.SUPPLY_LOW)
    elif supply.was_low:
        yield Finding(KitIllness.SUPPLY_WAS_LOW)
    if supply.is_hot:
        yield Finding(KitIllness.BOARD_HOT)


def _disk(facts: Facts) -> Iterator[Finding]:
    disk = facts.disk
    if disk is None:
        return
    free = f"{disk.free / 1e6:.0f} MB"
    if disk.is_read_only:
        yield Finding(KitIllness.CARD_READ_ONLY, {"path": facts.disk_path})
    elif disk.free < FULL:
        yield Finding(KitIllness.CARD_FULL, {"free": free})
    elif disk.free < NEARLY_FULL:
        yield Finding(KitIllness.CARD_NEARLY_FULL, {"free": free})


def _station(facts: Facts) -> Iterator[Finding]:
    if facts.is_mute:
        yield Finding(KitIllness.STATION_MUTE)


def _version(setback: Setback | None) -> Iterator[Finding]:
    if setback:
        values = {"version": setback.version, "previous": setback.previous, "why": setback}
        yield Finding(KitIllness.UPDATE_TAKEN_BACK, values)


def _right(device: DeviceName, access: Access | None, user: str) -> Iterator[Finding]:
    """Nothing where the device may be opened."""
    if access is None or access.is_open:
        return
    values = {"device": device, "path": access.path, "user": user, "group": access.group}
    yield Finding(WireIllness.NEW_LOGIN if access.is_open_later else WireIllness.NO_RIGHT, values)


def _sensor(facts: Facts) -> Iterator[Finding]:
    port, tried = facts.port, facts.devices.sensor if facts.devices else Sensor()
    named = {"port": facts.port_name}
    if port and not port.is_there:
        yield Finding(WireIllness.PORT_GONE, named)
    elif refused := list(_right(DeviceName.FINGERPRINT, port.access if port else None, facts.user)):
        yield from refused
    elif port and port.console:
        yield Finding(WireIllness.PORT_CONSOLE, {**named, "holder": port.holder, "name": port.console})
    elif (port and port.holder) or tried.trial.fault == "DeviceBusy":
        yield Finding(WireIllness.PORT_TAKEN, {**named, "holder": (port and port.holder) or "?"})
    elif tried.trial.fault:
        yield _failed(tried.trial, named)
    else:
        yield from _working(tried, facts)
    yield from _loose("fingerprint", DeviceName.FINGERPRINT, facts.past)


def _failed(trial: Trial, named: Mapping[str, object]) -> Finding:
    if trial.fault == "DeviceStuck":
        return Finding(WireIllness.DEVICE_STUCK, {"device": DeviceName.FINGERPRINT, "words": trial.words})
    illness = _SENSOR.get(trial.fault, WireIllness.SENSOR_REFUSES)
    return Finding(illness, {**named, "words": trial.words})


def _working(tried: Sensor, facts: Facts) -> Iterator[Finding]:
    """What may be wrong with a sensor that answers."""
    if tried.found_at in RARE_BAUD_RATES:
        yield Finding(WireIllness.SENSOR_SPEED, {"port": facts.port_name, "speed": tried.found_at, "now": tried.speed})
    if tried.glass and facts.known_serial and tried.serial != facts.known_serial:
        yield Finding(WireIllness.SENSOR_SWAPPED, {"now": tried.serial or "?", "before": facts.known_serial})
    past = facts.past
    if tried.glass == "covered":
        yield Finding(WireIllness.GLASS_COVERED)
    elif tried.glass == "unreadable":
        yield Finding(WireIllness.GLASS_UNREADABLE, {"words": tried.glass_words})
    elif past.steps >= FEWEST_STEPS and 2 * past.poor >= past.steps:
        yield Finding(WireIllness.PRINTS_POOR, {"poor": past.poor, "steps": past.steps})


def _others(facts: Facts) -> Iterator[Finding]:
    devices = facts.devices or Devices()
    for key, device, trial, illness in (
        ("panel", DeviceName.PANEL, devices.panel, KitIllness.PANEL_FAULT),
        ("battery", DeviceName.BATTERY, devices.battery, KitIllness.GAUGE_FAULT),
        ("camera", DeviceName.CAMERA, devices.camera, KitIllness.CAMERA_FAULT),
    ):
        if refused := list(_right(device, facts.access.get(key), facts.user)):
            yield from refused
        elif trial and trial.fault == "DeviceStuck":
            yield Finding(WireIllness.DEVICE_STUCK, {"device": device, "words": trial.words})
        elif trial and trial.fault:
            found = _CAMERA.get(trial.fault, illness) if key == "camera" else illness
            yield Finding(found, {"words": trial.words})
        yield from _loose(key, device, facts.past)


def _loose(key: str, device: DeviceName, past: Past) -> Iterator[Finding]:
    if (times := past.went.get(key, 0)) >= LOOSE:
        yield Finding(WireIllness.DEVICE_LOOSE, {"device": device, "times": times})


_STANDING = {
    "expired": KitIllness.CERTIFICATE_ENDED,
    "expiring": KitIllness.CERTIFICATE_ENDS,
    "other_board": KitIllness.OTHER_BOARD,
    "spoiled": KitIllness.IDENTITY_SPOILED,
}


def _papers(papers: Papers) -> Iterator[Finding]:
    if illness := _STANDING.get(papers.standing):
        yield Finding(illness, {"until": papers.until})
    elif not papers.is_readable:
        yield Finding(KitIllness.NOT_ADMITTED)
    if papers.packets:
        yield Finding(KitIllness.PACKETS_DAMAGED, {"words": papers.packets})
    obstacle = BrokerIllness.__members__.get(f"BROKER_{papers.reach}")
    if obstacle and (obstacle is not BrokerIllness.BROKER_UNADMITTED or papers.is_readable):
        yield Finding(obstacle, {"broker": papers.broker})
    in_fleet = NodeIllness.__members__.get(f"NODE_{papers.node}")
    # What keeps the status from the broker keeps the node from it as well, and is told
    if in_fleet and (in_fleet is NodeIllness.NODE_UNKEPT or not obstacle):
        told = {"broker": papers.broker, "host": papers.host, "waiting": papers.reports, "words": papers.unkept}
        yield Finding(in_fleet, told)
    hindrance = DeliveryIllness.__members__.get(f"DELIVERY_{papers.delivery.upper()}")
    if hindrance and papers.is_readable:
        yield Finding(hindrance, {"office": papers.office, "at": papers.delivery_at})
