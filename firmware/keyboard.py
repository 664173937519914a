"""Lines that a person types, here or at the other end of a connection, waited for without being deaf to all else."""

import io
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TextIO

_POLL_S = 0.05


class Keyboard:
    """A queue of typed lines; whoever reads them from a terminal or a socket feeds it.

    begin: called once, when the first line is asked for. heed: called while a line is awaited; may raise.
    """

    def __init__(
        self,
        *,
        is_interactive: bool,
        begin: Callable[["Keyboard"], None] = lambda keyboard: None,
        heed: Callable[[], None] = lambda: None,
    ) -> None:
        self.is_interactive, self._heed = is_interactive, heed
        self._begin: Callable[[Keyboard], None] | None = begin
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._has_ended = False
        self._interrupted = threading.Event()
        self._gone = threading.Event()

    def feed(self, line: str | None) -> None:
        """Take a line, without its end; None when no more will come."""
        self._lines.put(line)

    def hang_up(self) -> None:
        """Whoever typed has gone."""
        self._gone.set()
        self.feed(None)

    @property
    def is_gone(self) -> bool:
        """Whether whoever typed has hung up."""
        return self._gone.is_set()

    def interrupt(self) -> None:
        """Take a Ctrl-C that was pressed elsewhere."""
        self._interrupted.set()

    @property
    def is_interrupted(self) -> bool:
        """Whether Ctrl-C was pressed elsewhere since it was last forgotten."""
        return self._interrupted.is_set()

    def forget_interruption(self) -> None:
        """Go on after a Ctrl-C."""
        self._interrupted.clear()

    def line(self, stop: Callable[[], bool] = lambda: False, again: Callable[[], None] | None = None) -> str | None:
        """The next line; None when `stop` says so first. Raises EOFError when the keyboard is gone.

        again: puts the question once more. It is called for a Ctrl-C, which is heard by that: a terminal throws away
        what it was about to show (NOFLSH in termios(3)). Without it a Ctrl-C waits to be heard.
        """
        if self._begin is not None:
            begin, self._begin = self._begin, None
            begin(self)
        while not self._has_ended:
            self._heed()
            if again and self.is_interrupted:
                self.forget_interruption()
                again()
            if stop():
                return None
            try:
                line = self._lines.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            if line is not None:
                return line
            self._has_ended = True
        raise EOFError("the keyboard is gone")


def of_this_process(heed: Callable[[], None] = lambda: None) -> Keyboard:
    """What is typed into this process; nobody is asked where that is no terminal. heed: see `Keyboard`."""
    stdin = sys.stdin

    def begin(keyboard: Keyboard) -> None:
        threading.Thread(target=_pump, args=(stdin, keyboard), daemon=True).start()

    return Keyboard(is_interactive=stdin is not None and stdin.isatty(), begin=begin, heed=heed)


def _pump(stdin: TextIO, keyboard: Keyboard) -> None:
    for line in lines_of(stdin):
        keyboard.feed(line)
    keyboard.feed(None)


def lines_of(stdin: TextIO) -> Iterator[str]:
    """Lines as they come, without their ends."""
    try:
        number = stdin.fileno()
    except io.UnsupportedOperation:
        yield from (line.rstrip("\n") for line in stdin)
        return
    # Not through the file object: a thread that waits inside it is fatal when the interpreter ends
    text = b""
    while more := _read(number):
        *whole, text = (text + more).split(b"\n")
        yield from (line.decode(errors="replace").rstrip("\r") for line in whole)
    if text:
        yield text.decode(errors="replace")


def _read(number: int) -> bytes:
    try:
        return os.read(number, 4096)
    except OSError:  # a terminal that hung up
        return b""
