"""The number that ties a node's death to its birth: one more at each connection, through restarts too."""

import logging
from pathlib import Path

from firmware.durable import write_file
from firmware.errors import InputError
from firmware.telemetry.payload import SEQUENCE_SPAN

_log = logging.getLogger(__name__)

BDSEQ = "bdseq"
"""The number's file in a kit's data folder."""


class BirthDeathSequence:
    """Counts connections from 0 to 255 and begins again; where nothing can be written, in memory only."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / BDSEQ
        self._last = self._read()

    def upcoming(self) -> int:
        """The number of the next connection."""
        return 0 if self._last is None else (self._last + 1) % SEQUENCE_SPAN

    def take(self) -> None:
        """A connection goes out with the upcoming number; on the disk before it does."""
        self._last = self.upcoming()
        try:
            write_file(self._path, f"{self._last}\n".encode())
        except InputError as error:
            _log.warning("mqtt: %s", error)

    def _read(self) -> int | None:
        try:
            number = int(self._path.read_text(encoding="ascii"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            _log.warning("mqtt: %s: not a number (%s); counting from 0", self._path, type(error).__name__)
            return None
        return number if 0 <= number < SEQUENCE_SPAN else None
