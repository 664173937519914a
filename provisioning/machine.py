"""The machine that is provisioned: its paths below a root, its board, its programs."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from provisioning.backups import Backups
from provisioning.bundles import Bundle
from provisioning.ledger import Ledger
from provisioning.roles import KIT, Role
from provisioning.words import SetupFailed, Words, same

STATE = "/var/lib/rekam-setup"
USER = KIT.user
_TAIL = 12

_NO_PROGRAM = Words("tidak ada program {program} di mesin ini", "there is no program {program} on this machine")
_FAILED = Words(
    "`{command}` gagal (status {status}). Kata-katanya sendiri:\n{said}",
    "`{command}` failed (status {status}). Its own words:\n{said}",
)


@dataclass
class Machine:
    """What the steps work on.

    root: below it lies the machine; "/" is the one that runs. source: the folder that holds `provisioning`. keeps_data:
    what the kit recorded stays when all else is taken back. role: what the machine is made.
    """

    root: Path
    answers: Mapping[str, Any]
    source: Path
    bundle: Bundle | None = None
    keeps_data: bool = False
    role: Role = KIT
    ledger: Ledger = field(init=False)
    backups: Backups = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.at(f"{STATE}/provision.json"))
        self.backups = Backups(self.at(f"{STATE}/backups"), self.root)

    def at(self, path: str) -> Path:
        """Where a path of the machine lies."""
        return self.root / path.lstrip("/")

    def text(self, path: str) -> str:
        """The text of a file; empty when there is none."""
        try:
            return self.at(path).read_text(encoding="utf-8", errors="surrogateescape")
        except (FileNotFoundError, NotADirectoryError):
            return ""

    @property
    def is_live(self) -> bool:
        """Whether this is the machine that runs, and not a tree of files."""
        return self.root == Path("/")

    @property
    def is_booted(self) -> bool:
        """Whether systemd runs here and can be told what to do."""
        return self.is_live and Path("/run/systemd/system").is_dir()

    @property
    def boot(self) -> str:
        """Which run of the machine this is; a tree never runs."""
        return self.text("/proc/sys/kernel/random/boot_id").strip() if self.is_live else ""

    @property
    def model(self) -> str:
        """The board's own name; empty on a PC."""
        return self.text("/proc/device-tree/model").strip("\0\n ")

    @property
    def is_pi(self) -> bool:
        """Whether this is, or is answered to be, a Raspberry Pi."""
        board = self.answers.get("board", "auto")
        return "Raspberry Pi" in self.model if board == "auto" else board == "pi"

    @property
    def codename(self) -> str:
        """Debian's name of this release, such as bookworm."""
        lines = dict(line.split("=", 1) for line in self.text("/etc/os-release").splitlines() if "=" in line)
        return lines.get("VERSION_CODENAME", "").strip('"')

    @property
    def boot_folder(self) -> str:
        """Where config.txt lies: it moved in Bookworm."""
        return "/boot/firmware" if self.at("/boot/firmware/config.txt").exists() else "/boot"

    def group(self, name: str) -> int | None:
        """A group's number on this machine; None where there is none."""
        for line in self.text("/etc/group").splitlines():
            fields = line.split(":")
            if fields[0] == name and len(fields) > 2:
                return int(fields[2])
        return None

    def user(self, name: str = "") -> tuple[int, int] | None:
        """A user's number and that of the main group, the role's own if not told; None where there is none."""
        name = name or self.role.user
        for line in self.text("/etc/passwd").splitlines():
            fields = line.split(":")
            if fields[0] == name and len(fields) > 3:
                return int(fields[2]), int(fields[3])
        return None

    def run(self, *command: str | Path, env: Mapping[str, str] | None = None, quiet: bool = False) -> str:
        """Run a program and return what it printed. Raises SetupFailed with its last words.

        quiet: a program that fails, or is not there, gives an empty text instead.
        """
        words = [str(word) for word in command]
        # What this very interpreter was told of its own modules is not meant for others
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        try:
            done = subprocess.run(
                words,
                # Not in a folder whose modules some Python would take for its own
                cwd="/",
                env={**inherited, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if quiet else subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
            )
        except (FileNotFoundError, PermissionError) as error:
            if quiet:
                return ""
            raise SetupFailed(_NO_PROGRAM, program=words[0]) from error
        if done.returncode != 0:
            if quiet:
                return ""
            said = "\n".join(f"    {line}" for line in done.stdout.splitlines()[-_TAIL:]) or "    -"
            raise SetupFailed(_FAILED, command=same(" ".join(words[:6])), status=done.returncode, said=same(said))
        return done.stdout

    def as_service(self, *command: str | Path) -> tuple[str, ...]:
        """Spell a command that runs as the service's user, with the service's surroundings."""
        env = [f"{name}={value}" for name, value in self.surroundings().items()]
        user = self.role.user
        become = ("setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--")
        return (*become, "env", *env, *map(str, command))

    def surroundings(self) -> dict[str, str]:
        """The environment of the service: where its kernels are kept, how its pins are driven."""
        if self.role is not KIT:
            return {"HOME": self.role.data, "REKAM_OFFICE": f"{self.role.data}/office"}
        found = {"HOME": "/var/lib/rekam", "REKAM_CONFIG": "/etc/rekam/kit.toml"}
        found |= {"REKAM_CACHE_DIR": "/var/cache/rekam", "NUMBA_CACHE_DIR": "/var/cache/rekam/numba"}
        if self.is_pi:
            found["GPIOZERO_PIN_FACTORY"] = "lgpio"
        return found
