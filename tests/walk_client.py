"""A client of the station in the hands of a walk: typed at, interrupted, killed, its terminal closed."""

import json
import os
import re
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.kills import NUMBER, SHOWN, nik_of
from tests.programs import Program
from tests.screens import Screen
from tests.walk_bench import Bench

CTRL_C = "\x03"
# What is answered to the question that a terminal shows last
ANSWERS = {
    "today's date": "",
    "Consent given by": "guardian",
    "Why this finger": "bandaged",
    "Why the face": "veiled",
    "[e] excuse it": "r",
    "[r] go on waiting": "r",
    "[k] keep this": "k",
}


class Client:
    """`rekam VERB` at a station, in plain lines or at a terminal; `serial` is the resident whom it records, if any."""

    def __init__(self, bench: Bench, path: Path, verb: str, words: Sequence[str | Path] = (), serial: int = 0) -> None:
        self.verb, self.serial = verb, serial
        self.screen: Screen | None = None
        self._program = self._begun(bench, path, words)

    def _begun(self, bench: Bench, path: Path, words: Sequence[str | Path]) -> Program:
        return Program(path, self.verb, "-c", bench.settings, *words)

    @property
    def has_ended(self) -> bool:
        return not self._program.process.is_alive()

    @property
    def status(self) -> int:
        """The exit status of one that has ended."""
        return self._program.outcome()[0]

    @property
    def words(self) -> str:
        """All that it has shown."""
        return self.screen.text if self.screen else self._program.shown()

    @property
    def numbers(self) -> frozenset[str]:
        """The control numbers that it showed as recorded."""
        return frozenset(SHOWN.findall(self.words))

    def type(self, text: str) -> None:
        if self.screen:
            self.screen.type(text)

    def answer(self) -> bool:
        """Type what the last question on the terminal asks for; whether there was one."""
        last = self.words[-200:].rstrip("^C")
        asked = [(last.rfind(question), reply) for question, reply in ANSWERS.items() if question in last]
        if not (self.screen and asked and last.endswith(": ")):
            return False
        self.screen.type(max(asked)[1] + "\n")
        return True

    def interrupt(self) -> None:
        if self.screen:
            self.screen.type(CTRL_C)
        elif pid := self._program.process.pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)

    def lose(self) -> None:
        """Kill it, or close its terminal; what it had shown by then counts."""
        if self.screen:
            self.screen.close()
        else:
            self._program.end(signal.SIGKILL)

    def close(self) -> None:
        """Leave nothing of it behind."""
        self._program.end(signal.SIGKILL)
        if self.screen:
            self.screen.close()


class AtTerminal(Client):
    """The same at a terminal."""

    def _begun(self, bench: Bench, path: Path, words: Sequence[str | Path]) -> Program:
        self.screen = Screen()
        return Program(path, self.verb, "-c", bench.settings, *words, terminal=self.screen.name)


def resident(folder: Path, serial: int, excused: Sequence[str]) -> Path:
    """The file of a resident, nobody's, of whom these fingers are not recorded."""
    path = folder / f"person-{serial}.json"
    reasons = dict.fromkeys(excused, "bandaged")
    told = {"nik": nik_of(serial), "name": "Kala", "date_of_birth": "2010-04-12", "sex": "P", "excused": reasons}
    path.write_text(json.dumps(told))
    return path


WAS_WHOLE = re.compile(rf"cut off after it was kept \(({NUMBER.pattern})\)")
