"""What an operator is shown as tables, row by row."""

from collections.abc import Mapping, Sequence
from typing import Any

from firmware import standing, wording
from firmware.datatypes import FingerCapture, Outcome
from firmware.portrait import FaceCapture
from firmware.session_table import Action
from firmware.vocabulary import Language
from firmware.wording import Phrase

_OUTCOMES = {
    Outcome.ACCEPTED: Phrase.OUTCOME_ACCEPTED,
    Outcome.LOW_QUALITY: Phrase.OUTCOME_LOW_QUALITY,
    Outcome.EXCUSED: Phrase.OUTCOME_EXCUSED,
}

FACES = {
    Action.TELL_FACE_ACCEPTED: (Phrase.FACE_ACCEPTED, "green"),
    Action.TELL_FACE_BEST_KEPT: (Phrase.FACE_LOW_QUALITY, "yellow"),
    Action.TELL_FACE_EXCUSED: (Phrase.FACE_EXCUSED, ""),
}
"""How what came of the face is told, and in which style."""


def of_status(document: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    """A kit's status document: what each thing is called, and how it is; what is not known says so."""
    unknown = Phrase.UNKNOWN.say(language)
    storage, temperature, identity = document["storage"], document["temperature_c"], document.get("identity")
    values = {
        Phrase.STATE: document["state"],
        Phrase.PURPOSE: document["purpose"],
        Phrase.CLOCK: f"{document['at']} ({document['clock']})",
        Phrase.TEMPERATURE: None if temperature is None else f"{temperature:.1f} °C",
        Phrase.STORAGE: storage and f"{storage['free_bytes'] / 1e9:.1f} / {storage['total_bytes'] / 1e9:.1f} GB",
        Phrase.RECORDED: document["recorded"],
        Phrase.WAITING_COUNT: document["waiting"],
        Phrase.DELIVERED: document.get("delivered"),
        Phrase.ACKNOWLEDGED: document.get("acknowledged"),
        Phrase.REFUSED: document.get("refused"),
        Phrase.OLDEST: document["oldest_waiting"] or ("-" if document["waiting"] == 0 else None),
        Phrase.IDENTITY: identity and standing.say(identity["state"], identity["certificate_until"], language),
    }
    known = [(phrase.say(language), unknown if value is None else str(value)) for phrase, value in values.items()]
    devices = [
        (device["name"], " ".join(filter(None, (device["state"], device["model"], device["words"]))))
        for device in document["devices"]
    ]
    return known + devices


def of_captures(
    captures: Sequence[FingerCapture], face: FaceCapture | None, language: Language
) -> tuple[list[str], list[tuple[str, ...]]]:
    """Every finger with its outcome, score, minutiae and tries, then the face: the heads, and the rows."""
    heads = (Phrase.FINGER, Phrase.OUTCOME, Phrase.SCORE, Phrase.MINUTIAE, Phrase.ATTEMPTS)
    rows = [_of_capture(capture, language) for capture in captures]
    if face:
        outcome = _OUTCOMES[face.outcome].say(language)
        rows.append((Phrase.FACE.say(language), outcome, "-", "-", str(face.attempts)))
    return [head.say(language) for head in heads], rows


def _of_capture(capture: FingerCapture, language: Language) -> tuple[str, ...]:
    features = capture.features
    return (
        wording.finger(capture.position, language),
        _OUTCOMES[capture.outcome].say(language),
        str(features.quality.score) if features else "-",
        str(len(features.minutiae)) if features else "-",
        str(capture.attempts),
    )
