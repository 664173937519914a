"""The simulated world in a folder: everything is started, kit.toml written last, and all of it ended again."""

import contextlib
import dataclasses
import fcntl
import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim import faults, fuel_gauge
from sim.battery import Battery
from sim.broker import Broker
from sim.camera_line import CameraLine
from sim.errors import SimulationError
from sim.faults import AnyFault, UnknownCommand, WrongBaud, WrongPassword
from sim.fingerprint_sensor import FingerprintSensor
from sim.fingers import Fingers, FolderFingers, GrownFingers
from sim.flash import Flash
from sim.glass import Glass
from sim.i2c_line import I2cLine
from sim.line import SensorLine
from sim.mischief import Mischief
from sim.panel import BUTTONS, OUTPUTS, PRESENCE, Panel
from sim.panel_faults import Frozen
from sim.panel_server import PanelServer
from sim.people import Resident
from sim.profiles import PROFILES, Profile
from sim.sensor_faults import AnotherSensor
from sim.wire import Wire

_KIT, _PORT, _ANNOUNCEMENTS, _LOCK = "kit.toml", "fingerprint", "announcements.jsonl", "world.lock"
I2C, PINS, CAMERA = "i2c.sock", "pins.sock", "camera.sock"
"""The I2C bus, the panel's pins and the face camera of the world in its folder."""

# A print's resolution on the simulated glass
_PPI = 500


@dataclass(frozen=True, slots=True)
class WorldOptions:
    """How the world shall be; the defaults are a sensor as shipped, before a person with grown fingers."""

    folder: Path
    fingers: Path | None = None
    hold: bool = False
    pace: float = 1.0
    faults: Path | None = None
    sensor: str = "zfm20"
    seed: int = 0
    broker: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class World:
    """A world that runs: its kit.toml, its sensor, its panel and, where it is ours, its broker."""

    kit: Path
    sensor: SensorLine
    i2c: I2cLine
    panel: Panel
    camera: CameraLine
    broker: Broker | None

    @property
    def pins(self) -> str:
        """The environment in which gpiozero finds the panel, as a shell takes it."""
        return _pins_at(self.kit.parent)

    @property
    def is_whole(self) -> bool:
        """Whether everything that was started still runs."""
        parts = self.sensor, self.i2c, self.camera
        return all(part.is_alive for part in parts) and (self.broker is None or self.broker.is_alive)


@contextlib.contextmanager
def run(options: WorldOptions) -> Iterator[World]:
    """Start a world; it ends with the context. Raises SimulationError for what cannot be."""
    planned = faults.load(options.faults) if options.faults else ()
    fingers: Fingers = FolderFingers(options.fingers) if options.fingers else GrownFingers(options.seed)
    folder = options.folder.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SimulationError(f"{folder}: the world's folder cannot be made ({error.strerror})") from error
    with contextlib.ExitStack() as stack:
        stack.enter_context(_only_world_in(folder))
        _clear(folder)
        broker = stack.enter_context(Broker()) if options.broker is None else None
        resident = Resident(fingers, folder / _ANNOUNCEMENTS, hold=options.hold, pace=options.pace, faults=planned)
        sensor = stack.enter_context(
            sensor_line(folder / _PORT, PROFILES[options.sensor], resident, planned, options.pace)
        )
        battery = Battery()
        gauge = fuel_gauge.FuelGauge(battery, planned)
        i2c = stack.enter_context(I2cLine(folder / I2C, {fuel_gauge.ADDRESS: gauge}, battery))
        panel = stack.enter_context(Panel(planned, lambda is_on: sensor.supply(is_on=is_on)))
        stack.enter_context(PanelServer(folder / PINS, panel))
        camera = stack.enter_context(CameraLine(folder / CAMERA, options.seed, folder / _ANNOUNCEMENTS))
        host, port = (broker.host, broker.port) if broker else options.broker or ("", 0)
        _write(folder / _KIT, _kit_toml(folder, host, port))
        yield World(folder / _KIT, sensor, i2c, panel, camera, broker)


def sensor_line(
    port: Path, profile: Profile, glass: Glass, planned: tuple[AnyFault, ...] = (), pace: float = 1.0
) -> SensorLine:
    """A sensor of this model at this port, with these faults; a context manager within which it is alive."""
    flash = Flash()
    for fault in planned:
        if isinstance(fault, WrongBaud):
            flash.baud_number = fault.baud // 9600
        elif isinstance(fault, WrongPassword):
            flash.password = fault.password
        elif isinstance(fault, AnotherSensor):
            profile = dataclasses.replace(profile, serial=fault.serial.encode())
        elif isinstance(fault, UnknownCommand):
            profile = dataclasses.replace(profile, unknown=profile.unknown | {fault.command})
    sensor = FingerprintSensor(profile, flash, glass)
    freezes_after = next((fault.after for fault in planned if isinstance(fault, Frozen)), None)
    return SensorLine(Wire(port, baud=flash.baud, pace=pace), sensor, Mischief(planned), freezes_after)


@contextlib.contextmanager
def _only_world_in(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the kernel frees when this process dies."""
    with (folder / _LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            owner = lock.read().strip() or "?"
            raise SimulationError(
                f"{folder}: process {owner} simulates a world here already; end it, or name another folder"
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _clear(folder: Path) -> None:
    """Take away what a world that ended badly left; the kit's own data stay."""
    for name in (_KIT, _PORT, I2C, PINS, CAMERA, _ANNOUNCEMENTS):
        (folder / name).unlink(missing_ok=True)


def _kit_toml(folder: Path, host: str, port: int) -> str:
    return f"""# Written by rekam sim: a kit in the simulated world
kit_id = "BENCH-1"
purpose = "training"
language = "en"
announcements = "{_ANNOUNCEMENTS}"

[fingerprint]
port = {_quoted(str(folder / _PORT))}
ppi = {_PPI}

[power]
bus = {_quoted(f"bench:{folder / I2C}")}

# gpiozero finds its pins with: export {_pins_at(folder)}
[panel]
{_panel_pins()}

[camera]
model = "bench"
source = {_quoted(str(folder / CAMERA))}

[mqtt]
host = {_quoted(host)}
port = {port}
"""


def _pins_at(folder: Path) -> str:
    """The environment in which gpiozero finds the panel of the world in this folder."""
    return f"GPIOZERO_PIN_FACTORY=rekam_bench REKAM_BENCH_PINS={shlex.quote(str(folder / PINS))}"


def _panel_pins() -> str:
    return "\n".join(f"{part} = {pin}" for part, pin in {**OUTPUTS, **BUTTONS, "presence": PRESENCE}.items())


def _quoted(text: str) -> str:
    """A TOML basic string."""
    escaped = "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or c in '"\\' else c for c in text)
    return f'"{escaped}"'


def _write(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
