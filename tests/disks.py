"""A disk that forgets what was not synced: ext4 in a file, of which a power cut leaves what the device was given.

Needs root and loop devices; `can_be()` tells. What the file system had only in memory is gone after a cut, as after a
real one; the file system then mends itself by its own journal. What the device itself may still hold back is not
played.
"""

import filecmp
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HELD_BACK = "commit=300"
"""ext4 writes by itself every so many seconds only; else it would sync what nobody asked for."""


def can_be() -> bool:
    """Whether this user may make and mount such a disk here."""
    if os.geteuid() or not shutil.which("mkfs.ext4"):
        return False
    with tempfile.TemporaryDirectory() as folder:
        try:
            with disk(Path(folder), 8):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


class Disk:
    """One mounted disk; `root` is where its files are."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._image = folder, folder / "0.img"
        self._cuts = 0
        self.root = folder / "mounted"

    def mount(self) -> None:
        """Put it in; the file system mends what a cut left."""
        self.root.mkdir(exist_ok=True)
        _run("mount", "-o", f"loop,{_HELD_BACK}", self._image, self.root)

    def cut_power(self) -> None:
        """Forget what was not synced. Whoever wrote must have ended."""
        self._cuts += 1
        left, again = self._folder / f"{self._cuts}.img", self._folder / "again.img"
        while True:
            # Only where nothing was written meanwhile is the copy one of a single moment
            shutil.copyfile(self._image, left)
            shutil.copyfile(self._image, again)
            if filecmp.cmp(left, again, shallow=False):
                break
        again.unlink()
        _run("umount", self.root)
        self._image.unlink()
        self._image = left
        self.mount()


@contextmanager
def disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """A new disk of this size, mounted below a folder."""
    with (folder / "0.img").open("wb") as image:
        image.truncate(megabytes << 20)
    # Blocks as on any card: of smaller ones SQLite would map some that a full disk has not
    _run("mkfs.ext4", "-q", "-b", "4096", folder / "0.img")
    made = Disk(folder)
    made.mount()
    try:
        yield made
    finally:
        _run("umount", "--lazy", made.root)


def _run(*words: object) -> None:
    subprocess.run([str(word) for word in words], check=True, capture_output=True)
