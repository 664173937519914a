"""Texts in Indonesian and English, and the one error that carries such a text."""

from typing import NamedTuple

LANGUAGES = ("id", "en")


class Words(NamedTuple):
    """One text in both languages; braces are filled in by `of`."""

    id: str
    en: str

    def of(self, **values: object) -> "Words":
        """Give the text with its braces filled in; a value that is Words itself is told in each language."""
        told = [
            text.format(**{name: getattr(value, code) if isinstance(value, Words) else value for name, value in pairs})
            for code, text, pairs in (("id", self.id, values.items()), ("en", self.en, values.items()))
        ]
        return Words(*told)

    def say(self, language: str) -> str:
        """Tell it in a language, "id" or "en"."""
        return self.en if language == "en" else self.id


def same(text: str) -> Words:
    """What reads the same in both languages: a name, a command, another program's own words."""
    return Words(text, text)


class SetupFailed(Exception):
    """Something that a person must mend; the words say what, where and what to do."""

    def __init__(self, words: Words, **values: object) -> None:
        self.words = words.of(**values) if values else words
        super().__init__(self.words.en)


def listed(items: list[Words]) -> Words:
    """Several texts as one, a semicolon between them."""
    return Words("; ".join(item.id for item in items), "; ".join(item.en for item in items))
