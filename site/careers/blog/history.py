"""What an article said before: remembered when a page is opened anew, every ten minutes of writing,
and whenever it is handed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from careers.base import clock
from careers.base.database import inserting
from careers.blog.models import Article, Revision

EVERY = timedelta(minutes=10)


def remember(db: Session, article: Article, *, handed_in: bool = False) -> None:
    """Keep what `article` says now, unless that is known already."""
    values = {
        "article_id": article.id, "version": article.version, "title": article.title,
        "summary": article.summary, "body": article.body, "written_at": article.changed_at,
        "remembered_at": clock.now(), "handed_in": handed_in,
    }  # fmt: skip
    made = inserting(db, Revision).values(**values)
    known = ["article_id", "version"]
    if handed_in:
        db.execute(made.on_conflict_do_update(index_elements=known, set_={"handed_in": True}))
    else:
        db.execute(made.on_conflict_do_nothing(index_elements=known))


def is_worth_remembering(db: Session, article: Article, tab: str) -> bool:
    """Whether what `article` says is remembered before something else is kept from this tab."""
    if not (article.title or article.body):
        return False
    if article.tab != tab or not tab:
        return True
    last = db.scalar(
        select(func.max(Revision.remembered_at)).where(Revision.article_id == article.id)
    )
    return clock.now() - (last or article.created_at) >= EVERY


def revisions_of(db: Session, article: Article) -> Sequence[Revision]:
    """What `article` said before, the last first, without the texts."""
    return db.scalars(
        select(Revision)
        .where(Revision.article_id == article.id, Revision.version < article.version)
        .options(defer(Revision.body))
        .order_by(Revision.version.desc())
        .limit(200)
    ).all()


def revision_of(db: Session, article: Article, version: int) -> Revision | None:
    """What `article` said in this version."""
    return db.scalar(
        select(Revision).where(Revision.article_id == article.id, Revision.version == version)
    )


def handed_in_before(db: Session, article: Article) -> Revision | None:
    """What an editor was given the last time, if it said something else."""
    return db.scalar(
        select(Revision)
        .where(
            Revision.article_id == article.id,
            Revision.handed_in,
            Revision.version < article.version,
        )
        .order_by(Revision.version.desc())
        .limit(1)
    )
