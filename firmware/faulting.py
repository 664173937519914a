"""A field of a civil record that cannot be: the phrase that says why, with its values."""

from firmware.vocabulary import Language
from firmware.wording import Bilingual, region


class FieldFault(Exception):
    """What is wrong with one field; whoever reads many fields gathers these into one InputError."""

    def __init__(self, phrase: Bilingual, **values: object) -> None:
        super().__init__(phrase.name)
        self._phrase = phrase
        self._values = values

    def words(self, language: Language, *, discreet: bool = False) -> str:
        """Say it; discreetly, without what was given: that may be somebody's number or name."""
        return self._phrase.say(language, **{key: self._told(key, language, discreet) for key in self._values})

    def _told(self, key: str, language: Language, discreet: bool) -> object:
        value = self._values[key]
        if key == "part":
            return region(str(value), language)
        return "…" if discreet and key == "given" and not isinstance(value, int) else value
