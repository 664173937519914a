"""The machines that a bundle is made for: a processor and one of Debian's releases, which brings its own Python."""

from collections.abc import Sequence
from dataclasses import dataclass

_DEBIAN_NAMES = {"aarch64": "arm64", "x86_64": "amd64"}
# The first glibc for which there are manylinux wheels, by processor
_FIRST_GLIBC = {"aarch64": 17, "x86_64": 5}
_OLDER_NAMES = {"aarch64": ("manylinux2014",), "x86_64": ("manylinux2014", "manylinux2010", "manylinux1")}


class BundleFailed(Exception):
    """What keeps the bundle from being made; the message says what a person can do."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A release of Debian, and of Raspberry Pi OS by the same name.

    python: the full version of its Python. glibc: the minor number of its glibc 2, by which wheels are chosen.
    """

    name: str
    python: str
    glibc: int

    @property
    def python_minor(self) -> str:
        """The version of its Python as a person names it, such as 3.11."""
        return self.python.rpartition(".")[0]


SUITES = (Suite("bookworm", "3.11.2", 36), Suite("trixie", "3.13.5", 41))


@dataclass(frozen=True, slots=True)
class Target:
    """One machine that a bundle is made for. arch: as `uname -m` tells it."""

    arch: str
    suite: Suite

    @property
    def abi(self) -> str:
        """The name of its Python in a wheel's name, such as cp311."""
        return "cp" + self.suite.python_minor.replace(".", "")

    @property
    def tag(self) -> str:
        """The name of its folder of wheels."""
        return f"{self.arch}-{self.abi}"

    @property
    def debian_arch(self) -> str:
        """Its processor as Debian names it."""
        return _DEBIAN_NAMES[self.arch]

    @property
    def debs(self) -> str:
        """The name of its folder of Debian packages."""
        return f"{self.debian_arch}-{self.suite.name}"

    @property
    def platforms(self) -> list[str]:
        """The wheels' platforms that run on it, best first."""
        by_glibc = [f"manylinux_2_{minor}" for minor in range(self.suite.glibc, _FIRST_GLIBC[self.arch] - 1, -1)]
        return [f"{name}_{self.arch}" for name in (*by_glibc, *_OLDER_NAMES[self.arch], "linux")]

    @property
    def markers(self) -> dict[str, str]:
        """What the environment markers of a requirement see on it, where this machine may differ."""
        return {
            "implementation_name": "cpython",
            "implementation_version": self.suite.python,
            "os_name": "posix",
            "platform_machine": self.arch,
            "platform_python_implementation": "CPython",
            "platform_system": "Linux",
            "python_full_version": self.suite.python,
            "python_version": self.suite.python_minor,
            "sys_platform": "linux",
        }

    def __str__(self) -> str:
        return f"{self.arch} with Python {self.suite.python_minor} (Debian {self.suite.name})"


def targets(archs: Sequence[str], pythons: Sequence[str]) -> list[Target]:
    """All combinations of these processors and Pythons. Raises BundleFailed where one is not known."""
    by_python = {suite.python_minor: suite for suite in SUITES}
    for names, known, kind in ((archs, _DEBIAN_NAMES, "processor"), (pythons, by_python, "Python")):
        for name in names:
            if name not in known:
                raise BundleFailed(f"{name}: no {kind} that a bundle can be made for; there are {', '.join(known)}")
    return [Target(arch, by_python[python]) for arch in dict.fromkeys(archs) for python in dict.fromkeys(pythons)]
