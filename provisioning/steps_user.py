"""The steps of the service's user, its groups and its data."""

import os

from provisioning import files
from provisioning.engine import Step, restored
from provisioning.machine import Machine
from provisioning.words import SetupFailed, Words

_NO_USER = Words("pengguna {user} belum ada", "there is no user {user}")
_NOT_IN = Words("pengguna {user} belum masuk grup {group}", "user {user} is not in the group {group}")
_NO_FOLDER = Words("folder {path} belum ada", "there is no folder {path}")
_FOREIGN = Words("{path} bukan milik {user} sendiri", "{path} does not belong to {user} alone")
_NO_LINE = Words("{device} belum ada di /etc/fstab untuk {path}", "/etc/fstab does not mount {device} at {path}")
_NOT_MOUNTED = Words("{device} belum terpasang di {path}", "{device} is not mounted at {path}")
_OTHER_LINE = Words(
    "/etc/fstab sudah memasang {device} di {path}; hapus baris itu atau ganti jawaban data_partition",
    "/etc/fstab mounts {device} at {path} already; remove that line, or change the answer data_partition",
)
_HAS_DATA = Words(
    "{path} sudah berisi data; pindahkan dulu ke partisi {device}, lalu kosongkan foldernya",
    "{path} holds data already; move it to the partition {device} first, and empty the folder",
)


class ServiceUser(Step):
    """A user of its own for the service, in the groups of its devices."""

    key = "user"
    title = Words("pengguna dan grup layanan", "service user and groups")

    def check(self, machine: Machine) -> list[Words]:
        """Whether the user is there and in its groups."""
        if machine.user() is None:
            return [_NO_USER.of(user=machine.role.user)]
        return [_NOT_IN.of(user=machine.role.user, group=group) for group in self._missing(machine)]

    def apply(self, machine: Machine) -> None:
        """Add what is missing."""
        # These four keep the state before the last change, and every change goes through them
        for name in ("passwd-", "shadow-", "group-", "gshadow-"):
            machine.backups.keep(self.key, f"/etc/{name}")
        if machine.group(machine.role.user) is None:
            machine.ledger.note("group_is_ours", True)
            machine.run("groupadd", *self._below(machine), "--system", machine.role.user)
        if machine.user() is None:
            machine.ledger.note("user_is_ours", True)
            nobody = ["--system", "--no-create-home", "--home-dir", machine.role.data, "--shell", "/usr/sbin/nologin"]
            machine.run("useradd", *self._below(machine), *nobody, "--gid", machine.role.user, machine.role.user)
        if missing := self._missing(machine):
            machine.run("usermod", *self._below(machine), "--append", "--groups", ",".join(missing), machine.role.user)

    def undo(self, machine: Machine) -> list[Words]:
        """Remove the user, if it was made here."""
        if machine.ledger.notes.get("user_is_ours") and machine.user() is not None:
            machine.run("userdel", *self._below(machine), machine.role.user)
        # Some systems remove a user's own group with the user
        if machine.ledger.notes.get("group_is_ours") and machine.group(machine.role.user) is not None:
            machine.run("groupdel", *self._below(machine), machine.role.user)
        machine.backups.restore(self.key, even_changed=True)
        machine.ledger.note("user_is_ours", None)
        machine.ledger.note("group_is_ours", None)
        return []

    def _below(self, machine: Machine) -> list[str]:
        return [] if machine.is_live else ["--prefix", str(machine.root)]

    def _missing(self, machine: Machine) -> list[str]:
        members = {}
        for line in machine.text("/etc/group").splitlines():
            name, *_, last = line.split(":")
            members[name] = last.split(",")
        return [one for one in machine.role.groups if one in members and machine.role.user not in members[one]]


class DataFolder(Step):
    """The folder of identity, packets and journal: on a partition of its own if that is asked for."""

    key = "data"
    title = Words("folder data", "data folder")

    def check(self, machine: Machine) -> list[Words]:
        """Whether it is there, the service's alone, and on its partition."""
        needs, folder, device = [], machine.at(machine.role.data), machine.answers.get("data_partition", "")
        if device and self._mounted_by_table(machine) != device:
            needs.append(_NO_LINE.of(device=device, path=machine.role.data))
        elif device and machine.is_booted and not folder.is_mount():
            needs.append(_NOT_MOUNTED.of(device=device, path=machine.role.data))
        if not folder.is_dir():
            return [*needs, _NO_FOLDER.of(path=machine.role.data)]
        status = folder.stat()
        if status.st_mode & 0o077 or (status.st_uid, status.st_gid) != machine.user():
            needs.append(_FOREIGN.of(path=machine.role.data, user=machine.role.user))
        return needs

    def apply(self, machine: Machine) -> None:
        """Make the folder, mount the partition, give all in it to the service."""
        folder, device = machine.at(machine.role.data), machine.answers.get("data_partition", "")
        if device:
            self._mount(machine, device)
        folder.mkdir(parents=True, exist_ok=True)
        owner = machine.user()
        if owner is None:
            raise SetupFailed(_NO_USER, user=machine.role.user)
        folder.chmod(0o700)
        # A data folder that stayed from an earlier setup belongs to a number that is nobody's now
        for path in [folder, *folder.rglob("*")]:
            if (path.lstat().st_uid, path.lstat().st_gid) != owner:
                os.chown(path, *owner, follow_symlinks=False)
        files.sync_folder(folder.parent)

    def undo(self, machine: Machine) -> list[Words]:
        """Remove it with all in it, or leave it where that is asked for."""
        folder = machine.at(machine.role.data)
        if not machine.keeps_data and folder.is_dir():
            for entry in folder.iterdir():
                files.remove_tree(entry) if entry.is_dir() else entry.unlink()
        if machine.is_live and folder.is_mount():
            machine.run("umount", folder)
        left = restored(machine, self.key)
        if not machine.keeps_data:
            files.remove_tree(folder)
        if machine.is_booted:
            machine.run("systemctl", "daemon-reload")
        return left

    def _mounted_by_table(self, machine: Machine) -> str:
        for line in machine.text("/etc/fstab").splitlines():
            fields = line.split()
            if len(fields) > 1 and not line.startswith("#") and fields[1] == machine.role.data:
                return fields[0]
        return ""

    def _mount(self, machine: Machine, device: str) -> None:
        there, folder = self._mounted_by_table(machine), machine.at(machine.role.data)
        if there not in ("", device):
            raise SetupFailed(_OTHER_LINE, device=there, path=machine.role.data)
        if not there:
            if folder.is_dir() and any(folder.iterdir()) and not folder.is_mount():
                raise SetupFailed(_HAS_DATA, device=device, path=machine.role.data)
            table = machine.text("/etc/fstab")
            line = f"{device} {machine.role.data} ext4 defaults,noatime,nofail 0 2\n"
            table += "" if not table or table.endswith("\n") else "\n"
            machine.backups.write(self.key, "/etc/fstab", (table + line).encode(errors="surrogateescape"))
        if machine.is_booted and not folder.is_mount():
            folder.mkdir(parents=True, exist_ok=True)
            machine.run("systemctl", "daemon-reload")
            machine.run("mount", folder)
