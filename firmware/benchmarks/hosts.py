"""Hosts that hear a fleet, each in a process of its own: `rekam watch`, or the office's page."""

import json
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_EACH_S = 0.2
_URL = re.compile(r"http://\S+/")


class Host:
    """What a host says last of each kit: an object with `state`, and `until` when that is believed."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.last: dict[str, Mapping[str, Any]] = {}
        self.first_at: dict[str, float] = {}
        self.messages: int | None = None
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def wait_for(self, kits: set[str], seconds: float) -> bool:
        """Until each of these was heard."""
        with self._changed:
            return self._changed.wait_for(lambda: kits <= self.first_at.keys(), seconds)

    def _note(self, told: Mapping[str, Any]) -> None:
        with self._changed:
            self.last[told["kit"]] = told
            self.first_at.setdefault(told["kit"], time.monotonic())
            self._changed.notify_all()

    def _read(self) -> None:
        raise NotImplementedError


class Lines(Host):
    """`rekam watch --json`: a line a message."""

    def _read(self) -> None:
        self.messages = 0
        for line in self.process.stdout or ():
            self.messages += 1
            self._note(json.loads(line))


class Page(Host):
    """`rekam office fleet`, asked again and again as a script does; what it calls silent is not believed."""

    def _read(self) -> None:
        shown = self.process.stdout.readline() if self.process.stdout else ""
        found = _URL.search(shown)
        while found and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{found[0]}kits.json?lang=en", timeout=20) as answer:
                    kits = json.load(answer)
            except OSError:
                break
            for kit in kits:
                if kit["state"] != "never":
                    self._note({**kit, "until": "9999"})
            time.sleep(_EACH_S)


@contextmanager
def started(broker: str, *, is_page: bool) -> Iterator[Host]:
    """One of them, at a broker with plain MQTT; it may not hear yet."""
    with tempfile.TemporaryDirectory() as folder:
        page = ["office", "fleet", "--plain", "--office", folder, "--listen", "127.0.0.1:0"]
        words = page if is_page else ["watch", "--json"]
        command = [sys.executable, "-m", "firmware", *words, "--broker", broker]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            try:
                yield (Page if is_page else Lines)(process)
            finally:
                process.terminate()
