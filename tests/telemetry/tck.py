"""Which of the specification's normative statements the tests hold; `python -m tests.telemetry.tck` draws the table.

The statements are those of Sparkplug 3.0.0, chapters 2, 4, 5 and 6, by their tck-ids without `tck-id-`.
"""

import importlib
import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import TypeVar

from tests.conftest import ROOT

_Test = TypeVar("_Test", bound=Callable[..., None])
DOCUMENT = ROOT / "docs" / "sparkplug.md"
IDS = tuple((Path(__file__).parent / "tck_ids.txt").read_text(encoding="ascii").split())
NOT_HELD: Mapping[str, tuple[str, ...]] = {
    "What hosts do; here is only the part that reads, acknowledges and commands.": (
        "host-topic-*",
        "message-flow-phid-*",
        "message-flow-hid-*",
        "operational-behavior-host-*",
        "operational-behavior-edge-node-termination-host-action-*",
        "payloads-state-*",
        "topics-ncmd-mqtt",
        "payloads-ncmd-*",
        "payloads-name-cmd-requirement",
        "operational-behavior-primary-application-state-with-multiple-servers-state",
    ),
    "No device takes commands: a command is the kit's.": (
        "topics-dcmd-mqtt",
        "topics-dcmd-timestamp",
        "topics-dcmd-payload",
        "payloads-dcmd-*",
        "message-flow-device-dcmd-subscribe",
        "operational-behavior-data-commands-dcmd-*",
    ),
    "No templates and no data sets are sent, and none are read.": (
        "payloads-template-*",
        "payloads-dataset-*",
        "topics-nbirth-templates",
    ),
    "The kit speaks MQTT 3.1.1.": ("principles-persistence-clean-session-50", "*-mqtt50"),
    "A kit has one broker: after its host has left it comes back to the same one, and waits there.": (
        "operational-behavior-edge-node-termination-host-offline-reconnect",
        "operational-behavior-primary-application-state-with-multiple-servers-walk",
        "operational-behavior-primary-application-state-with-multiple-servers-single-server",
    ),
    "That no two kits have one name is the office's to see to when it admits them; the certificate then holds it.": (
        "topic-structure-namespace-unique-edge-node-descriptor",
        "payloads-nbirth-edge-node-descriptor",
        "case-sensitivity-sparkplug-ids",
    ),
    "It allows something, and asks for nothing.": ("topic-structure-namespace-duplicate-device-id-across-edge-node",),
}


def holds(*ids: str) -> Callable[[_Test], _Test]:
    """Say of a test which statements it holds."""

    def marked(test: _Test) -> _Test:
        test.__dict__["tck"] = ids
        return test

    return marked


def held() -> dict[str, list[str]]:
    """The tests of this folder that hold a statement, by the statement."""
    found: dict[str, list[str]] = {}
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        for name, test in vars(importlib.import_module(f"tests.telemetry.{path.stem}")).items():
            for one in getattr(test, "tck", ()):
                found.setdefault(one, []).append(f"{path.stem}::{name}")
    return found


def table() -> list[str]:
    """The lines of the document's table."""
    tests = held()
    lines = ["| statement | held by `tests/telemetry/` |", "|---|---|"]
    lines += [f"| {one} | {', '.join(f'`{test}`' for test in tests[one])} |" for one in IDS if one in tests]
    lines += ["", "| not held | why |", "|---|---|"]
    for reason, patterns in NOT_HELD.items():
        left = [one for one in IDS if one not in tests and any(fnmatch(one, pattern) for pattern in patterns)]
        lines.append(f"| {', '.join(left)} | {reason} |")
    return lines


def drawn(document: str) -> str:
    """The document with the table as it should be."""
    inside = "\n".join(table())
    pattern = r"(?<=<!-- tck -->\n).*?(?=\n<!-- /tck -->)"
    return re.sub(pattern, inside.replace("\\", r"\\"), document, count=1, flags=re.DOTALL)


if __name__ == "__main__":
    DOCUMENT.write_text(drawn(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
