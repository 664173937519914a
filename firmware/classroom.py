"""A school class is recorded pupil by pupil, from where it stopped to where somebody stops it."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import Any, Protocol

from firmware import recording, wording
from firmware.circumstances import Circumstances
from firmware.datatypes import Excuse
from firmware.errors import DeviceError, InputError, SessionAbandoned, SessionError
from firmware.progress import Progress, RowOutcome, RowState, SkipReason
from firmware.recording import Desk, Recorded
from firmware.resident import contradictions
from firmware.roster import Roster, Row, Turn
from firmware.roster_wording import RosterPhrase
from firmware.spool import Spool
from firmware.stopwatch import StepTime
from firmware.vocabulary import ClockTrust, FingerPosition, Language
from firmware.workplace import Workplace

_STEPS = {
    "questions": RosterPhrase.STEP_QUESTIONS,
    "warming": RosterPhrase.STEP_WARMING,
    "lifting": RosterPhrase.STEP_LIFTING,
    "sealing": RosterPhrase.STEP_SEALING,
    "spooling": RosterPhrase.STEP_SPOOLING,
}


class ClassDesk(Desk, Protocol):
    """An operator who also calls the pupils."""

    def call_pupil(self, row: Row, remaining: int) -> Turn:
        """Call the next pupil: record, pass over, or end for today."""


@dataclass(frozen=True, slots=True)
class ClassReport:
    """How a class went in one run; nothing in it is personal.

    skipped: the rows that wait although they were called. seconds: of each pupil, from the call to the sealed packet.
    """

    recorded: int
    skipped: Mapping[int, SkipReason]
    too_young: tuple[int, ...]
    waiting: int
    seconds: tuple[float, ...]
    slowest_step: StepTime | None

    @property
    def is_unfinished(self) -> bool:
        """Whether somebody was there and could not be recorded."""
        return any(reason is not SkipReason.ABSENT for reason in self.skipped.values())


def record_class(
    place: Workplace,
    desk: ClassDesk,
    roster: Roster,
    excused: Mapping[FingerPosition, Excuse],
    noted: Circumstances,
    on_recorded: Callable[[Row, Recorded], None] = lambda row, recorded: None,
) -> ClassReport:
    """Record every pupil of the list who was not recorded before.

    A pupil who can't be recorded is passed over, with a word; a device that stays away ends the run, and so does a
    terminal that has gone where no panel is. Raises what `recording.record` raises of devices, the spool and the kit's
    identity, and what `Progress` raises.
    """
    if place.clock.now().trust is ClockTrust.WRONG:  # then nobody's age is known, and nobody is left out for it
        roster = replace(roster, rows=tuple(replace(row, is_too_young=False) for row in roster.rows))

    steps: list[tuple[StepTime, ...]] = []
    seconds: list[float] = []
    with Progress(place.config.data, _spool_of(place.spool), place.config.language) as progress:
        _begin(desk, roster, progress)
        while row := progress.next_row(roster):
            turn = desk.call_pupil(row, len(_rows(progress, roster, RowState.WAITING, RowState.SKIPPED)))
            if turn is Turn.STOP:
                break
            begun = time.monotonic()
            on_sealed = partial(_seal, progress, roster, row)
            take = partial(recording.record, place, desk, row.person, excused, noted, on_sealed)
            came = (
                SkipReason.ABSENT
                if turn is Turn.SKIP
                else _attempt(desk, take, partial(_is_sealed, progress, roster, row))
            )
            if isinstance(came, SkipReason):
                progress.mark(roster, row, RowOutcome(RowState.SKIPPED, reason=came))
                desk.say(RosterPhrase.SKIPPED, "yellow", row=row.number)
                continue
            progress.mark(roster, row, RowOutcome(RowState.RECORDED, came.control_number))
            seconds.append(time.monotonic() - begun)
            steps.append(came.steps)
            on_recorded(row, came)
        return _report(progress, roster, seconds, steps)


def tell(desk: ClassDesk, report: ClassReport, language: Language) -> None:
    """Tell the operator how the class went."""
    skipped = len(report.skipped)
    desk.say(RosterPhrase.END, "bold", recorded=report.recorded, skipped=skipped, waiting=report.waiting)
    if report.seconds and report.slowest_step:
        desk.say(RosterPhrase.SECONDS, median=median(report.seconds), slowest=max(report.seconds))
        step = _step_words(report.slowest_step.step, language)
        desk.say(RosterPhrase.SLOWEST_STEP, step=step, seconds=report.slowest_step.seconds)


def as_json(report: ClassReport) -> dict[str, Any]:
    """Put how the class went into an object for scripts."""
    step = report.slowest_step
    return {
        "recorded": report.recorded,
        "skipped": [{"row": row, "reason": reason.value} for row, reason in report.skipped.items()],
        "too_young": list(report.too_young),
        "waiting": report.waiting,
        "median_s": round(median(report.seconds), 3) if report.seconds else None,
        "slowest_s": round(max(report.seconds), 3) if report.seconds else None,
        "slowest_step": step and {"step": step.step, "median_s": round(step.seconds, 3)},
    }


def _begin(desk: ClassDesk, roster: Roster, progress: Progress) -> None:
    """Tell what is known of the list, before anybody is called."""
    if progress.has_changed(roster):
        desk.say(RosterPhrase.CHANGED, "yellow")
    for number, packet in progress.corrected(roster).items():
        desk.say(RosterPhrase.CORRECTED, "yellow", row=number, number=packet)
    for number in _too_young(progress, roster):
        desk.say(RosterPhrase.LEFT_OUT, "yellow", row=number)
    waits = _rows(progress, roster, RowState.WAITING, RowState.SKIPPED)
    for row in roster.rows:
        unclear = contradictions(row.person.resident, Language.ENGLISH) and not row.person.override
        if unclear and row.number in waits:
            desk.say(RosterPhrase.NIK_UNCLEAR, "yellow", row=row.number)
    recorded = len(_rows(progress, roster, RowState.RECORDED))
    desk.say(RosterPhrase.BEGIN, rows=len(roster.rows), recorded=recorded, waiting=len(waits))


def _attempt(desk: ClassDesk, take: Callable[[], Recorded], is_sealed: Callable[[], bool]) -> Recorded | SkipReason:
    """Record one pupil; what went wrong with a packet that may be in the spool is left to the next start."""
    try:
        return take()
    except (InputError, SessionError) as error:
        if is_sealed() or isinstance(error, SessionAbandoned) or isinstance(error.__cause__, DeviceError):
            raise
        desk.warn([str(error)])
        return SkipReason.REFUSED if isinstance(error, InputError) else SkipReason.UNFINISHED


def _seal(progress: Progress, roster: Roster, row: Row, control_number: str) -> None:
    progress.mark(roster, row, RowOutcome(RowState.SEALED, control_number))


def _is_sealed(progress: Progress, roster: Roster, row: Row) -> bool:
    return progress.outcomes(roster)[row.number].state is RowState.SEALED


def _report(
    progress: Progress, roster: Roster, seconds: Sequence[float], steps: Sequence[tuple[StepTime, ...]]
) -> ClassReport:
    outcomes = progress.outcomes(roster)
    skipped = {number: outcome.reason for number, outcome in outcomes.items() if outcome.reason}
    waiting = len(_rows(progress, roster, RowState.WAITING))
    return ClassReport(len(seconds), skipped, _too_young(progress, roster), waiting, tuple(seconds), _slowest(steps))


def _slowest(pupils: Sequence[tuple[StepTime, ...]]) -> StepTime | None:
    """The step with the largest median over the pupils."""
    seconds: dict[str, list[float]] = {}
    for taken in pupils:
        for step in taken:
            seconds.setdefault(step.step, []).append(step.seconds)
    medians = (StepTime(step, median(found)) for step, found in seconds.items())
    return max(medians, key=lambda step: step.seconds, default=None)


def _rows(progress: Progress, roster: Roster, *states: RowState) -> tuple[int, ...]:
    """The rows in these states, but for those who are too young to be called."""
    outcomes = progress.outcomes(roster)
    return tuple(
        row.number
        for row in roster.rows
        if outcomes[row.number].state in states and (not row.is_too_young or outcomes[row.number].control_number)
    )


def _too_young(progress: Progress, roster: Roster) -> tuple[int, ...]:
    outcomes = progress.outcomes(roster)
    return tuple(
        row.number for row in roster.rows if row.is_too_young and outcomes[row.number].state is not RowState.RECORDED
    )


def _spool_of(spool: Spool) -> Callable[[str], bool]:
    return lambda number: any(entry.control_number == number for entry in spool.entries())


def _step_words(step: str, language: Language) -> str:
    if step in _STEPS:
        return _STEPS[step].say(language)
    position = FingerPosition.__members__.get(step.upper())
    return wording.finger(position, language) if position else step
