"""The station killed at a random moment of a session, and what of it is lost; a part of `tests.delivery_kills`.

A station on the bench records two fingers of a resident for a client, a process of its own; no face, which would take
most of a session's time. Half of the kills are drawn over the whole session, half from the last finger to a little
after the packet is kept. The operator believes what is shown: whoever got a control number is done, and so is whoever
the station names as kept once it is started again; everyone else is recorded again.
"""

import json
import random
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from firmware import journal_check
from firmware.config import load
from firmware.errors import KitError
from firmware.journal import JOURNAL
from firmware.journal_lines import Kind, Line
from firmware.logbook import LogPhrase
from firmware.office import opening
from firmware.records import sealing
from firmware.reporting import SPOOL
from firmware.spool import Spool
from firmware.vocabulary import FingerPosition
from tests.findings import Findings, Harm
from tests.programs import PATIENCE_S, Program, started
from tests.worlds import World, rekam

EXCUSED = [f"--excuse={position.name.lower()}=bandaged" for position in list(FingerPosition)[2:]]
FINGERS = 2
ENDED = "the station ended before it had answered"
NUMBER = re.compile(r"BENCH-1-[0-9]{14}-[0-9A-F]{8}")
SHOWN = re.compile(f'(?:Done. Control number: |"control_number": ")({NUMBER.pattern})')
KEPT, NOT_KEPT = (
    re.compile(re.escape(phrase.value[1]).replace(r"\{at\}", ".*").replace(r"\{steps\}", "[0-9]+"))
    for phrase in (LogPhrase.WAS_WHOLE, LogPhrase.CUT_OFF)
)


@dataclass(frozen=True)
class Named:
    """A session that the station named as it started again."""

    control_number: str
    is_kept: bool


@dataclass(frozen=True)
class Answer:
    """What a client was left with: the control numbers that it showed, its exit status and its words."""

    numbers: frozenset[str]
    status: int
    words: str


@dataclass(frozen=True)
class Kill:
    """One kill: whom it hit, the session's lines before it, what the client got, what the station named after it."""

    serial: int
    session: list[Line]
    got: Answer
    told: tuple[Named, ...]

    @property
    def is_under_way(self) -> bool:
        return bool(self.session) and self.session[-1].kind is not Kind.SEALED

    @property
    def fell(self) -> str:
        """Where in its session the kill fell, by what it left."""
        if self.got.status == 0:
            return "after the answer"
        if not self.session:
            return "before the session"
        if not self.is_under_way:
            return "between the session and the answer"
        steps = sum(line.kind is Kind.STEP for line in self.session)
        if steps < FINGERS:
            return f"after {steps} of {FINGERS} fingers"
        return "after the spool has it" if any(one.is_kept for one in self.told) else "after the last finger"


class Bench:
    """A world, its station and the one who records there."""

    def __init__(self, found: World, folder: Path) -> None:
        self.found = found
        self.folder = folder
        self.data = load(found.settings).data
        self.journal = self.data / JOURNAL
        self._person = folder / "person.json"
        self._opened: dict[str, str] = {}

    def start(self) -> tuple[Program, tuple[Named, ...]]:
        """Start the station; with what it named before it was ready."""
        station = started(self.found.settings)
        return station, tuple(named(station.words()))

    def ask(self, serial: int) -> Program:
        """A client that asks for this resident's recording."""
        resident = {"nik": nik_of(serial), "name": "Kala", "date_of_birth": "2010-04-12", "sex": "P"}
        self._person.write_text(json.dumps(resident))
        words = ("-c", self.found.settings, "--resident", self._person, "--json")
        return Program(self.folder / "client", "record", *words, *EXCUSED)

    def wait_for_last_finger(self, size: int, client: Program) -> None:
        """Until the last finger is written down behind these bytes, or the client has its answer."""
        until = time.monotonic() + PATIENCE_S
        with self.journal.open("rb") as file:
            while client.process.is_alive() and time.monotonic() < until:
                file.seek(size)
                if file.read().count(b'"kind":"step"') >= FINGERS:
                    return
                time.sleep(0.0005)

    def lines(self) -> list[Line]:
        """The sound lines of the journal."""
        return [line for _, line in journal_check.lines(self.journal) if isinstance(line, Line)]

    def niks(self, findings: Findings) -> dict[str, str]:
        """The NIK in each packet that a station kept, opened by the office; what does not open is a violation."""
        niks = {}
        with Spool(self.data / SPOOL) as spool:
            for number in filter(NUMBER.fullmatch, [entry.control_number for entry in spool.entries()]):
                path = self.folder / sealing.file_name(number)
                if number not in self._opened:
                    path.write_bytes(spool.packet(number).ciphertext)
                    try:
                        self._opened[number] = opening.open_file(path, self.found.office).transaction.resident.nik
                    except KitError as error:
                        findings.require(False, f"torn: {number} does not open: {error}")
                        continue
                niks[number] = self._opened[number]
        return niks


def nik_of(serial: int) -> str:
    """A resident's number, nobody's."""
    district, number = divmod(serial, 9999)
    return f"1903{district + 1:02d}520410{number + 1:04d}"


def named(words: str) -> Iterator[Named]:
    """The sessions that a station's first words name."""
    for line in words.splitlines():
        for pattern, is_kept in ((KEPT, True), (NOT_KEPT, False)):
            text = pattern.pattern.replace(r"\{number\}", f"(?P<number>{NUMBER.pattern})")
            if match := re.fullmatch(text, line.strip()):
                yield Named(match["number"], is_kept)


def answer(client: Program) -> Answer:
    """What a client shows, once it has ended."""
    status, told = client.outcome()
    words = client.words()
    return Answer(frozenset(SHOWN.findall(told + words)), status, words)


def captured(
    bench: Bench,
    findings: Findings,
    serial: int,
    source: random.Random,
    lengths_s: tuple[float, float],
    end: Callable[[], None],
) -> bool:
    """Kill a station that records this resident, then call `end`; whether the resident counts as recorded."""
    station, told = bench.start()
    findings.require(not told, f"{told} named without reason")
    since, size = len(bench.lines()), bench.journal.stat().st_size
    client = bench.ask(serial)
    pause(bench, client, size, source, lengths_s)
    station.end(signal.SIGKILL)
    got = answer(client)
    end()
    session = look(bench, findings, since, got)
    station, told = bench.start()
    station.end(signal.SIGKILL)
    return judge(bench, findings, Kill(serial, session, got, told))


def pause(bench: Bench, client: Program, size: int, source: random.Random, lengths_s: tuple[float, float]) -> None:
    """Let a random time pass, half of the times counted from the last finger."""
    session_s, end_s = lengths_s
    if source.random() < 0.5:
        time.sleep(source.uniform(0, session_s))
    else:
        bench.wait_for_last_finger(size, client)
        time.sleep(source.uniform(0, end_s))


def look(bench: Bench, findings: Findings, since: int, got: Answer) -> list[Line]:
    """Judge what a kill left, before anything has mended it; the session's lines of the journal."""
    verdict = journal_check.verify(bench.journal)
    findings.require(verdict.is_whole, f"the journal is broken after the kill: {verdict}")
    findings.torn_lines += bool(verdict.torn)
    noticed = got.status == 0 or (got.status == 1 and ENDED in got.words)
    findings.require(noticed, f"the client did not notice: exit status {got.status}, {got.words!r}")
    return [line for line in bench.lines()[since:] if line.kind in (Kind.BEGUN, Kind.STEP, Kind.SEALED)]


def judge(bench: Bench, findings: Findings, kill: Kill) -> bool:
    """Judge the station that was started again, and say whether the resident counts as recorded."""
    findings.shown |= kill.got.numbers
    findings.fell[kill.fell] += 1
    number = str(kill.session[0].facts["control_number"]) if kill.session else ""
    told = [one.control_number for one in kill.told]
    findings.require(not kill.is_under_way or told == [number], f"{number} was cut off, named was {told}")
    findings.require(bool(kill.session) or not told, f"{told} named without reason")
    now = bench.niks(findings)
    for one in kill.told:
        findings.require(one.is_kept == (one.control_number in now), f"{one} is wrong: the spool knows better")
        how = [line.kind for line in bench.lines() if line.kind in (Kind.SEALED, Kind.INTERRUPTED)][-1]
        findings.require(one.is_kept == (how is Kind.SEALED), f"{one}: the journal says {how.value}")
    findings.require(kill.got.numbers <= now.keys(), f"lost: {kill.got.numbers - now.keys()}", Harm.MISSING)
    return bool(kill.got.numbers) or any(one.is_kept for one in kill.told)


def measure(bench: Bench, findings: Findings, serial: int) -> tuple[float, float]:
    """A little more than a session lasts, from the client's start and from the last finger, seconds."""
    station, _ = bench.start()
    begun_s = time.monotonic()
    got = answer(bench.ask(serial))
    findings.require(got.status == 0, f"a session without a kill failed: {got.words}")
    findings.shown |= got.numbers
    station.end(signal.SIGKILL)
    at_s = {line.kind: line.at.monotonic_s for line in bench.lines()}
    return 1.1 * (at_s[Kind.SEALED] - begun_s), 1.3 * (at_s[Kind.SEALED] - at_s[Kind.STEP])


def conclude(bench: Bench, findings: Findings, serials: set[int]) -> None:
    """Judge what the station kept: nothing lost, nothing torn, nothing twice, and journal and spool tell the same."""
    niks = bench.niks(findings)
    for nik, times in Counter(niks.values()).items():
        findings.require(times == 1, f"{nik} stands in {times} packets", Harm.TWICE)
    expected = {nik_of(number) for number in serials}
    findings.require(set(niks.values()) == expected, f"recorded are {sorted(set(niks.values()) ^ expected)}")
    sealed = {str(line.facts["control_number"]) for line in bench.lines() if line.kind is Kind.SEALED}
    findings.require(sealed == niks.keys(), f"journal and spool differ: {sorted(sealed ^ niks.keys())}")
    command = rekam("journal", "verify", "-c", bench.found.settings)
    verified = subprocess.run(command, capture_output=True, text=True, check=False)
    findings.require(verified.returncode == 0, f"rekam journal verify: {verified.stdout}{verified.stderr}")
