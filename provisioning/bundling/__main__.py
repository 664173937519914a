"""The command behind provisioning/bundle.sh: gathers wheels, Debian packages and the setup, and packs them."""

import argparse
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from . import crossbuilding, debs, licensing, packing
from .programs import require, say
from .targets import SUITES, BundleFailed, Target, targets
from .wheels import NoWheel, Pip, Wheel, requirements

TOP = Path(__file__).resolve().parents[2]
EXTRAS = ("pi", "sim", "wsq")
OPTIONAL = "wsq"
"""The extra without which Rekam does all but write and read one image format."""
PACKAGES = ("age", "chrony", "fake-hwclock", "gpsd", "libstdc++6", "mosquitto", "openssl", "python3", "python3-venv")
PI_PACKAGES = ("python3-lgpio", "python3-picamera2")
PI_ARCHIVE = "http://archive.raspberrypi.com/debian"
PI_KEYS = Path("/usr/share/keyrings/raspberrypi-archive-keyring.gpg")
# Raspberry Pi's camera library for Debian 12 brings one that was built for another numpy
BESIDE_REKAM = {"aarch64-cp311": ("simplejpeg",)}


class Maker:
    """Gathers what a bundle holds; `absent` tells what could not be had."""

    def __init__(self, cache: Path, epoch: int) -> None:
        self.cache, self.epoch = cache, epoch
        self.pip = Pip(sys.executable, cache)
        self.absent: list[str] = []
        self.wheels: list[Path] = []

    def gather(self, target: Target, rekam: Path) -> dict[str, packing.Content]:
        """The files for one machine, by their path in the bundle."""
        plain = debs.Apt(target, self.cache)
        wheels = self._choose(target, rekam, plain)
        paths = self.pip.fetch(target, wheels)
        self.wheels += paths
        files: dict[str, packing.Content] = {f"wheels/{target.tag}/{path.name}": path for path in paths}
        files[f"requirements-{target.tag}.txt"] = requirements(wheels).encode()
        apt, wanted = self._with_pi(target, plain)
        packages = apt.choose([*PACKAGES, *wanted])
        places = apt.fetch(packages, f"Debian packages for {target}")
        files |= {f"debs/{target.debs}/{path.name}": path for path in places}
        files[f"debs/{target.debs}/Packages"] = debs.index(packages).encode()
        return files

    def _choose(self, target: Target, rekam: Path, apt: debs.Apt) -> list[Wheel]:
        built = self.cache / "built" / target.tag
        built.mkdir(parents=True, exist_ok=True)
        beside = BESIDE_REKAM.get(target.tag, ())
        extras = list(EXTRAS)
        for _ in range(2):
            try:
                return self.pip.choose(target, [f"rekam[{','.join(extras)}] @ {rekam.as_uri()}", *beside], built)
            except NoWheel as missing:
                if missing.name != OPTIONAL:
                    raise
            try:
                crossbuilding.build(OPTIONAL, target, apt, self.pip, self.cache, self.epoch)
            except BundleFailed as failure:
                self.absent.append(f"{OPTIONAL} for {target}, which is optional: {failure}")
                extras.remove(OPTIONAL)
        return self.pip.choose(target, [f"rekam[{','.join(extras)}] @ {rekam.as_uri()}", *beside], built)

    def _with_pi(self, target: Target, plain: debs.Apt) -> tuple[debs.Apt, list[str]]:
        """The apt to ask, with Raspberry Pi's archive where that can be had, and what only a Raspberry Pi needs."""
        if target.debian_arch != "arm64":
            return plain, []
        apt, reason = plain, f"there is no {PI_KEYS} here"
        if PI_KEYS.exists():
            try:
                apt = debs.Apt(target, self.cache, f"deb [signed-by={PI_KEYS}] {PI_ARCHIVE} {target.suite.name} main")
            except BundleFailed as failure:
                lines = str(failure).splitlines()
                reason = next((line for line in lines if line.startswith("E: ")), lines[-1])
        known = [name for name in PI_PACKAGES if apt.knows(name)]
        if missing := [name for name in PI_PACKAGES if name not in known]:
            what = f"{', '.join(missing)} for {target}, from {PI_ARCHIVE}: {reason}"
            self.absent.append(f"{what}. Raspberry Pi OS may have them; else the kit needs a network once")
        return apt, known


def main(arguments: Sequence[str] | None = None) -> int:
    """Make a bundle; the exit status is 0 when it is there and 1 when not."""
    options = read_options(arguments)
    try:
        make(options)
    except BundleFailed as failure:
        print(f"bundle: {failure}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"bundle: {error.filename or options.out}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nbundle: interrupted; the next run goes on from here", file=sys.stderr)
        return 130
    return 0


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="bundle.sh", description=__doc__)
    pythons = ",".join(suite.python_minor for suite in SUITES)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rekam-bundle"
    parser.add_argument("out", type=Path, metavar="OUT.tar", help="the archive to write")
    parser.add_argument("--arch", default="aarch64,x86_64", help="processors, with commas between them (%(default)s)")
    parser.add_argument("--python", default=pythons, help="versions of Python, with commas between them (%(default)s)")
    parser.add_argument("--key", type=Path, help="an ECDSA key on P-256 to sign with; else one is made beside OUT.tar")
    parser.add_argument("--cache", type=Path, default=cache, help="where downloads are kept (%(default)s)")
    return parser.parse_args(arguments)


def make(options: argparse.Namespace) -> None:
    """Make the bundle that the options ask for. Raises BundleFailed."""
    wanted = targets(options.arch.split(","), options.python.split(","))
    if not (TOP / "pyproject.toml").is_file():
        raise BundleFailed(f"{TOP} is no checkout of Rekam; a bundle is made from the whole of it")
    require("openssl", "openssl")
    out, cache = options.out.absolute(), options.cache.absolute()
    if not out.parent.is_dir():
        raise BundleFailed(f"{out.parent}: there is no such folder to write to")
    key = options.key or out.with_name(f"{out.name}.key.pem")
    if options.key is None:
        packing.make_key(key)
    packing.public_key(key)
    cache.mkdir(parents=True, exist_ok=True)
    epoch = _epoch()
    with tempfile.TemporaryDirectory(prefix="rekam-") as scratch:
        maker = Maker(cache, epoch)
        say("Rekam's own wheel")
        rekam = maker.pip.build(TOP, Path(scratch), epoch)
        files = _own_files()
        for target in wanted:
            files |= maker.gather(target, rekam)
        files["licences.txt"] = licensing.table(maker.wheels).encode()
        version = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
        files["VERSION"] = f"{version}\n".encode()
        packing.pack(out, f"rekam-{version}", files, key, epoch)
        texts = [
            f"the text of {name}'s licence, for {licensing.TEXTS}" for name in licensing.without_text(maker.wheels)
        ]
        for absent in (*maker.absent, *texts):
            say(f"NOT IN IT: {absent}")


def _own_files() -> dict[str, packing.Content]:
    """The setup, so that the bundle needs no checkout beside it, and the licence."""
    setup = [path for path in (TOP / "provisioning").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {str(path.relative_to(TOP)): path for path in (*setup, TOP / "LICENSE", TOP / "NOTICE")}


def _epoch() -> int:
    """The time that all files bear: SOURCE_DATE_EPOCH, else the last commit's, so that the same makes the same."""
    if told := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(told)
    command = ["git", "-C", str(TOP), "log", "-1", "--format=%ct"]
    try:
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return int((TOP / "pyproject.toml").stat().st_mtime)


if __name__ == "__main__":
    sys.exit(main())
