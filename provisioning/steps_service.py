"""A step whose files are units of systemd: written, enabled, running, started anew when what they run changed."""

from typing import ClassVar

from provisioning.engine import FileStep
from provisioning.machine import Machine
from provisioning.words import SetupFailed, Words, same

FOLDER = "/etc/systemd/system"

_NOT_ENABLED = Words("{unit} belum dinyalakan saat mulai", "{unit} is not enabled")
_NOT_ACTIVE = Words("{unit} tidak berjalan", "{unit} does not run")
_STALE = Words(
    "{unit} belum dimulai ulang sejak pengaturan atau versinya berubah",
    "{unit} was not started anew since its settings or its version changed",
)
_NO_START = Words("{unit} tidak mau mulai. Lognya:\n{log}", "{unit} does not start. Its log:\n{log}")


class ServiceStep(FileStep):
    """The service `unit`, with what else `contents` gives; what it was last started with is in the ledger."""

    unit: ClassVar[str]

    def can_run(self, machine: Machine) -> bool:
        """Whether there is what it needs to run."""
        return True

    def made_of(self, machine: Machine) -> str:
        """What it runs; another text than at its start means a new start."""
        raise NotImplementedError

    def check(self, machine: Machine) -> list[Words]:
        """The files, that they are enabled, and that the service runs if it can."""
        needs = super().check(machine)
        for path in self.contents(machine):
            if not machine.at(_wants(path)).is_symlink():
                needs.append(_NOT_ENABLED.of(unit=path.rpartition("/")[2]))
        if machine.is_booted and self.can_run(machine) and not needs:
            state = machine.run("systemctl", "show", "-P", "ActiveState", self.unit, quiet=True).strip()
            if state != "active":
                needs.append(_NOT_ACTIVE.of(unit=self.unit))
            elif machine.ledger.notes.get("started") != self.made_of(machine):
                needs.append(_STALE.of(unit=self.unit))
        return needs

    def apply(self, machine: Machine) -> None:
        """Write, enable and start it, anew if it ran. Raises SetupFailed with the end of its log."""
        super().apply(machine)
        for path in self.contents(machine):
            machine.backups.link(self.key, _wants(path), path)
        if machine.is_booted:
            machine.run("systemctl", "daemon-reload")
            for path in self.contents(machine):
                if not path.endswith(self.unit):
                    machine.run("systemctl", "start", path.rpartition("/")[2])
            if self.can_run(machine):
                self._start(machine)

    def undo(self, machine: Machine) -> list[Words]:
        """Stop and remove it."""
        if machine.is_booted:
            units = [path.rpartition("/")[2] for path in self.contents(machine)]
            machine.run("systemctl", "stop", *units, quiet=True)
        left = super().undo(machine)
        if machine.is_booted:
            machine.run("systemctl", "reset-failed", self.unit, quiet=True)
        machine.ledger.note("started", None)
        return left

    def settle(self, machine: Machine) -> None:
        """Let systemd read the units."""
        machine.run("systemctl", "daemon-reload")

    def _start(self, machine: Machine) -> None:
        # One that failed too often is given another try
        machine.run("systemctl", "reset-failed", self.unit, quiet=True)
        try:
            machine.run("systemctl", "restart", self.unit)
        except SetupFailed as failure:
            log = machine.run("journalctl", "-u", self.unit, "-n", "8", "-o", "cat", "--no-pager", quiet=True)
            shown = "\n".join(f"    {line}" for line in log.splitlines())
            raise SetupFailed(_NO_START, unit=self.unit, log=same(shown)) from failure
        machine.ledger.note("started", self.made_of(machine))


def _wants(path: str) -> str:
    return f"{FOLDER}/multi-user.target.wants/{path.rpartition('/')[2]}"
