"""The station as a service: it alone owns the devices, and does what its clients ask, one thing at a time."""

import contextlib
import logging
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import FrameType
from typing import IO, Any, cast

from rich.console import Console

from firmware import compiler_memory, delivering, reporting, watch
from firmware.config import KitConfig
from firmware.connection import Connection, Listener, Paper
from firmware.datatypes import DeviceState
from firmware.errors import KitError
from firmware.keyboard import Keyboard
from firmware.pipeline import warming
from firmware.power_off import power_off
from firmware.signals import Signal
from firmware.storage_words import StoragePhrase
from firmware.telemetry.summary import KitState
from firmware.terminal import Terminal
from firmware.text_picture import Charset
from firmware.vocabulary import Language
from firmware.watchdog import Pulse, Watchdog
from firmware.workplace import Workplace, workplace

_log = logging.getLogger(__name__)

_TICK_S = 1.0
# So long the panel shows that a session is done
_DONE_S = 5.0
# A first compilation of the kernels takes 20 s on a board; a sensor that is not there is looked for meanwhile
_START_S = 120.0
_COMPILATION_S = 60.0

Work = Callable[[Workplace, Terminal, dict[str, Any], Callable[[dict[str, Any]], None]], dict[str, Any]]
"""What a verb does with the devices: arguments in, parts of its result told as they come, the result out; all JSON."""


@dataclass(frozen=True, slots=True)
class _Job:
    work: Work
    message: dict[str, Any]
    line: Connection
    keys: Keyboard


@dataclass
class Service:
    """A station that serves until it is told to end.

    verbs: the work that needs the devices. tell: hears what an operator is to be told of a disk on which nothing can be
    started. Status is told at any time, also while a resident is recorded.
    """

    config: KitConfig
    verbs: Mapping[str, Work]
    tell: Callable[[StoragePhrase], None] = lambda phrase: None
    _jobs: "queue.SimpleQueue[_Job]" = field(default_factory=queue.SimpleQueue)
    _busy: threading.Lock = field(default_factory=threading.Lock)
    _is_ending: bool = False
    _is_empty: bool = False
    _told_s: float = 0.0
    _show_s: float = 0.0
    _signal: Signal | None = None
    _loop: Pulse = field(default_factory=lambda: Pulse("main loop"))

    def run(self, on_ready: Callable[[Workplace], None] = lambda place: None) -> None:
        """Serve until SIGTERM, SIGINT or an empty battery; who is being recorded then is recorded again later.

        Raises DeviceBusy when another process owns the kit, and IdentityError when nobody could open its packets.
        """
        with Watchdog() as watchdog:
            self._loop = watchdog.pulse("main loop")
            watchdog.extend(_START_S)
            opened = workplace(self.config, patient=True, tell=self.tell, alive=self._loop.beat)
            with _ended_by(self._end), opened as place:
                self._open(place, watchdog, on_ready)
        if self._is_empty and self.config.power:
            power_off(self.config.power.shutdown)

    def _open(self, place: Workplace, watchdog: Watchdog, on_ready: Callable[[Workplace], None]) -> None:
        place.logbook.started()
        self._tell_idle(place)
        watchdog.extend(_START_S)
        warming.warm_up(self.config.fingerprint.ppi, self.config.effort)
        listener = Listener(self.config.data)
        ear = watchdog.pulse("listener")
        threading.Thread(target=self._listen, args=(listener, place, ear), daemon=True).start()
        try:
            self._show(place, time.monotonic())
            self._loop.beat(_COMPILATION_S)
            watchdog.ready()
            on_ready(place)
            warming.warm_up_matching()
            compiler_memory.release()
            with delivering.background(self.config):
                self._serve(place)
        finally:
            watchdog.say("STOPPING=1")
            listener.close()
            place.logbook.stopped()

    def _serve(self, place: Workplace) -> None:
        while not self._is_ending:
            self._loop.beat()
            try:
                job = self._jobs.get(timeout=_TICK_S)
            except queue.Empty:
                self._tick(place, time.monotonic())
                continue
            try:
                # Whoever came after the word to end is not begun with
                if not self._is_ending:
                    self._do(job, place)
            finally:
                self._busy.release()
                self._tell_idle(place)
                self._signal, self._show_s = None, time.monotonic() + _DONE_S

    def _tick(self, place: Workplace, now: float) -> None:
        """Look after the devices; an empty battery ends the station before the supply does."""
        power = place.kit.look_at_power(now)
        has_changed = place.kit.look_after(now)
        watch.note(place)
        if has_changed or now >= self._told_s + place.report.pace_s:
            self._tell_idle(place)
        self._show(place, now)
        if power.must_end:
            _log.warning("service: %s", power.say(Language.ENGLISH))
            self._is_empty = self._is_ending = True

    def _tell_idle(self, place: Workplace) -> None:
        """Publish the status of an idle kit."""
        place.report.tell(KitState.IDLE)
        self._told_s = time.monotonic()

    def _show(self, place: Workplace, now: float) -> None:
        """How the idle kit is, on its panel; the end of a session stays there for a moment."""
        if place.kit.panel is None or now < self._show_s:
            return
        ill = any(status.state not in (DeviceState.OK, DeviceState.UNKNOWN) for status in place.kit.statuses())
        low = not place.kit.look_at_power(now).may_start
        signal = Signal.BATTERY_LOW if low else Signal.FAULT if ill else Signal.READY
        if signal is not self._signal:
            place.kit.panel.show(signal)
            self._signal = signal

    def _do(self, job: _Job, place: Workplace) -> None:
        screen = job.message.get("terminal", {})
        encoding = str(screen.get("encoding") or "utf-8")
        console = Console(
            file=cast("IO[str]", Paper(job.line, encoding)),
            force_terminal=bool(screen.get("is_terminal")),
            width=int(screen.get("width") or 80),
            height=int(screen.get("height") or 25),
            highlight=False,
            soft_wrap=True,
        )
        charset = Charset.of(encoding, str(screen.get("term")))
        terminal = Terminal(console, self.config.language, job.keys, place.presses(), charset)
        try:
            result = job.work(place.renewed(), terminal, job.message, lambda part: job.line.send(part=part))
        except KitError as error:
            job.line.send(error=str(error))
        except Exception as error:  # noqa: BLE001 (a job that fails as nobody foresaw must not end the station)
            _log.exception("service: %s failed", job.message.get("verb"))
            job.line.send(error=f"the station failed: {type(error).__name__}; its log has more")
        else:
            job.line.send(result=result)
        finally:
            terminal.close()
            job.line.close()

    def _listen(self, listener: Listener, place: Workplace, ear: Pulse) -> None:
        while line := listener.accept(ear.beat):
            threading.Thread(target=self._hear, args=(line, place), daemon=True).start()

    def _hear(self, line: Connection, place: Workplace) -> None:
        """Everything that one client says: first what it wants, then what is typed there."""
        messages = line.messages()
        message = next(messages, {})
        verb = message.get("verb")
        if verb == "status":
            line.send(result=self._status(place))
            line.close()
            return
        work = self.verbs.get(str(verb))
        if work is None:
            line.send(error=f"the station knows no {verb!r}; it may be older or newer than this command")
            line.close()
            return
        if not self._busy.acquire(blocking=False):
            line.send(error="the station is at work for somebody else; wait until it is done")
            line.close()
            return
        is_interactive = bool(message.get("terminal", {}).get("is_interactive"))
        keys = Keyboard(is_interactive=is_interactive, heed=partial(self._heed, place))
        self._jobs.put(_Job(work, message, line, keys))
        for said in messages:
            if said.get("interrupt"):
                keys.interrupt()
            elif isinstance(said.get("line"), str):
                keys.feed(said["line"])
        keys.hang_up()

    def _heed(self, place: Workplace) -> None:
        """While a line is awaited the station is alive, and its battery is looked at."""
        self._loop.beat()
        watch.heed_power(place)

    def _status(self, place: Workplace) -> dict[str, Any]:
        state = KitState.RECORDING if self._busy.locked() else KitState.IDLE
        seen = reporting.look_from_inside(self.config, state, place.kit.statuses(), place.report)
        return {"document": seen.document, "reach": seen.reach.name}

    def _end(self) -> None:
        self._is_ending = True
        if self._busy.locked():
            sys.exit(143)


@contextlib.contextmanager
def _ended_by(end: Callable[[], None]) -> Iterator[None]:
    """SIGTERM and SIGINT call this, in the main thread, while the context lasts."""

    def told(number: int, frame: FrameType | None) -> None:
        end()

    before = {number: signal.signal(number, told) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
