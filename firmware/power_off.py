"""Switches the kit off by the command of its settings."""

import subprocess
from collections.abc import Sequence

from firmware.errors import DeviceRefused

_TIMEOUT_S = 20.0


def power_off(command: Sequence[str]) -> bool:
    """Run the command of `power.shutdown`; False where none is set. Raises DeviceRefused when it fails."""
    if not command:
        return False
    shown = " ".join(command)
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DeviceRefused("power", f"`{shown}` does not run ({error}); check power.shutdown in kit.toml") from error
    if done.returncode:
        why = done.stderr.strip() or f"exit status {done.returncode}"
        raise DeviceRefused("power", f"`{shown}` failed ({why}); the kit's user needs the right to switch it off")
    return True
