"""From journals to the database: each click once, with all its counts, in one transaction."""

from __future__ import annotations

import fcntl
import gc
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from blinker import Signal
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from careers.base.database import Database, inserting, is_sqlite
from careers.jobs.models import Job
from referrals import losses
from referrals.adding_up import add_counts, add_sources, upsert
from referrals.journal import (
    Entry,
    JobOpened,
    Line,
    Lost,
    Opened,
    Rendered,
    decode,
    is_finished,
    is_torn,
    journals,
    rows_from,
    sync_folder,
)
from referrals.models import (
    Click,
    JournalOffset,
    Rendering,
    ShareLink,
)
from referrals.telling_apart import Key, tally

posts_opened = Signal()
"""Sent as `posts_opened.send(openings, db=session)`, a list of `Opened`, in the transaction in
which they count as read."""

jobs_opened = Signal()
"""The same for a list of `JobOpened`."""

log = structlog.get_logger(__name__)
LATEST = 2**62  # microseconds
BATCH = 20_000  # lines in one transaction, and values in one statement
STILL_COMES = timedelta(days=1)  # of earlier days, visitors are looked up among the clicks


def ingest(database: Database, folder: Path) -> int:
    """Store what the journals in `folder` hold beyond what is stored; the number of clicks.

    Only one process of a machine does this at a time: when another is at it, this does nothing.
    A journal that cannot be stored does not hold up the others; it is tried again the next time.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "ingest.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        stored, refused = 0, set[str]()
        while True:
            paths = [path for path in journals(folder) if path.name not in refused]
            # Asked before reading: what is read then is all there will be.
            finished = [path for path in paths if is_finished(path)]
            read, clicks = _turn(database, paths, refused)
            stored += clicks
            if not read:
                _remove(database, [path for path in finished if path.name not in refused])
                return stored


class _Piece(NamedTuple):
    """What was read of one journal, and up to where."""

    journal: str
    offset: int
    lines: list[Entry | Lost]
    damaged: int


@contextmanager
def _without_looking_for_cycles() -> Iterator[None]:
    """A batch is a hundred thousand small objects, none of which refers back to another: looking
    through them for what does would take a quarter of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _turn(database: Database, paths: list[Path], refused: set[str]) -> tuple[int, int]:
    """Store the next lines of all journals: how many had some, and how many were clicks."""
    try:
        with _without_looking_for_cycles(), database.writing() as db:
            pieces = _read(db, paths, refused)
            if not pieces:
                return 0, 0
            stored = _store(db, pieces)
            db.commit()
    except (DataError, IntegrityError):  # somewhere is a line that came before, or a foreign one
        stored = sum(_store_alone(database, piece, refused) for piece in pieces)
    return len(pieces), stored


def _store_alone(database: Database, piece: _Piece, refused: set[str]) -> int:
    try:
        with database.writing() as db:
            stored = _store(db, [piece], is_doubtful=True)
            db.commit()
            return stored
    except SQLAlchemyError:
        log.exception("a journal could not be stored", journal=piece.journal)
        refused.add(piece.journal)
        return 0


def _read(db: Session, paths: list[Path], refused: set[str]) -> list[_Piece]:
    """The next lines of all journals, up to one moment: they are stored in order of time."""
    names = [path.name for path in paths]
    known = select(JournalOffset.journal, JournalOffset.offset)
    rows = db.execute(known.where(JournalOffset.journal.in_(names)))
    offsets = {row.journal: row.offset for row in rows}
    share = BATCH // max(len(paths), 1) + 1
    found: dict[str, list[tuple[int, Entry | Lost | None]]] = {}
    until = LATEST
    for path in paths:
        try:
            begin = offsets.get(path.name, 0)
            lines = [(end, decode(raw)) for end, raw in rows_from(path, begin, share)]
        except OSError:
            log.exception("a journal could not be read", journal=path.name)
            refused.add(path.name)
            continue
        found[path.name] = lines
        if len(lines) == share:  # there may be more: the others wait for it
            until = min(until, max(map(_at, lines), default=LATEST))
    pieces = (_piece(journal, lines, until) for journal, lines in found.items())
    return [piece for piece in pieces if piece is not None]


def _at(row: tuple[int, Entry | Lost | None]) -> int:
    line = row[1]
    return 0 if line is None else line.since if isinstance(line, Lost) else line.at


def _piece(journal: str, rows: list[tuple[int, Entry | Lost | None]], until: int) -> _Piece | None:
    rows = list(takewhile(lambda row: _at(row) <= until, rows))
    if not rows:
        return None
    lines = [line for _, line in rows if line is not None]
    return _Piece(journal, rows[-1][0], lines, len(rows) - len(lines))


def _remove(database: Database, finished: list[Path]) -> None:
    """Remove journals that are stored to their end and will not grow. Up to where each was stored
    stays known: a backup of the files may bring one back, and nothing of it counts again.
    """
    for path in finished:
        with database.reading() as db:
            asked = select(JournalOffset.offset).where(JournalOffset.journal == path.name)
            offset = db.scalar(asked) or 0
        if is_torn(path, offset):
            log.warning("a journal ended in a torn line, never answered", journal=path.name)
        path.unlink()
        sync_folder(path.parent)


# -- one transaction --------------------------------------------------------------------------


class _Batch(NamedTuple):
    """The lines of one transaction, in order of time."""

    clicks: list[Line]
    renderings: dict[str, int]
    openings: list[Opened]
    jobs: list[JobOpened]
    lost: list[Lost]


def _store(db: Session, pieces: list[_Piece], *, is_doubtful: bool = False) -> int:
    """Store `pieces` with all counts; `is_doubtful` looks first at what may be there already."""
    batch = _sorted(pieces)
    clicks = _without_strangers(db, batch.clicks, is_doubtful=is_doubtful)
    for lost in batch.lost:
        losses.report(db, lost.clicks, _moment(lost.since), _moment(lost.until))
    confirmed, older = _confirmed(db, clicks, batch.renderings)
    tallies, repeats, corrections = tally(db, clicks, confirmed, older)
    _insert_clicks(db, [_row(line, line.id in repeats, line.id in confirmed) for line in clicks])
    for click, flags in corrections.items():
        db.execute(update(Click).where(Click.id == click).values(flags))
    add_counts(db, tallies)
    add_sources(db, clicks)
    if batch.openings:
        posts_opened.send(batch.openings, db=db)
    if batch.jobs:
        jobs_opened.send(batch.jobs, db=db)
    for piece in pieces:
        upsert(db, JournalOffset, [{"journal": piece.journal, "offset": piece.offset}], ["journal"])
    return len(clicks)


def _sorted(pieces: list[_Piece]) -> _Batch:
    batch = _Batch([], {}, [], [], [])
    for piece in pieces:
        for line in piece.lines:
            if isinstance(line, Line):
                batch.clicks.append(line)
            elif isinstance(line, Rendered):
                batch.renderings.setdefault(line.click, line.at)
            elif isinstance(line, Opened):
                batch.openings.append(line)
            elif isinstance(line, JobOpened):
                batch.jobs.append(line)
            else:
                batch.lost.append(line)
        if piece.damaged:
            log.error("damaged lines in a journal", journal=piece.journal, lines=piece.damaged)
    batch.clicks.sort(key=lambda line: (line.at, line.id))  # as `tell_apart` orders them
    return batch


def _without_strangers(db: Session, lines: list[Line], *, is_doubtful: bool) -> list[Line]:
    """The clicks on links of this database that are not yet stored."""
    # A journal that comes back, from a backup say, brings nothing twice.
    lines = list({line.id: line for line in lines}.values())
    if is_doubtful:
        stored = set(db.scalars(select(Click.id).where(Click.id.in_([line.id for line in lines]))))
        jobs = {line.job for line in lines}
        known_jobs = {0, *db.scalars(select(Job.id).where(Job.id.in_(jobs)))}
        lines = [line for line in lines if line.id not in stored and line.job in known_jobs]
    links = {line.link for line in lines}
    known = set(db.scalars(select(ShareLink.id).where(ShareLink.id.in_(links))))
    if known == links:
        return lines
    log.error("clicks on links of another database", links=len(links - known))
    return [line for line in lines if line.link in known]


def _confirmed(
    db: Session, lines: list[Line], renderings: dict[str, int]
) -> tuple[set[str], dict[Key, set[str]]]:
    """Which of `lines` were rendered; and which older clicks now are, by visitor.

    A rendering whose click is not here yet waits for it.
    """
    people = [line.id for line in lines if line.kind == "human"]
    waiting: set[str] = set()
    if people and db.scalar(select(Rendering.click_id).limit(1)) is not None:
        waited = select(Rendering.click_id).where(Rendering.click_id.in_(people))
        waiting = set(db.scalars(waited))
        db.execute(delete(Rendering).where(Rendering.click_id.in_(waiting)))
    here = {line.id for line in lines}
    confirmed = {click for click in people if click in renderings or click in waiting}
    elsewhere = [click for click in renderings if click not in here]
    older: dict[Key, set[str]] = defaultdict(set)
    if elsewhere:
        asked = select(Click.id, Click.link_id, Click.at, Click.visitor, Click.class_).where(
            Click.id.in_(elsewhere)
        )
        found = set()
        for click, link, at, visitor, kind in db.execute(asked):
            found.add(click)
            if kind == "human":
                older[at.date(), link, visitor].add(click)
        early = [
            {"click_id": click, "at": _moment(renderings[click])}
            for click in elsewhere
            if click not in found
        ]
        if early:
            adding = inserting(db, Rendering.__table__)
            db.execute(adding.on_conflict_do_nothing(), early)
    return confirmed, older


_OF_CLICK = (
    "id", "link_id", "job_id", "at", "class", "source", "navigates", "visitor", "is_repeat",
    "is_confirmed", "lists",
)  # fmt: skip


def _holders(columns: Sequence[str]) -> str:
    return ", ".join("?" * len(columns))


def _insert_clicks(db: Session, rows: list[tuple[Any, ...]]) -> None:
    """Insert rows of `_OF_CLICK`. SQLAlchemy's own way takes as long again as the database."""
    if not rows:
        return
    columns = ", ".join(_OF_CLICK)
    if is_sqlite(db):
        sql = f"INSERT INTO click ({columns}) VALUES ({_holders(_OF_CLICK)})"  # noqa: S608
        db.connection().exec_driver_sql(sql, rows)
        return
    raw: Any = db.connection().connection
    driver = db.get_bind().dialect.loaded_dbapi
    try:
        with raw.cursor() as cursor, cursor.copy(f"COPY click ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    except (driver.DataError, driver.IntegrityError) as error:
        raise IntegrityError("COPY click", None, error) from error


def _row(line: Line, repeat: bool, confirmed: bool) -> tuple[Any, ...]:
    """A row of `click`, in the order of `_OF_CLICK`; the time as both databases read it."""
    at = f"{_second(line.at // 1_000_000)}.{line.at % 1_000_000:06d}"
    return (
        line.id, line.link, line.job or None, at, line.kind,
        line.source, line.navigates, line.visitor, repeat, confirmed, line.lists,
    )  # fmt: skip


@lru_cache(maxsize=1000)
def _second(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1_000_000, UTC)
