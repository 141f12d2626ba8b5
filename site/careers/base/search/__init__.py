"""Full-text search: documents in, keys out. It knows no model: packages declare what they supply.

The index is a cache. It follows what was committed through the outbox (`changed`), is made anew
whenever it is missing, damaged or of another version, and can be rebuilt at any time while people
search.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base import clock, outbox
from careers.base.config import Settings
from careers.base.database import is_sqlite
from careers.base.search import asking, spelling
from careers.base.search.asking import LONGEST as QUERY_LONGEST
from careers.base.search.documents import Busy, Damaged, Document
from careers.base.search.engines import Engine, engine_of
from careers.base.search.highlighting import highlighted, marked
from careers.base.search.words import fold, spaced, stems

__all__ = [
    "QUERY_LONGEST", "Busy", "Document", "Found", "asks_nothing", "changed", "find", "fold",
    "highlighted", "marked", "meanings", "rebuild", "spaced", "stems", "supplies",
]  # fmt: skip
log = structlog.get_logger(__name__)

FOLLOW_WAIT = 3.0  # seconds; other work waits behind
TRY_AGAIN = timedelta(seconds=5)
MEND_WAIT = 4.0  # seconds that somebody who searches waits for a new index
TIDY_AFTER = timedelta(minutes=10)

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


# -- following -----------------------------------------------------------------------------------


def changed(db: Session, kind: str, *keys: str) -> None:
    """In the caller's transaction: once it is committed, the index follows for `keys`."""
    for start in range(0, len(keys), 200):
        outbox.add(db, "index", {"kind": kind, "keys": list(keys[start : start + 200])})


@outbox.handles("index")
def follow(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Put what changed into the index, as it is in the database now; done twice is done once."""
    kind = payload["kind"]
    keys = payload["keys"] if "keys" in payload else [payload["key"]]
    engine = engine_of(db, settings, kind)

    def now() -> list[Document]:
        found = list(_suppliers[kind](db, keys))
        if is_sqlite(db):
            db.rollback()  # the database is free while the index is written
        return found

    try:
        deleted = engine.follow(keys, now, FOLLOW_WAIT)
    except Damaged:
        db.rollback()
        rebuild(db, settings, [kind])
        return
    except Busy:
        raise outbox.NotYet("the index is being written by another process", TRY_AGAIN) from None
    if deleted and not _tidying_waits(db, kind):
        outbox.add(db, "tidy index", {"kind": kind}, clock.now() + TIDY_AFTER)


def _tidying_waits(db: Session, kind: str) -> bool:
    waiting = select(outbox.Work.payload).where(
        outbox.Work.kind == "tidy index",
        outbox.Work.done_at.is_(None),
        outbox.Work.given_up_at.is_(None),
    )
    return any(payload["kind"] == kind for payload in db.scalars(waiting))


@outbox.handles("tidy index")
def tidy(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Take what was deleted out of the index's files too."""
    try:
        engine_of(db, settings, payload["kind"]).tidy(FOLLOW_WAIT)
    except Damaged:
        log.warning("a damaged index is made anew when it is next used")
    except Busy:
        raise outbox.NotYet("the index is being written by another process", TRY_AGAIN) from None


def rebuild(
    db: Session,
    settings: Settings,
    kinds: Collection[str] | None = None,
    progress: Callable[[str, int], None] | None = None,
) -> dict[str, int]:
    """Make the index anew from what is committed; how many documents of each kind are in it.

    `progress` is told the kind and the number so far. Raises Busy when somebody else has been
    writing it for a minute.
    """
    kinds = _suppliers if kinds is None else kinds
    return {kind: _rebuild(db, settings, kind, progress) for kind in kinds}


def _rebuild(
    db: Session,
    settings: Settings,
    kind: str,
    progress: Callable[[str, int], None] | None = None,
    instead_of: str | None = None,
) -> int:
    """In a session of its own, so that it holds up no writer of SQLite, and commits by itself."""
    engine = db.get_bind()
    with Session(engine.execution_options(reads_only=is_sqlite(db))) as own:
        count = engine_of(own, settings, kind).rebuild(
            lambda: _suppliers[kind](own, None),
            (lambda number: progress(kind, number)) if progress else None,
            instead_of,
        )
        own.commit()
    return count


# -- finding -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What answers a query: the keys of documents, best first.

    Without `every`, nothing has all of the words, and these have at least half of them. `instead`
    is what may have been meant when a word is nowhere. Unless `is_ready`, the index is being made.
    """

    keys: list[str]
    every: bool = True
    instead: str = ""
    is_ready: bool = True


def asks_nothing(query: str) -> bool:
    """Whether there is no word in `query` that could be looked for."""
    return asking.read(query).is_nothing


def find(db: Session, settings: Settings, kind: str, query: str) -> Found:
    """What answers `query` in either language. A damaged index is made anew meanwhile."""
    asked = asking.read(query)
    if asked.is_nothing:
        return Found([])
    engine = engine_of(db, settings, kind)
    for _ in range(2):
        seen = engine.current()
        try:
            return _find(db, engine, kind, query, asked)
        except Damaged as damage:
            log.warning("the search index is made anew", kind=kind, why=str(damage))
        if not _mended(db, settings, kind, seen):
            break
    return Found([], is_ready=False)


def meanings(text: str) -> list[dict[str, float]]:
    """For each word of a short `text` that means something: the stems that say it, in either
    language, and what each counts.
    """
    return [word.weights for word in asking.read(text).words]


def _find(db: Session, engine: Engine, kind: str, query: str, asked: asking.Asked) -> Found:
    keys = engine.find(asked)
    if keys:
        return Found(keys)
    instead = spelling.instead_of(query, asked, engine, lambda some: _suppliers[kind](db, some))
    if len(asked.words) + len(asked.phrases) > 1:
        return Found(engine.find(asked, every=False), every=False, instead=instead)
    return Found([], instead=instead)


_menders: dict[tuple[str, str], threading.Thread] = {}
_menders_lock = threading.Lock()


def _mended(db: Session, settings: Settings, kind: str, seen: str) -> bool:
    """Have the index made anew beside this request, once in a process; whether it soon was."""

    def mend() -> None:
        try:
            _rebuild(db, settings, kind, instead_of=seen)
        except Exception:
            log.exception("the search index could not be made anew", kind=kind)

    name = (str(db.get_bind().engine.url), kind)
    with _menders_lock:
        mender = _menders.get(name)
        if mender is None or not mender.is_alive():
            mender = _menders[name] = threading.Thread(
                target=mend, name=f"mend {kind}", daemon=True
            )
            mender.start()
    mender.join(MEND_WAIT)
    return not mender.is_alive()
