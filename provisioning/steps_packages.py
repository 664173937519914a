"""The step of Debian packages: by apt, from its mirrors or from the bundle alone."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provisioning import files
from provisioning.engine import Step
from provisioning.machine import Machine
from provisioning.words import SetupFailed, Words, same

_NEEDED = Words("paket {names} belum terpasang", "packages {names} are not installed")
_HALF = Words("dpkg berhenti di tengah jalan", "dpkg was cut short")
_NO_FOLDER = Words(
    "bundel ini tidak punya paket untuk {name}; pakai bundel yang cocok, atau pasang dengan jaringan",
    "this bundle has no packages for {name}; take a bundle that fits, or set up with a network",
)
_NOT_IN_BUNDLE = Words(
    "bundel ini tidak punya paket {names} untuk {folder}",
    "this bundle has no package {names} for {folder}",
)
_NO_APT = Words(
    "tidak ada apt-get di sini; Rekam dipasang pada Debian atau Raspberry Pi OS",
    "there is no apt-get here; Rekam is set up on Debian or Raspberry Pi OS",
)
_KEPT = Words(
    "paket {names} tetap terpasang: {reason}",
    "packages {names} stay installed: {reason}",
)
_USED = Words("paket lain memerlukannya sekarang", "other packages need them now")
_GONE = Words(
    "paket {names} dibuang saat pemasangan; pasang lagi dengan apt-get install",
    "packages {names} were removed by the setup; install them again by apt-get install",
)


class Packages(Step):
    """What comes from Debian and, on a Raspberry Pi, from its own archive: camera and pins."""

    key = "packages"
    title = Words("paket sistem", "system packages")
    in_tree = False

    def wanted(self, machine: Machine) -> list[str]:
        """Their names."""
        return wanted(machine)

    def check(self, machine: Machine) -> list[Words]:
        """Which of them are not there."""
        there = installed(machine)
        missing = [name for name in self.wanted(machine) if name not in there]
        needs = [_NEEDED.of(names=", ".join(missing))] if missing else []
        return needs + ([_HALF] if any(machine.at("/var/lib/dpkg/updates").glob("[0-9]*")) else [])

    def apply(self, machine: Machine) -> None:
        """Install what is missing, with what it depends on, and remember all that is new."""
        if not machine.at("/usr/bin/apt-get").exists():
            raise SetupFailed(_NO_APT)
        if machine.ledger.notes.get("packages_before") is None:
            machine.ledger.note("packages_before", sorted(installed(machine)))
        machine.run("dpkg", "--configure", "-a")
        missing = [name for name in self.wanted(machine) if name not in installed(machine)]
        with sources(machine, missing) as options:
            machine.run("apt-get", *options, "update")
            machine.run("apt-get", *options, "install", "-y", "--no-install-recommends", *missing)
        before, after = set(machine.ledger.notes["packages_before"]), installed(machine)
        for name, names in (("packages_added", after - before), ("packages_removed", before - after)):
            machine.ledger.note(name, sorted(names | set(machine.ledger.notes.get(name, []))))
        machine.ledger.note("packages_before", None)

    def undo(self, machine: Machine) -> list[Words]:
        """Remove what came new, where nothing else needs it by now."""
        notes, there = machine.ledger.notes, installed(machine)
        added = set(notes.get("packages_added", []))
        if notes.get("packages_before") is not None:
            added |= there - set(notes["packages_before"])
        told = []
        if names := sorted(added & there):
            try:
                machine.run("dpkg", "--purge", *names)
            except SetupFailed:
                told.append(_KEPT.of(names=", ".join(names), reason=_USED))
        if gone := sorted(set(notes.get("packages_removed", [])) - there):
            told.append(_GONE.of(names=", ".join(gone)))
        for name in ("packages_added", "packages_removed", "packages_before"):
            machine.ledger.note(name, None)
        return told


def wanted(machine: Machine) -> list[str]:
    """The packages of this kit, by name."""
    names, answers = ["python3-venv", "libstdc++6", "openssl"], machine.answers
    by_chrony = answers.get("chrony") or answers.get("gnss")
    if machine.is_pi:
        names.append("python3-lgpio")
        if answers.get("camera"):
            names.append("python3-picamera2")
        if by_chrony and answers.get("rtc") == "none":
            # chrony takes the place of timesyncd, which would have kept the time over a night without power
            names.append("fake-hwclock")
    if by_chrony:
        names.append("chrony")
    if answers.get("gnss"):
        names.append("gpsd")
    return names


def installed(machine: Machine) -> set[str]:
    """The names of all packages that are installed, as dpkg's own list says."""
    names, name = set(), ""
    for line in machine.text("/var/lib/dpkg/status").splitlines():
        if line.startswith("Package: "):
            name = line.removeprefix("Package: ")
        elif line.startswith("Status: ") and line.split()[-1] == "installed":
            names.add(name)
    return names


@contextmanager
def sources(machine: Machine, missing: list[str]) -> Iterator[list[str]]:
    """Options by which apt reads the bundle's packages and nothing else; none where there is no bundle."""
    if machine.bundle is None:
        yield []
        return
    architecture = machine.run("dpkg", "--print-architecture").strip()
    name = f"{architecture}-{machine.codename}"
    debs = machine.bundle.folder / "debs" / name
    if not debs.is_dir():
        raise SetupFailed(_NO_FOLDER, name=name)
    there = {path.name.partition("_")[0] for path in debs.glob("*.deb")}
    if absent := [package for package in missing if package not in there]:
        raise SetupFailed(_NOT_IN_BUNDLE, names=", ".join(absent), folder=name)
    with tempfile.TemporaryDirectory(prefix="rekam-apt-") as folder:
        yield archive(machine, sorted(debs.glob("*.deb")), Path(folder))


def archive(machine: Machine, debs: list[Path], folder: Path) -> list[str]:
    """An archive for apt of these packages in an empty folder, so that apt finds by itself what each depends on."""
    index = []
    for deb in debs:
        (folder / deb.name).symlink_to(deb.resolve())
        control = machine.run("dpkg-deb", "-f", deb).rstrip("\n")
        size = deb.stat().st_size
        index.append(f"{control}\nFilename: ./{deb.name}\nSize: {size}\nSHA256: {files.digest(deb)}\n")
    (folder / "Packages").write_text("\n".join(index), encoding="utf-8")
    (folder / "sources.list").write_text(f"deb [trusted=yes] file:{folder} ./\n", encoding="utf-8")
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True)
    folder.chmod(0o755)
    options = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::http::Proxy": "http://127.0.0.1:9",
    }
    return [word for name, value in options.items() for word in ("-o", f"{name}={same(str(value)).en}")]
