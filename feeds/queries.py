"""What pages read of feeds and entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session, lazyload

from careers.base.people import Person
from feeds.models import Entry, Feed

# Nobody else's feeds are listed: who takes no part could be told from it.
_OF_WHO_SHOWS = (Person.page.is_not(None), Feed.is_shown)
_WAITING = and_(Feed.is_theirs.is_(False), Feed.proof == "")


@dataclass(frozen=True)
class FeedHealth:
    """A feed as its owner sees it, with what it has brought."""

    feed: Feed
    entries: int
    visible: int
    newest_at: datetime | None  # when something new last came


def feeds_of(db: Session, person: Person) -> list[FeedHealth]:
    """The feeds that `person` subscribed to, with their health."""
    rows = db.execute(
        select(
            Feed,
            func.count(Entry.id),
            func.coalesce(func.sum(case((Entry.state == "visible", 1), else_=0)), 0),
            func.max(Entry.fetched_at),
        )
        .outerjoin(Entry, Entry.feed_id == Feed.id)
        .where(Feed.person_id == person.id)
        .group_by(Feed.id)
        .options(lazyload(Feed.person))
        .order_by(Feed.added_at, Feed.id)
    )
    return [FeedHealth(*row) for row in rows]


def feed_of(db: Session, person: Person, code: str) -> Feed | None:
    """The feed with this code, if it is `person`'s."""
    return db.scalar(select(Feed).where(Feed.code == code, Feed.person_id == person.id))


def entry_of(db: Session, person: Person, code: str) -> Entry | None:
    """The entry with this code, if it came from a feed of `person`'s."""
    return db.scalar(
        select(Entry).join(Entry.feed).where(Entry.code == code, Feed.person_id == person.id)
    )


def entry_by_code(db: Session, code: str) -> Entry | None:
    """The entry with this code."""
    return db.scalar(select(Entry).where(Entry.code == code))


def entries_of_feed(db: Session, feed: Feed, count: int, skip: int = 0) -> Sequence[Entry]:
    """The entries of a feed, newest first."""
    return db.scalars(
        select(Entry)
        .where(Entry.feed_id == feed.id)
        .order_by(Entry.published_at.desc(), Entry.id.desc())
        .limit(count)
        .offset(skip)
    ).all()


def count_entries_of_feed(db: Session, feed: Feed) -> int:
    """How many entries of a feed are kept."""
    return db.scalar(select(func.count(Entry.id)).where(Entry.feed_id == feed.id)) or 0


def feeds_shown(db: Session, count: int, skip: int = 0) -> Sequence[Feed]:
    """The feeds of people with a public page, who agree that they are shown; those first of which
    nobody has said whose they are.
    """
    return db.scalars(
        select(Feed)
        .join(Feed.person)
        .where(*_OF_WHO_SHOWS)
        .order_by(case((_WAITING, 0), else_=1), Feed.added_at.desc(), Feed.id.desc())
        .limit(count)
        .offset(skip)
    ).all()


def count_feeds_shown(db: Session) -> int:
    """How many feeds `feeds_shown` could return."""
    return db.scalar(select(func.count(Feed.id)).join(Feed.person).where(*_OF_WHO_SHOWS)) or 0


def count_feeds_waiting(db: Session) -> int:
    """How many of them wait for an editor."""
    waiting = select(func.count(Feed.id)).join(Feed.person).where(*_OF_WHO_SHOWS, _WAITING)
    return db.scalar(waiting) or 0


def feed_shown(db: Session, code: str) -> Feed | None:
    """The feed with this code, if it is among them."""
    return db.scalar(select(Feed).join(Feed.person).where(Feed.code == code, *_OF_WHO_SHOWS))


def newest_of(db: Session, feeds: Sequence[Feed]) -> dict[int, Entry]:
    """The newest entry of each of `feeds` that has any, by the feed's row number."""
    rank = func.row_number().over(
        partition_by=Entry.feed_id, order_by=(Entry.published_at.desc(), Entry.id.desc())
    )
    ranked = (
        select(Entry.id, rank.label("rank"))
        .where(Entry.feed_id.in_([feed.id for feed in feeds]))
        .subquery()
    )
    newest = select(Entry).join(ranked, ranked.c.id == Entry.id).where(ranked.c.rank == 1)
    return {entry.feed_id: entry for entry in db.scalars(newest.options(lazyload(Entry.feed)))}


def public_entries(db: Session, count: int, skip: int = 0) -> Sequence[Entry]:
    """What people with a public page show of what they publish elsewhere, and what was withdrawn
    of it, newest first: what an editor looks through.
    """
    return db.scalars(
        select(Entry)
        .join(Entry.feed)
        .join(Feed.person)
        .where(Entry.state.in_(("visible", "withdrawn")), *_OF_WHO_SHOWS, Feed.is_theirs)
        .order_by(Entry.published_at.desc(), Entry.id.desc())
        .limit(count)
        .offset(skip)
    ).all()


def count_public_entries(db: Session) -> int:
    """How many entries `public_entries` could return."""
    return (
        db.scalar(
            select(func.count(Entry.id))
            .join(Entry.feed)
            .join(Feed.person)
            .where(Entry.state.in_(("visible", "withdrawn")), *_OF_WHO_SHOWS, Feed.is_theirs)
        )
        or 0
    )
