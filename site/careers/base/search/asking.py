"""What people type becomes what is looked for. Nothing that can be typed is an error.

Words, all of which must be there; `"a phrase"`, whose words stand side by side; `-word` or
`-"a phrase"`, which must not be there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from careers.base.search.synonyms import GROUPS
from careers.base.search.words import LANGUAGES, Word, composed, stem, words_of

LONGEST = 200  # characters of a query; the rest is left out
MOST_WORDS = 16
ALSO = 0.5  # what a word of the same meaning counts beside the word itself

_PART = re.compile(
    r"""(?P<no> (?<!\S) [-−–] )? (?: "(?P<a>[^"]*)" | «(?P<b>[^«»]*)» | “(?P<c>[^“”]*)” )
      | (?P<no_word> (?<!\S) [-−–] ) (?P<word> [^\s"«“-]\S* )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Wanted:
    """One word: how it was typed, the stems any of which will do, and others that nearly do."""

    typed: str
    stems: frozenset[str]
    also: frozenset[str] = frozenset()

    @property
    def weights(self) -> dict[str, float]:
        """Each stem with what it counts."""
        return dict.fromkeys(self.also, ALSO) | dict.fromkeys(self.stems, 1.0)


@dataclass(frozen=True)
class Asked:
    """What is looked for; `welcome` words count when they are there, but needn't be."""

    words: tuple[Wanted, ...] = ()
    welcome: tuple[Wanted, ...] = ()
    phrases: tuple[tuple[Wanted, ...], ...] = ()
    without: tuple[tuple[Wanted, ...], ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is asked for, and nothing refused."""
        return not (self.words or self.phrases or self.without)

    @property
    def seen(self) -> tuple[Wanted, ...]:
        """The words that are to be seen in what was found."""
        return (*self.words, *self.welcome, *(word for phrase in self.phrases for word in phrase))

    @cached_property
    def sought(self) -> dict[str, frozenset[int]]:
        """Each stem that is to be seen, with the places in `seen` of the words that it answers."""
        found: dict[str, frozenset[int]] = {}
        for number, word in enumerate(self.seen):
            for one in word.weights:
                found[one] = found.get(one, frozenset()) | {number}
        return found


@lru_cache(maxsize=200)  # asked again for each of what was found
def read(query: str) -> Asked:
    """What `query` asks for."""
    words: list[Wanted] = []
    welcome: list[Wanted] = []
    phrases: list[tuple[Wanted, ...]] = []
    without: list[tuple[Wanted, ...]] = []
    query = composed(query[:LONGEST])
    for kind, part in _parts(query):
        found = list(words_of(part))[:MOST_WORDS]
        if kind == "words":
            for word in found:
                (welcome if word.is_stopped else words).append(_wanted(word, exact=False))
            continue
        meant = tuple(_wanted(word, exact=True) for word in found if not word.is_stopped)
        if meant:
            (phrases if kind == "phrase" else without).append(meant)
    if not words and not phrases:
        words, welcome = welcome, []
    return Asked(_once(words), _once(welcome), tuple(phrases), tuple(without))


def _parts(query: str) -> Iterator[tuple[str, str]]:
    """The `phrase`s, what is to be `without`, and the `words` between them, each as it stands."""
    at = 0
    for match in _PART.finditer(query):
        yield "words", query[at : match.start()]
        at = match.end()
        quoted = match["a"] or match["b"] or match["c"]
        refused = match["no"] or match["no_word"]
        yield "without" if refused else "phrase", quoted or match["word"] or ""
    yield "words", query[at:]


def _wanted(word: Word, *, exact: bool) -> Wanted:
    own = frozenset(stem(language, word.folded) for language in LANGUAGES)
    others = frozenset().union(*(_BESIDE.get(one, frozenset()) for one in own))
    return Wanted(word.written, own, frozenset() if exact else others - own)


def _once(words: Iterable[Wanted]) -> tuple[Wanted, ...]:
    return tuple({word.stems: word for word in reversed(list(words))}.values())[::-1]


def _beside() -> dict[str, frozenset[str]]:
    """For each stem of a synonym, the stems of the others."""
    found: dict[str, frozenset[str]] = {}
    for group in GROUPS:
        own = [{stem(language, word) for language in LANGUAGES} for word in group]
        every = frozenset().union(*own)
        for stems in own:
            for one in stems:
                found[one] = found.get(one, frozenset()) | every
    return found


_BESIDE = _beside()
