"""`rekam doctor` on the bench: alone, through the station, on a serial console; its exit status and its words."""

import fcntl
import json
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.programs import running
from tests.test_recording import NIK
from tests.test_service import ask
from tests.worlds import World, rekam, world


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world whose resident keeps off the glass, and whose panel is found."""
    folder = tmp_path_factory.mktemp("bench") / "world"
    with pytest.MonkeyPatch.context() as patch, world(folder, faults='[[fault]]\nkind = "no_finger"\n') as found:
        patch.setenv("GPIOZERO_PIN_FACTORY", "rekam_bench")
        patch.setenv("REKAM_BENCH_PINS", str(folder / "pins.sock"))
        yield found


def document(settings: Path, *options: str) -> tuple[int, dict[str, Any]]:
    done = ask("doctor", settings, "--json", *options)
    return done.returncode, json.loads(done.stdout)


def test_nothing_is_wrong(bench: World) -> None:
    for language, words in (("id", "tidak ada yang salah."), ("en", "nothing is wrong.")):
        done = ask("doctor", bench.settings, "--lang", language)
        assert (done.returncode, done.stdout) == (0, f"Kit BENCH-1: {words}\n\n"), done.stdout + done.stderr
    status, told = document(bench.settings)
    assert (status, told["findings"], told["untried"], told["station"]) == (0, [], None, False)
    assert (told["schema"], told["kit"]) == (1, "BENCH-1")


def test_the_station_tries_its_own_devices(bench: World) -> None:
    settings, port = bench.settings, bench.settings.parent / "fingerprint"
    with running(settings):
        status, told = document(settings)
        assert (status, told["findings"], told["untried"], told["station"]) == (0, [], None, True)
        hidden = port.with_name("pulled")
        port.rename(hidden)
        try:
            status, told = document(settings, "--lang", "id")
        finally:
            hidden.rename(port)
        assert status == 1 and told["station"]
        (finding,) = told["findings"]
        assert finding["code"] == "port_gone" and finding["what"].startswith("Port sensor sidik jari tidak ada: ")
        assert finding["causes"] and finding["try"]


def test_a_session_is_not_disturbed(bench: World, tmp_path: Path) -> None:
    person = tmp_path / "person.json"
    person.write_text(json.dumps({"nik": NIK, "name": "Kala", "date_of_birth": "2010-04-12", "sex": "P"}))
    with running(bench.settings):
        words = rekam("record", "-c", bench.settings, "--resident", person)
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as recording:
            assert recording.stdout and recording.stdout.readline()
            done = ask("doctor", bench.settings, "--lang", "en")
            assert done.returncode == 0, done.stdout
            assert "The devices were not tried (the station is at work for somebody else" in done.stdout
            recording.kill()


@pytest.mark.parametrize("text", [None, 'kit_id = "K 1"\n'])
def test_what_cannot_run_says_so_by_its_status(tmp_path: Path, text: str | None) -> None:
    if text:
        (tmp_path / "kit.toml").write_text(text)
    done = ask("doctor", tmp_path / "kit.toml")
    assert done.returncode == 2 and str(tmp_path / "kit.toml") in done.stderr


def test_the_data_of_another_user_are_not_judged(bench: World, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root runs as another user")
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *rekam("doctor", "-c", bench.settings)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "kit.toml" in done.stderr


def console(command: list[str], rows: int = 24, columns: int = 80) -> tuple[list[str], int]:
    """What a program shows on a serial console, a screen at a time, whoever sits there pressing Enter."""
    process, terminal = pty.fork()
    if process == 0:
        os.environ["TERM"] = "vt220"
        os.execv(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))
    shown = ""
    try:
        while piece := os.read(terminal, 4096):
            shown += piece.decode("ascii")
            if shown.endswith("[Enter] goes on"):
                os.write(terminal, b"\n")
    except OSError:
        pass
    finally:
        os.close(terminal)
    return shown.split("[Enter] goes on"), os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def test_a_serial_console_shows_a_screen_at_a_time(tmp_path: Path) -> None:
    settings = tmp_path / "kit.toml"
    settings.write_text(
        'kit_id = "K-1"\nlanguage = "en"\n[fingerprint]\nport = "/dev/there-is-none"\n'
        '[power]\nbus = 250\n[camera]\nmodel = "bench"\nsource = "none.png"\n'
    )
    screens, status = console(rekam("doctor", "-c", settings))
    assert status == 1 and len(screens) == 2, screens
    assert "Kit K-1: 4 finding(s)." in screens[0] and "4. No office could open" in screens[1]
    for screen in screens:
        lines = screen.replace("\r", "").split("\n")
        assert len(lines) <= 24 and max(map(len, lines)) < 80 and "\x1b" not in screen
