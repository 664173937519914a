"""Trees of files that look like a fresh Raspberry Pi or PC to the setup, and what was in them."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

from provisioning import questions
from provisioning.machine import Machine
from tests.conftest import ROOT

CONFIG = "# For more options see http://rptl.io/configtxt\ndtparam=audio=on\n[cm4]\notg_mode=1\n[all]\n"
COMMAND_LINE = "console=serial0,115200 console=tty1 root=PARTUUID=00-02 rootfstype=ext4 fsck.repair=yes rootwait\n"
FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
    "etc/shadow": "root:*:20000:0:99999:7:::\nnobody:*:20000:0:99999:7:::\n",
    "etc/group": "root:x:0:\ndialout:x:20:\nvideo:x:44:\ngpio:x:997:\ni2c:x:998:\nnogroup:x:65534:\n",
    "etc/gshadow": "root:*::\ndialout:*::\nvideo:*::\ngpio:!::\ni2c:!::\nnogroup:*::\n",
    "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_CODENAME=bookworm\n',
    "etc/fstab": "proc /proc proc defaults 0 0\nPARTUUID=00-02 / ext4 defaults,noatime 0 1\n",
    "var/lib/dpkg/status": "Package: libstdc++6\nStatus: install ok installed\nVersion: 12.2.0-14\n",
    "usr/lib/systemd/systemd-timesyncd": "",
}
PI = {
    "proc/device-tree/model": "Raspberry Pi 4 Model B Rev 1.5\0",
    "boot/firmware/config.txt": CONFIG,
    "boot/firmware/cmdline.txt": COMMAND_LINE,
}

Seen = dict[str, tuple[str, int, int, int, bytes]]


def tree(folder: Path, *, pi: bool = False) -> Path:
    """Make the tree of a fresh machine."""
    for name, text in {**FILES, **(PI if pi else {})}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def machine(folder: Path, **answers: Any) -> Machine:
    """The machine of a tree with these answers beside the defaults."""
    return Machine(folder, {**questions.defaults(), "kit_id": "KTP-1", **answers}, ROOT)


def seen(folder: Path) -> Seen:
    """All that is in a tree: kind, mode, owners, content; but for what the account tools keep for themselves."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content = os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        kind = stat.filemode(status.st_mode)[0]
        name = str(path.relative_to(folder))
        if name not in ("etc/.pwd.lock", "etc/subuid", "etc/subgid"):
            found[name] = (kind, stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, content)
    return found


def setup(
    folder: Path, *words: str | Path, verb: str = "kit", **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Run `setup.sh kit`, or another verb, on a tree, in English."""
    command = ["bash", ROOT / "provisioning/setup.sh", verb, "--root", folder, "--lang", "en", *words]
    # The very interpreter of the tests comes first, as the setup looks for one in PATH
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        list(map(str, command)),
        env={**os.environ, "PATH": path, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
