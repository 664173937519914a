"""What goes wrong in the field, in the middle of a session, with its words in Indonesian and English."""

import contextlib
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from firmware import stationwork
from firmware.clock import Clock
from firmware.config import load
from firmware.datatypes import Timestamp
from firmware.errors import SessionError
from firmware.journal import JOURNAL
from firmware.journal_check import lines, verify
from firmware.journal_lines import Kind, Line
from firmware.reporting import SPOOL
from firmware.seams import Shown
from firmware.session import Session
from firmware.spool import Spool
from firmware.terminal import Terminal
from firmware.vocabulary import ClockTrust, FingerPosition, Language
from firmware.workplace import workplace
from tests.clocks import Clocks
from tests.programs import PATIENCE_S, Program, running
from tests.test_recording import ALL_BUT_THE_THUMB, PERSON
from tests.worlds import World, without_camera, world

INDONESIAN, ENGLISH = Language.INDONESIAN, Language.ENGLISH
NO_FINGER = '[[fault]]\nkind = "no_finger"\n'
PULLED = '[[fault]]\nkind = "unplug"\ncommand = "UpImage"\noffset = 5000\nseconds = 1\n'


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("bench") / "world") as found:
        yield found


@pytest.fixture(scope="module")
def empty_glass(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world whose resident never puts a finger on the glass, so that a session waits."""
    with world(tmp_path_factory.mktemp("empty") / "world", faults=NO_FINGER) as found:
        yield found


def kit_of(found: World, folder: Path, language: Language, shutdown: tuple[str, ...] = ()) -> Path:
    """Settings of a kit in this world that speaks a language, keeps its data in a folder of its own, takes no face."""
    shutil.copytree(load(found.settings).data, folder / "data", dirs_exist_ok=True)
    text = found.settings.read_text(encoding="utf-8")
    text = text.replace('language = "en"\n', f'language = "{language.value}"\ndata = "{folder / "data"}"\n')
    text = text.replace('announcements = "', f'announcements = "{found.settings.parent}/')
    text = text.replace("[power]\n", f"[power]\nshutdown = {json.dumps(shutdown)}\n")
    (folder / "kit.toml").write_text(without_camera(text), encoding="utf-8")
    return folder / "kit.toml"


def client(kit: Path) -> Program:
    person = kit.with_name("person.json")
    person.write_text(json.dumps(PERSON))
    return Program(kit.with_name("client"), "record", "-c", kit, "--resident", person, *ALL_BUT_THE_THUMB)


def told(asked: Program) -> tuple[int, str]:
    """The exit status of a client, and all that it showed."""
    status, shown = asked.outcome()
    return status, shown + asked.words()


def spooled(kit: Path) -> list[tuple[str, Timestamp]]:
    with Spool(load(kit).data / SPOOL) as spool:
        return [(entry.control_number, entry.recorded_at) for entry in spool.entries()]


def journal(kit: Path) -> list[Line]:
    return [line for _, line in lines(load(kit).data / JOURNAL) if isinstance(line, Line)]


def announced(kit: Path) -> list[dict[str, object]]:
    """What kits in this world said to the room."""
    path = load(kit).announcements
    assert path
    return [json.loads(line) for line in path.read_text().splitlines()]


def wait_until_begun(kit: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while b'"kind":"begun"' not in (load(kit).data / JOURNAL).read_bytes():
        assert time.monotonic() < until
        time.sleep(0.01)


def cancelled(kit: Path) -> list[object]:
    """Why sessions of this kit ended early, by its journal."""
    return [line.facts["reason"] for line in journal(kit) if line.kind is Kind.CANCELLED]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (INDONESIAN, ("Sensor sidik jari tidak dapat dipakai", "Sambungan terputus", "jari dapat dipakai lagi")),
        (ENGLISH, ("The fingerprint sensor cannot be used", "The connection failed", "sensor can be used again")),
    ],
)
def test_a_sensor_that_is_pulled_in_a_capture_goes_on_when_it_is_back(
    tmp_path: Path, language: Language, words: tuple[str, ...]
) -> None:
    with world(tmp_path / "world", faults=PULLED) as found:
        kit = kit_of(found, tmp_path, language)
        with running(kit):
            status, shown = told(client(kit))
        assert status == 0, shown
        assert [part for part in words if part not in shown] == [], shown
        assert len(spooled(kit)) == 1
    of_sensor = [line for line in journal(kit) if line.facts.get("device") == "fingerprint"]
    assert [line.facts["outcome"] for line in of_sensor] == ["fault", "ok"]


def battery(found: World, percent: int) -> None:
    command = [sys.executable, "-m", "sim", "battery", str(found.settings.parent), str(percent)]
    subprocess.run(command, check=True)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (INDONESIAN, "Penduduk baru tidak dimulai: baterai lemah (15 %)"),
        (ENGLISH, "No other resident is started: the battery is low (15 %)"),
    ],
)
def test_a_low_battery_starts_no_other_resident(
    empty_glass: World, tmp_path: Path, language: Language, words: str
) -> None:
    battery(empty_glass, 15)
    kit = kit_of(empty_glass, tmp_path, language)
    with running(kit) as station:
        status, shown = told(client(kit))
        assert station.process.is_alive()
    assert status == 1 and words in shown
    assert spooled(kit) == [] and Kind.BEGUN not in [line.kind for line in journal(kit)]


SLOW_GAUGE = '[[fault]]\nkind = "gauge_absent"\ntimes = 4\n'


def test_a_gauge_whose_first_answer_fails_is_waited_for(tmp_path: Path) -> None:
    with world(tmp_path / "world", faults=NO_FINGER + SLOW_GAUGE) as found:
        battery(found, 15)
        kit = kit_of(found, tmp_path, ENGLISH)
        desk = Terminal(Console(file=io.StringIO()), ENGLISH)
        with workplace(load(kit)) as place, pytest.raises(SessionError, match=r"the battery is low \(15 %\)"):
            stationwork.record(place, desk, MESSAGE, lambda part: None)
    assert spooled(kit) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (INDONESIAN, "Perekaman dihentikan: baterai hampir habis. Tidak ada yang disimpan"),
        (ENGLISH, "The recording was ended: the battery is nearly empty. Nothing of this resident was kept"),
    ],
)
def test_an_empty_battery_ends_session_and_station(
    empty_glass: World, tmp_path: Path, language: Language, words: str
) -> None:
    battery(empty_glass, 60)
    kit = kit_of(empty_glass, tmp_path, language, ("touch", str(tmp_path / "off")))
    with running(kit) as station:
        asked = client(kit)
        wait_until_begun(kit)
        battery(empty_glass, 5)
        status, shown = told(asked)
        assert status == 1 and words in shown
        assert station.outcome()[0] == 0
    assert (tmp_path / "off").exists()
    assert spooled(kit) == [] and cancelled(kit) == ["device"]
    assert journal(kit)[-1].kind is Kind.STOPPED


NOTED = {"operator": "", "place": "", "override": "", "supersedes": "", "because": "", "consent": None}
EXCUSED = {position.name.lower(): "bandaged" for position in list(FingerPosition)[1:]}
MESSAGE = {"resident": PERSON, "roster": None, "excused": EXCUSED, "noted": NOTED}


class JumpingClock(Terminal):
    """An operator's terminal at which the clock jumps as the first finger is asked for."""

    def __init__(self, console: Console, language: Language, clocks: Clocks, jump: timedelta) -> None:
        super().__init__(console, language)
        self._clocks, self._jump = clocks, jump

    def asked(self, enrolment: Session) -> None:
        self._clocks.set_wall(self._clocks.wall + self._jump)
        self._jump = timedelta(0)
        super().asked(enrolment)


@pytest.mark.parametrize(
    ("language", "years", "words"),
    [
        (INDONESIAN, 10, "Jam kit melompat maju 3650 hari"),
        (ENGLISH, 10, "The kit's clock jumped ahead by 3650 days"),
        (INDONESIAN, -10, "Jam kit melompat mundur 3650 hari"),
        (ENGLISH, -10, "The kit's clock jumped back by 3650 days"),
    ],
)
def test_a_clock_that_jumps_in_a_session_is_not_followed(
    bench: World, tmp_path: Path, language: Language, years: int, words: str
) -> None:
    config = load(kit_of(bench, tmp_path, language))
    clocks, text = Clocks(), io.StringIO()
    clocks.serve(now=False)
    desk = JumpingClock(Console(file=text, soft_wrap=True), language, clocks, timedelta(days=365 * years))
    with workplace(config) as opened:
        place = replace(opened, clock=Clock(config.timezone, config.data, clocks.sources()))
        stationwork.record(place, desk, MESSAGE, lambda part: None)
        assert words not in text.getvalue()
        stationwork.record(place, desk, MESSAGE, lambda part: None)
    assert words in text.getvalue()
    (_, first), (_, second) = spooled(tmp_path / "kit.toml")
    assert first.trust is second.trust is ClockTrust.UNCONFIRMED, "before the jump a time server vouched for it"
    assert [at.utc.year for at in (first, second)] == [2027, 2027]


class Witness(Terminal):
    """An operator's terminal that looks into the journal as the control number is shown."""

    def __init__(self, kit: Path) -> None:
        super().__init__(Console(file=io.StringIO()), ENGLISH)
        self._kit = kit
        self.last: Kind | None = None

    def show_recorded(self, recorded: Shown) -> None:
        self.last = journal(self._kit)[-1].kind


def test_the_operator_is_told_before_the_session_is_closed(bench: World, tmp_path: Path) -> None:
    kit = kit_of(bench, tmp_path, ENGLISH)
    desk = Witness(kit)
    with workplace(load(kit)) as place:
        stationwork.record(place, desk, MESSAGE, lambda part: None)
    assert desk.last is Kind.STEP and journal(kit)[-1].kind is Kind.SEALED


@contextmanager
def own_disk(folder: Path) -> Iterator[bool]:
    """A small disk of its own at a folder; whether there is one, for not everybody may mount."""
    folder.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder))
    is_mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(data: Path) -> Callable[[], object]:
    """Take the last room from a disk; what gives it back."""
    filler = data / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    return filler.unlink


def begun(journal: Path) -> None:
    """Wait until a session is under way."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and b'"kind":"begun"' not in journal.read_bytes():
        time.sleep(0.01)


def limit(station: Program) -> Callable[[], object]:
    """Let no file of a station grow beyond what its journal needs, which takes no rights; what takes that back."""
    assert station.process.pid
    no_limit = resource.prlimit(station.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(station.process.pid, resource.RLIMIT_FSIZE, (4096, no_limit[1]))
    return lambda: resource.prlimit(station.process.pid or 0, resource.RLIMIT_FSIZE, no_limit)


FULL = {INDONESIAN: "Penyimpanan kit penuh: tidak ada yang", ENGLISH: "The kit's disk is full: nothing of this"}
UNWRITABLE = {INDONESIAN: "Penyimpanan kit tidak dapat ditulis", ENGLISH: "The kit's disk cannot be written"}


@pytest.mark.parametrize("language", [INDONESIAN, ENGLISH])
@pytest.mark.parametrize("may_mount", [True, False])
def test_a_disk_that_is_full_keeps_nothing_and_records_again_when_there_is_room(
    bench: World, tmp_path: Path, language: Language, may_mount: bool
) -> None:
    with own_disk(tmp_path / "data") as is_mounted:
        is_small = is_mounted and may_mount
        kit = kit_of(bench, tmp_path, language)
        with running(kit) as station:
            free = (lambda: None) if is_small else limit(station)
            asking = client(kit)
            if is_small:
                # A disk that is full already is told before anybody is asked
                begun(load(kit).data / JOURNAL)
                free = fill(tmp_path / "data")
            status, shown = told(asking)
            # A limit on files is no full disk to SQLite
            assert status == 1 and (FULL if is_small else UNWRITABLE)[language] in shown
            assert spooled(kit) == [] and cancelled(kit) == ["storage"]
            assert announced(kit)[-1] == {"done": False}, "a green lamp sends the resident home"
            free()
            status, shown = told(client(kit))
            assert status == 0, shown
            assert announced(kit)[-1] == {"done": True}
        assert len(spooled(kit)) == 1 and verify(load(kit).data / JOURNAL).is_whole


@contextmanager
def read_only(data: Path) -> Iterator[None]:
    """A data folder whose files can no longer be opened to be written, by the mount or, without rights, by the mode."""
    if os.geteuid() == 0:
        subprocess.run(["mount", "--bind", str(data), str(data)], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", str(data)], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", "--lazy", str(data)], check=True)
        return
    modes = {path: path.stat().st_mode for path in [data, *data.glob("*")]}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


@pytest.mark.parametrize("language", [INDONESIAN, ENGLISH])
def test_a_disk_that_becomes_read_only_begins_no_session(bench: World, tmp_path: Path, language: Language) -> None:
    kit = kit_of(bench, tmp_path, language)
    with running(kit) as station:
        with read_only(tmp_path / "data"):
            status, shown = told(client(kit))
            assert status == 1 and UNWRITABLE[language] in shown and "check its owner and that the disk" in shown
            assert station.process.is_alive()
        assert spooled(kit) == []
        status, shown = told(client(kit))
        assert status == 0, shown


def words_of_a_start(kit: Path) -> Iterator[tuple[int, str]]:
    """The exit status and the words of a station and of a session without one, both of which shall not begin."""
    station = Program(kit.with_name("again"), "run", "-c", kit)
    yield station.outcome()[0], station.words()
    yield told(client(kit))


AT_START = {
    "full": {
        INDONESIAN: "Penyimpanan kit penuh: perekaman tidak",
        ENGLISH: "disk is full: recording cannot be started",
    },
    "read-only": {
        INDONESIAN: "Penyimpanan kit tidak dapat ditulis: perekaman tidak dapat dimulai",
        ENGLISH: "disk cannot be written: recording cannot be started",
    },
}


@pytest.mark.parametrize("language", [INDONESIAN, ENGLISH])
def test_nothing_is_started_on_a_read_only_disk(bench: World, tmp_path: Path, language: Language) -> None:
    kit = kit_of(bench, tmp_path, language)
    with read_only(tmp_path / "data"):
        for status, words in words_of_a_start(kit):
            assert status == 1 and AT_START["read-only"][language] in words
            assert "check that its disk is not read-only" in words and "Traceback" not in words
    status, shown = told(client(kit))
    assert status == 0, shown


@pytest.mark.parametrize("language", [INDONESIAN, ENGLISH])
def test_nothing_is_started_on_a_full_disk(bench: World, tmp_path: Path, language: Language) -> None:
    with own_disk(tmp_path / "data") as is_mounted:
        if not is_mounted:
            pytest.skip("only root may mount a small disk")
        kit = kit_of(bench, tmp_path, language)
        free = fill(tmp_path / "data")
        for status, words in words_of_a_start(kit):
            assert status == 1 and AT_START["full"][language] in words and "Traceback" not in words
        free()
        status, shown = told(client(kit))
        assert status == 0, shown
