"""The thin link, before a server that says back what it hears."""

import contextlib
import signal
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sim.network import Link, Mischief, Network


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while heard := self.request.recv(65536):
            self.request.sendall(heard)


@pytest.fixture(scope="module")
def echo() -> Iterator[int]:
    socketserver.ThreadingTCPServer.daemon_threads = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield int(server.server_address[1])
        server.shutdown()


@contextmanager
def called(port: int, link: Link, mischief: Mischief = Mischief.NONE) -> Iterator[tuple[Network, socket.socket]]:
    with Network("127.0.0.1", port, link, mischief=mischief) as up, socket.create_connection(up.address, 10) as kit:
        yield up, kit


def heard(kit: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size and (more := kit.recv(size - len(got))):
        got += more
    return got


def ends(kit: socket.socket) -> bool:
    try:
        kit.sendall(b"x")
        return kit.recv(1) == b""
    except OSError:
        return True


def test_what_is_sent_comes_back_and_is_counted(echo: int) -> None:
    with called(echo, Link()) as (up, kit):
        said = bytes(range(256)) * 40
        threading.Thread(target=kit.sendall, args=(said,), daemon=True).start()
        assert heard(kit, len(said)) == said
        assert (up.traffic.up, up.traffic.down, up.traffic.connections) == (len(said), len(said), 1)


def test_a_link_of_a_rate_takes_its_time(echo: int) -> None:
    # Ten link seconds at least, a hundred of which pass in one
    with called(echo, Link(rate=1000, time_scale=100)) as (_, kit):
        started = threading.Event()
        timer = threading.Timer(0.09, started.set)
        timer.start()
        kit.sendall(bytes(10_000))
        assert len(heard(kit, 10_000)) == 10_000
        assert started.is_set()


def test_a_drop_resets_both_ends_after_so_many_bytes(echo: int) -> None:
    with called(echo, Link(drop_every=8192)) as (up, kit):
        with pytest.raises(OSError):
            for _ in range(20):
                kit.sendall(bytes(1024))
                if not heard(kit, 1024):
                    raise ConnectionResetError
        assert up.traffic.drops == 1
        assert 8192 - 2048 <= up.traffic.up + up.traffic.down < 8192
        with socket.create_connection(up.address, 10) as again:
            again.sendall(b"again")
            assert heard(again, 5) == b"again"


def test_a_seed_draws_the_drops_and_draws_them_again_alike(echo: int) -> None:
    drawn = [[Network("", 0, Link(drop_every=1000, seed=seed))._until_drop for _ in range(2)] for seed in (1, 2)]
    assert drawn[0][0] == drawn[0][1] != drawn[1][0]
    assert all(500 <= one <= 1500 for pair in drawn for one in pair)


def test_a_half_open_connection_tells_neither_end(echo: int) -> None:
    with called(echo, Link(drop_every=2000, half_open=1)) as (up, kit):
        kit.sendall(bytes(2100))
        kit.settimeout(0.3)
        with pytest.raises(TimeoutError):
            while kit.recv(65536):
                pass
        assert up.traffic.silent_drops == 1


def test_after_a_drop_nobody_gets_through_for_a_while(echo: int) -> None:
    with called(echo, Link(outage_s=60)) as (up, _):
        up.cut()
        # The reset may come before the connection is there, or with the first byte
        with contextlib.suppress(ConnectionResetError), socket.create_connection(up.address, 10) as again:
            assert ends(again)
        assert up.traffic.connections <= 1


def test_mischief_is_done_on_demand(echo: int) -> None:
    with Network("127.0.0.1", echo, mischief=Mischief.REFUSE) as up:
        # So soon that even the call itself may hear of it
        with contextlib.suppress(ConnectionResetError), socket.create_connection(up.address, 10) as kit:
            assert ends(kit)
        assert up.traffic.connections == 0
    for mute in (Mischief.SWALLOW, Mischief.DEAFEN):
        with called(echo, Link(), mute) as (up, kit):
            kit.sendall(b"hello")
            kit.settimeout(0.3)
            with pytest.raises(TimeoutError):
                kit.recv(1)
            assert up.traffic.up == (5 if mute is Mischief.DEAFEN else 0)
    with called(echo, Link(), Mischief.GARBLE) as (_, kit):
        kit.sendall(b"a")
        assert heard(kit, 1) == b"`"
    with called(echo, Link(), Mischief.PORTAL) as (up, kit):
        kit.sendall(b"hello")
        assert b"Please log in" in heard(kit, 1000)
        assert up.traffic.connections == 0


def test_the_command_tells_its_address_and_ends_by_a_signal(echo: int) -> None:
    command = [sys.executable, "-m", "sim", "network", f"127.0.0.1:{echo}", "--rate", "0", "--drop-every", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        line = process.stdout.readline()
        port = int(line.split(":")[2].split()[0])
        with socket.create_connection(("127.0.0.1", port), 10) as kit:
            kit.sendall(b"hello")
            assert heard(kit, 5) == b"hello"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


@pytest.mark.parametrize("words", [["nowhere"], ["localhost:1", "--mischief", "tea"]])
def test_a_link_that_cannot_be_is_told(words: list[str]) -> None:
    told = subprocess.run([sys.executable, "-m", "sim", "network", *words], capture_output=True, text=True, check=False)
    assert told.returncode == 1 and words[-1] in told.stderr and "Traceback" not in told.stderr
