"""The steps of the system's own settings: watchdog, journal, time."""

from pathlib import Path

from provisioning.engine import FileStep, Step
from provisioning.machine import Machine
from provisioning.words import SetupFailed, Words

_HEAD = "# Written by Rekam's setup; `setup.sh kit --uninstall` removes it.\n"

_NO_WATCHDOG = Words("papan ini tidak menunjukkan /dev/watchdog", "this board shows no /dev/watchdog")
_NO_KEEPER = Words(
    "tidak ada yang menyimpan jam saat mati: pasang jam baterai, fake-hwclock atau systemd-timesyncd",
    "nothing keeps the time while the power is off: fit a battery clock, or install fake-hwclock or systemd-timesyncd",
)
_KEEPERS = (
    "/usr/lib/systemd/systemd-timesyncd",
    "/usr/sbin/fake-hwclock",
    "/sbin/fake-hwclock",
    "/usr/bin/fake-hwclock",
)


class Watchdog(FileStep):
    """The board's own watchdog: it starts anew when systemd itself stands still."""

    key = "watchdog"
    title = Words("watchdog perangkat keras", "hardware watchdog")

    def contents(self, machine: Machine) -> dict[str, str]:
        """15 s is the most that a Raspberry Pi's watchdog can wait."""
        text = f"{_HEAD}[Manager]\nRuntimeWatchdogSec=15\nRebootWatchdogSec=2min\n"
        return {"/etc/systemd/system.conf.d/rekam-watchdog.conf": text}

    def check(self, machine: Machine) -> list[Words]:
        """The setting; and on a board that has to have one, the device."""
        is_absent = machine.is_live and machine.is_pi and not Path("/dev/watchdog").exists()
        return super().check(machine) + ([_NO_WATCHDOG] if is_absent else [])

    def settle(self, machine: Machine) -> None:
        """Let systemd read it."""
        machine.run("systemctl", "daemon-reexec")


class JournalLimits(FileStep):
    """A system log that cannot fill the card."""

    key = "journal"
    title = Words("batas log sistem", "system log's limits")

    def contents(self, machine: Machine) -> dict[str, str]:
        """64 MB at most, never more than a month."""
        text = f"{_HEAD}[Journal]\nSystemMaxUse=64M\nRuntimeMaxUse=16M\nMaxRetentionSec=1month\n"
        return {"/etc/systemd/journald.conf.d/rekam.conf": text}

    def settle(self, machine: Machine) -> None:
        """Let the journal read it."""
        machine.run("systemctl", "try-restart", "systemd-journald.service")


class Time(FileStep):
    """What keeps the time over a night without power, and where it comes from."""

    key = "time"
    title = Words("waktu", "time")

    def contents(self, machine: Machine) -> dict[str, str]:
        """For chrony: a step at any moment, since these clocks wake in the past; and the receiver of satellites."""
        answers = machine.answers
        if not (answers.get("chrony") or answers.get("gnss")):
            return {}
        text = f"{_HEAD}makestep 1 -1\n"
        if answers.get("gnss"):
            text += "# gpsd puts the receiver's time here\nrefclock SHM 0 refid GNSS poll 4 precision 1e-1 delay 0.2\n"
        return {"/etc/chrony/conf.d/rekam.conf": text}

    def check(self, machine: Machine) -> list[Words]:
        """The settings, and on a board without a battery clock something that saves the time."""
        is_kept = not machine.is_pi or machine.answers.get("rtc") != "none"
        is_kept = is_kept or any(machine.at(path).exists() for path in _KEEPERS)
        return super().check(machine) + ([] if is_kept else [_NO_KEEPER])

    def apply(self, machine: Machine) -> None:
        """Write them. Raises SetupFailed when nothing would keep the time."""
        super().apply(machine)
        if self.check(machine):
            raise SetupFailed(_NO_KEEPER)

    def settle(self, machine: Machine) -> None:
        """Let chrony read them."""
        if machine.at("/etc/chrony/chrony.conf").exists():
            machine.run("systemctl", "try-restart", "chrony.service")


SYSTEM_STEPS: tuple[Step, ...] = (Watchdog(), JournalLimits(), Time())
