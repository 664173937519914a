"""Simulated worlds as processes of their own, each with a kit that an office has admitted."""

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from firmware import identity
from firmware.config import load
from firmware.office import admission, keys
from firmware.office.keys import Office
from firmware.reporting import SPOOL
from firmware.spool import Spool


@dataclass(frozen=True)
class World:
    """A world's kit.toml, and the office that can open what its kit records."""

    settings: Path
    office: Office

    @property
    def packets(self) -> list[str]:
        """The control numbers in the kit's spool."""
        with Spool(load(self.settings).data / SPOOL) as spool:
            return [entry.control_number for entry in spool.entries()]

    def hurried(self) -> Path:
        """Settings of the same kit that waits a second for a finger, not thirty."""
        hurried = self.settings.with_name("hurried.toml")
        text = self.settings.read_text(encoding="utf-8")
        hurried.write_text(text.replace("\n[fingerprint]\n", "\n[fingerprint]\nfinger_timeout_s = 1\n"))
        return hurried


@contextmanager
def world(folder: Path, *options: str, faults: str = "") -> Iterator[World]:
    """Start `python -m sim` without the wire's slowness and admit its kit; `faults` is a file of faults as text."""
    folder.mkdir()
    if faults:
        (folder / "faults.toml").write_text(faults)
        options = (*options, "--faults", str(folder / "faults.toml"))
    with (folder / "sim.log").open("ab") as log:
        command = [sys.executable, "-m", "sim", str(folder), "--pace", "0", *options]
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        for _ in range(600):
            if (folder / "kit.toml").exists():
                break
            assert process.poll() is None, (folder / "sim.log").read_text()
            threading.Event().wait(0.1)
        yield admitted(folder / "kit.toml", keys.init(folder / "office"))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def admitted(settings: Path, office: Office) -> World:
    """The world of this kit, which the office has admitted."""
    config = load(settings)
    request = identity.write_request(config.data, config.kit_id, settings.parent)
    identity.accept_answer(config.data, config.kit_id, admission.admit(request, office).answer)
    return World(settings, office)


def without_camera(settings: str) -> str:
    """The text of a kit.toml without its camera: a session ends with the fingers."""
    return re.sub(r"\[camera\]\n(?:[^\[].*\n)*", "", settings)


def rekam(*words: str | Path) -> list[str]:
    """Spell a command line of this very interpreter."""
    return [sys.executable, "-m", "firmware", *map(str, words)]
