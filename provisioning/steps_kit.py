"""The last steps: the kit's settings, its compiled kernels, its service, and its first self-test."""

import json
import os

from provisioning import files, kit_settings, unit
from provisioning.engine import Step, restored
from provisioning.machine import USER, Machine
from provisioning.steps_devices import NAME
from provisioning.steps_environment import HOME, PROGRAM, version_of
from provisioning.steps_service import FOLDER, ServiceStep
from provisioning.words import SetupFailed, Words, listed, same

SETTINGS = "/etc/rekam/kit.toml"
CACHE = "/var/cache/rekam"

_NO_SETTINGS = Words("{path} belum dibuat", "{path} is not made yet")
_OLD_SETTINGS = Words("{path} tidak sesuai jawaban", "{path} does not follow the answers")
_NO_KIT_ID = Words("kit_id belum dijawab", "kit_id is not answered yet")
_OPEN = Words("{path} harus milik root:{user} dengan hak 0640", "{path} must be root:{user}'s with mode 0640")
_NO_USER = Words("pengguna {user} belum ada", "there is no user {user}")
_COLD = Words("kernel Rekam {version} belum dikompilasi", "the kernels of Rekam {version} are not compiled")
_UNTESTED = Words("uji mandiri belum dilakukan", "the self-test was not made yet")
_WAITS = Words(
    "menunggu kantor: `rekam identity request`, lalu jawabannya ke `rekam identity accept`",
    "waits for the office: `rekam identity request`, then its answer to `rekam identity accept`",
)
_ILL = Words("uji mandiri gagal: {parts}", "the self-test failed: {parts}")


class Settings(Step):
    """kit.toml, which the service may read and nobody else; one that a person changed stays."""

    key = "settings"
    title = Words("pengaturan kit", "kit's settings")

    def check(self, machine: Machine) -> list[Words]:
        """Whether it is there, whose it is, and that it follows the answers if nobody wrote in it."""
        path = machine.at(SETTINGS)
        if not path.exists():
            return [_NO_SETTINGS.of(path=SETTINGS)]
        status = path.stat()
        if status.st_mode & 0o777 != 0o640 or status.st_gid != machine.group(USER):
            return [_OPEN.of(path=SETTINGS, user=USER)]
        if machine.backups.is_ours(SETTINGS) and machine.text(SETTINGS) != self._text(machine):
            return [_OLD_SETTINGS.of(path=SETTINGS)]
        return []

    def apply(self, machine: Machine) -> None:
        """Write it, or give what is there the right owner."""
        path, group = machine.at(SETTINGS), machine.group(USER)
        if group is None:
            raise SetupFailed(_NO_USER, user=USER)
        if not path.exists() or machine.backups.is_ours(SETTINGS):
            machine.backups.write(self.key, SETTINGS, self._text(machine).encode(), 0o640, group)
        path.chmod(0o640)
        os.chown(path, 0 if os.geteuid() == 0 else -1, group)

    def undo(self, machine: Machine) -> list[Words]:
        """Remove it; where the data stays, what a person wrote stays with it."""
        if machine.keeps_data and machine.at(SETTINGS).exists() and not machine.backups.is_ours(SETTINGS):
            files.write(machine.at("/var/lib/rekam/kit.toml"), machine.at(SETTINGS).read_bytes(), 0o640)
        return restored(machine, self.key)

    def _text(self, machine: Machine) -> str:
        if not machine.answers.get("kit_id"):
            raise SetupFailed(_NO_KIT_ID)
        port = (machine.ledger.notes.get("port") or {}).get("name", f"/dev/{NAME}")
        return kit_settings.text(machine.answers, port, is_pi=machine.is_pi)


class Kernels(Step):
    """The compiled kernels, made as the service's user: the first start and the first finger wait for none."""

    key = "kernels"
    title = Words("kernel dikompilasi", "kernels compiled")
    in_tree = False

    def check(self, machine: Machine) -> list[Words]:
        """Whether they were made by this version, and still are there."""
        is_warm = machine.ledger.notes.get("kernels") == origin_of(machine) and any(
            machine.at(CACHE).glob("kernels-*/*/*")
        )
        return [] if is_warm else [_COLD.of(version=version_of(machine))]

    def apply(self, machine: Machine) -> None:
        """Compile all of them."""
        owner = machine.user()
        if owner is None:
            raise SetupFailed(_NO_USER, user=USER)
        folder = machine.at(CACHE)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.chown(folder, *owner)
        machine.run(*machine.as_service(PROGRAM, "warm"))
        machine.ledger.note("kernels", origin_of(machine))

    def undo(self, machine: Machine) -> list[Words]:
        """Remove them."""
        files.remove_tree(machine.at(CACHE))
        machine.ledger.note("kernels", None)
        return []


def origin_of(machine: Machine) -> str:
    """The version with the bundle that it came from."""
    version = version_of(machine)
    return f"{version} {machine.text(f'{HOME}/versions/{version}/complete').strip()}"


def made_of(machine: Machine) -> str:
    """What tells one version with its settings from every other."""
    return f"{origin_of(machine)} {files.digest_of(machine.text(SETTINGS).encode())}"


class Service(ServiceStep):
    """The service of systemd, which starts with the machine and is never given up."""

    key = "service"
    title = Words("layanan rekam", "service rekam")
    unit = "rekam.service"

    def contents(self, machine: Machine) -> dict[str, str]:
        """The unit; with a battery's gauge also that which switches off."""
        found = {f"{FOLDER}/{self.unit}": unit.service(machine.surroundings())}
        if machine.answers.get("gauge"):
            found[f"{FOLDER}/rekam-power-off.path"] = unit.POWER_OFF_PATH
        return found

    def can_run(self, machine: Machine) -> bool:
        """Whether somebody could open what the kit records."""
        return can_run(machine)

    def made_of(self, machine: Machine) -> str:
        """The version with its settings."""
        return made_of(machine)

    def undo(self, machine: Machine) -> list[Words]:
        """Stop and remove it, with what it asks by."""
        if machine.is_booted:
            machine.run("systemctl", "stop", "rekam-power-off.path", quiet=True)
        left = super().undo(machine)
        files.remove_tree(machine.at("/run/rekam"))
        return left


def can_run(machine: Machine) -> bool:
    """Whether somebody could open what the kit records: else its service has nothing to begin with."""
    return bool(machine.answers.get("recipients")) or machine.at("/var/lib/rekam/identity/answer.json").exists()


class SelfTest(Step):
    """The kit's own test of all its parts."""

    key = "self-test"
    title = Words("uji mandiri", "self-test")
    in_tree = False
    after_boot = True
    is_vital = False

    def check(self, machine: Machine) -> list[Words]:
        """Whether this version passed with these settings."""
        is_tested = machine.ledger.notes.get("self_test", {}).get("of") == made_of(machine)
        return [] if is_tested else [_UNTESTED]

    def apply(self, machine: Machine) -> None:
        """Make it. Raises SetupFailed with what failed."""
        if not can_run(machine):
            raise SetupFailed(_WAITS)
        command = machine.as_service("sh", "-c", f"{PROGRAM} selftest --json --config {SETTINGS} 2>/dev/null; true")
        told = machine.run(*command).strip().splitlines()[-1:]
        try:
            result = json.loads(told[0]) if told else {}
        except ValueError:
            result = {}
        if not result:
            machine.run(*machine.as_service(PROGRAM, "selftest", "--config", SETTINGS))
        machine.ledger.note("self_test", {"of": made_of(machine) if result["passed"] else "", "result": result})
        if not result["passed"]:
            failed = [
                same(f"{one['part']}: {one['words']}") for one in result["findings"] if one["verdict"] == "failed"
            ]
            raise SetupFailed(_ILL, parts=listed(failed))

    def undo(self, machine: Machine) -> list[Words]:
        """There is nothing to take back."""
        machine.ledger.note("self_test", {})
        return []
