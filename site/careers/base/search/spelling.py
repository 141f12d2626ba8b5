"""What a misspelt word may have meant: a word that is really there, a letter or two away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from string import ascii_lowercase
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from careers.base.search import asking
from careers.base.search.asking import Asked, Wanted
from careers.base.search.documents import Document
from careers.base.search.engines import Engine
from careers.base.search.words import LANGUAGES, composed, fold, stem, words_of

SHORTEST = 4  # letters of a word that may be misspelt
TWO_WRONG = 7  # letters from which on two of them may be wrong
CANDIDATES = 12
_distance: Any = OSA.distance  # its overloads are too many for process.extract's own type
TRIED = 3  # of them, whose writing is looked up
SAMPLE = 2  # documents that are asked how a word is written


def instead_of(
    query: str, asked: Asked, engine: Engine, documents: Callable[[list[str]], Iterable[Document]]
) -> str:
    """`query` with the words that nothing has replaced by those they may mean; "" if none."""
    better = query
    stems = None
    for word in asked.words:
        if any(engine.count(one) for one in word.weights) or not word.typed.isalpha():
            continue
        stems = engine.stems() if stems is None else stems
        meant = _meant(word, engine, stems, documents)
        if not meant:
            return ""
        typed = re.compile(rf"(?<!\w){re.escape(word.typed)}(?!\w)")
        better = meant.join(typed.split(composed(better)))
    changed = better != query and bool(engine.find(asking.read(better)))
    return better if changed else ""


def _meant(
    word: Wanted,
    engine: Engine,
    stems: set[str],
    documents: Callable[[list[str]], Iterable[Document]],
) -> str:
    folded = fold(word.typed)
    if len(folded) < SHORTEST:
        return ""
    wrong = 2 if len(folded) >= TWO_WRONG else 1
    near: dict[str, float] = {}
    for own in {folded, *word.stems}:
        found = process.extract(own, stems, scorer=_distance, score_cutoff=wrong, limit=CANDIDATES)
        for candidate, distance, _ in found:
            near[candidate] = min(distance, near.get(candidate, wrong))
    for variant in _one_letter_off(folded):  # stems hide what is wrong with an ending
        for candidate in {stem(language, variant) for language in LANGUAGES} & stems:
            near[candidate] = 1
    ranked = sorted(
        (distance, one[0] != folded[0], -engine.count(one), one) for one, distance in near.items()
    )
    written = [
        (_distance(fold(one), folded), place, one)
        for place, (*_, candidate) in enumerate(ranked[:TRIED])
        if (one := _written(candidate, folded, engine, documents))
    ]
    return min(written)[2] if written else _apart(folded, engine)


def _written(
    candidate: str,
    folded: str,
    engine: Engine,
    documents: Callable[[list[str]], Iterable[Document]],
) -> str:
    """The word nearest to `folded` among those with the stem `candidate`, as it is written."""
    keys = engine.find(Asked(words=(Wanted(candidate, frozenset({candidate})),)))[:SAMPLE]
    counted: Counter[str] = Counter()
    for document in documents(keys):
        for _, _, part in document.parts():
            for word in words_of(composed(part)):
                if any(stem(language, word.folded) == candidate for language in LANGUAGES):
                    counted[word.written.lower()] += 1
    if not counted:
        return ""
    return min(counted, key=lambda one: (OSA.distance(fold(one), folded), -counted[one], one))


def _one_letter_off(word: str) -> set[str]:
    """`word` with one letter more, less, another, or two of them exchanged."""
    halves = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {a + b[1:] for a, b in halves if b}
    found |= {a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1}
    found |= {a + letter + b[1:] for a, b in halves if b for letter in ascii_lowercase}
    return found | {a + letter + b for a, b in halves for letter in ascii_lowercase}


def _apart(folded: str, engine: Engine) -> str:
    """Two words that were written as one; "" when they weren't."""
    for at in range(3, len(folded) - 2):
        halves = folded[:at], folded[at:]
        if all(any(engine.count(stem(lang, half)) for lang in LANGUAGES) for half in halves):
            return " ".join(halves)
    return ""
