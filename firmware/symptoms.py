"""The facts about a kit on which the doctor's judgement rests."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from firmware.machine import Access, Disk, Port, Setback, Supply


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of trying a device: the name of the error's class and its words; nothing where it works."""

    fault: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Sensor:
    """What came of trying the sensor. glass: "clear", "covered", "unreadable", or nothing where it was not seen.

    serial: model and serial number, where it tells one. found_at, speed: baud, before and after it was brought to the
    usual speed. glass_words: of an unreadable glass.
    """

    trial: Trial = Trial()
    serial: str = ""
    found_at: int = 0
    speed: int = 0
    glass: str = ""
    glass_words: str = ""


@dataclass(frozen=True, slots=True)
class Devices:
    """What came of trying the devices; None where the kit has none of the kind."""

    sensor: Sensor = Sensor()
    panel: Trial | None = None
    battery: Trial | None = None
    camera: Trial | None = None

    def as_json(self) -> dict[str, Any]:
        """As it passes from the station to its client."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The same at the other end."""
        sensor = told["sensor"]
        others = {name: Trial(**told[name]) for name in ("panel", "battery", "camera") if told[name]}
        return cls(Sensor(**{**sensor, "trial": Trial(**sensor["trial"])}), **others)


@dataclass(frozen=True, slots=True)
class Past:
    """What the journal tells of late: fingers taken, how many of them more than once, how often each device went."""

    steps: int = 0
    poor: int = 0
    went: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Papers:
    """How identity, packets and the way to the broker stand.

    standing: the value of a `standing.State`, or nothing where this user may not see it; until: the certificate's last
    day. is_readable: whether somebody could open what the kit records. packets: why the store of packets does not open.
    reach: the name of a `reporting.Reach`, or nothing where it is not known; broker: the broker's address.
    node: the name of a `reach.NodeReach`; host: whom the node waits for; reports: how many wait; unkept: why none can.
    office: where packets are delivered to; delivery, delivery_at: why and when that failed last, or nothing.
    """

    standing: str = ""
    until: str = ""
    is_readable: bool = True
    packets: str = ""
    broker: str = ""
    reach: str = ""
    office: str = ""
    delivery: str = ""
    delivery_at: str = ""
    node: str = ""
    host: str = ""
    reports: int = 0
    unkept: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a judgement rests on. user: whose rights count. access: by device, as far as it has a file.

    devices: None where they could not be tried. known_serial: of the sensor that the kit knows as its own, if any.
    setback: of the update that the kit went back from last, if it did.
    """

    user: str
    port_name: str
    port: Port | None = None
    access: Mapping[str, Access] = field(default_factory=dict)
    supply: Supply = field(default_factory=Supply)
    disk: Disk | None = None
    disk_path: str = ""
    devices: Devices | None = None
    known_serial: str = ""
    past: Past = Past()
    papers: Papers = Papers()
    is_mute: bool = False
    setback: Setback | None = None
