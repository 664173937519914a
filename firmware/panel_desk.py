"""The panel in a session: what is announced becomes its signals, its presses become the operator's words."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Protocol

from firmware import events
from firmware.datatypes import Excuse
from firmware.panel_words import PanelPhrase
from firmware.portrait import BackdropColour
from firmware.seams import Word
from firmware.signals import PanelButton, Press, Signal
from firmware.vocabulary import FingerPosition, Language, MissingFinger

# A wait without an end would not let a signal through
_POLL_S = 0.2


class Panel(Protocol):
    """What a session asks of the panel; see the driver for the meaning."""

    @property
    def presses(self) -> "SimpleQueue[Press]":
        """What was pressed, in order."""

    @property
    def is_there(self) -> bool:
        """Whether it can be seen and pressed now."""

    def show(self, signal: Signal) -> None:
        """Begin a signal in place of the one before."""


class PanelAnnouncer:
    """Shows on the panel what is asked for."""

    def __init__(self, panel: Panel) -> None:
        self._show: Callable[[Signal], None] = panel.show

    def ask(self, position: FingerPosition, attempt: int) -> None:
        """Show that a finger is asked for."""
        self._show(Signal.PLACE_FINGER)

    def look(self, backdrop: BackdropColour | None) -> None:
        """Show that the face is asked for."""
        self._show(Signal.LOOK_HERE)

    def lift(self, position: FingerPosition) -> None:
        """Show that the finger may leave the glass."""
        self._show(Signal.LIFT)

    def again(self, position: FingerPosition) -> None:
        """Show that the same finger is wanted once more."""
        self._show(Signal.AGAIN)

    def decide(self) -> None:
        """Show that the operator is asked."""
        self._show(Signal.ASK_OPERATOR)

    def done(self, *, complete: bool) -> None:
        """Show the end of the session."""
        self._show(Signal.DONE if complete else Signal.READY)


class PanelPresses:
    """Takes presses for the operator's words; what was pressed before the session began means nothing in it.

    alive: called a few times a second while a press is waited for.
    """

    def __init__(self, panel: Panel, language: Language, alive: Callable[[], None] = lambda: None) -> None:
        self._panel = panel
        self._presses = panel.presses
        self._was_there = panel.is_there
        self._language = language
        self._alive = alive
        while self._next() is not None:
            pass

    def has_word(self) -> bool:
        """Whether a button was pressed that is not heard yet."""
        return not self._presses.empty()

    def word(self) -> Word | None:
        """Take what was pressed first."""
        press = self._next()
        return None if press is None else self._word_of(press)

    def wait(self, stop: Callable[[], bool]) -> Word | None:
        """Wait for what is pressed next; None when `stop` says so first."""
        while not stop():
            self._alive()
            try:
                return self._word_of(self._presses.get(timeout=_POLL_S))
            except Empty:
                continue
        return None

    @property
    def is_there(self) -> bool:
        """Whether buttons can be pressed now."""
        self._was_there |= self._panel.is_there
        return self._panel.is_there

    @property
    def may_answer(self) -> bool:
        """Whether they can, or could in this session: buttons that went are waited for."""
        return self.is_there or self._was_there

    def _word_of(self, press: Press) -> Word:
        if press.button is PanelButton.ACCEPT:
            return events.Confirmed()
        if press.button is PanelButton.REPEAT:
            return events.Repeated()
        if press.held:
            return events.Cancelled()
        reason = PanelPhrase.SKIPPED.say(self._language)
        return events.Excused(Excuse(MissingFinger.UNABLE_TO_PRINT, reason))

    def _next(self) -> Press | None:
        try:
            return self._presses.get_nowait()
        except Empty:
            return None
