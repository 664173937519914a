"""A simulated world in this very process, with a kit whose station is a process: all of it in the hands of a walk."""

import itertools
import json
import re
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from firmware import connection
from firmware.config import load
from firmware.errors import KitError
from firmware.journal import JOURNAL
from firmware.journal_check import lines
from firmware.journal_lines import Kind, Line
from firmware.office import keys, opening
from firmware.records import sealing
from firmware.records.contents import Transaction
from firmware.reporting import SPOOL
from firmware.spool import Spool
from sim import world as simulated
from sim.battery_command import set_battery
from sim.plug_verbs import Device, set_plugged
from tests import worlds
from tests.kills import Named, named
from tests.programs import Program, started

NO_BROKER = ("127.0.0.1", 9)
FULL, LOW, CRITICAL = 80, 15, 5
# A finger is waited for so long, seconds, and the third button cancels when held for longer than the other
TIMEOUT_S, HOLD_S = 1.0, 0.5


class Kit(Enum):
    """What a walk's kit has beside its sensor and its battery."""

    PANEL = "panel"
    BARE = "nothing"
    FACE = "panel and camera"


class Part(Enum):
    """What can be unplugged."""

    SENSOR = "sensor"
    PANEL = "panel"
    BATTERY = "battery"
    CAMERA = "camera"


@dataclass
class Standing:
    """A world that stands for many walks: each of them has a kit with a data folder of its own."""

    folder: Path
    found: worlds.World
    world: simulated.World
    numbers: Iterator[int] = field(default_factory=itertools.count)
    out: set[Part] = field(default_factory=set)

    @property
    def announcements(self) -> Path:
        return self.folder / "announcements.jsonl"

    def kit(self, kind: Kit) -> Path:
        """The settings of a new kit that waits a second for a finger, not thirty."""
        folder = self.folder / f"kit-{next(self.numbers)}"
        shutil.copytree(load(self.found.settings).data, folder / "data")
        text = self.found.settings.read_text(encoding="utf-8")
        text = text.replace('announcements = "', f'data = "{folder / "data"}"\nannouncements = "{self.folder}/')
        text = text.replace("\n[fingerprint]\n", f"\n[fingerprint]\nfinger_timeout_s = {TIMEOUT_S}\n")
        text = text.replace("\n[panel]\n", f"\n[panel]\nhold_s = {HOLD_S}\n")
        text = without(text, "mqtt")
        text = without(text, "panel") if kind is Kit.BARE else text
        text = text if kind is Kit.FACE else worlds.without_camera(text)
        (folder / "kit.toml").write_text(text, encoding="utf-8")
        return folder / "kit.toml"

    def plug(self, part: Part, *, is_in: bool) -> None:
        """Pull the plug of a part, or put it back; twice is no fault."""
        (self.out.discard if is_in else self.out.add)(part)
        if part is Part.SENSOR:
            self.world.sensor.plug(is_in=is_in)
        else:
            set_plugged(self.folder, Device(part.value), is_in=is_in)

    def mend(self) -> None:
        """Plug everything in, fill the battery, and let the resident forget what was."""
        for part in Part:
            self.plug(part, is_in=True)
        self.charge(FULL)
        self.announce({"done": True})

    def announce(self, line: dict[str, object]) -> None:
        """Let the resident hear something that no kit has said."""
        with self.announcements.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def charge(self, percent: int) -> None:
        set_battery(self.folder, percent, 0.0 if percent == FULL else -10.0)


def without(settings: str, section: str) -> str:
    """The text of a kit.toml without a section."""
    return re.sub(rf"\[{section}\]\n(?:[^\[].*\n)*", "", settings)


@contextmanager
def standing(folder: Path) -> Iterator[Standing]:
    """A world without the wire's slowness."""
    options = simulated.WorldOptions(folder, pace=0, broker=NO_BROKER)
    pins = {"GPIOZERO_PIN_FACTORY": "rekam_bench", "REKAM_BENCH_PINS": str(folder / simulated.PINS)}
    with simulated.run(options) as world, pytest.MonkeyPatch.context() as patch:
        for name, value in pins.items():
            patch.setenv(name, value)
        yield Standing(folder, worlds.admitted(world.kit, keys.init(folder / "office")), world)


class Bench:
    """One kit and its station: started, ended and asked."""

    def __init__(self, standing: Standing, kind: Kit) -> None:
        self.standing, self.kind = standing, kind
        self.settings = standing.kit(kind)
        self.config = load(self.settings)
        self.journal = self.config.data / JOURNAL
        self.station: Program | None = None
        self._opened: dict[str, Transaction | KitError] = {}
        self.ends: Counter[str] = Counter()
        self.statuses: list[int | None] = []
        self.said: list[str] = []
        self.heard = standing.announcements.stat().st_size if standing.announcements.exists() else 0

    @property
    def is_up(self) -> bool:
        return self.station is not None and self.station.process.is_alive()

    def start(self) -> tuple[Named, ...]:
        """Start the station; what it named before it was ready."""
        self.station = started(self.settings)
        return tuple(named(self.station.words()))

    def end(self, by: signal.Signals) -> None:
        """End the station, where one runs."""
        if self.station is None:
            return
        if self.station.process.is_alive():
            self.ends[by.name] += 1
            self.station.end(by)
        else:
            self.ends["by itself"] += 1
        station, self.station = self.station, None
        self.said.append(station.words())
        self.statuses.append(station.process.exitcode)

    def state(self) -> str:
        """What the station says that it is doing; empty where none answers."""
        line = connection.connect(self.config.data)
        if line is None:
            return ""
        with line:
            line.send(verb="status")
            document: dict[str, Any] = next(line.messages(), {}).get("result", {}).get("document", {})
        return str(document.get("state", ""))

    def is_idle(self) -> bool:
        """Whether nothing is under way, nor on its way."""
        for _ in range(3):
            if self.state() != "idle":
                return False
            time.sleep(0.05)
        return True

    def press(self, button: str, seconds: float) -> None:
        self.standing.world.panel.press(button, seconds)

    def announced(self) -> list[dict[str, object]]:
        """What this walk's kit has announced, with what the resident heard besides."""
        if not self.standing.announcements.exists():
            return []
        with self.standing.announcements.open("rb") as file:
            file.seek(self.heard)
            return [json.loads(line) for line in file.read().splitlines(keepends=True) if line.endswith(b"\n")]

    def packets(self) -> dict[str, Transaction | KitError]:
        """What is in each packet of the spool, opened by the office, or why it does not open."""
        with Spool(self.config.data / SPOOL) as spool:
            for number in [entry.control_number for entry in spool.entries()]:
                if number not in self._opened:
                    path = self.settings.with_name(sealing.file_name(number))
                    path.write_bytes(spool.packet(number).ciphertext)
                    try:
                        self._opened[number] = opening.open_file(path, self.standing.found.office).transaction
                    except KitError as error:
                        self._opened[number] = error
        return self._opened

    def niks(self) -> dict[str, str]:
        """Whose packet it is, by control number, of those that open."""
        return {number: one.resident.nik for number, one in self.packets().items() if isinstance(one, Transaction)}

    def outcomes(self) -> list[str]:
        """How sessions ended, by the journal."""
        lines = [line for line in self.lines() if line.kind in (Kind.SEALED, Kind.CANCELLED, Kind.INTERRUPTED)]
        return [f"{line.kind.value} {line.facts.get('reason', '')}".strip() for line in lines]

    def lines(self) -> list[Line]:
        """The sound lines of the journal."""
        if not self.journal.exists():
            return []
        return [line for _, line in lines(self.journal) if isinstance(line, Line)]
