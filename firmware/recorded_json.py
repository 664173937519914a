"""What came of a recording, as an object for scripts."""

from typing import Any

from firmware.datatypes import FingerCapture
from firmware.portrait import FaceCapture
from firmware.recording import Recorded


def as_json(recorded: Recorded) -> dict[str, Any]:
    """Put what came of it into an object for scripts."""
    return {
        "control_number": recorded.control_number,
        "purpose": recorded.purpose.value,
        "fingers": [_finger(capture) for capture in recorded.captures],
        "face": _face(recorded.face) if recorded.face else None,
        "seconds": round(recorded.seconds, 3),
        "waiting": recorded.waiting,
        "steps": [{"step": step.step, "seconds": round(step.seconds, 3)} for step in recorded.steps],
    }


def _finger(capture: FingerCapture) -> dict[str, Any]:
    features = capture.features
    return {
        "position": capture.position.name.lower(),
        "outcome": capture.outcome.value,
        "score": features.quality.score if features else None,
        "minutiae": len(features.minutiae) if features else None,
        "attempts": capture.attempts,
        "score_s": None if capture.score_s is None else round(capture.score_s, 4),
    }


def _face(face: FaceCapture) -> dict[str, Any]:
    feedback = [code.value for code in face.feedback]
    return {"outcome": face.outcome.value, "attempts": face.attempts, "feedback": feedback}
