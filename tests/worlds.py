"""Simulated worlds as processes of their own, each with a kit that an office has admitted."""

import os
import re
import sys
import time
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
from sim.__main__ import main as simulate
from tests.programs import PATIENCE_S, forked


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
    """A world with a wire that takes no time, its kit admitted; `faults` is a file of faults as text."""
    folder.mkdir()
    if faults:
        (folder / "faults.toml").write_text(faults)
        options = (*options, "--faults", str(folder / "faults.toml"))
    process = forked(_simulate, str(folder), "--pace", "0", *options)
    try:
        until = time.monotonic() + PATIENCE_S
        while not (folder / "kit.toml").exists():
            assert process.is_alive() and time.monotonic() < until, (folder / "sim.log").read_text()
            time.sleep(0.02)
        yield admitted(folder / "kit.toml", keys.init(folder / "office"))
    finally:
        process.terminate()
        process.join(20)


def _simulate(folder: str, *words: str) -> None:
    log = os.open(Path(folder, "sim.log"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.argv = ["sim", folder, *words]
    simulate()


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
