"""What the station does for a verb, with the devices open: arguments in, result out, both as JSON has it."""

from typing import Any

from firmware import clock, recording, selftest
from firmware import resident as civil
from firmware.recording import Workplace
from firmware.selftest import Finding, Subject, Verdict
from firmware.selftest_words import TestPhrase
from firmware.terminal import Terminal

_STYLES = {Verdict.PASSED: "green", Verdict.WARNING: "yellow", Verdict.FAILED: "red"}


def record(place: Workplace, terminal: Terminal, message: dict[str, Any]) -> dict[str, Any]:
    """Record one resident.

    message: `resident`, the values of a resident's file, or null when the operator is asked; `excused`, a reason for
    each finger that is not recorded.
    """
    excused = civil.excuses(message["excused"])
    values = message["resident"]
    today = clock.civil_date(clock.now(), place.config.timezone)
    person = civil.read_file(values, today=today) if values is not None else None
    recorded = recording.record(place, terminal, person, excused)
    terminal.show_recorded(recorded.captures, recorded.control_number, recorded.waiting)
    return recording.as_json(recorded)


def test(place: Workplace, terminal: Terminal, message: dict[str, Any]) -> dict[str, Any]:
    """Let each part of the kit do its one thing; a line a part appears as it is done.

    The result: `passed`, whether nothing failed; `findings`, each with `part`, `verdict` and `words`.
    """
    config = place.config
    subject = Subject(place.kit, place.spool, place.report, config.data, place.identity, config.effort)
    findings = []
    for finding in selftest.run(subject, config.language):
        verdict = TestPhrase[finding.verdict.name].say(config.language)
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
