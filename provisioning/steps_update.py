"""The steps that make later updates safe: whose bundles are believed, and who goes back from a bad one."""

from pathlib import Path

from provisioning import bundles, files, guard, unit
from provisioning.engine import FileStep, restored
from provisioning.machine import Machine
from provisioning.words import Words

SIGNER = "/etc/rekam/signer.pem"
GUARD = "rekam-update-guard.service"
_UNIT = f"/etc/systemd/system/{GUARD}"
_WANTS = f"/etc/systemd/system/multi-user.target.wants/{GUARD}"
_FOLDER = "/opt/rekam/guard"
_MODULES = ("__init__.py", "files.py", "guard.py", "words.py")

_NOT_ENABLED = Words("{unit} belum dinyalakan saat mulai", "{unit} is not enabled")


class Signer(FileStep):
    """The public key that updates must be signed with: the one that was named, or the first bundle's own."""

    key = "signer"
    title = Words("kunci penanda tangan pembaruan", "key of those who sign updates")

    def is_wanted(self, machine: Machine) -> bool:
        """Whether there is a key."""
        return bool(self._text(machine))

    def contents(self, machine: Machine) -> dict[str, str]:
        """The key."""
        return {SIGNER: self._text(machine)}

    def apply(self, machine: Machine) -> None:
        """Keep it, if this very bundle is signed with it. Raises SetupFailed."""
        bundle = machine.bundle
        if bundle and not bundle.is_signed:
            bundles.verify(bundle.folder, bundle.folder, bundle.folder / "signer.pem")
        super().apply(machine)

    def _text(self, machine: Machine) -> str:
        return (machine.bundle.signer if machine.bundle else None) or machine.text(SIGNER)


class UpdateGuard(FileStep):
    """What watches a new version after the switch, and goes back from it also after a power cut."""

    key = "update-guard"
    title = Words("penjaga pembaruan", "guard of updates")

    def contents(self, machine: Machine) -> dict[str, str]:
        """Its modules, apart from any version's, and its unit."""
        here = Path(__file__).parent
        found = {f"{_FOLDER}/provisioning/{name}": (here / name).read_text(encoding="utf-8") for name in _MODULES}
        return {**found, _UNIT: unit.UPDATE_GUARD}

    def check(self, machine: Machine) -> list[Words]:
        """The files, and that it is enabled."""
        needs = super().check(machine)
        return needs if machine.at(_WANTS).is_symlink() else [*needs, _NOT_ENABLED.of(unit=GUARD)]

    def apply(self, machine: Machine) -> None:
        """Write the files, and enable it."""
        machine.backups.link(self.key, _WANTS, _UNIT)
        super().apply(machine)

    def undo(self, machine: Machine) -> list[Words]:
        """Remove it, with what it remembers."""
        if machine.is_booted:
            machine.run("systemctl", "stop", GUARD, quiet=True)
        for name in (guard.TRIAL, guard.VERDICT):
            machine.at(name).unlink(missing_ok=True)
        left = restored(machine, self.key)
        files.remove_tree(machine.at(_FOLDER))
        if machine.is_booted:
            self.settle(machine)
        return left

    def settle(self, machine: Machine) -> None:
        """Let systemd read the unit."""
        machine.run("systemctl", "daemon-reload")
