"""How long the station needs until it is READY, with what it keeps in memory and how soon its first print is judged."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from firmware import config
from firmware.errors import InputError
from firmware.vocabulary import Purpose

_READY_S: Final = 300.0
_REST_S: Final = 3.0
_STOP_S: Final = 20.0
_NOTIFIED_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class Start:
    """One start of the station: seconds to READY, MB at rest, and seconds from a print's last byte to its score.

    first_score_s: None where no resident was recorded.
    """

    ready_s: float
    resident_mb: float
    first_score_s: float | None


def run(settings: Path, resident: Path | None, starts: int) -> Iterator[Start]:
    """Start the station of this kit.toml once to fill the cache, then so often.

    Where a resident's file is given, each start records that resident. Raises InputError when the kit records for real,
    or when the station does not come up.
    """
    if resident and config.load(settings).purpose is not Purpose.TRAINING:
        raise InputError(f'{settings}: records for real; give a resident to a kit with purpose = "training" only')
    with _station(settings):
        pass
    for _ in range(starts):
        with _station(settings) as (process, ready_s):
            time.sleep(_REST_S)
            resident_mb = _resident_mb(process.pid)
            yield Start(ready_s, resident_mb, _first_score(settings, resident) if resident else None)


def as_json(start: Start) -> dict[str, Any]:
    """Put one start into an object for scripts."""
    return {
        "ready_s": round(start.ready_s, 3),
        "resident_mb": round(start.resident_mb, 1),
        "first_score_s": start.first_score_s,
    }


def as_line(start: Start) -> str:
    """Put one start into a line for a person."""
    score_s = start.first_score_s
    judged = "" if score_s is None else f", first print judged {score_s:.3f} s after its last byte"
    return f"READY after {start.ready_s:.2f} s, {start.resident_mb:.0f} MB at rest{judged}"


@contextmanager
def _station(settings: Path) -> Iterator[tuple["subprocess.Popen[bytes]", float]]:
    """`rekam run`, from READY as systemd hears it to its end."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"{folder}/notify")
        systemd.settimeout(0.2)
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "firmware", "run", "--config", str(settings)],
            env={**os.environ, "NOTIFY_SOCKET": f"{folder}/notify"},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        try:
            _wait_until_ready(systemd, process, began)
            yield process, time.monotonic() - began
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=_STOP_S)


def _wait_until_ready(systemd: socket.socket, process: "subprocess.Popen[bytes]", began: float) -> None:
    while time.monotonic() - began < _READY_S:
        try:
            if systemd.recv(_NOTIFIED_BYTES) == b"READY=1":
                return
        except TimeoutError:
            if process.poll() is not None and process.stderr:
                raise InputError(process.stderr.read().decode(errors="replace").strip()) from None
    raise InputError(f"the station was not ready within {_READY_S:.0f} s")


def _resident_mb(pid: int) -> float:
    """VmRSS of proc(5), in units of a million bytes."""
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"), re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def _first_score(settings: Path, resident: Path) -> float | None:
    command = ["record", "--config", str(settings), "--resident", str(resident), "--json"]
    done = subprocess.run([sys.executable, "-m", "firmware", *command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise InputError(done.stderr.strip())
    judged = [finger["score_s"] for finger in json.loads(done.stdout)["fingers"] if finger["score_s"] is not None]
    return float(judged[0]) if judged else None
