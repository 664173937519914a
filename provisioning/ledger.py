"""The setup's own memory on the disk: answers, and how far each step has come."""

import json
import time
from pathlib import Path
from typing import Any

from provisioning import files
from provisioning.words import SetupFailed, Words

BEGUN, DONE, RESTART = "begun", "done", "restart"
"""A step that may be half done; one that is done; one that is done and holds from the next start of the machine on."""

_DAMAGED = Words(
    "{path}: rusak ({reason}). Pindahkan berkas itu lalu jalankan lagi: setiap langkah memeriksa mesin ini sendiri.",
    "{path}: is damaged ({reason}). Move the file away and run this again: each step looks at the machine itself.",
)


class Ledger:
    """A file of JSON that is written whole after each change. Raises SetupFailed when it is damaged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.steps: dict[str, dict[str, Any]] = {}
        self.notes: dict[str, Any] = {}
        if not path.exists():
            return
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            self.steps, self.notes = dict(stored["steps"]), dict(stored["notes"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SetupFailed(_DAMAGED, path=path, reason=error) from error

    def state(self, key: str) -> str:
        """How far a step has come; empty when it was never begun."""
        return str(self.steps.get(key, {}).get("state", ""))

    def mark(self, key: str, state: str, boot: str = "") -> None:
        """Remember how far a step has come, and in which run of the machine."""
        self.steps[key] = {"state": state, "boot": boot, "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        self._store()

    def forget(self, key: str) -> None:
        """A step that is undone."""
        self.steps.pop(key, None)
        self._store()

    def note(self, name: str, value: Any) -> None:
        """Remember a value of JSON under a name."""
        if self.notes.get(name) != value:
            self.notes[name] = value
            self._store()

    def waits_for_restart(self, key: str, boot: str) -> bool:
        """Whether what this step did holds only after a restart that has not been."""
        return self.state(key) == RESTART and self.steps[key]["boot"] == boot

    def _store(self) -> None:
        content = {"format": 1, "steps": self.steps, "notes": self.notes}
        files.write(self._path, json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n", 0o600)
