"""The steps of Rekam's own files: its virtual environment beside those of other versions, and its command."""

import platform
import shutil
import sys
import tomllib
from pathlib import Path

from provisioning import files, guard
from provisioning.engine import FileStep, Step, restored
from provisioning.machine import Machine
from provisioning.words import SetupFailed, Words

HOME = "/opt/rekam"
CURRENT = f"{HOME}/current"
VERSIONS = f"{HOME}/versions"
PROGRAM = f"{CURRENT}/venv/bin/rekam"
PYTHON = f"{CURRENT}/venv/bin/python"
_FREE = 1_500_000_000
_COMPLETE = "complete"

_NO_VERSION = Words("Rekam {version} belum terpasang", "Rekam {version} is not installed")
_UNFINISHED = Words("pemasangan Rekam {version} terputus", "the installation of Rekam {version} was cut short")
_OTHER = Words("yang dipakai Rekam {there}, bukan {version}", "Rekam {there} is in use, not {version}")
_BROKEN = Words("Rekam yang terpasang tidak dapat dijalankan", "the Rekam that is installed does not run")
_FULL = Words(
    "di {path} tinggal {free:.1f} GB kosong; perlu {needed:.1f} GB. Pakai kartu yang lebih besar",
    "{path} has {free:.1f} GB free; {needed:.1f} GB are needed. Use a larger card",
)
_NO_WHEELS = Words(
    "bundel ini tidak punya {name}: ia tidak dibuat untuk Python dan prosesor ini",
    "this bundle has no {name}: it was not made for this Python and processor",
)
_NO_SOURCE = Words(
    "{path} bukan salinan sumber Rekam; pasang dengan --offline BUNDEL",
    "{path} is no checkout of Rekam; set up by --offline BUNDLE",
)


class Environment(Step):
    """Rekam and all that it needs, in a folder named by its version; `current` points to the one in use."""

    key = "environment"
    title = Words("lingkungan Python Rekam", "Rekam's Python environment")

    def check(self, machine: Machine) -> list[Words]:
        """Whether the version that is asked for is whole and in use."""
        version = version_of(machine)
        folder = folder_of(machine, version)
        if not version or not folder.is_dir():
            return [_NO_VERSION.of(version=version or "-")]
        if not is_whole(machine, version):
            return [_UNFINISHED.of(version=version)]
        if in_use(machine) != version:
            return [_OTHER.of(there=in_use(machine) or "-", version=version)]
        works = machine.run(folder / "venv/bin/python", "-Bc", "import firmware; print(1)", quiet=True)
        return [] if works else [_BROKEN]

    def apply(self, machine: Machine) -> None:
        """Install beside what there is, then switch."""
        version = version_of(machine)
        if not version:
            raise SetupFailed(_NO_SOURCE, path=machine.source)
        # The link's folders are remembered before the first of them is made
        machine.backups.keep(self.key, CURRENT)
        make(machine, version)
        before = in_use(machine)
        files.link(machine.at(CURRENT), f"versions/{version}")
        # The one before stays to go back to; a trial's is not that one
        if before and before != version and guard.trial_in(machine.root) is None:
            for folder in machine.at(VERSIONS).iterdir():
                if folder.name not in (before, version):
                    files.remove_tree(folder)

    def undo(self, machine: Machine) -> list[Words]:
        """Remove every version."""
        files.remove_tree(machine.at(VERSIONS))
        return restored(machine, self.key)


def folder_of(machine: Machine, version: str) -> Path:
    """Where a version lies."""
    return machine.at(f"{VERSIONS}/{version}")


def in_use(machine: Machine) -> str:
    """The version to which `current` points; empty where there is none."""
    link = machine.at(CURRENT)
    return link.readlink().name if link.is_symlink() else ""


def is_whole(machine: Machine, version: str) -> bool:
    """Whether a version was installed to its end, and from the very bundle that is given, if one is."""
    origin = machine.text(f"{VERSIONS}/{version}/{_COMPLETE}").strip()
    return bool(origin) and (machine.bundle is None or origin == machine.bundle.digest)


def make(machine: Machine, version: str) -> None:
    """Install a version in its own folder; nothing points to it yet. Raises SetupFailed."""
    folder = folder_of(machine, version)
    files.remove_tree(folder)
    free = shutil.disk_usage(next(parent for parent in folder.parents if parent.exists())).free
    if free < _FREE:
        raise SetupFailed(_FULL, path=HOME, free=free / 1e9, needed=_FREE / 1e9)
    folder.mkdir(parents=True)
    shared = ["--system-site-packages"] if machine.is_pi else []
    machine.run(sys.executable, "-m", "venv", *shared, folder / "venv")
    alone = {"PIP_CONFIG_FILE": "/dev/null"} if machine.bundle else None
    machine.run(folder / "venv/bin/python", *_pip(machine), env=alone)
    # Its modules are compiled now: the service may not write here
    machine.run(folder / "venv/bin/python", "-m", "compileall", "-q", folder / "venv/lib", quiet=True)
    # The setup of this version stays with it: it checks the signature of the next one
    source = machine.bundle.folder if machine.bundle else machine.source
    shutil.copytree(
        source / "provisioning", folder / "provisioning", ignore=shutil.ignore_patterns("__pycache__", "bundling")
    )
    machine.run("sync", "-f", folder)
    origin = machine.bundle.digest if machine.bundle else "pypi"
    files.write(folder / _COMPLETE, f"{origin}\n".encode(), 0o644)


def version_of(machine: Machine) -> str:
    """The version that is asked for: the bundle's, the checkout's, or else the one in use."""
    if machine.bundle:
        return machine.bundle.version
    project = machine.source / "pyproject.toml"
    if project.exists():
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
    return in_use(machine)


def _pip(machine: Machine) -> list[str | Path]:
    """The words after `python` that install Rekam."""
    install: list[str | Path] = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    if machine.bundle is None:
        if not (machine.source / "pyproject.toml").exists():
            raise SetupFailed(_NO_SOURCE, path=machine.source)
        # On Bookworm picamera2's own simplejpeg was built for another numpy
        extra = ["simplejpeg"] if machine.is_pi and machine.answers.get("camera") else []
        return [*install, f"rekam[sim,pi] @ {machine.source.as_uri()}", *extra]
    tag = f"{platform.machine()}-cp{sys.version_info.major}{sys.version_info.minor}"
    wheels = machine.bundle.folder / "wheels"
    places = (machine.bundle.folder, wheels, wheels / tag)
    found = [folder / f"requirements-{tag}.txt" for folder in places if (folder / f"requirements-{tag}.txt").exists()]
    if not found:
        raise SetupFailed(_NO_WHEELS, name=f"requirements-{tag}.txt")
    install += ["--no-index", "--no-cache-dir", "--find-links", wheels / tag, "--require-hashes"]
    return [*install, "--requirement", found[0]]


class Launcher(FileStep):
    """The command `rekam`, which acts as the service's user so that every file keeps its owner."""

    key = "launcher"
    title = Words("perintah rekam", "command rekam")
    path = "/usr/local/bin/rekam"

    def contents(self, machine: Machine) -> dict[str, str]:
        """A shell script around the program in use."""
        lines = "\n".join(
            f': "${{{name}:={value}}}"' for name, value in machine.surroundings().items() if name != "HOME"
        )
        names = " ".join(name for name in machine.surroundings() if name != "HOME")
        text = f"""#!/bin/sh
# The Rekam of this {machine.role.name}. For root it becomes its user, who then may write to any stick as root may.
{lines}
export {names}
if [ "$(id -u)" = 0 ]; then
  HOME={machine.role.data} exec setpriv --reuid={machine.role.user} --regid={machine.role.user} --init-groups \\
    --inh-caps=+dac_override --ambient-caps=+dac_override --securebits=+no_setuid_fixup -- {PROGRAM} "$@"
fi
exec {PROGRAM} "$@"
"""
        return {self.path: text}

    def check(self, machine: Machine) -> list[Words]:
        """The script, and that it may be run."""
        needs = super().check(machine)
        executable = machine.at(self.path).exists() and machine.at(self.path).stat().st_mode & 0o111 == 0o111
        return needs or ([] if executable else [self.missing.of(path=self.path)])

    def apply(self, machine: Machine) -> None:
        """Write the script."""
        machine.backups.write(self.key, self.path, self.contents(machine)[self.path].encode(), 0o755)
        machine.at(self.path).chmod(0o755)
