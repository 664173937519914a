"""What an operator decides, at the keyboard or by a button, whichever comes first."""

from collections.abc import Callable, Mapping

from firmware import events
from firmware.datatypes import Excuse
from firmware.errors import SessionAbandoned
from firmware.seams import Presses, Word
from firmware.vocabulary import Language
from firmware.wording import Phrase

Stop = Callable[[], bool]
"""Whether to wait no longer."""


def never() -> bool:
    """Wait as long as it takes."""
    return False


Typed = Callable[[str, Stop], str | None]
"""Puts a question and gives the line that is typed; None when the second argument says so first."""


class Choices:
    """Asks what to do next; typed is None where nobody sits at a keyboard, presses where there are no buttons."""

    def __init__(
        self, typed: Typed | None, presses: Presses | None, excuse: Callable[[Phrase], Excuse], language: Language
    ) -> None:
        self._typed, self._presses, self._excuse, self._language = typed, presses, excuse, language

    def decide(self, *, may_excuse: bool, is_face: bool, stop: Stop) -> Word | None:
        """Repeat, excuse with a reason, or cancel a finger or the face; None where nobody can be asked."""
        _, repeat, excuse, cancel = tuple(Phrase.DECISION_KEYS.say(self._language))
        choices: dict[str, Word | None] = {repeat: events.Repeated(), cancel: events.Cancelled()}
        if may_excuse:
            choices[excuse] = None
        prompt = Phrase.PROMPT_DECISION_FACE if is_face else Phrase.PROMPT_DECISION
        reason = Phrase.PROMPT_REASON_FACE if is_face else Phrase.PROMPT_REASON
        return self._choose(prompt if may_excuse else Phrase.PROMPT_GO_ON, choices, stop, reason)

    def review(self, stop: Stop) -> Word | None:
        """Keep the record, repeat the last step, or cancel; None where nobody can be asked."""
        accept, repeat, _, cancel = tuple(Phrase.DECISION_KEYS.say(self._language))
        choices: dict[str, Word | None] = dict.fromkeys((accept, ""), events.Confirmed())
        choices |= {repeat: events.Repeated(), cancel: events.Cancelled()}
        return self._choose(Phrase.PROMPT_REVIEW, choices, stop)

    def _choose(
        self,
        prompt: Phrase,
        choices: Mapping[str, Word | None],
        stop: Stop,
        reason: Phrase = Phrase.PROMPT_REASON,
    ) -> Word | None:
        """A choice of None is an excuse, whose reason is asked for; None comes back when `stop` says so first."""
        presses = self._presses
        while self._typed:
            line = self._typed(prompt.say(self._language), lambda: stop() or bool(presses and presses.has_word()))
            if line is None:
                break
            key = line.strip().lower()
            if key in choices and (word := choices[key] or self._excused(reason)):
                return word
        return presses.wait(stop) if presses and presses.may_answer else None

    def _excused(self, reason: Phrase) -> Word | None:
        """An excuse whose reason is asked for; None where the keyboard goes meanwhile, and buttons are there."""
        try:
            return events.Excused(self._excuse(reason))
        except SessionAbandoned:
            if not (self._presses and self._presses.is_there):
                raise
            return None
