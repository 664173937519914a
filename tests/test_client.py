"""A client of the station, and Ctrl-C at the worst moment."""

import io
import os
import signal
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from firmware import client, connection
from firmware.connection import Connection


class Interrupted(socket.socket):
    """A line at which Ctrl-C is pressed while the first two messages are being sent."""

    presses = 2

    def sendall(self, data: Any, flags: int = 0) -> None:
        if self.presses:
            self.presses -= 1
            os.kill(os.getpid(), signal.SIGINT)
        super().sendall(data, flags)


@pytest.mark.timeout(30)
def test_ctrl_c_amid_a_message_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer() -> None:
        with Connection(theirs) as line:
            for message in line.messages():
                heard.append(message)
                if len(heard) == 3:
                    line.send(result={"waiting": 1})

    ours, theirs = socket.socketpair()
    heard = list[dict[str, Any]]()
    line = Connection(Interrupted(fileno=ours.detach()))
    monkeypatch.setattr(connection, "connect", lambda data: line)
    station = threading.Thread(target=answer)
    station.start()
    try:
        assert client.ask(tmp_path, Console(file=io.StringIO()), "record") == {"waiting": 1}
    finally:
        line.close()
        station.join()
    assert [message.get("verb", message.get("interrupt")) for message in heard] == ["record", True, True]
