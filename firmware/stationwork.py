"""What the station does for a verb, with the devices open: arguments in, result out, both as JSON has it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from firmware import admitting, asking_today, classroom, examination, recorded_json, recording, roster, selftest, watch
from firmware import resident as civil
from firmware.circumstances import Circumstances, Consent
from firmware.datatypes import Excuse, Timestamp
from firmware.errors import JournalError, JournalFull, SpoolError, SpoolFull
from firmware.identity_words import IdentityPhrase
from firmware.selftest import Finding, Verdict
from firmware.selftest_words import TestPhrase
from firmware.storage_words import StoragePhrase
from firmware.terminal import Terminal
from firmware.vocabulary import ClockTrust, ConsentGiver, FingerPosition, Purpose
from firmware.workplace import Workplace

Tell = Callable[[dict[str, Any]], None]

_STYLES = {Verdict.PASSED: "green", Verdict.WARNING: "yellow", Verdict.FAILED: "red"}


def record(place: Workplace, terminal: Terminal, message: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Record one resident, or a class.

    message: `resident`, the values of a resident's file, or null when the operator is asked; `roster`, the path of a
    class list, or null; `excused`, a reason for each finger that is not recorded; `training`, whether the record is for
    practice whatever the settings say; `noted`, keyword arguments of `admitting.note`, whose consent is who gave it, or
    null. A class tells an object a pupil before its result.
    """
    if message.get("training"):
        place = replace(place, config=place.config.model_copy(update={"purpose": Purpose.TRAINING}))
    try:
        return _record(place, terminal, message, tell)
    except (SpoolError, JournalError) as error:
        terminal.alert(StoragePhrase.FULL if isinstance(error, SpoolFull | JournalFull) else StoragePhrase.UNWRITABLE)
        raise


def _record(place: Workplace, terminal: Terminal, message: dict[str, Any], tell: Tell) -> dict[str, Any]:
    config = place.config
    at = _greet(place, terminal, message["noted"]["operator"])
    today = place.clock.today()
    excused = civil.excuses(message["excused"])
    values, told = message["resident"], message["noted"]
    consent = Consent(ConsentGiver(told["consent"]), at) if told["consent"] else None
    noted = admitting.note(**{**told, "consent": consent, "place": told["place"] or config.place})
    person = civil.read_file(values, today=today) if values is not None else None
    if not noted.operator and not person:
        noted = replace(noted, operator=terminal.ask_operator(today))
    if message["roster"]:
        return _class(place, terminal, Path(message["roster"]), excused, noted, tell)
    recorded = recording.record(place, terminal, person, excused, noted, on_kept=terminal.show_recorded)
    return recorded_json.as_json(recorded)


def _greet(place: Workplace, terminal: Terminal, operator: str) -> Timestamp:
    """Tell what was cut off, when the certificate ends, which devices are ill; have the date confirmed where needed."""
    while place.cut_off:
        cut_off = place.cut_off.pop()
        terminal.say(cut_off.phrase, "bold yellow", **cut_off.values)
    if (stands := place.standing()).is_ending:
        place.logbook.identity(stands.state.value)
        terminal.say(IdentityPhrase.STANDS, "bold yellow", words=stands.say(place.config.language))
    watch.tell_ill(place, terminal)
    before = place.clock.now()
    ask = terminal.ask if terminal.is_interactive else None
    at = asking_today.confirm_today(place.clock, place.config.language, ask, terminal.line)
    if at.trust is ClockTrust.OPERATOR and before.trust is not ClockTrust.OPERATOR:
        place.logbook.confirmed_clock(operator)
    return at


def _class(
    place: Workplace,
    terminal: Terminal,
    path: Path,
    excused: Mapping[FingerPosition, Excuse],
    noted: Circumstances,
    tell: Tell,
) -> dict[str, Any]:
    config = place.config
    read = roster.read(path, place.clock.today(), config.language)
    roster.refuse(read, config.language)

    def recorded(row: roster.Row, came: recording.Recorded) -> None:
        terminal.show_recorded(came)
        tell({"row": row.number, **recorded_json.as_json(came)})

    report = classroom.record_class(place, terminal, read, excused, noted, recorded)
    classroom.tell(terminal, report, config.language)
    return {"class": classroom.as_json(report), "unfinished": report.is_unfinished}


def operator(place: Workplace, terminal: Terminal, message: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Take the operator's index fingers, in memory only: no resident is recorded with them from then on."""
    prints = recording.take_operator(place, terminal)
    place.operator[:] = prints
    return {"fingers": [capture.position.name.lower() for capture in prints if capture.features]}


def examine(place: Workplace, terminal: Terminal, message: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Try each device for the doctor, who judges elsewhere. The result: `devices`, see `symptoms.Devices`."""
    return {"devices": examination.examine(place.kit, place.alive).as_json()}


def test(place: Workplace, terminal: Terminal, message: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Let each part of the kit do its one thing; a line a part appears as it is done.

    The result: `passed`, whether nothing failed; `findings`, each with `part`, `verdict` and `words`.
    """
    language = place.config.language
    findings = []
    for finding in selftest.run(place, language):
        verdict = TestPhrase[finding.verdict.name].say(language)
        terminal.line(f"{finding.part}: {verdict}: {finding.words}", _STYLES[finding.verdict])
        findings.append(finding)
    failed = sum(finding.verdict is Verdict.FAILED for finding in findings)
    if failed:
        terminal.say(TestPhrase.VERDICT_BAD, "bold red", failed=failed)
    else:
        terminal.say(TestPhrase.VERDICT_OK, "bold green")
    return {"passed": not failed, "findings": [_as_json(finding) for finding in findings]}


def _as_json(finding: Finding) -> dict[str, str]:
    return {"part": finding.part, "verdict": finding.verdict.value, "words": finding.words}
