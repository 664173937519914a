"""The steps of an office beside those of every machine: its packages and its keys."""

import json
import os
import tempfile
from typing import Any

from provisioning.engine import Step
from provisioning.machine import Machine
from provisioning.office_questions import delivery_host
from provisioning.steps_environment import PROGRAM
from provisioning.steps_packages import Packages
from provisioning.words import SetupFailed, Words

BROKER = "mosquitto"
_ACCOUNTS = ("passwd-", "shadow-", "group-", "gshadow-")

_NO_USER = Words("pengguna {user} belum ada", "there is no user {user}")
_NO_KEYS = Words("kunci kantor belum dibuat", "the office's keys are not made yet")
_NO_AUTHORITY = Words(
    "{path}: tidak ada; kembalikan dari salinan kantor, tanpanya tidak ada kit yang dapat diterima",
    "{path}: is missing; bring it back from the office's copy, without it no kit can be admitted",
)
_SHEET = Words(
    "Lembar pemulihan ada di {path}. Cetak dua kali, periksa dengan `rekam office recover --check`, lalu hapus berkas "
    "itu: kunci cadangan tidak disimpan di tempat lain.",
    "The recovery sheet is at {path}. Print it twice, check it with `rekam office recover --check`, then delete the "
    "file: the backup key is kept nowhere else.",
)
_ENDING = Words(
    "sertifikat {name} berakhir pada {until}; `rekam office status` menyebut apa yang harus dilakukan",
    "the certificate of {name} ends on {until}; `rekam office status` tells what to do",
)


def has_broker(machine: Machine) -> bool:
    """Whether the broker is this office's own."""
    return machine.answers.get("broker") == "own"


def hosts_of(machine: Machine) -> list[str]:
    """Under which names or addresses kits reach what is this office's own: its broker, its server of packets."""
    own = str(machine.answers["broker_host"]) if has_broker(machine) else ""
    return [host for host in dict.fromkeys((own, delivery_host(machine.answers))) if host]


class OfficePackages(Packages):
    """What the office needs from Debian; mosquitto makes a user by itself, and leaves it behind."""

    def wanted(self, machine: Machine) -> list[str]:
        """The packages of the office, by name."""
        return ["python3-venv", "libstdc++6", "age", "openssl", *([BROKER] if has_broker(machine) else [])]

    def apply(self, machine: Machine) -> None:
        """Install them, and remember whether there was a user of that name."""
        for name in _ACCOUNTS:
            machine.backups.keep(self.key, f"/etc/{name}")
        if machine.ledger.notes.get("had_broker_user") is None:
            machine.ledger.note("had_broker_user", machine.user(BROKER) is not None)
        super().apply(machine)

    def undo(self, machine: Machine) -> list[Words]:
        """Remove them, with the user that came with them."""
        told = super().undo(machine)
        is_gone = not machine.at("/usr/sbin/mosquitto").exists()
        if is_gone and machine.ledger.notes.get("had_broker_user") is False and machine.user(BROKER) is not None:
            machine.run("userdel", BROKER)
        machine.backups.restore(self.key, even_changed=True)
        machine.ledger.note("had_broker_user", None)
        return told


def office_verb(machine: Machine, *words: str) -> str:
    """Run `rekam office` as the office's user, who may write to any stick as root may."""
    owner = machine.user()
    if owner is None:
        raise SetupFailed(_NO_USER, user=machine.role.user)
    become = [f"--reuid={owner[0]}", f"--regid={owner[1]}", "--clear-groups"]
    rights = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
    folder = machine.at(f"{machine.role.data}/office")
    env = [f"HOME={machine.at(machine.role.data)}", f"REKAM_OFFICE={folder}"]
    return machine.run("setpriv", *become, *rights, "--", "env", *env, machine.at(PROGRAM), "office", *words)


class OfficeKeys(Step):
    """The keys that open packets and admit kits, made once by the office's own user, with the recovery sheet."""

    key = "office-keys"
    title = Words("kunci kantor", "office's keys")

    def check(self, machine: Machine) -> list[Words]:
        """Whether they are there and whole. Raises SetupFailed with the damage."""
        if not machine.at(f"{machine.role.data}/office").is_dir():
            return [_NO_KEYS]
        if not machine.at(authority := f"{machine.role.data}/office/authority.key").exists():
            raise SetupFailed(_NO_AUTHORITY, path=authority)
        self._terms(machine)
        return []

    def notices(self, machine: Machine) -> list[Words]:
        """The sheet that lies about still, and certificates that end within a month."""
        sheet = machine.ledger.notes.get("sheet", "")
        told = [_SHEET.of(path=sheet)] if sheet and machine.at(sheet).exists() else []
        ends = [term for term in self._terms(machine) if term["state"] != "valid"]
        return told + [_ENDING.of(name=term["name"], until=term["until"]) for term in ends]

    def apply(self, machine: Machine) -> None:
        """Make them; a sheet that a power cut left without its keys goes first."""
        folder = machine.at(f"{machine.role.data}/office")
        sheet = machine.answers.get("sheet") or self._in_memory(machine)
        if left := machine.ledger.notes.get("sheet_begun"):
            machine.at(left).unlink(missing_ok=True)
        machine.ledger.note("sheet_begun", sheet)
        office_verb(machine, "init", str(folder), "--sheet", str(machine.at(sheet)))
        machine.ledger.note("sheet", sheet)
        machine.ledger.note("sheet_begun", None)

    def undo(self, machine: Machine) -> list[Words]:
        """The keys go, or stay, with the data folder; a sheet is never removed."""
        sheet = machine.ledger.notes.get("sheet", "")
        machine.ledger.note("sheet", None)
        return [_SHEET.of(path=sheet)] if sheet and machine.at(sheet).exists() else []

    def _in_memory(self, machine: Machine) -> str:
        """A new folder that no disk keeps, the office's own."""
        folder, owner = tempfile.mkdtemp(prefix="rekam-", dir="/dev/shm"), machine.user()
        os.chown(folder, *(owner or (-1, -1)))
        return f"{folder}/recovery-sheet.html"

    def _terms(self, machine: Machine) -> list[dict[str, Any]]:
        return [json.loads(line) for line in office_verb(machine, "status", "--json").splitlines()]
