"""Debian packages for another machine: chosen, checked and fetched by an apt with lists of its own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from .programs import require, run, say
from .targets import BundleFailed, Target
from .wheels import digest

DEBIAN_KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_DEBIAN = "http://deb.debian.org/debian"
# What every Debian has, however small
_MINIMAL = ("?essential", "apt")
_URI = re.compile(r"^'([^']+)' ([^_\s]+)_([^_\s]+)_\S+ \d+ ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Package:
    """A Debian package that apt chose. stanza: what the signed index says of it, but for its place."""

    name: str
    version: str
    filename: str
    sha256: str
    size: int
    stanza: str


class Apt:
    """apt for one machine, with its own lists; extra: a source line beside Debian's own."""

    def __init__(self, target: Target, cache: Path, extra: str = "") -> None:
        require("apt-get", "apt")
        if not DEBIAN_KEYS.exists():
            raise BundleFailed(
                f"{DEBIAN_KEYS} is not here, by which Debian's packages are checked; make bundles on Debian"
            )
        home = cache / "apt" / (target.debs + ("-extra" if extra else ""))
        self._debs, self._incoming = cache / "debs", home / "incoming"
        for folder in (self._debs, self._incoming, home / "lists" / "partial", home / "archives" / "partial"):
            folder.mkdir(parents=True, exist_ok=True)
        (home / "status").write_text("")
        suite = target.suite.name
        places = (f"{_DEBIAN} {suite}", f"{_DEBIAN} {suite}-updates", f"{_DEBIAN}-security {suite}-security")
        lines = [f"deb [signed-by={DEBIAN_KEYS}] {place} main" for place in places] + [extra]
        (home / "sources.list").write_text("".join(f"{line}\n" for line in lines))
        options = {
            "APT::Architecture": target.debian_arch,
            "APT::Architectures": target.debian_arch,
            "APT::Install-Recommends": "false",
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
            "Dir::Cache": home,
            "Dir::Etc::sourcelist": home / "sources.list",
            "Dir::Etc::sourceparts": "-",
            "Dir::State": home,
            "Dir::State::status": home / "status",
        }
        self._options = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        run(["apt-get", *self._options, "update", "--error-on=any"])

    def knows(self, name: str) -> bool:
        """Whether there is a package of this name."""
        return bool(run(["apt-cache", *self._options, "madison", name]).strip())

    def choose(self, wanted: Sequence[str], beyond: Sequence[str] = _MINIMAL) -> list[Package]:
        """These packages, and what they depend on that a Debian with the packages `beyond` has not."""
        there = self._with_all(beyond) if beyond else {}
        chosen = {name: version for name, version in self._with_all([*beyond, *wanted]).items() if name not in there}
        for name in wanted:
            if name in there:  # A person who names it wants it, however old the machine's own may be
                chosen[name] = there[name]
        exact = [f"{name}={version}" for name, version in sorted(chosen.items())]
        shown = run(["apt-cache", *self._options, "show", *exact])
        packages = {stanza.sha256: stanza for stanza in map(_package, re.split(r"\n\n+", shown.strip()))}
        return sorted(packages.values(), key=lambda package: package.name)

    def fetch(self, packages: Sequence[Package], title: str) -> list[Path]:
        """The files of these packages, fetched where they are not here yet."""
        self._take_in(packages)  # what an earlier run had fetched when it was ended
        missing = [package for package in packages if not self._place(package).exists()]
        megabytes = sum(package.size for package in missing) / 1_000_000
        say(f"{title}: {len(packages)}, {len(missing)} to fetch ({megabytes:.1f} MB)")
        if missing:
            exact = [f"{package.name}={package.version}" for package in missing]
            run(["apt-get", *self._options, "download", *exact], cwd=self._incoming)
            self._take_in(missing)
        for package in packages:
            if not self._place(package).exists():
                raise BundleFailed(f"{package.filename} is not what Debian's signed index says; try again")
        return [self._place(package) for package in packages]

    def _place(self, package: Package) -> Path:
        return self._debs / package.sha256 / package.filename

    def _take_in(self, packages: Sequence[Package]) -> None:
        """Give what apt has fetched its place, by what it is, and remove what is nothing that was wanted."""
        by_digest = {package.sha256: package for package in packages}
        for file in self._incoming.iterdir():
            if package := by_digest.get(digest(file)):
                self._place(package).parent.mkdir(exist_ok=True)
                file.replace(self._place(package))
            else:
                file.unlink()

    def _with_all(self, names: Sequence[str]) -> dict[str, str]:
        """The version of each package that an empty machine would get with these, by name."""
        told = run(["apt-get", *self._options, "install", "--print-uris", "-qq", "-y", *names])
        return {name: unquote(version) for _, name, version in _URI.findall(told)}


def index(packages: Sequence[Package]) -> str:
    """The index by which apt finds its way in a folder of these packages."""
    return "\n".join(f"{package.stanza}\n" for package in packages)


def _package(stanza: str) -> Package:
    fields = dict(re.findall(r"^(Package|Version|Filename|SHA256|Size): (.*)$", stanza, re.MULTILINE))
    filename = fields["Filename"].rpartition("/")[2]
    placed = re.sub(r"^Filename: .*$", f"Filename: ./{filename}", stanza, flags=re.MULTILINE)
    return Package(fields["Package"], fields["Version"], filename, fields["SHA256"], int(fields["Size"]), placed)
