"""Puts together the facts for the doctor: of the machine, of the devices by the station or alone, of the kit's data."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from firmware import (
    __version__,
    connection,
    examination,
    identity,
    journal_check,
    known_sensor,
    last_delivery,
    machine,
    reporting,
    standing,
)
from firmware.acting import acting_as
from firmware.clock import Clock
from firmware.config import KitConfig
from firmware.datatypes import Timestamp
from firmware.doctor import Told
from firmware.errors import ConfigError, DeviceBusy, IdentityError, JournalError, SessionError, SpoolError, StationMute
from firmware.journal import JOURNAL
from firmware.journal_lines import Kind, Line
from firmware.kit import Kit
from firmware.machine import ROOT, Access, User
from firmware.spool import SPOOL, Spool
from firmware.symptoms import Devices, Facts, Papers, Past
from firmware.vocabulary import FingerPosition

SCHEMA_VERSION = 1

ANSWER_S = 90.0
"""So long the station may take to try its devices."""

_LATELY = timedelta(days=1)
_FINGERS = frozenset(position.name.lower() for position in FingerPosition)
_GOOD_TRIES = 1


@dataclass(frozen=True, slots=True)
class Consultation:
    """The facts, at a moment; `untried`: why the devices could not be tried, or nothing. by_station: who tried them."""

    facts: Facts
    at: Timestamp
    untried: str = ""
    by_station: bool = False


def as_json(came: Consultation, config: KitConfig, told: Sequence[Told]) -> dict[str, Any]:
    """The document of `rekam doctor --json`; docs/doctor.md tells of it."""
    return {
        "schema": SCHEMA_VERSION,
        "kit": config.kit_id,
        "software": __version__,
        "at": came.at.utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "clock": came.at.trust.value,
        "station": came.by_station,
        "untried": came.untried or None,
        "findings": [finding.as_json() for finding in told],
    }


def consult(config: KitConfig, root: Path = ROOT) -> Consultation:
    """Look at everything, as the kit's user where we are root. Raises ConfigError for data that cannot be used."""
    user = machine.user_of(config.data)
    if config.data.exists() and not os.access(config.data, os.R_OK | os.X_OK):
        raise ConfigError(f"data: {config.data} is {user.name}'s alone; run this as that user or as root, with sudo")
    with acting_as(user):
        devices, untried, by_station, is_mute = _devices(config)
    # Afterwards, and with all our rights: what has gone meanwhile is gone, and root sees whose a port is
    port = machine.port(config.fingerprint.port, user, frozenset({os.getpid(), _owner(config.data)}), root)
    with acting_as(user):
        at = Clock(config.timezone, config.data).now()
        facts = Facts(
            user.name,
            config.fingerprint.port,
            port,
            dict(_access(config, user, root)),
            machine.supply(root),
            machine.disk(config.data),
            str(config.data),
            devices,
            known_sensor.known(config.data),
            past(config.data),
            _papers(config, at, root, by_station=by_station),
            is_mute,
            machine.setback(root),
        )
    return Consultation(facts, at, untried, by_station)


def accept_sensor(config: KitConfig) -> str:
    """Take the sensor that answers now for the kit's own; its serial, empty where it tells none.

    Raises DeviceError, InputError, and DeviceBusy while a station or another process has the kit.
    """
    with acting_as(machine.user_of(config.data)), Kit(config) as kit:
        known_sensor.keep(config.data, kit.fingerprint.device)
        return known_sensor.serial(kit.fingerprint.device)


def past(data: Path) -> Past:
    """What the journal tells of its last day; nothing where there is none."""
    try:
        lines = [line for _, line in journal_check.lines(data / JOURNAL) if isinstance(line, Line)]
    except JournalError:
        return Past()
    since = lines[-1].at.utc - _LATELY if lines else None
    late = [line for line in lines if since and line.at.utc >= since]
    steps = [line for line in late if line.kind is Kind.STEP and line.facts["step"] in _FINGERS]
    taken = [line for line in steps if line.facts["outcome"] != "excused"]
    poor = [line for line in taken if _tries(line) > _GOOD_TRIES or line.facts["outcome"] == "low_quality"]
    went = Counter(
        str(line.facts["device"]) for line in late if line.kind is Kind.DEVICE and line.facts["outcome"] != "ok"
    )
    return Past(len(taken), len(poor), went)


def _tries(line: Line) -> int:
    return int(line.facts.get("attempts", 1))


def _devices(config: KitConfig) -> tuple[Devices | None, str, bool, bool]:
    """What came of trying them; why they could not be; whether the station did it; whether it is mute."""
    try:
        told = connection.ask(config.data, "examine", ANSWER_S)
        if told is not None:
            return Devices.from_json(told["devices"]), "", True, False
        with Kit(config, patient=True) as kit:
            return examination.examine(kit), "", False, False
    except StationMute as error:
        return None, str(error), True, True
    except (SessionError, DeviceBusy, ConfigError) as error:
        return None, str(error), isinstance(error, SessionError), False


def _owner(data: Path) -> int:
    """The process that holds the kit, as its lock tells."""
    try:
        return int((data / "kit.lock").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def _access(config: KitConfig, user: User, root: Path) -> Iterator[tuple[str, Access]]:
    """The files behind panel, gauge and camera, as far as they are there: of several the first that is closed."""
    patterns: dict[str, tuple[str, ...]] = {}
    if config.panel:
        patterns["panel"] = ("dev/gpiochip*",)
    if config.power and isinstance(config.power.bus, int):
        patterns["battery"] = (f"dev/i2c-{config.power.bus}",)
    if config.camera and config.camera.model == "picamera2":
        patterns["camera"] = ("dev/media*", "dev/video*")
    for device, globs in patterns.items():
        found = [machine.access(path, user) for pattern in globs for path in sorted(root.glob(pattern))]
        seen = [one for one in found if one]
        if seen:
            yield device, next((one for one in seen if not one.is_open), seen[0])


def _papers(config: KitConfig, at: Timestamp, root: Path, *, by_station: bool) -> Papers:
    packets = ""
    if (config.data / SPOOL).exists():
        try:
            with Spool(config.data / SPOOL):
                pass
        except SpoolError as error:
            packets = str(error)
    stands = standing.look(config.data, at, config.timezone, root)
    if stands is None:
        return Papers(packets=packets)
    broker = f"{config.mqtt.host}:{config.mqtt.port}" if config.mqtt else ""
    reach = _reach(config, by_station=by_station)
    papers = Papers(stands.state.value, str(stands.until or ""), _is_readable(config, root), packets, broker, reach)
    node = reporting.node_look(config)
    papers = replace(papers, node=node.reach.name, host=node.host, reports=node.waiting, unkept=node.words)
    failure = last_delivery.look(config.data)
    if config.delivery is None or failure is None:
        return papers
    when = f"{failure.at.astimezone(ZoneInfo(config.timezone)):%Y-%m-%d %H:%M}"
    return replace(papers, office=config.delivery.url, delivery=failure.reason, delivery_at=when)


def _reach(config: KitConfig, *, by_station: bool) -> str:
    """How the way to the broker stands, as the station tells where one runs."""
    try:
        told = connection.ask(config.data, "status", ANSWER_S) if by_station else None
        return str(told["reach"]) if told else reporting.reach(config).name
    except (SessionError, ConfigError):
        return ""


def _is_readable(config: KitConfig, root: Path) -> bool:
    """Whether somebody could open what this kit records."""
    if config.office.recipients:
        return True
    try:
        kit = identity.look(config.data, root)
    except IdentityError:
        return False
    return bool(kit and kit.recipients)
