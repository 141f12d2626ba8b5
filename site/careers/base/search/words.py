"""Text becomes words that can be compared: the same ones for both engines, in French and English.

Accents go before stems are taken, so that `donnees` finds `données`. `C++`, `C#`, `.NET`, `Node.js`
and `R` stay whole; articles with an apostrophe, endings for every gender and `(H/F)` are no words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from whoosh.lang.snowball import english as snowball_english
from whoosh.lang.snowball import french as snowball_french
from whoosh.lang.stopwords import stoplists

LANGUAGES = ("en", "fr")
LONGEST = 60  # characters of a word; what is longer is no word that anybody searches

# What is written in several ways, and how it is compared: joined, apart, with a hyphen.
_JOINED = {
    "fullstack": r"full[ -]?stack",
    "frontend": r"front[ -]?end",
    "backend": r"back[ -]?end",
    "devops": r"dev[ -]?ops",
    "ecommerce": r"e-?commerce",
    "email": r"e-?mail",
    "teletravail": r"t[ée]l[ée][ -]?travail",
    "rnd": r"r[ ]?&[ ]?d",
    "rh": r"ressources[ ]humaines",
    "hr": r"human[ ]resources",
    "cdi": r"c\.d\.i\.?",
    "cdd": r"c\.d\.d\.?",
}
_ENDINGS = (
    r"(?:i?[èe]res?|[eo]uses?|ses?|t?rices?|ices?|i?ennes?|nes?|elles?|les?|tes?|ves?|fes?|esses?"
    r"|es?|s)"
)
_WORD = re.compile(
    rf"""
    (?P<nobody>   (?<![^\W_]) [hfmwdxn] (?:\s?[/|]\s?[hfmwdxn]){{1,3}} (?![^\W_]) )
  | (?P<net>      \.net (?![^\W_]) )
  | (?<![^\W_]) (?: {"|".join(f"(?P<j_{name}>{way})" for name, way in _JOINED.items())} ) (?![^\W_])
  | (?P<js>       (?<![^\W_]) [^\W_]+ \.js (?![^\W_]) )
  | (?: (?<![^\W_]) (?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu) ['’ʼ] (?=[^\W_]) )?
    (?P<word>     aujourd['’]hui | [^\W_]+ (?:\+\+|\#)? )
    (?: (?<=[^\W\d_]{{3}})  # développeur·se, chargé(e)s, directeur/trice, technicien.ne.s, …
        (?: [·•‧∙⋅] {_ENDINGS} (?:[·•‧∙⋅]s)?
          | (?-i: \. {_ENDINGS} (?:\.s)? )
          | \( {_ENDINGS} \) s?
          | / (?:euses?|ses?|t?rices?|i?[èe]res?|i?ennes?|nes?|es?)
          | - (?:euses?|ses?|t?rices?|i?ères?|e(?:-s)?)
        ) (?![^\W_])
    )?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "’": "'", "ʼ": "'"})


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """`word` in lower case without accents; ligatures are spelled out.

    >>> fold("Cœur")
    'coeur'
    """
    plain = unicodedata.normalize("NFKD", word)  # before the case: "℠" is "SM" only then
    apart = unicodedata.normalize("NFKD", plain.casefold().translate(_LETTERS))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


_BETWEEN = re.compile(r"[^\w+#.]+")


def spaced(text: str) -> str:
    """The words of `text` as they are typed, folded, each behind a space: so that `f" {start}"` is
    in it when one of them begins with `start`.

    >>> spaced("Anne-Élise d’Orsay")
    ' anne elise d orsay'
    """
    return " " + _BETWEEN.sub(" ", fold(text)).strip()


# Words that say nothing, in either language: texts and titles mix both.
_MEANING = {"car"}  # stopped in one language, a thing in the other
_CAPITAL = {"IT", "AI"}  # so written they mean something
_ALSO_STOPPED = {
    "les", "chez", "cette", "cet", "ces", "comme", "plus", "tout", "tous", "toute", "toutes",
    "s", "t", "re", "ve", "ll", "y", "e", "etc",
}  # fmt: skip
# The lone letters of the French list are what is left of l', d', …; here they may be C or R.
_STOPPED = frozenset(
    word
    for word in {fold(word) for language in LANGUAGES for word in stoplists[language]}
    if (len(word) > 1 or word in {"a", "i"}) and word not in _MEANING
) | frozenset(_ALSO_STOPPED)
_ENGLISH = _STOPPED - {fold(word) for word in stoplists["fr"]}


def _is_stopped(written: str, folded: str) -> bool:
    """Whether a word says nothing; `thèse` does, though `these` doesn't."""
    if folded not in _STOPPED or written in _CAPITAL:
        return False
    return folded not in _ENGLISH or written.isascii()


class Word(NamedTuple):
    """A word of a text: from where to where it stands, how it is written, how it is compared.

    `is_stopped` tells that it means nothing by itself; `parts` are the words that it joins.
    """

    start: int
    stop: int
    written: str
    folded: str
    is_stopped: bool
    parts: tuple[str, ...] = ()


def composed(text: str) -> str:
    """`text` with each accent on its letter: places of words are places in this."""
    return unicodedata.normalize("NFC", text)


def words_of(text: str) -> Iterator[Word]:
    """The words of `text`, which is `composed`, in order."""
    for match in _WORD.finditer(text):
        kind = match.lastgroup
        if kind == "nobody":
            continue
        written = match[kind] if kind == "word" else match[0]
        if len(written) > LONGEST:
            continue
        start = match.start("word") if kind == "word" else match.start()
        parts: tuple[str, ...] = ()
        if kind and kind.startswith("j_"):
            folded = kind[2:]
            if " " in written:
                parts = tuple(fold(part) for part in written.split())
        elif kind == "js":
            folded = fold(written).replace(".", "")
        else:
            folded = fold(written)
        yield Word(start, match.end(), written, folded, _is_stopped(written, folded), parts)


_STEMMERS = {
    "en": snowball_english.EnglishStemmer(),
    "fr": snowball_french.FrenchStemmer(),
}
_FEMININE = (
    (re.compile(r"(?<=[a-z]{3})(?<![iu]re)(?<!ero)(?<!eur)euse$"), "eur"),
    (re.compile(r"(?<=[a-z]{3})trice$"), "teur"),
    (re.compile(r"(?<=[a-z]{2})iere$"), "ier"),
    (re.compile(r"(?<=[a-z]{3})ere$"), "er"),
    (re.compile(r"(?<=[a-z]{2})enne$"), "en"),
    (re.compile(r"(?<=[a-z]{2})elle$"), "el"),
    (re.compile(r"(?<=[a-z]{2})ffe$"), "f"),
    (re.compile(r"(?<=[a-z]{2})ee$"), "e"),
)
_ADJECTIVE = re.compile(r"(?:i|our|er|br|mbr|tu|ct)euse$")  # sérieuse, rigoureuse, nombreuse


def _masculine(word: str) -> str:
    """A French word of a trade as the stemmer conflates it: `vendeuse` becomes `vendeur`."""
    if len(word) > 4 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    if _ADJECTIVE.search(word):
        return word
    for ending, other in _FEMININE:
        changed = ending.sub(other, word)
        if changed != word:
            return changed
    return word


@lru_cache(maxsize=200_000)
def stem(language: str, folded: str) -> str:
    """The stem of a folded word in `language` (en or fr); `c++` and the like stay as they are."""
    if not folded.isalpha() or not folded.isascii():
        return folded
    if language == "fr":
        folded = _masculine(folded)
    return str(_STEMMERS[language].stem(folded))


def stems(language: str, text: str) -> list[str]:
    """The words of `text` that mean something, as they are compared in `language`."""
    found = []
    for word in words_of(composed(text)):
        if not word.is_stopped:
            found.append(stem(language, word.folded))
            found += [stem(language, part) for part in word.parts]
    return found
