"""Full-text search: documents in, hits out. It knows no model: packages declare what they supply.

The index is a cache on disk. It follows what was committed through the outbox (`changed`), is made
anew whenever it is missing, damaged or of another version, and can be rebuilt at any time. Each
build lies in a folder of its own and one small file says which is current, so that people search
the old one until the new one is whole.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import time
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from markupsafe import Markup, escape
from sqlalchemy.orm import Session
from whoosh import index
from whoosh.analysis import Filter, RegexTokenizer, StopFilter
from whoosh.fields import ID, STORED, TEXT, Schema
from whoosh.lang.snowball import english as snowball_english
from whoosh.lang.snowball import french as snowball_french
from whoosh.lang.stopwords import stoplists
from whoosh.query import And, Or, Query, Term

from careers.base import codes, outbox
from careers.base.config import Settings

log = structlog.get_logger(__name__)

SCHEMA_VERSION = "1"  # of the fields and the analysers; another one and the index is rebuilt
LOCK_WAIT = 60.0  # seconds; a rebuild holds the lock
OLD_BUILDS_STAY = 60.0  # seconds, for those who still read them
QUERY_LONGEST = 200
TITLE_WEIGHT = 3.0

# -- words ---------------------------------------------------------------------------------------

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "’": "'", "ʼ": "'"})
# `.NET`, `C++` and `C#` are words; the article in `l'ingénieure` is none.
_WORD = re.compile(
    r"\.net\b|\b(?!(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)['’ʼ]\w)\w+(?:\+\+|#)?",
    re.IGNORECASE,
)
_ALSO_STOPPED = {
    "fr": {
        "les",
        "chez",
        "cette",
        "cet",
        "ces",
        "comme",
        "plus",
        "tout",
        "tous",
        "toute",
        "toutes",
    },
    "en": {"s", "t", "re", "ve", "ll"},
}
_LANGUAGES = ("en", "fr")


def fold(word: str) -> str:
    """`word` in lower case without accents; ligatures are spelled out.

    >>> fold("Cœur")
    'coeur'
    """
    apart = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _stopped(language: str) -> frozenset[str]:
    listed = {fold(word) for word in stoplists[language]} | _ALSO_STOPPED[language]
    # The lone letters of the French list are what is left of l', d', …; here they may be C or R.
    return frozenset(w for w in listed if len(w) > 1 or language == "en" or w in {"a", "e", "y"})


_STOPPED = {language: _stopped(language) for language in _LANGUAGES}
_STEMMERS = {
    "en": snowball_english.EnglishStemmer(),
    "fr": snowball_french.FrenchStemmer(),
}


@lru_cache(maxsize=50_000)
def _stem(language: str, word: str) -> str:
    return str(_STEMMERS[language].stem(word)) if word.isalpha() else word


class Folded(Filter):  # type: ignore[misc]
    """Folds tokens, before they are stopped and stemmed: `donnees` then finds `données`."""

    def __call__(self, tokens: Iterable[Any]) -> Iterator[Any]:
        """The tokens, folded."""
        for token in tokens:
            token.text = fold(token.text)
            yield token


class Stemmed(Filter):  # type: ignore[misc]
    """Stems tokens in one language; `C++` and the like stay as they are."""

    def __init__(self, language: str) -> None:
        """`language` is en or fr."""
        self.language = language

    def __call__(self, tokens: Iterable[Any]) -> Iterator[Any]:
        """The tokens, stemmed."""
        for token in tokens:
            token.text = _stem(self.language, token.text)
            yield token


def _analyser(language: str) -> Any:
    return (
        RegexTokenizer(_WORD)
        | Folded()
        | StopFilter(_STOPPED[language], minsize=1)
        | Stemmed(language)
    )


ENGLISH, FRENCH = _analyser("en"), _analyser("fr")
_ANALYSERS = {"en": ENGLISH, "fr": FRENCH}


def stems(language: str, text: str) -> list[str]:
    """The words of `text` as they are compared in `language`."""
    return [token.text for token in _ANALYSERS[language](text)]


# -- documents and hits --------------------------------------------------------------------------


@dataclass(frozen=True)
class Document:
    """What can be found: `key` names it within its `kind`; `extra` comes back with a hit."""

    kind: str
    key: str
    language: str
    title: str
    text: str
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Hit:
    """A document that was found, best first."""

    key: str
    score: float
    title: str
    text: str
    language: str
    extra: dict[str, Any]
    query: str

    @property
    def fragment(self) -> Markup:
        """The passage that holds most of what was asked, escaped, with `<mark>` around words."""
        return highlighted(self.query, self.language, self.text)


def highlighted(query: str, language: str, text: str, longest: int = 220) -> Markup:
    """The passage of `text` with most words of `query`, escaped, with `<mark>` around them."""
    language = language if language in _ANALYSERS else "en"
    asked = set(stems(language, query[:QUERY_LONGEST]))
    text = text[:20_000]
    found = [
        (match.start(), match.end())
        for match in _WORD.finditer(text)
        if _stem(language, fold(match[0])) in asked
    ]
    if not found:
        return Markup("")
    within = [sum(start <= s < start + longest - 40 for s, _ in found) for start, _ in found]
    first = found[within.index(max(within))][0]
    begin = text.rfind(" ", 0, max(0, first - 39)) + 1 if first > 40 else 0
    end = min(len(text), begin + longest)
    if end < len(text):
        end = max(text.rfind(" ", begin, end), first + 1)
    parts, at = ["… " if begin else ""], begin
    for start, stop in found:
        if begin <= start and stop <= end:
            parts += [escape(text[at:start]), Markup("<mark>"), escape(text[start:stop])]
            parts.append(Markup("</mark>"))
            at = stop
    parts += [escape(text[at:end]), " …" if end < len(text) else ""]
    return Markup("").join(parts)


# -- what packages supply ------------------------------------------------------------------------

Supplier = Callable[[Session, Collection[str] | None], Iterable[Document]]
_suppliers: dict[str, Supplier] = {}


def supplies(kind: str) -> Callable[[Supplier], Supplier]:
    """Declare the function that gives the documents of `kind` from the database.

    It gets the keys asked for, or None for all; what it doesn't give is not to be found.
    """

    def declare(supplier: Supplier) -> Supplier:
        _suppliers[kind] = supplier
        return supplier

    return declare


def changed(db: Session, kind: str, *keys: str) -> None:
    """In the caller's transaction: once it is committed, the index follows for `keys`."""
    for start in range(0, len(keys), 200):
        outbox.add(db, "index", {"kind": kind, "keys": list(keys[start : start + 200])})


@outbox.handles("index")
def follow(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Put what changed into the index, as it is in the database now; done twice is done once."""
    keys = payload["keys"] if "keys" in payload else [payload["key"]]
    try:
        engine_of(settings).follow(db, payload["kind"], keys)
    except Busy:
        raise outbox.NotYet("the index is being written by another process") from None


def find(db: Session, settings: Settings, kind: str, query: str, limit: int = 1000) -> list[Hit]:
    """What answers `query` in either language, best first; a damaged index is made anew.

    Nothing is found while another process makes it anew for too long.
    """
    try:
        return engine_of(settings).find(kind, query, limit, lambda: everything(db))
    except Busy:
        log.warning("the search index is being made anew elsewhere")
        return []


def rebuild(db: Session, settings: Settings) -> int:
    """Make the index anew from the database; the number of documents in it."""
    return engine_of(settings).rebuild(lambda: everything(db))


def everything(db: Session) -> Iterator[Document]:
    """All documents of all packages."""
    for supplier in _suppliers.values():
        yield from supplier(db, None)


def engine_of(settings: Settings) -> Engine:
    """The index in the data folder of `settings`."""
    return Engine(settings.folder("search"))


# -- the engine ----------------------------------------------------------------------------------


class Busy(Exception):
    """Somebody else has held the writer's lock for too long."""


class Damaged(Exception):
    """The index is missing, of another version, or cannot be read."""


def _schema() -> Any:
    def text(language: str, weight: float = 1.0) -> Any:
        return TEXT(analyzer=_ANALYSERS[language], field_boost=weight, phrase=False)

    return Schema(
        id=ID(unique=True, stored=True),
        kind=ID(stored=True),
        stored=STORED,
        title_en=text("en", TITLE_WEIGHT),
        title_fr=text("fr", TITLE_WEIGHT),
        text_en=text("en"),
        text_fr=text("fr"),
    )


class Engine:
    """Whoosh in one folder. Many may read while one writes; writers wait for one another."""

    def __init__(self, folder: Path) -> None:
        """`folder` must be writable by nobody else: Whoosh keeps pickled objects in it."""
        self.folder = folder
        self._pointer = folder / "current"

    # What is written ------------------------------------------------------------------------

    def put(self, documents: Iterable[Document]) -> None:
        """Add `documents`, or replace those with the same kind and key.

        Raises Damaged when there is no index to put them into, Busy after `LOCK_WAIT`.
        """
        with self._lock(), self._writing() as writer:
            for document in documents:
                _write(writer, document)

    def remove(self, kind: str, keys: Iterable[str]) -> None:
        """Forget the documents of `kind` with these `keys`. Raises as `put`."""
        with self._lock(), self._writing() as writer:
            for key in keys:
                _delete(writer, kind, key)

    def follow(self, db: Session, kind: str, keys: Collection[str]) -> None:
        """Make the documents of `kind` with these `keys` what the database says now.

        It is read only once the lock is held: of two who follow the same document, the later one
        writes the later state.
        """
        with self._lock():
            try:
                with self._writing() as writer:
                    found = {one.key: one for one in _suppliers[kind](db, keys)}
                    db.rollback()  # the database is free while the index is written
                    for key in set(keys) - found.keys():
                        _delete(writer, kind, key)
                    for document in found.values():
                        _write(writer, document)
            except Damaged:
                documents = list(everything(db))
                db.rollback()
                self._build(documents)

    def rebuild(self, documents: Callable[[], Iterable[Document]]) -> int:
        """Make the index of `documents` only; their number. Readers keep the old one meanwhile."""
        with self._lock():
            return self._build(documents())

    def _build(self, documents: Iterable[Document]) -> int:
        name = f"v{SCHEMA_VERSION}-{codes.code()}"
        made = self.folder / name
        made.mkdir(mode=0o700)
        count = 0
        try:
            writer = index.create_in(str(made), _schema()).writer(limitmb=64)
            try:
                for document in documents:
                    writer.update_document(**_row(document))
                    count += 1
                writer.commit()
            except BaseException:
                writer.cancel()
                raise
            beside = self.folder / f"{name}.pointer"
            beside.write_text(name)
            beside.replace(self._pointer)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
        self._forget_old_builds(name)
        log.info("the search index was built", documents=count)
        return count

    def _forget_old_builds(self, current: str) -> None:
        for path in self.folder.glob("v*-*"):
            if path.is_dir() and path.name != current:
                with suppress(FileNotFoundError):
                    if time.time() - path.stat().st_mtime > OLD_BUILDS_STAY:
                        shutil.rmtree(path, ignore_errors=True)

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        """A Whoosh writer; the caller holds the lock. What goes wrong in Whoosh is damage."""
        opened = self._open()
        writer = _or_damaged(lambda: opened.writer(limitmb=32))
        try:
            yield writer
        except BaseException:
            _quietly(writer.cancel)
            raise
        _or_damaged(writer.commit)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Between threads and processes; the system lets go of it when its holder dies."""
        handle = os.open(self.folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            until = time.monotonic() + LOCK_WAIT
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > until:
                        raise Busy from None
                    time.sleep(0.01)
            yield
        finally:
            os.close(handle)

    # What is read ---------------------------------------------------------------------------

    def find(
        self,
        kind: str,
        query: str,
        limit: int,
        documents: Callable[[], Iterable[Document]],
    ) -> list[Hit]:
        """The hits for `query`; when the index is no good, it is first made of `documents`."""
        asked = _asked(query)
        if asked is None:
            return []
        for _ in range(2):
            seen = self._current()
            try:
                return self._find(kind, query, asked, limit)
            except Damaged as damage:
                log.warning("the search index is made anew", why=str(damage))
            with self._lock():
                if self._current() == seen:  # nobody else has mended it meanwhile
                    self._build(documents())
        return self._find(kind, query, asked, limit)

    def _find(self, kind: str, query: str, asked: Query, limit: int) -> list[Hit]:
        def search() -> list[Hit]:
            with opened.searcher() as searcher:
                results = searcher.search(asked, filter=Term("kind", kind), limit=limit)
                return [
                    Hit(score=float(hit.score), query=query, **hit["stored"]) for hit in results
                ]

        opened = self._open()
        hits: list[Hit] = _or_damaged(search)
        return hits

    def _current(self) -> str:
        try:
            return self._pointer.read_text()
        except (OSError, UnicodeDecodeError):
            return ""

    def _open(self) -> Any:
        name = self._current()
        if not re.fullmatch(rf"v{SCHEMA_VERSION}-[A-Za-z0-9]+", name):
            raise Damaged(f"no index of version {SCHEMA_VERSION}")
        return _or_damaged(lambda: index.open_dir(str(self.folder / name)))


def _or_damaged(act: Callable[[], Any]) -> Any:
    """What `act` gives. Whoosh has no error of its own for damage: it fails in any way at all."""
    try:
        return act()
    except Exception as error:
        raise Damaged(f"{type(error).__name__}: {error}") from error


def _write(writer: Any, document: Document) -> None:
    _or_damaged(lambda: writer.update_document(**_row(document)))


def _delete(writer: Any, kind: str, key: str) -> None:
    _or_damaged(lambda: writer.delete_by_term("id", f"{kind}:{key}"))


def _quietly(act: Callable[[], Any]) -> None:
    try:
        act()
    except Exception:
        log.warning("a writer of the index could not be cancelled", exc_info=True)


def _row(document: Document) -> dict[str, Any]:
    language = document.language if document.language in _ANALYSERS else "en"
    return {
        "id": f"{document.kind}:{document.key}",
        "kind": document.kind,
        "stored": {
            "key": document.key,
            "title": document.title,
            "text": document.text,
            "language": language,
            "extra": document.extra,
        },
        f"title_{language}": document.title,
        f"text_{language}": document.text,
    }


def _asked(query: str) -> Query | None:
    """Every word that means something, in the title or in the text, in one language or the other.

    Nothing in what people type is an operator.
    """
    ways = []
    for language in _LANGUAGES:
        words = dict.fromkeys(stems(language, query[:QUERY_LONGEST]))
        if words:
            ways.append(
                And(
                    [
                        Or([Term(f"title_{language}", word), Term(f"text_{language}", word)])
                        for word in words
                    ]
                )
            )
    return Or(ways) if ways else None
