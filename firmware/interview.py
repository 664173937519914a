"""The questions about a resident and a recording that an operator answers at the keyboard."""

from collections.abc import Callable
from datetime import date

from firmware import ages, resident
from firmware.civil_wording import CivilPhrase
from firmware.datatypes import Excuse, Resident
from firmware.errors import InputError
from firmware.roster import Turn
from firmware.roster_wording import RosterPhrase
from firmware.vocabulary import ConsentGiver, Language
from firmware.wording import Bilingual, Phrase

_PROMPTS = {
    "nik": CivilPhrase.PROMPT_NIK,
    "name": CivilPhrase.PROMPT_NAME,
    "date_of_birth": CivilPhrase.PROMPT_DATE,
    "sex": CivilPhrase.PROMPT_SEX,
}


class Interview:
    """Asks until an answer can be; `prompt` shows a question and gives what is typed, `complain` what is wrong."""

    def __init__(self, prompt: Callable[[Bilingual], str], complain: Callable[[str], None], language: Language) -> None:
        self._prompt, self._complain, self._language = prompt, complain, language

    def resident(self, today: date) -> Resident:
        """Ask for a resident, field by field; for the marital status only where the law of the card asks for it."""
        values = {field: self._field(field, _PROMPTS[field], today) for field in _PROMPTS}
        person = resident.parse(values, today=today, language=self._language)
        if ages.age(person.date_of_birth, today) >= ages.CARD_AGE:
            return person
        values["marital_status"] = self._field("marital_status", CivilPhrase.PROMPT_MARITAL, today)
        return resident.parse(values, today=today, language=self._language)

    def consent(self, today: date) -> ConsentGiver | None:
        """Ask who agreed to the recording; None where that is not noted."""
        return resident.consent(self._field("consent", CivilPhrase.PROMPT_CONSENT, today))

    def operator(self, today: date) -> str:
        """Ask who records; may stay empty."""
        return self._field("operator", CivilPhrase.PROMPT_OPERATOR, today)

    def override(self, today: date) -> str:
        """Ask why a NIK that contradicts the record is right; empty where it is not."""
        answer = self._prompt(CivilPhrase.PROMPT_OVERRIDE)
        while answer.strip() and (words := self._wrong("override_nik", answer, today)):
            self._complain(words)
            answer = self._prompt(CivilPhrase.PROMPT_OVERRIDE)
        return answer.strip()

    def turn(self) -> Turn:
        """Ask whether the pupil who is called is recorded, passed over, or the last for today."""
        skip, stop = tuple(RosterPhrase.TURN_KEYS.say(self._language))
        turns = {"": Turn.RECORD, skip: Turn.SKIP, stop: Turn.STOP}
        while (key := self._prompt(RosterPhrase.PROMPT_TURN).strip().lower()) not in turns:
            pass
        return turns[key]

    def excuse(self, question: Phrase) -> Excuse:
        """Ask why a finger, or the face, is not captured."""
        while True:
            try:
                return resident.excuse(self._prompt(question), language=self._language)
            except InputError as error:
                self._complain(str(error))

    def _field(self, field: str, question: CivilPhrase, today: date) -> str:
        answer = self._prompt(question)
        while words := self._wrong(field, answer, today):
            self._complain(words)
            answer = self._prompt(question)
        return answer

    def _wrong(self, field: str, answer: str, today: date) -> str:
        return resident.check(field, answer, today=today, language=self._language)
