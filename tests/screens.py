"""A terminal for programs of the tests, at which a test types and reads."""

import os
import pty
import select
import threading
import time


class Screen:
    """A terminal: what a program writes there is read at once, and lines are typed into it."""

    def __init__(self) -> None:
        self._master, self._slave = pty.openpty()
        self.name = os.ttyname(self._slave)
        self._pieces: list[bytes] = []
        self._is_closing = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def text(self) -> str:
        return b"".join(self._pieces).decode(errors="replace")

    def type(self, text: str) -> None:
        if not self._is_closing.is_set():
            count = len(self._pieces)
            os.write(self._master, text.encode())
            # The terminal's echo: from then on the question before it is answered
            until = time.monotonic() + 1
            while len(self._pieces) == count and time.monotonic() < until:
                time.sleep(0.005)

    def close(self) -> None:
        """Take the terminal away from whoever uses it; closing twice is no fault."""
        if not self._is_closing.is_set():
            self._is_closing.set()
            self._reader.join()
            os.close(self._slave)
            os.close(self._master)

    def _read(self) -> None:
        while select.select([self._master], [], [], 0.02)[0] or not self._is_closing.is_set():
            if select.select([self._master], [], [], 0)[0]:
                self._pieces.append(os.read(self._master, 4096))
