"""The wheels of Rekam and of all that it needs, for another machine: chosen, hashed and fetched by pip."""

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from .programs import Command, run, say
from .targets import BundleFailed, Target

# pip takes a wheel's name for another machine, but judges environment markers by the Python that it runs on itself
_PIP_AS_TARGET = """
import json, runpy, sys
from pip._vendor.packaging import markers
there = {**markers.default_environment(), **json.loads(sys.argv.pop(1))}
markers.default_environment = lambda: there
if not markers.Marker(f"platform_machine == '{there['platform_machine']}'").evaluate():
    sys.exit("this pip judges environment markers otherwise than expected; take another one")
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""
_NONE_FOUND = re.compile(r"No matching distribution found for ([\w.-]+)(.*)")
_PARTS = ("pyproject.toml", "README.md", "LICENSE", "NOTICE", "firmware", "sim")


class NoWheel(BundleFailed):
    """A requirement for which the index has no wheel for this machine."""

    def __init__(self, name: str, rest: str, target: Target) -> None:
        super().__init__(
            f"no wheel of {name}{rest} for {target}. Is the index that pip asks whole? Else the wheel must be built:"
            " see provisioning/bundling/crossbuilding.py"
        )
        self.name = name


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel that pip chose. url: where it lies, on this machine or elsewhere."""

    name: str
    version: str
    url: str
    sha256: str

    @property
    def filename(self) -> str:
        """The name of its file."""
        return unquote(urlsplit(self.url).path).rpartition("/")[2]

    def path(self, cache: Path) -> Path:
        """Where its file lies on this machine, or will lie once it is fetched."""
        return _local(self.url) or cache / self.filename


class Pip:
    """pip, in an environment of its own. python: the interpreter that makes it."""

    def __init__(self, python: str, cache: Path) -> None:
        self.python, self.wheels = cache / "tools" / "bin" / "python", cache / "wheels"
        complete = cache / "tools" / "complete"
        if not (self.python.exists() and complete.exists()):
            run([python, "-m", "venv", "--clear", cache / "tools"])
            complete.touch()
        self.wheels.mkdir(parents=True, exist_ok=True)

    def build(self, checkout: Path, folder: Path, epoch: int) -> Path:
        """Rekam's own wheel, from a copy of the checkout."""
        with tempfile.TemporaryDirectory(prefix="rekam-wheel-") as scratch:
            for part in _PARTS:
                source, copy = checkout / part, Path(scratch) / part
                if source.is_dir():
                    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
                else:
                    shutil.copy(source, copy)
            command: Command = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, scratch]
            run([self.python, *command], env={"SOURCE_DATE_EPOCH": str(epoch)})
        return next(folder.glob("rekam-*.whl"))

    def choose(self, target: Target, wanted: Sequence[str], built: Path) -> list[Wheel]:
        """The newest wheels that fit together on a machine, without fetching them. built: a folder of wheels made here.

        Raises NoWheel where the index has none.
        """
        with tempfile.TemporaryDirectory(prefix="rekam-report-") as scratch:
            report = Path(scratch) / "report.json"
            command: Command = ["install", "--dry-run", "--ignore-installed", "--target", scratch, "--report", report]
            try:
                run([*self._as(target), *command, "--find-links", built, *_fitting(target), *wanted])
            except BundleFailed as failure:
                if missing := _NONE_FOUND.search(str(failure)):
                    raise NoWheel(missing[1], missing[2].partition(" (from")[0], target) from None
                raise
            chosen = json.loads(report.read_text(encoding="utf-8"))["install"]
        wheels = [_wheel(item) for item in chosen]
        return sorted(wheels, key=lambda wheel: wheel.name.lower())

    def fetch(self, target: Target, wheels: Sequence[Wheel]) -> list[Path]:
        """The files of these wheels, fetched where they are not here yet."""
        missing = [wheel for wheel in wheels if not _is_whole(wheel.path(self.wheels), wheel.sha256)]
        say(f"wheels for {target}: {len(wheels)}, {len(missing)} to fetch")
        if missing:
            with tempfile.NamedTemporaryFile("w", prefix="rekam-", suffix=".txt") as listed:
                listed.write(requirements(missing))
                listed.flush()
                command: Command = [
                    "download",
                    "--no-deps",
                    "--require-hashes",
                    "--dest",
                    self.wheels,
                    *_fitting(target),
                ]
                run([*self._as(target), *command, "--requirement", listed.name], told=_tell_download)
        for wheel in wheels:
            if not _is_whole(wheel.path(self.wheels), wheel.sha256):
                raise BundleFailed(f"{wheel.filename} for {target} is not the one that was chosen; try again")
        return [wheel.path(self.wheels) for wheel in wheels]

    def source(self, name: str, folder: Path) -> Path:
        """The source archive of a package, the newest."""
        command: Command = [
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--no-binary=:all:",
            "--dest",
            folder,
            name,
        ]
        run([self.python, *command])
        return max(folder.glob(f"{name}-*.tar.gz"), key=lambda path: path.stat().st_mtime)

    def _as(self, target: Target) -> Command:
        return [self.python, "-c", _PIP_AS_TARGET, json.dumps(target.markers)]


def requirements(wheels: Sequence[Wheel]) -> str:
    """A requirements file that takes these wheels and no others."""
    return "".join(f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n" for wheel in wheels)


def _fitting(target: Target) -> list[str]:
    version = ["--only-binary=:all:", "--implementation=cp", f"--python-version={target.suite.python}"]
    return [*version, f"--abi={target.abi}", *(f"--platform={platform}" for platform in target.platforms)]


def _wheel(item: dict[str, Any]) -> Wheel:
    download, metadata = item["download_info"], item["metadata"]
    sha256 = download.get("archive_info", {}).get("hashes", {}).get("sha256")
    if sha256 is None and (path := _local(download["url"])):
        # pip before 23.1, that of Debian 12 among them, hashes no file
        sha256 = digest(path)
    if sha256 is None:
        raise BundleFailed(f"the index names no SHA-256 of {download['url']}; take an index that does")
    return Wheel(metadata["name"], metadata["version"], download["url"], sha256)


def _local(url: str) -> Path | None:
    parts = urlsplit(url)
    return Path(url2pathname(parts.path)) if parts.scheme == "file" else None


def _is_whole(path: Path, sha256: str) -> bool:
    return path.is_file() and digest(path) == sha256


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _tell_download(line: str) -> None:
    if line.strip().startswith("Downloading ") and ".metadata" not in line:
        say(line.strip(), indent=1)
