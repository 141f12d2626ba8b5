"""What can be found, and what was: the same for both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from careers.base.search.words import LANGUAGES, composed, stem, words_of

SCHEMA_VERSION = "2"  # of what is kept and how text is read; another one and the index is rebuilt
MOST_WORDS = 6_000  # of one text; what comes after is not searched
Progress = Callable[[int], None]  # told how many documents are in, now and then


@dataclass(frozen=True)
class Document:
    """What can be found: `key` names it within its `kind`.

    `facts` are the few words that place it (a team, places, a contract): less than the title, more
    than the text.
    """

    kind: str
    key: str
    language: str
    title: str
    text: str
    facts: str = ""

    @property
    def parts(self) -> tuple[str, str, str]:
        """Title, facts and text: what a word counts depends on where it stands."""
        return self.title, self.facts, self.text

    def stems(self, part: str) -> Iterator[str]:
        """The words of one of its `parts` that mean something, in its language."""
        language = self.language if self.language in LANGUAGES else "en"
        for number, word in enumerate(words_of(composed(part))):
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
