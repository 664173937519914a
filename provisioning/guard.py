"""Watches a new version after the switch, also over power cuts, and goes back to the old one by itself.

It runs by the system's own Python from /opt/rekam/guard, so that no version of Rekam can break it. An update writes
down what is tried (`Trial`) before it turns the link. From then on this alone decides: `boot` before the service
starts, `watch` while it runs. The verdict lies beside the trial.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from provisioning import files
from provisioning.words import Words

TRIAL, VERDICT = "opt/rekam/trial.json", "opt/rekam/verdict.json"
SERVICE = "rekam.service"
TRIES, WATCH_S = 5, 90.0
"""Starts of the machine that a new version has, and seconds that it must be well; longer than its watchdog waits."""
_CURRENT = "opt/rekam/current"
# Longer than systemd lets the service start
_START_S = 400.0
_LOOK_S = 0.5
_ANSWER_S = 60.0

_CUT = Words("listrik padam sebelum peralihan", "the power went before the switch")
_NO_TRIES = Words(
    "mesin dinyalakan {tries} kali dan versi baru tidak pernah sehat sampai akhir pengawasan",
    "the machine was started {tries} times, and the new version was never well to the end of the watch",
)
_RESTARTED = Words("layanannya berhenti sendiri", "its service ended by itself")
_NEVER_READY = Words("layanannya tidak siap dalam {seconds:.0f} detik", "its service was not ready in {seconds:.0f} s")
_NO_ANSWER = Words("`rekam status` tidak menjawab", "`rekam status` does not answer")


@dataclass(frozen=True, slots=True)
class Trial:
    """A version that is tried, the one to go back to, and how often the machine may still start with it."""

    version: str
    previous: str
    watch_s: float = WATCH_S
    tries_left: int = TRIES

    def store(self, root: Path) -> None:
        """Write it down; it is on the disk when this returns."""
        files.write(root / TRIAL, json.dumps(asdict(self)).encode() + b"\n", 0o644)


def trial_in(root: Path) -> Trial | None:
    """What is tried; None where nothing is, or nobody can read it any more."""
    try:
        told = json.loads((root / TRIAL).read_bytes())
        return Trial(str(told["version"]), str(told["previous"]), float(told["watch_s"]), int(told["tries_left"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def verdict_in(root: Path) -> dict[str, Any]:
    """How the last trial ended: version, previous, is_healthy, why (a text for each language); empty where none did."""
    try:
        return dict(json.loads((root / VERDICT).read_bytes()))
    except (OSError, ValueError, TypeError):
        return {}


def switch(root: Path, trial: Trial) -> None:
    """Turn the link to the version that is tried, once it is written down."""
    (root / VERDICT).unlink(missing_ok=True)
    trial.store(root)
    files.link(root / _CURRENT, f"versions/{trial.version}")


def boot(root: Path) -> None:
    """Before the service starts: one try less, and back when none is left or the switch never was."""
    trial = trial_in(root)
    if trial is None:
        return
    link = root / _CURRENT
    if not link.is_symlink() or link.readlink().name != trial.version:
        end(root, trial, _CUT)
    elif trial.tries_left < 1:
        end(root, trial, _NO_TRIES.of(tries=TRIES))
    else:
        Trial(trial.version, trial.previous, trial.watch_s, trial.tries_left - 1).store(root)


def watch(root: Path) -> None:
    """While the service runs: confirm a version that is well long enough; from any other go back."""
    trial = trial_in(root)
    if trial is None:
        return
    why = _illness(root, trial.watch_s, _START_S)
    end(root, trial, why)
    if why:
        _systemctl("--no-block", "restart", SERVICE)


def end(root: Path, trial: Trial, why: Words | None = None) -> None:
    """Confirm the version, or go back from it for a reason; the power may go at any moment of it."""
    if why:
        files.link(root / _CURRENT, f"versions/{trial.previous}")
    verdict = {"version": trial.version, "previous": trial.previous, "is_healthy": why is None}
    verdict |= {"why": why._asdict() if why else None, "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    files.write(root / VERDICT, json.dumps(verdict, ensure_ascii=False).encode() + b"\n", 0o644)
    (root / TRIAL).unlink()
    files.sync_folder((root / TRIAL).parent)


def _illness(root: Path, watch_s: float, start_s: float) -> Words | None:
    """Why the service is not well; None once it was for so long."""
    first = _shown().get("NRestarts", "0")
    well_from, waits_from = None, time.monotonic()
    while True:
        seen, now = _shown(), time.monotonic()
        if seen.get("NRestarts", first) != first or seen.get("ActiveState") == "failed":
            return _RESTARTED
        # One that is stopped by hand, or with the machine, is not ill: it is waited for
        if seen.get("ActiveState") != "active":
            waits_from, well_from = (now if well_from is not None else waits_from), None
            if now - waits_from > start_s:
                return _NEVER_READY.of(seconds=start_s)
        else:
            well_from = now if well_from is None else well_from
            if now - well_from >= watch_s:
                return None if _answers(root) else _NO_ANSWER
        time.sleep(_LOOK_S)


def _shown() -> dict[str, str]:
    said = _systemctl("show", "-p", "ActiveState", "-p", "NRestarts", SERVICE)
    return dict(line.split("=", 1) for line in said.splitlines() if "=" in line)


def _systemctl(*words: str) -> str:
    try:
        return subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


def _answers(root: Path) -> bool:
    """Whether the station itself tells how it is."""
    command: list[str | Path] = [root / "usr/local/bin/rekam", "status", "--json"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_ANSWER_S, check=True)
        return "state" in json.loads(done.stdout)
    except (OSError, ValueError, TypeError, subprocess.SubprocessError):
        return False


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the two verbs."""
    verbs: dict[str, Callable[[Path], None]] = {"boot": boot, "watch": watch}
    parser = argparse.ArgumentParser(prog="rekam-update-guard", description=__doc__)
    parser.add_argument("verb", choices=verbs)
    parser.add_argument("--root", type=Path, default=Path("/"), metavar="DIR", help="a tree instead of this machine")
    options = parser.parse_args(arguments)
    verbs[options.verb](options.root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
