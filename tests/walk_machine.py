"""One random walk over a whole station, as hypothesis draws it."""

import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.walk_bench import FULL, HOLD_S, LOW, Bench, Kit, Part, Standing
from tests.walk_client import ANSWERS
from tests.walk_desk import FINGERS, Desk
from tests.walk_verdicts import Findings, faults, faults_at_rest
from tests.worlds import rekam

PRESSES = ("accept", "repeat", "skip")
TYPED = sorted({*ANSWERS.values(), "k", "r", "e", "c", "bandaged", "nonsense"})
ENDS = {"end": signal.SIGTERM, "kill": signal.SIGKILL}
PAUSES_S = (0.0, 0.05, 0.2, 0.5, 1.0)


class Walk(RuleBasedStateMachine):
    """One walk. No rule depends on what the station does: a choice that has no place at that moment changes nothing."""

    def __init__(self, place: Standing, findings: Findings, on_end: Callable[[str], None]) -> None:
        super().__init__()
        self.place, self.findings, self.on_end = place, findings, on_end
        self.trail: list[str] = []
        self.violation = ""

    @initialize(
        kind=st.sampled_from([Kit.PANEL, Kit.PANEL, Kit.PANEL, Kit.BARE, Kit.FACE]),
        number=st.integers(0, 10**6),
        is_keen=st.sampled_from([True, True, False]),
    )
    def stand(self, kind: Kit, number: int, *, is_keen: bool) -> None:
        self.place.mend()
        self.bench = Bench(self.place, kind)
        self.desk = Desk(self.bench)
        self.source, self.is_keen = random.Random(number), is_keen
        self.trail.append(f"a kit with {kind.value}{', at which somebody is always recorded' if is_keen else ''}")

    @rule()
    def record(self) -> None:
        self._do("record", self._begin)

    @rule(verb=st.sampled_from(["status", "status", "selftest", "operator"]))
    def look(self, verb: str) -> None:
        self._do(verb, lambda: self.desk.look(verb))

    @rule(button=st.sampled_from(PRESSES))
    def press(self, button: str) -> None:
        self._amid(f"press {button}", lambda: self.bench.press(button, 0.1))

    @rule()
    def cancel(self) -> None:
        self._amid("hold skip", lambda: self.bench.press("skip", 2 * HOLD_S), "operator")

    @rule(line=st.sampled_from(TYPED))
    def type(self, line: str) -> None:
        self._amid(f"type {line!r}", lambda: self.desk.type(line + "\n"), "operator")

    @rule()
    def answer(self) -> None:
        self._amid("answer", self.desk.answer)

    @rule()
    def interrupt(self) -> None:
        self._amid("interrupt", self.desk.interrupt)

    @rule()
    def lose(self) -> None:
        self._amid("lose the client", self.desk.lose)

    @rule(part=st.sampled_from(Part), is_in=st.booleans())
    def plug(self, part: Part, is_in: bool) -> None:
        causes = {Part.SENSOR: ("device",), Part.PANEL: ("abandoned",)}.get(part, ())
        words = f"{'plug in' if is_in else 'unplug'} the {part.value}"
        self._amid(words, lambda: self.place.plug(part, is_in=is_in), *causes)

    @rule(finger=st.sampled_from(FINGERS))
    def put(self, finger: str) -> None:
        self._amid(f"put the {finger} there", lambda: self.place.announce({"ask": finger, "attempt": 1}), "session")

    @rule()
    def lift(self) -> None:
        self._amid("lift", lambda: self.place.announce({"lift": "right_thumb"}), "session")

    @rule(percent=st.sampled_from([FULL, LOW]))
    def charge(self, percent: int) -> None:
        self._do(f"battery at {percent} %", lambda: self.place.charge(percent))

    @rule()
    def drain(self) -> None:
        self._amid("battery empty", self.desk.drain)

    @rule(how=st.sampled_from(sorted(ENDS)), after_s=st.sampled_from(PAUSES_S))
    def end(self, how: str, after_s: float) -> None:
        self._amid(f"{how} the station after {after_s} s", lambda: self._end(how, after_s))

    @rule(how=st.sampled_from(sorted(ENDS)), after_s=st.floats(0, 0.5))
    def end_as_it_is_kept(self, how: str, after_s: float) -> None:
        self._do(f"confirm, and {how} the station {after_s:.3f} s later", lambda: self._end_as_kept(how, after_s))

    @rule()
    def start(self) -> None:
        self._do("start the station", self.desk.start)

    @rule(pause_s=st.sampled_from(PAUSES_S))
    def wait(self, pause_s: float) -> None:
        self._amid(f"wait {pause_s} s", lambda: time.sleep(pause_s))

    @rule()
    def bring_through(self) -> None:
        self._do("plug all in and bring a resident through", self._bring_through)

    def teardown(self) -> None:
        """Whatever the walk has done to it, the station records again, and ends when it is told to."""
        try:
            self._do("at the end plug all in and bring a resident through", self._bring_through)
            self._do("end the station", lambda: self._end("end", 0.0))
            self._verify()
            self._count()
        finally:
            self.desk.close()
        self.on_end(self.violation)

    def _verify(self) -> None:
        command = rekam("journal", "verify", "-c", self.bench.settings)
        verified = subprocess.run(command, capture_output=True, text=True, check=False)
        self._require(iter([verified.stdout + verified.stderr] if verified.returncode else []))

    def _bring_through(self) -> None:
        if self.desk.bring_through():
            self._require(faults_at_rest(self.bench, self.desk))
        else:
            self._require(iter([f"a dead end: {self.desk.describe()}"]))

    def _end(self, how: str, after_s: float) -> None:
        time.sleep(after_s)
        self.desk.end(ENDS[how])

    def _begin(self) -> None:
        """Ask for the next resident, of whom more or fewer fingers are recorded."""
        left_out = self.source.choice([10, 9, 8, 7, 5, 2, 0])
        self.desk.begin(FINGERS[10 - left_out :], at_terminal=self.source.random() < 0.5)

    def _end_as_kept(self, how: str, after_s: float) -> None:
        self._begin()
        if self.desk.wait_until_asked():
            self.bench.press("accept", 0.05)
            self._end(how, after_s)

    def _amid(self, words: str, deed: Callable[[], object], *causes: str) -> None:
        """One step at some moment of a session, if somebody is to be recorded all the time."""

        def begun() -> None:
            if self.is_keen:
                self._begin()
                self.desk.wait_until_begun()
                time.sleep(self.source.uniform(0, 1))
            deed()

        self._do(words, begun, *causes)

    def _do(self, words: str, deed: Callable[[], object], *causes: str) -> None:
        """One step, what it may end a session for, and all that must hold after it; after a violation nothing more."""
        if self.violation:
            return
        self.trail.append(words)
        self.findings.figures["actions"] += 1
        self.desk.causes.update(causes)
        try:
            deed()
            self.desk.settle()
        except AssertionError as error:
            self._require(iter([str(error)]))
        self._require(faults(self.bench, self.desk))

    def _require(self, found: Iterator[str]) -> None:
        if not self.violation and (words := next(found, "")):
            self.violation = f"{words}\n  after: {'; '.join(self.trail)}"
            self.findings.violations.append(self.violation)

    def _count(self) -> None:
        figures = self.findings.figures
        figures["walks"] += 1
        figures["residents recorded"] += len(self.desk.done)
        figures["packets, each opened"] += len(self.bench.packets())
        figures.update({f"{verb} asked": count for verb, count in self.desk.asked.items()})
        figures.update({f"station ended: {how}": count for how, count in self.bench.ends.items()})
        figures.update(
            f"unplugged: {part.value}" for part in Part for words in self.trail if words == f"unplug the {part.value}"
        )
        figures.update(f"session ended: {how}" for how in self.bench.outcomes())
