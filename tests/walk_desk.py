"""The operator of a walk: who is to be recorded, who is done by what was shown, and the way out of everything."""

import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from firmware.vocabulary import FingerPosition
from tests.kills import ENDED, nik_of
from tests.programs import PATIENCE_S
from tests.walk_bench import CRITICAL, FULL, Bench, Kit, Part
from tests.walk_client import AtTerminal, Client, resident

FINGERS = [position.name.lower() for position in FingerPosition]
# What an operator does before giving a kit up, and how long each of it may show nothing
ACTIONS, QUIET_S = 60, 2.0
# In this time whoever waits for a station has noticed that it is gone; who has not found one goes on without
NOTICE_S = 5.0
# Nothing seems to happen: what is pressed then, in this order
TRIED = ("accept", "repeat", "accept", "skip")


@dataclass
class Desk:
    """Believes what is shown: whoever got a control number is done, and so is whoever a starting station names as kept.

    done: by serial; told: the control numbers that were shown or named as kept. causes: why a session of this walk may
    end early, as the journal has it.
    """

    bench: Bench
    done: set[int] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    causes: set[str] = field(default_factory=set)
    client: Client | None = None
    others: list[Client] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    last: str = ""
    _orphan: int | None = None
    _cut: int | None = None
    _pressed: int = 0
    _begun: int = 0

    def begin(self, excused: Sequence[str], *, at_terminal: bool) -> None:
        """Ask for the next resident, if nobody is at the desk."""
        self.settle()
        if self.client or self._orphan or self._cut:
            return
        self.start()
        serial = next(number for number in range(1, 10000) if number not in self.done)
        kind = AtTerminal if at_terminal else Client
        file = resident(self.bench.settings.parent, serial, excused)
        words: list[str | Path] = ["--resident", file] if at_terminal else ["--resident", file, "--json"]
        self.asked["record"] += 1
        self._begun = len(self.bench.announced())
        path = self.bench.settings.with_name(f"client-{self.asked.total()}")
        self.client = kind(self.bench, path, "record", words, serial)

    def look(self, verb: str) -> None:
        """Ask for something that records nobody."""
        self.start()
        self.asked[verb] += 1
        self.others.append(Client(self.bench, self.bench.settings.with_name(f"look-{self.asked.total()}"), verb))

    def lose(self) -> None:
        """Lose the client who records; the station goes on, and only its spool knows to what end."""
        if self.client is None or self.client.has_ended:
            return
        if self.bench.kind is Kit.BARE:
            self.causes.add("abandoned")
        self.client.lose()
        self._hear(self.client)
        self.client.close()
        if self.client.serial not in self.done and self.bench.is_up:
            self._orphan = self.client.serial
        elif self.client.serial not in self.done:
            self._cut = self.client.serial
        self.client = None

    def type(self, text: str) -> None:
        if self.client:
            self.client.type(text)

    def answer(self) -> None:
        if self.client:
            self.client.answer()

    def interrupt(self) -> None:
        """Ctrl-C, for whoever records and for whoever asked last."""
        for client in (self.client, *self.others[-1:]):
            if client:
                client.interrupt()

    def wait_until_begun(self) -> None:
        """Let the one who came last come to the first step; a client that was refused does not."""
        until = time.monotonic() + QUIET_S
        while self.client and not self.client.has_ended and len(self.bench.announced()) == self._begun:
            if time.monotonic() > until:
                return
            self.client.answer()
            time.sleep(0.02)

    def wait_until_asked(self) -> bool:
        """Let the one who is being recorded come to where the operator is asked; whether somebody does."""
        until = time.monotonic() + 5 * QUIET_S
        while self.client and not self.client.has_ended and time.monotonic() < until:
            if self._is_asked():
                return True
            self.client.answer()
            time.sleep(0.02)
        return False

    def settle(self) -> None:
        """Take what clients who have ended showed."""
        if self.client and self.client.has_ended:
            self._hear(self.client)
            if self.client.serial not in self.done and ENDED in self.client.words:
                self._cut = self.client.serial
            self.client.close()
            self.client = None
        if self._orphan and self.bench.is_idle():
            # The lamps told it, at whose word the resident went
            if nik_of(self._orphan) in self.bench.niks().values():
                self.done.add(self._orphan)
            self._orphan = None

    def start(self) -> None:
        """Start the station if none runs, and believe what it names."""
        if self.bench.is_up:
            return
        self.end(signal.SIGKILL)
        self._let_end_alone()
        serial = self._cut or self._orphan
        for one in self.bench.start():
            if one.is_kept and one.control_number not in self.told and serial:
                self.done.add(serial)
            self.told |= {one.control_number} if one.is_kept else set()
        self._orphan = self._cut = None

    def _let_end_alone(self) -> None:
        """Let those come to their end who found no station, and so own the kit."""
        if self.client:
            self.bench.standing.plug(Part.PANEL, is_in=True)
        for _ in range(ACTIONS):
            if self.client:
                self._act()
                self.settle()
        self._wait_for_clients(PATIENCE_S)
        for client in (self.client, *self.others):
            assert client is None or client.has_ended, f"{client.verb} does not end without a station: {client.words}"

    def _wait_for_clients(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        for client in (self.client, *self.others):
            while client and not client.has_ended and time.monotonic() < until:
                time.sleep(0.02)

    def end(self, by: signal.Signals) -> None:
        """End the station, and take what its clients showed."""
        if by is signal.SIGTERM and self.bench.is_up:
            self.causes.add("stopped")
        self.bench.end(by)
        self._wait_for_clients(NOTICE_S)
        self.settle()

    def drain(self) -> None:
        """Empty the battery, at which a station that sees its gauge ends, whatever it does."""
        self.causes.add("device")
        self.bench.standing.charge(CRITICAL)
        if not self.bench.is_up or Part.BATTERY in self.bench.standing.out:
            return
        until = time.monotonic() + PATIENCE_S
        while self.bench.is_up:
            assert time.monotonic() < until, "the station does not end at an empty battery"
            time.sleep(0.02)
        self.end(signal.SIGKILL)

    def bring_through(self) -> bool:
        """Bring a resident through, with what an operator of a whole kit can do; whether that comes to its end."""
        for part in Part:
            self.bench.standing.plug(part, is_in=True)
        self.bench.standing.charge(FULL)
        before = len(self.done)
        for _ in range(ACTIONS):
            self.settle()
            if len(self.done) > before and self.client is None and self.bench.is_idle():
                return True
            if not self.bench.is_up:
                self.start()
            elif self.client or not self.bench.is_idle():
                self._act()
            elif len(self.done) == before:
                self.begin(FINGERS[1:], at_terminal=False)
        return False

    def _act(self) -> None:
        """Wait for something to be asked, and answer it; where nothing is, press something."""
        has_buttons = self.bench.kind is not Kit.BARE
        mark, until = self._mark(), time.monotonic() + QUIET_S
        while time.monotonic() < until and not (has_buttons and self._is_asked()):
            if self.client and (self.client.has_ended or self.client.answer()):
                return
            if not self.client and self.bench.state() != "recording":
                return
            if self._mark() != mark:
                mark, until = self._mark(), time.monotonic() + QUIET_S
            time.sleep(0.02)
        if has_buttons:
            self.bench.press(TRIED[self._pressed % len(TRIED)], 0.1)
            self._pressed += 1

    def _is_asked(self) -> bool:
        announced = self.bench.announced()[self._begun :]
        return bool(announced) and "decide" in announced[-1]

    def _mark(self) -> tuple[int, int]:
        return len(self.bench.announced()), len(self.client.words) if self.client else 0

    def describe(self) -> str:
        """Where the operator has got to, for who looks into a dead end."""
        words = self.client.words if self.client else self.last
        waits = f"lost {self._orphan}, cut off {self._cut}, done {sorted(self.done)}"
        return (
            f"the station is {self.bench.state()!r}, announced {self.bench.announced()[-3:]}, {waits}: {words[-600:]!r}"
        )

    def _hear(self, client: Client) -> None:
        self.last = client.words
        if client.numbers:
            self.told |= client.numbers
            self.done.add(client.serial)

    def close(self) -> None:
        """Leave nothing behind."""
        for client in (self.client, *self.others):
            if client:
                client.close()
        self.bench.end(signal.SIGKILL)
