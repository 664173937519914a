"""Tells under which licence each wheel of a bundle stands, and that its text is there."""

import re
import zipfile
from collections.abc import Sequence
from email.message import Message
from email.parser import Parser
from pathlib import Path

TEXTS = Path(__file__).parent / "licences"
"""The texts that wheels should bring and do not, by the name of each."""
_IS_TEXT = re.compile(r"licen[cs]e|copying", re.IGNORECASE)
_HEAD = """\
The wheels that this bundle carries, and under which licence each stands. Its text, and what else its makers ask to be
told, lies in the wheel's folder *.dist-info or in provisioning/bundling/licences; what Rekam itself takes from others
is told in NOTICE. Each wheel's source is on https://pypi.org under the same name and version; a wheel for
linux_aarch64 was built from that, unchanged. The packages below debs/ are Debian's own, unchanged: each brings its
licence as /usr/share/doc/PACKAGE/copyright, and its source is on https://snapshot.debian.org.

"""


def table(wheels: Sequence[Path]) -> str:
    """The text of licences.txt."""
    rows = sorted({_row(wheel) for wheel in wheels}, key=lambda row: (row[0].lower(), row))
    return _HEAD + "".join(f"{name:<26} {version:<14} {licence}\n" for name, version, licence in rows)


def without_text(wheels: Sequence[Path]) -> list[str]:
    """The names of the wheels for which no licence's text is there."""
    names = set()
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            if not any(_IS_TEXT.search(name) for name in archive.namelist()):
                names.add(wheel.name.partition("-")[0])
    return sorted(name for name in names if not (TEXTS / f"{name}.txt").exists())


def _row(wheel: Path) -> tuple[str, str, str]:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode(), headersonly=True)
        licence = _named(metadata)
        if not licence:
            texts = [name for name in archive.namelist() if ".dist-info/" in name and _IS_TEXT.search(name)]
            licence = archive.read(texts[0]).decode().strip().partition("\n")[0] if texts else "unknown"
    return metadata["Name"], metadata["Version"], licence


def _named(metadata: Message) -> str:
    if expression := metadata["License-Expression"]:
        return str(expression)
    classified = [value.rpartition(" :: ")[2] for value in metadata.get_all("Classifier", []) if "License ::" in value]
    return ", ".join(classified) or str(metadata["License"] or "").strip().partition("\n")[0]
