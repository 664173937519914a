"""The station as a service on the bench: its clients, its devices that come and go, and its end."""

import contextlib
import io
import json
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import pytest
from rich.console import Console
from rich.table import Table

from firmware import client, connection
from firmware.config import load
from firmware.connection import Connection, Listener, Paper
from firmware.journal import JOURNAL
from firmware.journal_check import lines
from firmware.journal_lines import Line
from tests import brokers
from tests.test_recording import ALL_BUT_THE_THUMB, NAME, NIK, PERSON, at_terminal
from tests.worlds import rekam, world

# A line of both prints, in braille or in plain characters, with colours here and there
RIDGES = re.compile("(?:[\u2800-\u28ff]|\x1b\\[[0-9;]*m){38,}    (?:[\u2800-\u28ff]|\x1b\\[[0-9;]*m){38,}")
PLAIN = re.compile(r"^(?:[ '.|]|\x1b\[[0-9;]*m){80,}\r?$", re.MULTILINE)
TITLES = "Now: right index finger                   Operator: right index finger"
SCREENS = {
    ("TERM=xterm", "PYTHONIOENCODING=utf-8"): RIDGES,
    ("TERM=linux", "PYTHONIOENCODING=utf-8"): PLAIN,
    ("TERM=xterm", "PYTHONIOENCODING=iso8859-1"): PLAIN,
}


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("person") / "person.json"
    path.write_text(json.dumps(PERSON))
    return path


@contextmanager
def station(settings: Path) -> Iterator["subprocess.Popen[str]"]:
    """`rekam run` in a process of its own, from its word that it is ready to its end."""
    process = subprocess.Popen(rekam("run", "-c", settings), stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr and "ready" in process.stderr.readline()
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=20)


def ask(verb: str, settings: Path, *options: str | Path) -> "subprocess.CompletedProcess[str]":
    command = rekam(verb, "-c", settings, *options)
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False, stdin=subprocess.DEVNULL)


def devices(settings: Path) -> str:
    document = json.loads(ask("status", settings, "--json").stdout)
    return str(document["devices"][0]["state"])


def wait_for(settings: Path, state: str) -> None:
    until = time.monotonic() + 60
    while devices(settings) != state:
        assert time.monotonic() < until, f"the fingerprint sensor never was {state}"


def test_a_client_records_and_looks_through_the_station(tmp_path: Path, person: Path) -> None:
    with world(tmp_path / "world") as found, station(found.settings) as process:
        for number in (1, 2):
            done = ask("record", found.settings, "--resident", person, "--json", *ALL_BUT_THE_THUMB)
            assert done.returncode == 0, done.stderr
            told = json.loads(done.stdout)
            assert found.packets[-1] == told["control_number"] and told["waiting"] == number
            assert "right thumb: score" in done.stderr and "Done. Control number" in done.stderr
        assert devices(found.settings) == "ok"
        wrong = ask("record", found.settings, "--resident", person, "--excuse", "thumb=cut")
        assert wrong.returncode == 1 and "no such finger" in wrong.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert not (load(found.settings).data / connection.SOCKET).exists()


def test_the_operators_own_finger_is_told_and_both_prints_are_shown_on_a_terminal(tmp_path: Path, person: Path) -> None:
    with world(tmp_path / "world") as found:
        alone = ask("operator", found.settings)
        assert alone.returncode == 1 and "no station runs here" in alone.stderr
        with station(found.settings):
            taken = ask("operator", found.settings)
            assert taken.returncode == 0 and "right index finger: score" in taken.stdout, taken.stderr
            # The same simulated hand, this time as a resident's
            excused = [f"--excuse={name}=bandaged" for name in ("right_thumb", "right_middle", "right_ring")]
            excused += ALL_BUT_THE_THUMB[4:]
            done = ask("record", found.settings, "--resident", person, *excused)
            assert done.returncode == 0 and "operator" in done.stdout.lower(), done.stdout
            assert TITLES not in done.stdout
            record = rekam("record", "-c", found.settings, "--resident", person, *excused)
            for variables, kind in SCREENS.items():
                shown, status = at_terminal(["/usr/bin/env", *variables, *record], {"date": "", "keep this": "k"})
                assert status == 0 and TITLES in shown, shown
                assert len(kind.findall(shown)) > 10, shown


def test_one_resident_at_a_time_and_a_look_meanwhile(tmp_path: Path, person: Path) -> None:
    with world(tmp_path / "world", faults='[[fault]]\nkind = "no_finger"\n') as found, station(found.settings):
        first = subprocess.Popen(rekam("record", "-c", found.settings, "--resident", person), stdout=subprocess.PIPE)
        assert first.stdout and first.stdout.readline()
        look = json.loads(ask("status", found.settings, "--json").stdout)
        assert (look["state"], look["devices"][0]["state"]) == ("recording", "ok")
        second = ask("record", found.settings, "--resident", person)
        assert second.returncode == 1 and "at work for somebody else" in second.stderr
        first.kill()
        first.communicate()


def test_an_operator_interrupts_from_another_terminal(tmp_path: Path) -> None:
    with world(tmp_path / "world", faults='[[fault]]\nkind = "no_finger"\n') as found, station(found.settings):
        answers = {"NIK": NIK, "Full name": NAME, "Date of birth": "2010-04-12", "Sex": "P"}
        answers |= {"Operator": "Budi-07", "Marital status": "", "Consent given by": "guardian", "today's date": ""}
        answers |= {"Put the right thumb": "\x03", "excuse it": "e", "Why this finger": "bandaged", "keep this": "k"}
        shown, status = at_terminal(rekam("record", "-c", found.settings, *ALL_BUT_THE_THUMB), answers)
        assert status == 0, shown
        assert "right thumb: excused (bandaged)." in shown and len(found.packets) == 1


def test_a_sensor_that_goes_and_comes_back_is_noticed(tmp_path: Path, person: Path) -> None:
    with world(tmp_path / "world") as found:
        port = found.settings.parent / "fingerprint"
        hidden = port.with_name("pulled")
        port.rename(hidden)
        with station(found.settings):
            wait_for(found.settings, "absent")
            refused = ask("record", found.settings, "--resident", person, *ALL_BUT_THE_THUMB)
            assert refused.returncode == 1 and "no such port" in refused.stderr
            hidden.rename(port)
            wait_for(found.settings, "ok")
            done = ask("record", found.settings, "--resident", person, *ALL_BUT_THE_THUMB)
            assert done.returncode == 0, done.stderr
        journal = [line for _, line in lines(load(found.settings).data / JOURNAL) if isinstance(line, Line)]
        of_sensor = [line.facts["outcome"] for line in journal if line.facts.get("device") == "fingerprint"]
        assert of_sensor == ["absent", "ok"]


def test_a_station_that_is_told_to_end_keeps_nothing_of_who_was_at_it(tmp_path: Path, person: Path) -> None:
    with (
        world(tmp_path / "world", faults='[[fault]]\nkind = "no_finger"\n') as found,
        station(found.settings) as process,
    ):
        client = subprocess.Popen(
            rekam("record", "-c", found.settings, "--resident", person), stderr=subprocess.PIPE, text=True
        )
        until = time.monotonic() + 30
        while json.loads(ask("status", found.settings, "--json").stdout)["state"] != "recording":
            assert time.monotonic() < until
        process.send_signal(signal.SIGTERM)
        assert "the station ended before it had answered" in client.communicate(timeout=20)[1]
        assert client.returncode == 1 and process.wait(20) == 143
        assert found.packets == []


def test_who_comes_as_the_station_ends_does_not_hold_it(tmp_path: Path) -> None:
    with world(tmp_path / "world") as found, station(found.settings) as process:
        assert devices(found.settings) == "ok"
        process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        with connection.connect(load(found.settings).data) or contextlib.nullcontext() as line:
            if line:
                # Somebody who never answers the first question
                line.send(verb="record", terminal={"is_terminal": True, "is_interactive": True}, noted={"operator": ""})
            assert process.wait(20) in (0, 143)


def test_a_second_station_is_refused(tmp_path: Path) -> None:
    with world(tmp_path / "world") as found, station(found.settings) as process:
        second = ask("run", found.settings)
        assert second.returncode == 1 and f"process {process.pid} records with" in second.stderr


def test_systemd_hears_when_the_station_is_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd, world(tmp_path / "world") as found:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        with station(found.settings):
            while (word := systemd.recv(100)) != b"READY=1":
                assert word.startswith(b"EXTEND_TIMEOUT_USEC=")
        assert systemd.recv(100) == b"STOPPING=1"


@contextmanager
def answering(data: Path) -> Iterator[list[Connection]]:
    """A listener that takes whoever comes."""
    data.mkdir(parents=True, exist_ok=True)
    listener, taken = Listener(data), list[Connection]()

    def take() -> None:
        while line := listener.accept():
            taken.append(line)

    thread = threading.Thread(target=take)
    thread.start()
    try:
        yield taken
    finally:
        listener.close()
        thread.join()


def test_the_socket_is_its_owners_alone_however_long_its_path(tmp_path: Path) -> None:
    data = tmp_path / ("deep" * 20) / ("er" * 20)
    assert connection.connect(tmp_path) is None
    with answering(data) as taken:
        assert (data / connection.SOCKET).stat().st_mode & 0o777 == 0o600
        with connection.connect(data) as line:  # type: ignore[union-attr]
            line.send(verb="a")
            while not taken:
                time.sleep(0.01)
            assert next(taken[0].messages()) == {"verb": "a"}
            taken[0].close()
    assert connection.connect(data) is None


def test_a_terminal_that_is_not_utf8_shows_what_it_can(tmp_path: Path) -> None:
    def say() -> None:
        while not taken:
            time.sleep(0.01)
        said.update(next(taken[0].messages())["terminal"])
        paper = Paper(taken[0], said["encoding"])
        table = Table("Finger")
        table.add_row("Iñigo → ø")
        Console(file=cast("IO[str]", paper), force_terminal=True, width=20, color_system=None).print(table)
        taken[0].send(result={})
        taken[0].close()

    said: dict[str, Any] = {}
    screen = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    with answering(tmp_path / "data") as taken:
        station = threading.Thread(target=say)
        station.start()
        assert client.ask(tmp_path / "data", Console(file=screen, width=20), "record") == {}
        station.join()
    assert said["encoding"] == "ascii"
    screen.seek(0)
    assert "| I?igo ? ? |" in screen.read()


def test_who_does_not_listen_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(connection, "DEAF_S", 0.2)
    ours, theirs = socket.socketpair()
    with theirs, Connection(ours) as line:
        for number in range(5000):
            line.send(text=f"{number}: lift the finger\n" * 10)
        # What came through is whole lines, and then the line is broken
        with Connection(theirs) as deaf:
            heard = [message["text"].partition(":")[0] for message in deaf.messages()]
        assert heard == [str(number) for number in range(len(heard))] and 0 < len(heard) < 5000


@pytest.mark.parametrize("line", [b"no json\n", b"[1]\n", b"x" * (1 << 21), b"\xff\n"])
def test_what_is_no_message_ends_a_line(tmp_path: Path, line: bytes) -> None:
    import socket

    ours, theirs = socket.socketpair()
    with theirs, Connection(ours) as read:

        def send() -> None:
            with contextlib.suppress(OSError):
                theirs.sendall(b'{"a": 1}\n' + line)

        sender = threading.Thread(target=send)
        sender.start()
        assert list(read.messages()) == [{"a": 1}]
        read.close()
        sender.join()


def test_an_idle_station_keeps_its_status_believable(tmp_path: Path) -> None:
    port = brokers.free_port()
    with (
        brokers.mosquitto(tmp_path, port),
        world(tmp_path / "world", "--broker", f"127.0.0.1:{port}") as found,
        brokers.Listener(port) as heard,
    ):
        text = found.settings.read_text(encoding="utf-8")
        found.settings.write_text(text.replace("[mqtt]\n", "[mqtt]\nvalid_for_s = 10\n"), encoding="utf-8")
        with station(found.settings):
            until, told = time.monotonic() + 60, set[str]()
            while len(told) < 4:
                assert time.monotonic() < until, told
                time.sleep(0.1)
                told = {json.loads(message.payload)["at"] for message in list(heard.messages)}
