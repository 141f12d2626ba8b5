"""From journals to the database: each click once, with its daily count, in one transaction."""

from __future__ import annotations

import fcntl
from collections import Counter
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from careers.base.database import Database
from referrals.journal import Line, decode, is_finished, journals, rows_from, sync_folder
from referrals.models import Click, ClickCount, JournalOffset, ShareLink

log = structlog.get_logger(__name__)
BATCH = 500  # few enough for one IN list


def ingest(database: Database, folder: Path) -> int:
    """Store what the journals in `folder` hold beyond what is stored; the number of clicks.

    Only one process of a machine does this at a time: when another is at it, this does nothing.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "ingest.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        return sum(_ingest_or_leave(database, path) for path in journals(folder))


def _ingest_or_leave(database: Database, path: Path) -> int:
    """One journal that cannot be stored must not hold up the others; it is tried again."""
    try:
        return _ingest_journal(database, path)
    except (OSError, SQLAlchemyError):
        log.exception("a journal could not be stored", journal=path.name)
        return 0


def _ingest_journal(database: Database, path: Path) -> int:
    finished = is_finished(path)  # asked before reading: what is read then is all there will be
    stored = 0
    while True:
        with database.writing() as db:
            offset = _offset(db, path.name)
            rows = list(islice(rows_from(path, offset, BATCH), BATCH))
            if not rows:
                break
            stored += _store(db, path.name, [raw for _, raw in rows])
            db.execute(
                update(JournalOffset)
                .where(JournalOffset.journal == path.name)
                .values(offset=rows[-1][0])
            )
            db.commit()
    if finished:
        if offset < path.stat().st_size:
            log.warning("a journal ended in a torn line, never answered", journal=path.name)
        path.unlink()
        sync_folder(path.parent)  # the file must be gone before its offset is
        with database.writing() as db:
            db.execute(delete(JournalOffset).where(JournalOffset.journal == path.name))
            db.commit()
    return stored


def _offset(db: Session, name: str) -> int:
    """How far `name` is stored; its row is made when the journal is new."""
    found = db.scalar(select(JournalOffset.offset).where(JournalOffset.journal == name))
    if found is None:
        db.execute(insert(JournalOffset).values(journal=name, offset=0))
        return 0
    return found


def _store(db: Session, journal: str, raws: list[bytes]) -> int:
    lines = [line for line in map(decode, raws) if line is not None]
    if len(lines) < len(raws):
        log.error("damaged lines in a journal", journal=journal, lines=len(raws) - len(lines))
    asked = {line.link for line in lines}
    known = set(db.scalars(select(ShareLink.id).where(ShareLink.id.in_(asked))))
    # A journal that comes back, from a backup say, brings nothing twice.
    ids = [line.id for line in lines]
    stored = set(db.scalars(select(Click.id).where(Click.id.in_(ids))))
    fresh = {line.id: line for line in lines if line.id not in stored}
    lines = list(fresh.values())
    clicks = [line for line in lines if line.link in known]
    if len(clicks) < len(lines):
        log.error("clicks on links of another database", clicks=len(lines) - len(clicks))
    if not clicks:
        return 0
    db.execute(insert(Click), [_row(line) for line in clicks])
    counts = Counter((line.link, _moment(line).date(), line.kind) for line in clicks)
    for (link, day, kind), number in sorted(counts.items()):
        _count(db, link, day, kind, number)
    return len(clicks)


def _row(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "link_id": line.link,
        "at": _moment(line),
        "class_": line.kind,
        "name": line.name,
        "navigates": line.navigates,
        "visitor": line.visitor,
        "lists": line.lists,
    }


def _moment(line: Line) -> datetime:
    return datetime.fromtimestamp(line.at, UTC)


def _count(db: Session, link: int, day: date, kind: str, number: int) -> None:
    dialect = sqlite if db.get_bind().dialect.name == "sqlite" else postgresql
    adding = dialect.insert(ClickCount).values(link_id=link, day=day, class_=kind, clicks=number)
    db.execute(
        adding.on_conflict_do_update(
            index_elements=["link_id", "day", "class"],
            set_={"clicks": ClickCount.clicks + adding.excluded.clicks},
        )
    )
