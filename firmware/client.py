"""A client of the station: shows what the station says, and sends what is typed."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from queue import SimpleQueue
from types import FrameType
from typing import Any

from rich.console import Console

from firmware import connection, keyboard
from firmware.connection import Connection
from firmware.errors import SessionError


def ask(
    data: Path,
    console: Console,
    verb: str,
    on_part: Callable[[dict[str, Any]], None] | None = None,
    **arguments: object,
) -> Mapping[str, Any] | None:
    """Ask the station of a data folder to do something; None where none runs.

    Its words appear on the console; parts of a result go to `on_part` as they come. Ctrl-C is the station's: it asks
    what to do. Raises SessionError with what the station complains of, or when it ends before it has answered.
    """
    line = connection.connect(data)
    if line is None:
        return None
    with line, _interruptions() as pressed:
        interactive = console.is_terminal and sys.stdin is not None and sys.stdin.isatty()
        screen = {
            "is_terminal": console.is_terminal,
            "is_interactive": interactive,
            "width": console.width,
            "height": console.height,
            "encoding": console.encoding,
            "term": os.environ.get("TERM", ""),
        }
        line.send(verb=verb, terminal=screen, **arguments)
        threading.Thread(target=_pass_on, args=(line, pressed), daemon=True).start()
        if interactive:
            threading.Thread(target=_type, args=(line,), daemon=True).start()
        for message in line.messages():
            if "text" in message:
                shown = str(message["text"]).encode(console.encoding, "replace").decode(console.encoding)
                console.file.write(shown)
                console.file.flush()
            elif "error" in message:
                raise SessionError(str(message["error"]))
            elif "part" in message:
                if on_part:
                    on_part(dict(message["part"]))
            elif "result" in message:
                return dict(message["result"])
    raise SessionError("the station ended before it had answered; start it again, it names what was interrupted")


def _type(line: Connection) -> None:
    for typed in keyboard.lines_of(sys.stdin):
        line.send(line=typed)
    # A terminal that goes sends no signal under nohup, and Ctrl-D never does: the station must not wait for more
    line.say_no_more()


def _pass_on(line: Connection, pressed: "SimpleQueue[bool]") -> None:
    while pressed.get():
        line.send(interrupt=True)


@contextlib.contextmanager
def _interruptions() -> Iterator["SimpleQueue[bool]"]:
    """Every Ctrl-C while the context lasts, as True, and False at its end.

    It may come amid a message that this very thread sends, so the signal's handler sends nothing itself.
    """
    pressed: SimpleQueue[bool] = SimpleQueue()
    before = signal.getsignal(signal.SIGINT)

    def told(number: int, frame: FrameType | None) -> None:
        pressed.put(True)

    with contextlib.suppress(ValueError):  # not in the main thread
        signal.signal(signal.SIGINT, told)
    try:
        yield pressed
    finally:
        with contextlib.suppress(ValueError):
            signal.signal(signal.SIGINT, before)
        pressed.put(False)
