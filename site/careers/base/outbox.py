"""Work that must happen: rows written in the transaction of what caused them, done afterwards.

The queue only wakes this; a row whose wake-up was lost, or that is due later, is found by who looks
each second.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from blinker import Signal
from sqlalchemy import (
    ColumnElement,
    Index,
    String,
    Text,
    delete,
    event,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from careers.base import clock
from careers.base.config import Settings
from careers.base.database import Base, Database, primary_key
from careers.base.logs import without_addresses

LEASE = timedelta(minutes=5)
ATTEMPTS = 12
DONE_STAYS = timedelta(days=7)  # so that it can be looked into
DELETED_AT_ONCE = 2_000
log = structlog.get_logger(__name__)

Handler = Callable[[Session, dict[str, Any], Settings], None]
_handlers: dict[str, Handler] = {}

work_waits = Signal()
"""Sent after a transaction that added work was committed."""


class Work(Base):
    """One piece of work: waiting, leased, done, or given up with its last error."""

    __tablename__ = "work"
    __table_args__ = (Index("ix_work_due", "done_at", "due_at"),)

    id: Mapped[int] = primary_key()
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime] = mapped_column(default=clock.now)
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


class NotYet(Exception):
    """Raised by a handler whose work must wait; it is tried again, however often."""

    def __init__(self, reason: str, wait: timedelta = timedelta(minutes=1)) -> None:
        super().__init__(reason)
        self.wait = wait


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Declare the function that does work of `kind`, given a writing session, the payload and
    the settings.

    It may be called twice for the same row, after a crash, and must then change nothing more.
    Whatever it writes is committed together with the row's being done.
    """

    def declare(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return declare


def add(db: Session, kind: str, payload: dict[str, Any], due_at: datetime | None = None) -> None:
    """Add work in the caller's transaction: it happens if, and only if, that commits.

    It is due at once, or at `due_at` (aware).
    """
    db.add(Work(kind=kind, payload=payload, due_at=due_at or clock.now()))
    db.info["work_was_added"] = True


def add_many(
    db: Session, kind: str, payloads: Sequence[dict[str, Any]], due_at: datetime | None = None
) -> None:
    """The same for much work of one kind, by one statement, at once."""
    if payloads:
        due = due_at or clock.now()
        db.execute(
            insert(Work), [{"kind": kind, "payload": one, "due_at": due} for one in payloads]
        )
        db.info["work_was_added"] = True


@event.listens_for(Session, "after_commit")
def _wake(db: Session) -> None:
    if db.info.pop("work_was_added", False):
        work_waits.send()


def do_due_work(database: Database, settings: Settings, most: int = 100) -> int:
    """Do what is due, oldest first, at most `most` pieces; the number done."""
    done = 0
    for _ in range(most):
        with database.writing() as db:
            work = _take(db)
            if work is None:
                return done
            done += _do(db, work, settings)
    return done


def is_due(db: Session) -> bool:
    """Whether there is work that could be done now, and that nobody does."""
    return db.scalar(select(select(Work.id).where(*_waits(clock.now())).exists())) is True


def _waits(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Work.done_at.is_(None),
        Work.given_up_at.is_(None),
        Work.due_at <= now,
        or_(Work.leased_until.is_(None), Work.leased_until < now),
    )


def _take(db: Session) -> Work | None:
    """Lease the oldest due row, so that two workers never hold the same one."""
    now = clock.now()
    waits = _waits(now)
    number = db.scalar(select(Work.id).where(*waits).order_by(Work.due_at, Work.id).limit(1))
    if number is None:
        return None
    taken = db.execute(
        update(Work).where(Work.id == number, *waits).values(leased_until=now + LEASE)
    )
    db.commit()
    return db.get(Work, number) if taken.rowcount else _take(db)  # type: ignore[attr-defined]


def _do(db: Session, work: Work, settings: Settings) -> int:
    number, kind, payload = work.id, work.kind, work.payload
    db.rollback()  # handlers that talk to the outside must not hold the database meanwhile
    try:
        _handlers[kind](db, payload, settings)
        changes: dict[str, Any] = {"done_at": clock.now(), "attempts": Work.attempts + 1}
    except NotYet as reason:
        db.rollback()
        changes = {"due_at": clock.now() + reason.wait, "last_error": str(reason)}
    except Exception as error:
        db.rollback()
        log.exception("work failed", kind=kind, work=number)
        changes = _later(db.get_one(Work, number), _reason(error))
    db.execute(update(Work).where(Work.id == number).values(leased_until=None, **changes))
    db.commit()
    return int("done_at" in changes)


def forget_done(db: Session) -> None:
    """Delete some of the work that was done a while ago; the next call deletes more."""
    old = select(Work.id).where(Work.done_at < clock.now() - DONE_STAYS).limit(DELETED_AT_ONCE)
    db.execute(delete(Work).where(Work.id.in_(old)))


def _reason(error: Exception) -> str:
    """What is kept of an error: it outlives what it is about, so it names nobody."""
    return without_addresses(f"{type(error).__name__}: {error}")[:2000]


def _later(work: Work, reason: str) -> dict[str, Any]:
    """When to try again: after 4 s, 8 s, … up to 4 h, with jitter; then it is given up."""
    tried = {"attempts": Work.attempts + 1, "last_error": reason}
    if work.attempts + 1 >= ATTEMPTS:
        return {"given_up_at": clock.now(), **tried}
    wait = min(2.0 ** (work.attempts + 2), 14_400) * random.uniform(0.8, 1.2)  # noqa: S311  jitter
    return {"due_at": clock.now() + timedelta(seconds=wait), **tried}
