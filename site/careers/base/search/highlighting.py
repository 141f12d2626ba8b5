"""Where in a text stands what was asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from markupsafe import Markup, escape

from careers.base.search import asking
from careers.base.search.words import LANGUAGES, Word, composed, stem, words_of

LONGEST_TEXT = 20_000  # characters that are looked through
LONGEST = 220  # characters of a passage


def marked(query: str, language: str, text: str) -> Markup:
    """All of a short `text`, escaped, with `<mark>` around the words of `query`."""
    text = composed(text)
    parts, at = [], 0
    for word, _ in _answers(query, language, text):
        parts += [escape(text[at : word.start]), Markup("<mark>")]
        parts += [escape(text[word.start : word.stop]), Markup("</mark>")]
        at = word.stop
    return Markup("").join([*parts, escape(text[at:])])


def highlighted(query: str, language: str, text: str, longest: int = LONGEST) -> Markup:
    """The passage of `text` with most words of `query`, escaped, with `<mark>` around them.

    "" when none of them is there.
    """
    text = composed(text[:LONGEST_TEXT])
    first = _best_place(query, language, text, longest - 40)
    if first is None:
        return Markup("")
    begin = text.rfind(" ", 0, max(0, first - 39)) + 1 if first > 40 else 0
    end = min(len(text), begin + longest)
    if end < len(text):
        end = max(text.rfind(" ", begin, end), first + 1)
    passage = marked(query, language, text[begin:end])
    return Markup("").join(["… " if begin else "", passage, " …" if end < len(text) else ""])


def _best_place(query: str, language: str, text: str, longest: int) -> int | None:
    """Where the first of the passages with most different words begins. No further than the first
    that has them all is looked through.
    """
    every = len(asking.read(query).seen)
    near: deque[tuple[Word, frozenset[int]]] = deque()
    best, place = 0, None
    for word, answered in _answers(query, language, text):
        near.append((word, answered))
        while near[0][0].start < word.start - longest:
            near.popleft()
        count = len(frozenset().union(*(which for _, which in near)))
        if count > best:
            best, place = count, near[0][0].start
            if best == every:
                break
    return place


def _answers(query: str, language: str, text: str) -> Iterator[tuple[Word, frozenset[int]]]:
    """The words of `text` that answer some of those of `query`, with which of them."""
    language = language if language in LANGUAGES else "en"
    sought = asking.read(query).sought
    for word in words_of(text):
        if word.is_stopped:
            continue
        which = sought.get(stem(language, word.folded), _NONE)
        for part in word.parts:
            which |= sought.get(stem(language, part), _NONE)
        if which:
            yield word, which


_NONE: frozenset[int] = frozenset()
