"""A real mosquitto on a free port, and a reader of what it retains."""

import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mosquitto(folder: Path, port: int, access: str = "allow_anonymous true") -> Iterator[None]:
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    assert program, "mosquitto is missing: apt install mosquitto"
    settings = folder / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\n{access}\npersistence false\n")
    for parent in (settings, *folder.parents[:2], folder):  # as root it gives up its rights and must still read this
        parent.chmod(parent.stat().st_mode | 0o055)
    with (folder / "mosquitto.log").open("ab") as log:
        broker = subprocess.Popen([program, "-c", str(settings)], stdout=log, stderr=log)
        try:
            wait_for_port(port, broker)
            yield
        finally:
            broker.terminate()
            broker.wait(10)


def wait_for_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        assert process.poll() is None, "mosquitto ended at once; see mosquitto.log"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        threading.Event().wait(0.05)
    raise AssertionError(f"nothing listens on port {port}")


class Listener:
    """Subscribes to everything and remembers it, as the office or an eavesdropper would."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None) -> None:
        self._arrival = threading.Condition()
        self.messages: list[MQTTMessage] = []
        self._subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._take
        if context:
            self._client.tls_set_context(context)
        self._client.connect("localhost" if context else "127.0.0.1", port)

    def __enter__(self) -> Self:
        self._client.loop_start()
        assert self._subscribed.wait(20)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _take(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        with self._arrival:
            self.messages.append(message)
            self._arrival.notify_all()

    def wait_for(self, **wanted: Any) -> dict[str, Any]:
        """The first document that has these values."""
        with self._arrival:
            assert self._arrival.wait_for(lambda: self._find(wanted) is not None, 60), self.documents()
            found = self._find(wanted)
        assert found is not None
        return found

    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(message.payload) for message in self.messages]

    def _find(self, wanted: dict[str, Any]) -> dict[str, Any] | None:
        return next((seen for seen in self.documents() if wanted.items() <= seen.items()), None)
