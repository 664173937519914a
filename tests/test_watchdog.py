"""The watchdog is fed only while every worker shows signs of life; what systemd hears, on a real socket."""

import os
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from firmware import connection
from firmware.config import load
from firmware.connection import Connection
from firmware.watchdog import Watchdog
from tests.worlds import world

BRIEF_US, ROOMY_US = 400_000, 12_000_000

STATION = """
import sys, time
from pathlib import Path
from firmware import stationwork
from firmware.config import load
from firmware.service import Service

def hang(place, terminal, message, tell):
    while not Path(message["until"]).exists():
        time.sleep(0.05)
    return {}

Service(load(Path(sys.argv[1])), {"record": stationwork.record, "hang": hang}).run()
"""
RESIDENT = {"nik": "1903015204100007", "name": "Zubaidah Penanda", "date_of_birth": "2010-04-12", "sex": "P"}


class Systemd:
    """The socket on which systemd hears its services."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(60)

    def environment(self, watchdog_us: int) -> dict[str, str]:
        return {"NOTIFY_SOCKET": str(self.path), "WATCHDOG_USEC": str(watchdog_us)}

    def hear(self) -> str:
        return self._socket.recv(4096).decode()

    def hear_until(self, beginning: str) -> list[str]:
        """Everything up to the first word that begins so."""
        heard = [self.hear()]
        while not heard[-1].startswith(beginning):
            heard.append(self.hear())
        return heard

    def forget(self) -> None:
        """Take what was said before and not heard yet."""
        self._socket.settimeout(0)
        try:
            while True:
                self._socket.recv(4096)
        except BlockingIOError:
            self._socket.settimeout(60)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    made = Systemd(tmp_path / "notify")
    yield made
    made.close()


def test_a_worker_that_hangs_stops_the_feed_until_it_is_back(systemd: Systemd) -> None:
    is_over, hangs, goes_on = threading.Event(), threading.Event(), threading.Event()
    with Watchdog(systemd.environment(BRIEF_US)) as watchdog:
        lively, sick = watchdog.pulse("listener"), watchdog.pulse("main loop")

        def work() -> None:
            while not is_over.wait(0.01):
                lively.beat()
                if not hangs.is_set() or goes_on.is_set():
                    sick.beat()

        worker = threading.Thread(target=work)
        worker.start()
        watchdog.ready()
        assert systemd.hear() == "READY=1"
        assert [systemd.hear() for _ in range(5)] == ["WATCHDOG=1"] * 5
        hangs.set()
        systemd.hear_until("STATUS=main loop: no sign of life")
        for _ in range(5):
            assert systemd.hear().startswith("STATUS=main loop: no sign of life")
        goes_on.set()
        systemd.hear_until("WATCHDOG=1")
        assert systemd.hear() == "STATUS=", "what systemctl shows is taken back"
        is_over.set()
        worker.join()


def test_a_long_silence_that_was_announced_is_none(systemd: Systemd) -> None:
    with Watchdog(systemd.environment(BRIEF_US)) as watchdog:
        watchdog.pulse("main loop").beat(quiet_s=3600)
        watchdog.ready()
        assert [systemd.hear() for _ in range(8)] == ["READY=1", *["WATCHDOG=1"] * 7]


@pytest.mark.parametrize("other", [{"WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "0"}, {}])
def test_nobody_is_fed_who_does_not_watch_us(systemd: Systemd, other: dict[str, str]) -> None:
    environment = systemd.environment(BRIEF_US) | other
    with Watchdog(environment) as watchdog:
        assert bool(watchdog.limit_s) == (not other)
        watchdog.extend(1.5)
        assert systemd.hear() == "EXTEND_TIMEOUT_USEC=1500000"
    with Watchdog({"WATCHDOG_USEC": str(BRIEF_US)}) as watchdog:
        watchdog.ready()
        assert not watchdog.limit_s


def test_an_address_without_a_file_is_reached() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as far:
        far.bind(f"\0rekam-{os.getpid()}")
        with Watchdog({"NOTIFY_SOCKET": f"@rekam-{os.getpid()}"}) as watchdog:
            watchdog.say("STOPPING=1")
        assert far.recv(100) == b"STOPPING=1"


@contextmanager
def station(settings: Path, systemd: Systemd) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {**os.environ, **systemd.environment(ROOMY_US)}
    process = subprocess.Popen([sys.executable, "-c", STATION, str(settings)], env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def alone(settings: Path) -> Path:
    """The settings with nothing but their sensor: whatever else there is opens files now and then."""
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.partition("[power]")[0], encoding="utf-8")
    return settings


@contextmanager
def asked(data: Path, **message: object) -> Iterator[Connection]:
    """A line to the station, on which this was said."""
    line = connection.connect(data)
    assert line is not None
    with line:
        if message:
            line.send(**message)
        yield line


@pytest.mark.timeout(300)
def test_a_station_is_fed_while_it_works_and_not_while_a_worker_hangs(systemd: Systemd, tmp_path: Path) -> None:
    with (
        world(tmp_path / "world", faults='[[fault]]\nkind = "no_finger"\n') as found,
        station(alone(found.settings), systemd) as process,
    ):
        data = load(found.settings).data
        begun = systemd.hear_until("READY=1")
        assert begun[:-1] and all(word.startswith("EXTEND_TIMEOUT_USEC=") for word in begun[:-1])
        assert systemd.hear() == "WATCHDOG=1"

        # A job that never shows a sign of life
        until = tmp_path / "until"
        with asked(data, verb="hang", until=str(until)):
            systemd.hear_until("STATUS=main loop: no sign of life")
            assert all(systemd.hear().startswith("STATUS=main loop") for _ in range(3))
            until.touch()
            systemd.hear_until("WATCHDOG=1")

        # No more files may be opened: nobody can be taken
        assert process.pid
        before = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (3, before[1]))
        with asked(data):
            systemd.hear_until("STATUS=listener: no sign of life")
            assert all(systemd.hear().startswith("STATUS=listener") for _ in range(3))
            resource.prlimit(process.pid, resource.RLIMIT_NOFILE, before)
            systemd.hear_until("WATCHDOG=1")

        # A session that waits for a finger
        noted = dict.fromkeys(("operator", "place", "override", "supersedes", "because"), "") | {"consent": None}
        with asked(data, verb="record", resident=RESIDENT, roster=None, excused={}, noted=noted, terminal={}) as line:
            assert next(line.messages()), "the session says something"
            systemd.forget()
            assert [systemd.hear() for _ in range(5)] == ["WATCHDOG=1"] * 5
        process.terminate()
        systemd.hear_until("STOPPING=1")
        assert process.wait(30) == 143
