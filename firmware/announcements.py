"""Tells a second screen or a loudspeaker what the kit asks for, a JSON line each and nothing personal.

Lines: {"ask": "right_thumb", "attempt": 1}, {"lift": "right_thumb"}, {"again": "right_thumb"}, {"look": true,
"backdrop": "red"} when the face is asked for, {"decide": true} when the operator is, and at the end {"done": true} once
the record is kept, or false when it ended early. The file may be a FIFO: without a reader its lines are lost.
"""

import json
import logging
import os
from pathlib import Path

from firmware.portrait import BackdropColour
from firmware.vocabulary import FingerPosition

_log = logging.getLogger(__name__)


class FileAnnouncer:
    """Appends lines to a file, if one is named; never blocks, and never fails what it announces."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._has_warned = False

    def ask(self, position: FingerPosition, attempt: int) -> None:
        """Announce that a finger is asked for."""
        self._append({"ask": position.name.lower(), "attempt": attempt})

    def look(self, backdrop: BackdropColour | None) -> None:
        """Announce that the face is asked for, before a cloth of this colour."""
        self._append({"look": True} | ({"backdrop": backdrop.value} if backdrop else {}))

    def lift(self, position: FingerPosition) -> None:
        """Announce that the finger may leave the glass."""
        self._append({"lift": position.name.lower()})

    def again(self, position: FingerPosition) -> None:
        """Announce that this finger will be asked for once more."""
        self._append({"again": position.name.lower()})

    def decide(self) -> None:
        """Announce that the operator is asked."""
        self._append({"decide": True})

    def done(self, *, complete: bool) -> None:
        """Announce the end of the session."""
        self._append({"done": complete})

    def _append(self, line: dict[str, object]) -> None:
        if self._path is None:
            return
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            file = os.open(self._path, flags, 0o644)
            try:
                os.write(file, (json.dumps(line) + "\n").encode())
            finally:
                os.close(file)
        except OSError as error:
            if not self._has_warned:
                _log.warning("announcements: %s cannot be written (%s); recording goes on", self._path, error)
            self._has_warned = True
