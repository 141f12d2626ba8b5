"""The index in tables, by PostgreSQL's full text search: the engine beside PostgreSQL.

The words are ours, not those of PostgreSQL's own dictionaries, so that both engines read a text
alike. A build is one transaction: people search the old rows until the new ones are whole.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    REAL,
    ColumnElement,
    Float,
    Index,
    Integer,
    String,
    Text,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY, TSVECTOR
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, Session, mapped_column

from careers.base import clock
from careers.base.database import Base
from careers.base.search.asking import ALSO, Asked, Wanted
from careers.base.search.documents import SCHEMA_VERSION, Busy, Damaged, Document, Progress

LOCK_WAIT = 60.0  # seconds, for whoever must write
WEIGHTS = [0.0, 0.1, 0.5, 1.0]  # of nothing, the text (C), the facts (B) and the title (A)
LETTERS = {"title": "A", "facts": "B", "text": "C"}
SHORTER = 1  # the rank is divided by one more than the logarithm of the length
SOME = 250  # documents written at once
LAST_PLACE = 16_383  # of a word that PostgreSQL notes
OFTEN = 200  # places of one word that are noted; PostgreSQL keeps 255
APART = 8  # places between title, facts and text: no phrase goes across


class SearchDocument(Base):
    """The words of one document, where they stand and in which part. Empty beside SQLite.

    They are kept uncompressed (`ALTER … SET STORAGE EXTERNAL`): each search looks at many.
    """

    __tablename__ = "search_document"
    __table_args__ = (Index("ix_search_document_vector", "vector", postgresql_using="gin"),)

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    vector: Mapped[Any] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))


class SearchStem(Base):
    """A stem, and how many documents of a kind have it. Empty beside SQLite."""

    __tablename__ = "search_stem"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    stem: Mapped[str] = mapped_column(String(100), primary_key=True)
    documents: Mapped[int]


class SearchBuild(Base):
    """Of which version the index of a kind is, and since when. Empty beside SQLite."""

    __tablename__ = "search_build"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[str] = mapped_column(String(20))
    built_at: Mapped[datetime] = mapped_column(default=clock.now)


class Tables:
    """The index of one kind, in the transaction of one session; the caller commits."""

    def __init__(self, db: Session, kind: str) -> None:
        self.db, self.kind = db, kind

    # What is written ------------------------------------------------------------------------

    def follow(
        self,
        keys: Collection[str],
        documents: Callable[[], Iterable[Document]],
        wait: float = LOCK_WAIT,
    ) -> bool:
        """Make what is kept under `keys` what `documents` says now; False, for nothing lingers.

        `documents` is called only once the lock is held. Raises Damaged when there is no index,
        Busy after `wait` seconds.
        """
        self._lock(wait)
        self._check()
        now = [(one.key, _vector(one)) for one in documents()]
        mine = (SearchDocument.kind == self.kind, SearchDocument.key.in_(keys))
        words = func.unnest(func.tsvector_to_array(SearchDocument.vector))
        before = Counter(self.db.scalars(select(words).where(*mine)))
        self.db.execute(delete(SearchDocument).where(*mine))
        self._add(now)
        self._count(Counter(stem for _, vector in now for stem in vector), before)
        return False

    def tidy(self, wait: float = LOCK_WAIT) -> None:
        """Nothing: what is deleted goes as other rows do."""

    def rebuild(
        self,
        documents: Callable[[], Iterable[Document]],
        progress: Progress | None = None,
        instead_of: str | None = None,
    ) -> int:
        """Make the index of `documents` only; their number.

        With `instead_of`, only while that build is the current one: 0 when somebody was faster.
        """
        self._lock(LOCK_WAIT)
        if instead_of is not None and self.current() != instead_of:
            return 0
        for table in (SearchDocument, SearchStem, SearchBuild):
            self.db.execute(delete(table).where(table.kind == self.kind))
        counted: Counter[str] = Counter()
        count = 0
        remaining = iter(documents())
        while some := [(one.key, _vector(one)) for one in islice(remaining, SOME)]:
            self._add(some)
            counted.update(stem for _, vector in some for stem in vector)
            count += len(some)
            if progress:
                progress(count)
        self._count(counted, Counter())
        self.db.add(SearchBuild(kind=self.kind, version=SCHEMA_VERSION))
        self.db.flush()
        # Until it knows how many rows there are, PostgreSQL looks through all instead of the index.
        self.db.execute(text(f"ANALYZE {SearchDocument.__tablename__}"))
        return count

    def _lock(self, wait: float) -> None:
        """Until the transaction ends; writers wait for one another."""
        until = time.monotonic() + wait
        name = func.hashtext(f"search {self.kind}")
        while not self.db.scalar(select(func.pg_try_advisory_xact_lock(name))):
            if time.monotonic() > until:
                raise Busy
            time.sleep(0.05)

    def _add(self, vectors: list[tuple[str, dict[str, list[str]]]]) -> None:
        if vectors:
            rows = [
                {"kind": self.kind, "key": key, "vector": _literal(vector)}
                for key, vector in vectors
            ]
            self.db.execute(insert(SearchDocument), rows)

    def _count(self, more: Counter[str], fewer: Counter[str]) -> None:
        changes = {stem: more[stem] - fewer[stem] for stem in more | fewer}
        rows = [
            {"kind": self.kind, "stem": stem, "documents": change}
            for stem, change in sorted(changes.items())
            if change
        ]
        for start in range(0, len(rows), 5_000):
            added = upsert(SearchStem)
            total = SearchStem.documents + added.excluded.documents
            self.db.execute(
                added.on_conflict_do_update(
                    index_elements=["kind", "stem"], set_={"documents": total}
                ),
                rows[start : start + 5_000],
            )
        self.db.execute(
            delete(SearchStem).where(SearchStem.kind == self.kind, SearchStem.documents <= 0)
        )

    # What is read ---------------------------------------------------------------------------

    def find(self, asked: Asked, *, every: bool = True) -> list[str]:
        """The keys of what answers, best first; without `every`, of what has half the words.

        Raises Damaged.
        """
        self._check()
        wanted = [_any(word) for word in asked.words] + [_phrase(one) for one in asked.phrases]
        without = [f"!{_phrase(one)}" for one in asked.without]
        vector = SearchDocument.vector
        answers = [SearchDocument.kind == self.kind]
        if wanted:
            answers.append(vector.op("@@")(_query((" & " if every else " | ").join(wanted))))
        if without:
            answers.append(vector.op("@@")(_query(" & ".join(without))))
        order: list[Any] = [self._worth(asked).desc(), SearchDocument.key]
        if not every:
            met = _sum(cast(vector.op("@@")(_query(one)), Integer) for one in wanted)
            answers.append(met >= (len(wanted) + 1) // 2)
            order.insert(0, met.desc())
        return list(self.db.scalars(select(SearchDocument.key).where(*answers).order_by(*order)))

    def _worth(self, asked: Asked) -> ColumnElement[Any]:
        """How well a document answers: what is rare counts more, a title more than a text."""
        words = [*asked.words, *asked.welcome, *(word for one in asked.phrases for word in one)]
        counts = self._counts({stem for word in words for stem in word.weights})
        all_ = self.db.scalar(
            select(func.count()).select_from(SearchDocument).where(SearchDocument.kind == self.kind)
        )
        worth: list[ColumnElement[Any]] = []
        for word in words:
            for stems, factor in ((word.stems, 1.0), (word.also, ALSO)):
                often = max((counts.get(stem, 0) for stem in stems), default=0)
                if often:
                    rare = math.log(1 + ((all_ or 0) - often + 0.5) / (often + 0.5))
                    asked_for = _query(" | ".join(_quoted(stem) for stem in sorted(stems)))
                    weights = literal(WEIGHTS, ARRAY(REAL))
                    rank = func.ts_rank(weights, SearchDocument.vector, asked_for, SHORTER)
                    worth.append(factor * rare * rank)
        return _sum(worth)

    def _counts(self, stems: Collection[str]) -> dict[str, int]:
        rows = select(SearchStem.stem, SearchStem.documents).where(
            SearchStem.kind == self.kind, SearchStem.stem.in_(stems)
        )
        return {row.stem: row.documents for row in self.db.execute(rows)}

    def count(self, stem: str) -> int:
        """How many documents have `stem`."""
        row = select(SearchStem.documents).where(
            SearchStem.kind == self.kind, SearchStem.stem == stem
        )
        return self.db.scalar(row) or 0

    def stems(self) -> set[str]:
        """Every stem that is in use."""
        return set(self.db.scalars(select(SearchStem.stem).where(SearchStem.kind == self.kind)))

    def current(self) -> str:
        """When the current build was made; "" when there is none of this version."""
        built = select(SearchBuild.built_at).where(
            SearchBuild.kind == self.kind, SearchBuild.version == SCHEMA_VERSION
        )
        found = self.db.scalar(built)
        return found.isoformat() if found else ""

    def _check(self) -> None:
        if not self.current():
            raise Damaged(f"no index of version {SCHEMA_VERSION}")


def _query(words: str) -> ColumnElement[Any]:
    return cast(words, TSQUERY)


def _sum(terms: Iterable[ColumnElement[Any]]) -> ColumnElement[Any]:
    return sum(terms, start=cast(0, Float))


def _vector(document: Document) -> dict[str, list[str]]:
    """Each stem of `document` with its places, in PostgreSQL's writing: `12A`."""
    found: dict[str, list[str]] = {}
    place = 0
    for part, stems in document.stems():
        for stem in stems:
            place += 1
            places = found.setdefault(stem, [])
            if len(places) < OFTEN and place <= LAST_PLACE:
                places.append(f"{place}{LETTERS[part]}")
        place += APART
    return found


def _literal(vector: dict[str, list[str]]) -> str:
    return " ".join(
        f"{_quoted(stem)}:{','.join(places)}" if places else _quoted(stem)
        for stem, places in vector.items()
    )


def _quoted(stem: str) -> str:
    """A stem as PostgreSQL reads it in a tsvector or a tsquery, whatever it holds."""
    return "'" + stem.replace("\\", "\\\\").replace("'", "''") + "'"


def _any(word: Wanted) -> str:
    return "(" + " | ".join(_quoted(stem) for stem in sorted(word.weights)) + ")"


def _phrase(words: tuple[Wanted, ...]) -> str:
    return "(" + " <-> ".join(_any(word) for word in words) + ")"
