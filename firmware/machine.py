"""What the machine itself shows: its supply, its disk, a serial port, and who may open what.

All of it is read below a root, "/" on a kit, from files that Linux keeps there.
"""

import grp
import json
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from firmware.vocabulary import Language

ROOT = Path("/")

_LOW, _HOT, _WAS_LOW = 1 << 0, 1 << 3, 1 << 16
"""Bits of get_throttled, by Raspberry Pi's documentation of vcgencmd: undervoltage, soft limit of heat, and before."""
_THROTTLED = "sys/devices/platform/soc*/*firmware*/get_throttled"
_GETTIES = {"getty", "agetty", "mgetty"}
_ANSWER_S = 5.0


@dataclass(frozen=True, slots=True)
class Supply:
    """The board's own word on its supply and its heat."""

    is_low: bool = False
    was_low: bool = False
    is_hot: bool = False


@dataclass(frozen=True, slots=True)
class User:
    """Whose rights count: a name, its numbers, the groups it has now, and those that it has after its next login."""

    name: str
    number: int
    group: int
    groups: frozenset[int]
    listed: frozenset[int]


@dataclass(frozen=True, slots=True)
class Access:
    """A device's file: its group, whether the user may read and write it now, and after its next login."""

    path: str
    group: str
    is_open: bool
    is_open_later: bool


@dataclass(frozen=True, slots=True)
class Port:
    """A serial port: whether it is there, who else has it, and the console's name for it where it is the console."""

    path: str
    is_there: bool
    access: Access | None = None
    holder: str = ""
    console: str = ""


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk of a folder; sizes in bytes."""

    free: int
    is_read_only: bool


@dataclass(frozen=True, slots=True)
class Setback:
    """An update that the kit went back from: which version, to which one, and why in each language."""

    version: str
    previous: str
    indonesian: str
    english: str

    def say(self, language: Language) -> str:
        """Why."""
        return self.indonesian if language is Language.INDONESIAN else self.english


def supply(root: Path = ROOT) -> Supply:
    """What the firmware says of supply and heat; all is well where no board tells."""
    alarms = [_number(path, 10) for path in root.glob("sys/class/hwmon/hwmon*/in0_lcrit_alarm") if _is_supply(path)]
    bits = next((_number(path, 16) for path in sorted(root.glob(_THROTTLED))), None)
    if bits is None:
        bits = _throttled_by_command(root)
    return Supply(bool(bits & _LOW) or any(alarms), bool(bits & _WAS_LOW), bool(bits & _HOT))


def setback(root: Path = ROOT) -> Setback | None:
    """The update that the kit went back from last; None where the last one went well, or there was none."""
    try:
        told = json.loads((root / "opt/rekam/verdict.json").read_bytes())
        return None if told["is_healthy"] else Setback(told["version"], told["previous"], **_why(told["why"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _why(told: dict[str, str]) -> dict[str, str]:
    return {"indonesian": told["id"], "english": told["en"]}


def user_of(folder: Path) -> User:
    """The owner of a folder, or of the nearest one above that is there: a kit's data belong to the kit's user."""
    while not folder.exists():
        folder = folder.parent
    number = folder.stat().st_uid
    try:
        entry = pwd.getpwuid(number)
        listed = frozenset(os.getgrouplist(entry.pw_name, entry.pw_gid))
    except KeyError:
        group = folder.stat().st_gid
        return User(str(number), number, group, frozenset([group]), frozenset([group]))
    is_ours = number == os.geteuid()
    now = frozenset([os.getegid(), *os.getgroups()]) if is_ours else listed
    return User(entry.pw_name, number, entry.pw_gid, now, listed)


def access(path: Path, user: User) -> Access | None:
    """What a user may do with a file; None where there is none."""
    try:
        seen = path.stat()
    except OSError:
        return None

    def may(groups: frozenset[int]) -> bool:
        if user.number == 0:
            return True
        shift = 6 if seen.st_uid == user.number else 3 if seen.st_gid in groups else 0
        return seen.st_mode >> shift & 0o6 == 0o6

    try:
        group = grp.getgrgid(seen.st_gid).gr_name
    except KeyError:
        group = str(seen.st_gid)
    return Access(str(path), group, may(user.groups), may(user.listed))


def port(path: str, user: User, ours: frozenset[int], root: Path = ROOT) -> Port | None:
    """A serial port as the machine shows it; None for a URL, of which the machine knows nothing.

    ours: the processes that have it by right.
    """
    if "://" in path:
        return None
    real = Path(os.path.realpath(path))
    if not real.exists():
        return Port(path, is_there=False)
    console = _console(real, root)
    holders = [] if console else list(_holders(real, ours, root))
    getty = next((name for name in holders if name.split(" ")[0] in _GETTIES), "")
    if getty:
        console = real.name
    return Port(path, True, access(real, user), getty or next(iter(holders), "") or console, console)


def disk(folder: Path) -> Disk | None:
    """The disk on which a folder lies; None where it is not there."""
    try:
        seen = os.statvfs(folder)
    except OSError:
        return None
    return Disk(seen.f_bavail * seen.f_frsize, bool(seen.f_flag & os.ST_RDONLY))


def _is_supply(alarm: Path) -> bool:
    try:
        return alarm.with_name("name").read_text(encoding="ascii").strip() == "rpi_volt"
    except OSError:
        return False


def _number(path: Path, base: int) -> int:
    try:
        return int(path.read_text(encoding="ascii").strip(), base)
    except (OSError, ValueError):
        return 0


def _throttled_by_command(root: Path) -> int:
    """The same by Raspberry Pi's own program, where it is installed and this user may ask."""
    program = shutil.which("vcgencmd", path=str(root / "usr/bin"))
    if program is None:
        return 0
    try:
        done = subprocess.run([program, "get_throttled"], capture_output=True, text=True, timeout=_ANSWER_S, check=True)
        return int(done.stdout.strip().removeprefix("throttled="), 16)
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def _console(real: Path, root: Path) -> str:
    """The name by which the kernel's command line makes this port a console."""
    try:
        words = (root / "proc/cmdline").read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        return ""
    names = [word.removeprefix("console=").split(",")[0] for word in words if word.startswith("console=")]
    return next((name for name in names if Path(os.path.realpath(root / "dev" / name)).name == real.name), "")


def _holders(real: Path, ours: frozenset[int], root: Path) -> Iterator[str]:
    """Other processes that have the port open, as far as this user may see, and every getty that is started for it."""
    for process in sorted(root.glob("proc/[0-9]*")):
        if int(process.name) in ours:
            continue
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
            name = Path(words[0].lstrip("-")).name
            is_getty = name in _GETTIES and any(Path(word).name == real.name for word in words[1:])
            if is_getty or any(_is_same(number, real) for number in process.glob("fd/*")):
                yield f"{name} (process {process.name})"
        except OSError:
            continue


def _is_same(number: Path, real: Path) -> bool:
    """Whether an open file is this one, whatever it is called where it was opened."""
    try:
        return number.samefile(real)
    except OSError:
        return False
