"""Whether the homepage has changed since it was made: a number, which grows in the transaction that
changes anything it shows. No code that changes something has to think of it.

It is the sum of a few rows, any of which may grow: with one alone, all who change anything would
wait for each other's commit to be on PostgreSQL's disk.
"""

from __future__ import annotations

import random
from typing import Any

from sqlalchemy import event, func, select, update
from sqlalchemy.orm import ORMExecuteState, Session

from careers.base.database import is_sqlite
from careers.home.models import PARTS, HomeVersion
from feeds.storing import entries_changed

WATCHED = frozenset(
    {
        "article", "article_coauthor", "article_picture", "company", "entry", "entry_picture",
        "expert", "expert_topic", "featured", "job", "person", "portrait", "topic",
    }
)  # fmt: skip
"""The tables whose every change counts. Of `feed` only what `entries_changed` tells: whether one is
shown; that it was read is written all the time."""


NUMBER = select(func.sum(HomeVersion.number))


def version(db: Session) -> int:
    """The number of the last change. Read before what is shown: then nothing is missed."""
    return db.scalar(NUMBER) or 0


@event.listens_for(Session, "after_flush")
def _note_rows(db: Session, _flushing: Any) -> None:
    for row in (*db.new, *db.dirty, *db.deleted):
        if row.__table__.name in WATCHED:
            db.info["home_changed"] = True
            return


@event.listens_for(Session, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> None:
    if state.is_update or state.is_insert or state.is_delete:
        table: Any = getattr(state.statement, "table", None)
        if getattr(table, "name", "") in WATCHED:
            state.session.info["home_changed"] = True


@entries_changed.connect
def _note_feed(_feed: object, db: Session) -> None:
    db.info["home_changed"] = True


@event.listens_for(Session, "before_commit")
def _grow(db: Session) -> None:
    if db.in_nested_transaction():  # the row is locked at the very end, so that nobody waits long
        return
    db.flush()
    if db.info.pop("home_changed", False):
        part = 1 if is_sqlite(db) else random.randint(1, PARTS)  # noqa: S311  it is no secret
        grown = update(HomeVersion).where(HomeVersion.id == part)
        db.execute(grown.values(number=HomeVersion.number + 1))
