"""The fleet's page on a free port, in a thread of the test, at a real broker; and kits that speak to it."""

import json
import secrets
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from firmware.office.fleet import rows, serving
from firmware.office.fleet.board import Board
from firmware.office.fleet.hearing import Hearing
from firmware.office.fleet.rows import DayRow
from firmware.office.serving import Address
from firmware.office.store import Store
from firmware.telemetry.access import Access
from tests.telemetry.test_fleet import document

HOST = "rekam.office"
WAIT_S = 30.0


@dataclass(frozen=True)
class Fleet:
    """A page that is served."""

    url: str
    store: Store

    def get(self, path: str = "", **headers: str) -> str:
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}{path}", headers=headers), timeout=20) as answer:
            return str(answer.read().decode())

    def kits(self) -> dict[str, dict[str, Any]]:
        return {kit["kit"]: kit for kit in json.loads(self.get("kits.json?lang=en"))}

    def wait_for(self, wanted: Callable[[dict[str, dict[str, Any]]], bool]) -> dict[str, dict[str, Any]]:
        end = time.monotonic() + WAIT_S
        while not wanted(found := self.kits()):
            assert time.monotonic() < end, found
            time.sleep(0.05)
        return found


@contextmanager
def served(broker: int, url: str, office: Path | None = None, numbers: Path | None = None) -> Iterator[Fleet]:
    ready: list[int] = []
    listens = threading.Event()

    def on_ready(port: int) -> None:
        ready.append(port)
        listens.set()

    with Store(url) as store:
        board = Board(store, datetime.now(UTC), office, numbers)
        with Hearing(Access("127.0.0.1", broker, f"fleet-{secrets.token_hex(4)}"), board, HOST):
            server = serving.server(board, Address("127.0.0.1", 0), on_ready)
            thread = threading.Thread(target=server.run)
            thread.start()
            try:
                assert listens.wait(20), "the page is not served"
                yield Fleet(f"http://127.0.0.1:{ready[0]}/", store)
            finally:
                server.should_exit = True
                thread.join(20)


@contextmanager
def speaking(port: int) -> Iterator[Callable[..., None]]:
    """Says what kits say: `say(kit, **changed)` a status, retained; `say(kit, raw=BYTES)` anything."""
    client = Client(CallbackAPIVersion.VERSION2, clean_session=True, protocol=MQTTv311)
    client.connect("127.0.0.1", port)
    client.loop_start()

    def say(kit: str, *, raw: bytes | None = None, **changed: object) -> None:
        content = json.dumps({**document(datetime.now(UTC)), "devices": [], **changed, "kit": kit}).encode()
        told = client.publish(f"rekam/v1/{kit}/status", content if raw is None else raw, qos=1, retain=True)
        told.wait_for_publish(20)

    try:
        yield say
    finally:
        client.disconnect()
        client.loop_stop()
        client.on_connect = client.on_message = None


def past(store: Store, kit: str, recorded: int, waiting: int, a_day: int, days: int = 24) -> None:
    """Days of work of a kit that stands there now."""
    today = datetime.now().astimezone().date()
    told = []
    for back in range(days):
        day = today - timedelta(days=back)
        told.append(DayRow(kit, str(day), f"{day}T03:00:00Z", recorded, waiting, 44.0 + back % 7))
        recorded = max(0, recorded - (0 if day.weekday() == 6 else a_day + (back * 7) % 5))
        waiting = (waiting + a_day) if back % 4 else 0
    rows.put(store, (), told)
