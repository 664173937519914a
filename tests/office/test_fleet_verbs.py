"""`rekam office fleet` and `rekam office rollout` as an office types them."""

import http.client
import json
import re
import signal
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from firmware import reporting
from firmware.office.fleet import serving
from tests import desks
from tests.brokers import free_port
from tests.programs import Program


@contextmanager
def page(folder: Path, *words: str | Path) -> Iterator[tuple[Program, int]]:
    """The command, and the port where its page is."""
    program = Program(folder / "fleet", "office", "fleet", *words)
    try:
        program.wait_until_shown("Ctrl-C")
        found = re.search(r":(\d+)/", program.shown())
        assert found
        yield program, int(found[1])
    finally:
        program.end(signal.SIGKILL)


def kits(port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/kits.json?lang=en", timeout=20) as answer:
        return {kit["kit"]: kit for kit in json.load(answer)}


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_the_office_sees_its_kits_by_its_own_certificate_and_ends_with_a_stream_open(
    tmp_path: Path, by: signal.Signals
) -> None:
    with desks.desk(tmp_path) as desk:
        desk.kit("K1")
        desk.kit("K2")
        assert reporting.look(desk.settings("K1")).reach is reporting.Reach.PUBLISHED
        own = "--office", desk.office.folder
        told = "K2", "waiting_for_network", "--because", "menara rusak", "--district", "Lepar", *own
        status, shown = Program(tmp_path / "rollout", "office", "rollout", *told).outcome()
        assert (status, shown) == (0, "Kit K2: waiting for network, Lepar.\n")
        words = *own, "--broker", f"localhost:{desk.port}", "--listen", "127.0.0.1:0", "--language", "id"
        with page(tmp_path, *words) as (program, port):
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            line.request("GET", "/events?lang=en")
            stream = line.getresponse()
            assert b"id: " in stream.readline()
            found = kits(port)
            while found["K1"]["state"] == "never":
                found = kits(port)
            assert found["K1"]["state"] == "idle"
            assert (found["K2"]["state"], found["K2"]["stage"], found["K2"]["district"]) == (
                "never",
                "waiting_for_network",
                "Lepar",
            )
            program.end(by)
            assert program.process.exitcode == 0 and "Traceback" not in program.words()
            assert "PERINGATAN" not in program.words()
            line.close()


def test_who_lets_others_look_is_warned_and_a_broker_that_is_away_is_waited_for(tmp_path: Path) -> None:
    away = f"127.0.0.1:{free_port()}"
    with page(tmp_path, "--office", tmp_path, "--plain", "--broker", away, "--listen", "0.0.0.0:0") as (program, port):
        assert "WARNING: 0.0.0.0:0 is open to anyone in that network" in program.words()
        assert f"the broker {away} cannot be reached" in " ".join(program.words().split())
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/?lang=en", timeout=20) as answer:
            text = answer.read().decode()
        assert "The broker is out of reach now" in text and "No kit yet." in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("fleet", "--listen", "8080", "--plain"), "--listen 8080: is no address; write HOST:PORT"),
        (("fleet", "--broker", "localhost"), "--broker localhost: is no address"),
        (("fleet",), "authority.pem: cannot be read"),
        (("rollout", "K1", "somewhere"), "'somewhere': no stage of a rollout; write in_box,"),
        (("rollout", "K 1"), "no kit's name"),
        (("rollout", "K1", "--because", "x"), "--because: tells why the kit is where it is"),
        (("rollout", "K1", "faulty", "--because", "1903015204100031"), "--because: holds a number like a NIK"),
        (("rollout", "K1", "--district", "x" * 121), "--district: write at most 120 letters"),
    ],
)
def test_what_cannot_be_is_one_message_and_status_1(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    program = Program(tmp_path / "words", "office", *words, "--office", tmp_path)
    assert program.outcome() == (1, "")
    assert told in " ".join(program.words().split()) and "Traceback" not in program.words()


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("10.0.0.1", False)],
)
def test_whom_an_address_lets_in(host: str, alone: bool) -> None:
    assert serving.is_private(host) is alone
