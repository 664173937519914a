"""A small bundle for this machine's own processor, made once for all tests that look into one."""

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT

ARCH = platform.machine()
PYTHON = f"3.{sys.version_info.minor}" if sys.version_info.minor in (11, 13) else "3.11"
TAG = f"{ARCH}-cp{PYTHON.replace('.', '')}"
# What pip and apt say where there is no network
_OFFLINE = (
    "NewConnectionError",
    "Failed to establish a new connection",
    "Temporary failure resolving",
    "Could not resolve",
)


@dataclass(frozen=True)
class Made:
    """A bundle that was made. said: what its maker told, both streams."""

    archive: Path
    cache: Path
    key: Path
    said: str

    def unpack(self, folder: Path) -> Path:
        """The bundle's one folder, unpacked."""
        subprocess.run(["tar", "-xf", self.archive, "-C", folder], check=True)
        (inner,) = folder.iterdir()
        return inner


def bundle_sh(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run provisioning/bundle.sh; both its streams are in stdout."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", ROOT / "provisioning/bundle.sh", *words]
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "PATH": path}
    )


def make(folder: Path, cache: Path, key: Path) -> Made:
    """A bundle for this machine. Without a network the test is skipped."""
    archive = folder / "bundle.tar"
    done = bundle_sh(archive, "--arch", ARCH, "--python", PYTHON, "--key", key, "--cache", cache)
    if done.returncode != 0 and any(words in done.stdout for words in _OFFLINE):
        pytest.skip("making a bundle needs a network")
    assert done.returncode == 0, done.stdout
    return Made(archive, cache, key, done.stdout)


def new_key(path: Path, curve: str = "P-256") -> Path:
    """A key on a curve."""
    options = ["-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}"]
    subprocess.run(["openssl", "genpkey", *options, "-out", path], check=True, capture_output=True)
    return path
