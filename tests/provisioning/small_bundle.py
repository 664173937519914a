"""A bundle with a Rekam of one line, for this machine's own Python: real wheel, real hash, real pip."""

import base64
import hashlib
import platform
import shutil
import sys
import zipfile
from pathlib import Path

from provisioning import files
from tests.conftest import ROOT
from tests.provisioning.test_bundles import seal

VERSION = "1.2.3"
PROGRAM = "def main():\n    print('rekam')\n"
TAG = f"{platform.machine()}-cp{sys.version_info.major}{sys.version_info.minor}"


def make(folder: Path, version: str = VERSION, program: str = PROGRAM) -> Path:
    """Make the bundle's folder; program: the source of `firmware.__main__`."""
    top = folder / f"rekam-{version}"
    wheels = top / "wheels" / TAG
    wheels.mkdir(parents=True)
    wheel = _wheel(wheels, version, program)
    requirement = f"rekam=={version} --hash=sha256:{files.digest(wheel)}\n"
    (wheels.parent / f"requirements-{TAG}.txt").write_text(requirement)
    (top / "VERSION").write_text(f"{version}\n")
    shutil.copytree(ROOT / "provisioning", top / "provisioning", ignore=shutil.ignore_patterns("__pycache__"))
    seal(top)
    return top


def _wheel(folder: Path, version: str, program: str) -> Path:
    info = f"rekam-{version}.dist-info"
    content = {
        "firmware/__init__.py": f'__version__ = "{version}"\n',
        "firmware/__main__.py": program,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: rekam\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\nrekam = firmware.__main__:main\n",
    }
    record = ""
    for name, text in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
        record += f"{name},sha256={digest},{len(text)}\n"
    path = folder / f"rekam-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in {**content, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            packed.writestr(name, text)
    return path
