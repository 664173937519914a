"""A headless Chromium that is told what to do over its own protocol (Chrome DevTools Protocol)."""

import base64
import itertools
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import connect
from websockets.sync.connection import Connection

WAIT_S = 30.0


class Page:
    """One tab."""

    def __init__(self, line: Connection) -> None:
        self._line, self._numbers = line, itertools.count(1)
        self._session = ""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.said: list[str] = []
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **values: Any) -> dict[str, Any]:
        number = next(self._numbers)
        told = {"id": number, "method": method, "params": values}
        self._line.send(json.dumps(told | ({"sessionId": self._session} if self._session else {})))
        while True:
            answer: dict[str, Any] = json.loads(self._line.recv(WAIT_S))
            if answer.get("id") == number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result
            if answer.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
                self.said.append(json.dumps(answer["params"]))

    def size(self, width: int, height: int = 900, *, scheme: str = "light") -> None:
        """As a screen of so many CSS pixels."""
        is_small = width < 600
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=is_small)
        self.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def run_scripts(self, *, allowed: bool) -> None:
        self.ask("Emulation.setScriptExecutionDisabled", value=not allowed)

    def open(self, url: str) -> None:
        self.ask("Page.navigate", url=url)
        self.until(f"location.href.startsWith({json.dumps(url)}) && document.readyState == 'complete'")

    def value(self, script: str) -> Any:
        """What a script comes to, by the protocol's own hand also where a page's scripts are not run."""
        return self.ask("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def until(self, script: str) -> None:
        """Wait until a script is true."""
        end = time.monotonic() + WAIT_S
        while not self.value(script):
            assert time.monotonic() < end, f"never: {script}"
            time.sleep(0.05)

    def overhang(self) -> int:
        """By how many pixels one would have to scroll sideways, or how much is cut off; heads for the ear left out."""
        shown = "[...document.querySelectorAll('main *:not(thead, thead *, .unseen)')]"
        rights = f"{shown}.map((one) => one.getBoundingClientRect().right)"
        width = "document.documentElement.clientWidth"
        return max(
            0,
            int(
                self.value(
                    f"Math.max(document.documentElement.scrollWidth, Math.ceil(Math.max(...{rights}))) - {width}"
                )
            ),
        )

    def text(self) -> str:
        return str(self.value("document.body.innerText"))

    def picture(self, path: Path | None = None) -> bytes:
        """The whole page as PNG."""
        content = base64.b64decode(self.ask("Page.captureScreenshot", captureBeyondViewport=True)["data"])
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return content


@contextmanager
def chromium(folder: Path) -> Iterator[Page]:
    """A browser with one tab; `folder` keeps its profile."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "Chromium is missing: apt install chromium"
    words = [program, "--headless=new", "--remote-debugging-port=0", f"--user-data-dir={folder}", "--disable-gpu"]
    words += ["--no-first-run", "--disable-dev-shm-usage", "--disable-background-networking", "--lang=id"]
    words += ["--no-sandbox"] if os.geteuid() == 0 else []
    with (folder / "log").open("wb") as log, subprocess.Popen(words, stdout=log, stderr=log) as browser:
        try:
            with connect(_address(folder / "log", browser), max_size=None) as line:
                yield Page(line)
        finally:
            browser.terminate()
            browser.wait(20)


def _address(log: Path, browser: "subprocess.Popen[bytes]") -> str:
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        assert browser.poll() is None, log.read_text()
        for line in log.read_text(errors="replace").splitlines():
            if line.startswith("DevTools listening on "):
                return line.removeprefix("DevTools listening on ")
        time.sleep(0.05)
    raise AssertionError(log.read_text(errors="replace"))
