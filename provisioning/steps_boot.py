"""The steps that change how a Raspberry Pi starts: serial port, I2C bus, battery clock."""

import re

from provisioning.engine import Step, restored
from provisioning.machine import Machine
from provisioning.words import SetupFailed, Words

_CONSOLE = re.compile(r"\bconsole=(?:serial0|ttyAMA\d+|ttyS0)(?:,\S*)?\s*")
GETTYS = ("serial0", "ttyAMA0", "ttyS0")

_NO_CONFIG = Words(
    '{path} tidak ada; ini harus Raspberry Pi OS pada Raspberry Pi. Kalau bukan, jawab board = "pc"',
    'there is no {path}; this must be Raspberry Pi OS on a Raspberry Pi. If it is not, answer board = "pc"',
)
_NO_LINE = Words("{path}: belum ada {line}", "{path}: has no {line}")
_CONSOLE_ON = Words("{path}: konsol kernel masih di port serial", "{path}: the kernel's console is on the serial port")
_GETTY_ON = Words("login di port {port} belum dimatikan", "the login on port {port} is not masked")


class BootStep(Step):
    """Lines that config.txt must have for every board."""

    changes_boot = True
    is_vital = False

    def lines(self, machine: Machine) -> list[str]:
        """The lines."""
        raise NotImplementedError

    def check(self, machine: Machine) -> list[Words]:
        """Which of them do not hold."""
        path = f"{machine.boot_folder}/config.txt"
        if not machine.at(path).exists():
            return [_NO_CONFIG.of(path=path)]
        return [_NO_LINE.of(path=path, line=line) for line in missing(machine.text(path), self.lines(machine))]

    def apply(self, machine: Machine) -> None:
        """Add them at the end."""
        path = f"{machine.boot_folder}/config.txt"
        if not machine.at(path).exists():
            raise SetupFailed(_NO_CONFIG, path=path)
        text = machine.text(path)
        if lines := missing(text, self.lines(machine)):
            text += "" if not text or text.endswith("\n") else "\n"
            text += "\n".join([f"[all]  # rekam: {self.key}", *lines]) + "\n"
            machine.backups.write(self.key, path, text.encode(errors="surrogateescape"))

    def undo(self, machine: Machine) -> list[Words]:
        """Bring back what was there."""
        return restored(machine, self.key)


def missing(text: str, wanted: list[str]) -> list[str]:
    """Those of the lines that do not hold for every board, or that a later line takes back."""
    holding: list[str] = []
    is_for_all = True
    for line in (line.partition("#")[0].strip() for line in text.splitlines()):
        if line.startswith("["):
            is_for_all = line == "[all]"
        elif line and is_for_all:
            # Overlays and parameters add up, each by its own name; of a plain setting the last one holds
            name = line.rpartition("=")[0]
            holding = [other for other in holding if other.rpartition("=")[0] != name or name == "dtoverlay"]
            holding.append(line)
    return [line for line in wanted if line not in holding]


class SerialPort(BootStep):
    """The UART of the pins belongs to the sensor: no kernel console, no login, no Bluetooth on it."""

    key = "serial"
    title = Words("port serial dibebaskan", "serial port freed")

    def is_wanted(self, machine: Machine) -> bool:
        """Where the sensor may be on the pins."""
        return machine.is_pi and str(machine.answers.get("fingerprint")).startswith(
            ("auto", "/dev/ttyAMA", "/dev/serial")
        )

    def lines(self, machine: Machine) -> list[str]:
        """The UART on; the better one for the pins, which on a Pi 5 is a parameter and before took Bluetooth away."""
        return ["enable_uart=1", "dtparam=uart0=on" if "Raspberry Pi 5" in machine.model else "dtoverlay=disable-bt"]

    def check(self, machine: Machine) -> list[Words]:
        """The lines, the kernel's command line, and the logins."""
        needs, command_line = super().check(machine), f"{machine.boot_folder}/cmdline.txt"
        if _CONSOLE.search(machine.text(command_line)):
            needs.append(_CONSOLE_ON.of(path=command_line))
        return needs + [_GETTY_ON.of(port=port) for port in GETTYS if not self._is_masked(machine, port)]

    def apply(self, machine: Machine) -> None:
        """Free it."""
        super().apply(machine)
        path = f"{machine.boot_folder}/cmdline.txt"
        text = machine.text(path)
        if _CONSOLE.search(text):
            machine.backups.write(self.key, path, _CONSOLE.sub("", text).encode(errors="surrogateescape"))
        for port in GETTYS:
            if not self._is_masked(machine, port):
                machine.backups.link(self.key, _getty(port), "/dev/null")
        if machine.is_booted:
            machine.run("systemctl", "daemon-reload")

    def _is_masked(self, machine: Machine, port: str) -> bool:
        link = machine.at(_getty(port))
        return link.is_symlink() and str(link.readlink()) == "/dev/null"


def _getty(port: str) -> str:
    return f"/etc/systemd/system/serial-getty@{port}.service"


class I2cBus(BootStep):
    """The I2C bus of the pins, for a battery's gauge."""

    key = "i2c"
    title = Words("bus I2C", "I2C bus")
    _modules = "/etc/modules-load.d/rekam-i2c.conf"

    def is_wanted(self, machine: Machine) -> bool:
        """Where something is on the bus."""
        return machine.is_pi and bool(
            machine.answers.get("gauge") or machine.answers.get("rtc") not in ("none", "pi5", None)
        )

    def lines(self, machine: Machine) -> list[str]:
        """The bus on."""
        return ["dtparam=i2c_arm=on"]

    def check(self, machine: Machine) -> list[Words]:
        """The line, and the module that gives the bus its device."""
        loaded = machine.text(self._modules) == "i2c-dev\n"
        return super().check(machine) + ([] if loaded else [_NO_LINE.of(path=self._modules, line="i2c-dev")])

    def apply(self, machine: Machine) -> None:
        """Add both."""
        super().apply(machine)
        machine.backups.write(self.key, self._modules, b"i2c-dev\n")


class BatteryClock(BootStep):
    """The driver of a battery clock on the I2C bus."""

    key = "battery-clock"
    title = Words("jam baterai", "battery clock")

    def is_wanted(self, machine: Machine) -> bool:
        """Where one is fitted; that of a Pi 5 needs nothing."""
        return machine.is_pi and machine.answers.get("rtc") not in ("none", "pi5", None)

    def lines(self, machine: Machine) -> list[str]:
        """Its overlay."""
        return [f"dtoverlay=i2c-rtc,{machine.answers['rtc']}"]
