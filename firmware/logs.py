"""What the system's logs have of a kit, scrubbed of residents and keys."""

import json
import re
import subprocess
from datetime import UTC, datetime

from firmware import scrubbing

_ANSWER_S = 20.0
_KERNEL = re.compile(
    r"usb|tty|i2c|mmc|sdhci|ext4|vfat|i/o error|volt|thrott|temperature|watchdog|gpio|camera|unicam|out of memory",
    re.IGNORECASE,
)
# What a device calls itself: a telephone says whose it is
_NAMED = re.compile(r"Product: |Manufacturer: |SerialNumber: |input: |hid-")


def of_service(lines: int) -> str:
    """The last lines of the service, where there is a journal that this user may read."""
    told = _run("journalctl", "--unit=rekam", f"--lines={lines}", "--output=json", "--no-pager")
    kept = []
    for raw in told.splitlines():
        try:
            entry = json.loads(raw)
            at = datetime.fromtimestamp(int(entry["__REALTIME_TIMESTAMP"]) / 1e6, UTC)
            kept.append(f"{at:%Y-%m-%dT%H:%M:%SZ} {scrubbing.scrub_message(str(entry['MESSAGE']))}")
        except (ValueError, KeyError, TypeError):
            continue
    return "\n".join(kept) + "\n"


def of_kernel(lines: int) -> str:
    """The last lines of the kernel on devices, card and supply."""
    kept = [line for line in _run("dmesg").splitlines() if _KERNEL.search(line) and not _NAMED.search(line)]
    return scrubbing.scrub("\n".join(kept[-lines:])) + "\n"


def _run(*command: str) -> str:
    """What a program prints; nothing where it is missing or refuses."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=_ANSWER_S, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode(errors="replace")
