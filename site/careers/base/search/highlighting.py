"""Where in a text stands what was asked for."""

from __future__ import annotations

from markupsafe import Markup, escape

from careers.base.search import asking
from careers.base.search.words import LANGUAGES, Word, composed, stem, words_of

LONGEST_TEXT = 20_000  # characters that are looked through
LONGEST = 220  # characters of a passage


def marked(query: str, language: str, text: str) -> Markup:
    """All of a short `text`, escaped, with `<mark>` around the words of `query`."""
    text = composed(text)
    return _with_marks(text, _places(query, language, text), 0, len(text))


def highlighted(query: str, language: str, text: str, longest: int = LONGEST) -> Markup:
    """The passage of `text` with most words of `query`, escaped, with `<mark>` around them.

    "" when none of them is there.
    """
    text = composed(text[:LONGEST_TEXT])
    found = _places(query, language, text)
    if not found:
        return Markup("")
    within = [
        len(
            {
                word.folded
                for word in found
                if start.start <= word.start < start.start + longest - 40
            }
        )
        for start in found
    ]
    first = found[within.index(max(within))].start
    begin = text.rfind(" ", 0, max(0, first - 39)) + 1 if first > 40 else 0
    end = min(len(text), begin + longest)
    if end < len(text):
        end = max(text.rfind(" ", begin, end), first + 1)
    passage = _with_marks(text, found, begin, end)
    return Markup("").join(["… " if begin else "", passage, " …" if end < len(text) else ""])


def _places(query: str, language: str, text: str) -> list[Word]:
    """The words of `text` that answer `query`."""
    language = language if language in LANGUAGES else "en"
    stems = asking.read(query).marked
    return [
        word
        for word in words_of(text)
        if not word.is_stopped
        and (
            stem(language, word.folded) in stems
            or any(stem(language, p) in stems for p in word.parts)
        )
    ]


def _with_marks(text: str, words: list[Word], begin: int, end: int) -> Markup:
    parts, at = [], begin
    for word in words:
        if begin <= word.start and word.stop <= end:
            parts += [escape(text[at : word.start]), Markup("<mark>")]
            parts += [escape(text[word.start : word.stop]), Markup("</mark>")]
            at = word.stop
    return Markup("").join([*parts, escape(text[at:end])])
