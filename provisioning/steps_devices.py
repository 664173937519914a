"""The steps of what is plugged in: the sensor's port, named by where it is plugged, and the camera."""

import json
from collections.abc import Iterator
from pathlib import Path

from provisioning.engine import Step, restored
from provisioning.machine import Machine
from provisioning.steps_environment import PROGRAM, PYTHON
from provisioning.words import SetupFailed, Words, same

RULES = "/etc/udev/rules.d/70-rekam.rules"
NAME = "rekam/fingerprint"

_NO_RULE = Words("port sensor belum bernama /dev/{name}", "the sensor's port does not have the name /dev/{name} yet")
_NO_DEVICE = Words(
    "/dev/{name} tidak ada: kabel sensor lepas atau dipindah ke port USB lain",
    "/dev/{name} is not there: the sensor's cable is loose, or moved to another USB port",
)
_UNASKED = Words("sensor di {port} belum menjawab", "the sensor at {port} has not answered yet")
_NO_PATH = Words(
    "{port}: udev tidak tahu di port USB mana ia terpasang; sebutkan jalurnya dengan usb:ID_PATH",
    "{port}: udev does not know in which USB port it is; give its path as usb:ID_PATH",
)
_SILENT = Words(
    "tidak ada sensor sidik jari yang menjawab. Ditanya: {tried}. Periksa daya, lalu kabel TXD dan RXD (bersilang), "
    "lalu jalankan lagi",
    "no fingerprint sensor answered. Asked: {tried}. Check its power, then the wires TXD and RXD (they cross), then "
    "run this again",
)
_NOBODY = Words("tidak ada satu port pun", "not a single port")
_NO_CAMERA = Words(
    "kamera wajah tidak ditemukan: periksa kabel pita di kedua ujungnya (Pi mati dulu), lalu `rpicam-hello "
    "--list-cameras`",
    "the face camera is not found: check its ribbon cable at both ends (power off first), then `rpicam-hello "
    "--list-cameras`",
)


class SensorPort(Step):
    """A name for the sensor's port that holds wherever the kernel numbers it, confirmed by the sensor itself."""

    key = "ports"
    title = Words("port sensor sidik jari", "fingerprint sensor's port")
    after_boot = True
    is_vital = False

    def is_wanted(self, machine: Machine) -> bool:
        """Where there is a sensor."""
        return machine.answers.get("fingerprint") != "none"

    def check(self, machine: Machine) -> list[Words]:
        """Whether the rule is there, gave the name, and the sensor answered once."""
        found = machine.ledger.notes.get("port") or {}
        if found.get("answer") != machine.answers.get("fingerprint"):
            return [_UNASKED.of(port=machine.answers.get("fingerprint"))]
        if machine.text(RULES) != found["rule"]:
            return [_NO_RULE.of(name=NAME)]
        if machine.is_booted and found["rule"] and _has_udev() and not Path("/dev", NAME).exists():
            return [_NO_DEVICE.of(name=NAME)]
        return []

    def apply(self, machine: Machine) -> None:
        """Find the port, write the rule, ask the sensor."""
        answer, tried = str(machine.answers.get("fingerprint")), []
        for port in self._candidates(machine, answer):
            said = _ask(machine, port) if machine.is_live else "-"
            if said and said.startswith("!"):
                tried.append(same(f"{port} ({said[1:]})"))
                continue
            rule = _rule(machine, port)
            if rule:
                machine.backups.write(self.key, RULES, rule.encode())
                self._reload(machine)
            else:
                machine.backups.restore(self.key)
            name = f"/dev/{NAME}" if rule else port
            machine.ledger.note("port", {"answer": answer, "rule": rule, "name": name, "at": port, "device": said})
            return
        shown = Words(", ".join(one.id for one in tried), ", ".join(one.en for one in tried)) if tried else _NOBODY
        raise SetupFailed(_SILENT, tried=shown)

    def undo(self, machine: Machine) -> list[Words]:
        """Remove the rule."""
        left = restored(machine, self.key)
        self._reload(machine)
        machine.ledger.note("port", None)
        return left

    def _candidates(self, machine: Machine, answer: str) -> Iterator[str]:
        if answer != "auto":
            yield answer
            return
        # The pins first; adapters in the order of their plugs, not of their numbers
        patterns = ["dev/ttyAMA0", "dev/serial0"] if machine.is_pi else []
        patterns += ["dev/serial/by-path/*", "dev/ttyUSB*", "dev/ttyACM*"]
        seen = set()
        for path in (path for pattern in patterns for path in sorted(machine.root.glob(pattern))):
            if path.resolve() not in seen:
                seen.add(path.resolve())
                yield f"/{path.resolve().relative_to(machine.root)}"

    def _reload(self, machine: Machine) -> None:
        if machine.is_booted and _has_udev():
            machine.run("udevadm", "control", "--reload")
            machine.run("udevadm", "trigger", "--action=change", "--subsystem-match=tty", "--settle")


def _has_udev() -> bool:
    return Path("/run/udev/control").exists()


def _rule(machine: Machine, port: str) -> str:
    """The rule that names this port; none for what udev has no part in. Raises SetupFailed."""
    if port.startswith("usb:"):
        return _named("ENV{ID_PATH}", port.removeprefix("usb:"))
    kernel = Path(port).name
    if kernel.startswith(("ttyAMA", "ttyS", "serial")):
        # What serial0 points to is the pins' port on every model
        return _named("KERNEL", Path(machine.at(port)).resolve().name)
    if not kernel.startswith(("ttyUSB", "ttyACM")):
        return ""
    told = machine.run("udevadm", "info", "--query=property", f"--name={port}", quiet=True) if machine.is_live else ""
    properties = dict(line.split("=", 1) for line in told.splitlines() if "=" in line)
    if not properties.get("ID_PATH"):
        raise SetupFailed(_NO_PATH, port=port)
    return _named("ENV{ID_PATH}", properties["ID_PATH"])


def _named(key: str, value: str) -> str:
    return (
        "# The fingerprint sensor of this kit, by the plug that it is in: cheap adapters have no number of their own\n"
        f'SUBSYSTEM=="tty", {key}=="{value}", SYMLINK+="{NAME}"\n'
    )


def _ask(machine: Machine, port: str) -> str:
    """What the sensor at a port says of itself; "!" and the reason when none answers."""
    if port.startswith("usb:"):
        port = f"/dev/serial/by-path/{port.removeprefix('usb:')}"
    try:
        told = json.loads(machine.run(*machine.as_service(PROGRAM, "probe", port)))
    except SetupFailed as failure:
        return "!" + failure.words.en.strip().splitlines()[-1].strip()
    except ValueError:
        return "!?"
    return str(told["device"])


class Camera(Step):
    """The face camera of a Raspberry Pi, seen through its own library."""

    key = "camera"
    title = Words("kamera wajah", "face camera")
    in_tree = False
    after_boot = True
    is_vital = False
    _look = "import picamera2; print(len(picamera2.Picamera2.global_camera_info()))"

    def is_wanted(self, machine: Machine) -> bool:
        """Where one is fitted."""
        return bool(machine.answers.get("camera"))

    def check(self, machine: Machine) -> list[Words]:
        """Whether the library finds one."""
        count = machine.run(*machine.as_service(PYTHON, "-c", self._look), quiet=True).strip().splitlines()[-1:]
        return [] if count and count[0].isdecimal() and int(count[0]) else [_NO_CAMERA]

    def apply(self, machine: Machine) -> None:
        """Nothing can be done from here: it is a cable."""
        raise SetupFailed(_NO_CAMERA)

    def undo(self, machine: Machine) -> list[Words]:
        """There is nothing to take back."""
        return []
