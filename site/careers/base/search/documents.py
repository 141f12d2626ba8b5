"""What can be found, and what was: the same for both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from careers.base.search.words import LANGUAGES, composed, stem, words_of

SCHEMA_VERSION = "3"  # of what is kept and how text is read; another one and the index is rebuilt
MOST_WORDS = 6_000  # of one text; what comes after is not searched
Progress = Callable[[int], None]  # told how many documents are in, now and then


@dataclass(frozen=True)
class Document:
    """What can be found: `key` names it within its `kind`.

    `facts` are the few words that place it (a team, places, a contract): less than the title, more
    than the text. `translations` are title and text in other languages.
    """

    kind: str
    key: str
    language: str
    title: str
    text: str
    facts: str = ""
    translations: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def parts(self) -> Iterator[tuple[str, str, str]]:
        """Each part of it: `title`, `facts` or `text`, the language that it is in, its words.

        In this order: what a word counts depends on where it stands.
        """
        yield "title", self.language, self.title
        for language, (title, _) in self.translations.items():
            yield "title", language, title
        for language in (self.language, *self.translations):
            yield "facts", language, self.facts
        yield "text", self.language, self.text
        for language, (_, text) in self.translations.items():
            yield "text", language, text

    def stems(self) -> Iterator[tuple[str, list[str]]]:
        """Each part of it, and its words that mean something as they are compared."""
        for part, language, text in self.parts():
            yield part, list(_stems(language if language in LANGUAGES else "en", text))


def _stems(language: str, text: str) -> Iterator[str]:
    for number, word in enumerate(words_of(composed(text))):
        if number > MOST_WORDS:
            return
        if not word.is_stopped:
            yield stem(language, word.folded)
            for piece in word.parts:
                yield stem(language, piece)


class Busy(Exception):
    """Somebody else is writing the index, and has been for too long."""


class Damaged(Exception):
    """The index is missing, of another version, or cannot be read."""
