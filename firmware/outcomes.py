"""What an operator is told of a try, line by line with its style."""

from collections.abc import Iterator, Sequence

from firmware import advice, face_advice, tables, wording
from firmware.datatypes import Feedback, FingerCapture, GivenUp
from firmware.events import Captured
from firmware.portrait import FaceFeedback
from firmware.session import Session, last_taken
from firmware.session_table import Action
from firmware.vocabulary import Language
from firmware.wording import Phrase

Lines = Iterator[tuple[str, str]]


def of(action: Action, enrolment: Session, language: Language) -> Lines:
    """How a try ended, and what would make the next one better."""
    finger = wording.finger(enrolment.finger, language) if enrolment.finger else ""
    match action:
        case Action.TELL_ABSENT:
            yield Phrase.NO_FINGER.say(language, finger=finger), "yellow"
        case Action.TELL_POOR if isinstance(enrolment.latest, Captured):
            quality = enrolment.latest.features.quality
            yield Phrase.AGAIN.say(language, finger=finger, score=quality.score), "yellow"
            yield from advised(quality.feedback, language)
        case Action.TELL_GIVEN_UP if isinstance(enrolment.latest, GivenUp):
            yield Phrase.GIVEN_UP.say(language, finger=finger), "yellow"
            yield from advised(enrolment.latest.feedback, language)
        case Action.TELL_ACCEPTED | Action.TELL_BEST_KEPT | Action.TELL_EXCUSED:
            yield from _settled(action, enrolment.settled[last_taken(enrolment)], language)
        case Action.TELL_FACE_POOR if enrolment.latest_face:
            yield from advised(enrolment.latest_face.feedback, language)
        case Action.TELL_FACE_ACCEPTED | Action.TELL_FACE_BEST_KEPT | Action.TELL_FACE_EXCUSED:
            phrase, style = tables.FACES[action]
            yield phrase.say(language, reason=enrolment.face.reason if enrolment.face else ""), style
        case Action.ASK_DECISION if enrolment.finger:
            yield Phrase.NO_PRINT.say(language, finger=finger, attempts=enrolment.attempts), "red"
        case Action.ASK_DECISION if not enrolment.camera_fault:
            yield Phrase.NO_FACE.say(language, attempts=enrolment.attempts), "red"


def advised(found: Sequence[Feedback] | Sequence[FaceFeedback], language: Language) -> Lines:
    """What is wrong with a print or a picture, and what to do."""
    for told in found:
        words = advice.say(told, language) if isinstance(told, Feedback) else face_advice.say(told, language)
        yield f"  {words}", "yellow"


def _settled(action: Action, capture: FingerCapture, language: Language) -> Lines:
    finger = wording.finger(capture.position, language)
    if action is Action.TELL_EXCUSED:
        yield Phrase.EXCUSED.say(language, finger=finger, reason=capture.reason), ""
    elif capture.features:
        is_good = action is Action.TELL_ACCEPTED
        phrase = Phrase.ACCEPTED if is_good else Phrase.LOW_QUALITY
        words = phrase.say(language, finger=finger, score=capture.features.quality.score)
        yield words, "green" if is_good else "yellow"
