"""Pictures of entries: which there are to be, which everybody may see, and how they go.

There are only those of entries that everybody may see, and of each feed only of its newest: what is
hidden, withdrawn, or of who takes their page down loses its files with it, and gets them again when
it is shown again.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import and_, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from careers.base import forgetting
from careers.base.people import Person
from feeds.models import Entry, EntryPicture, Feed
from feeds.storing import entries_changed

NEWEST = 20  # entries of a feed that have one
WIDTHS, SMALLEST = (480, 960), 100  # pixels: what is kept; what is no icon
FILES = "entries"

_SEEN = and_(
    Entry.state == "visible",
    Feed.is_shown,
    Feed.is_theirs,
    Person.status == "active",
    Person.page.is_not(None),
)


def settle(db: Session, feeds: Collection[int]) -> None:
    """Have pictures fetched of what is to have one in `feeds` (row numbers), and the files deleted
    of all that is not, in the caller's transaction."""
    db.flush()
    wanted = {row.id: row for row in db.execute(_wanted(feeds))}
    of_feeds = EntryPicture.entry_id.in_(select(Entry.id).where(Entry.feed_id.in_(feeds)))
    kept = select(EntryPicture.id, EntryPicture.entry_id, EntryPicture.url, EntryPicture.keys)
    gone = []
    for picture in db.execute(kept.where(or_(of_feeds, EntryPicture.entry_id.is_(None)))).all():
        entry = wanted.get(picture.entry_id)
        if entry is not None and entry.picture_url == picture.url:
            del wanted[entry.id]
        else:
            gone.append(picture)
    if gone:
        db.execute(delete(EntryPicture).where(EntryPicture.id.in_([one.id for one in gone])))
        forgetting.forget(db, FILES, (key for one in gone for key in one.keys.values()))
    if wanted:
        new = [{"entry_id": one.id, "url": one.picture_url} for one in wanted.values()]
        db.execute(insert(EntryPicture), new)


def _wanted(feeds: Collection[int]) -> Any:
    """The entries of `feeds` that are to have a picture, newest first."""
    rank = func.row_number().over(
        partition_by=Entry.feed_id, order_by=(Entry.published_at.desc(), Entry.id.desc())
    )
    seen = (
        select(Entry.id, Entry.picture_url, rank.label("rank"))
        .join(Feed, Feed.id == Entry.feed_id)
        .join(Person, Person.id == Feed.person_id)
        .where(Entry.feed_id.in_(feeds), Entry.picture_url != "", _SEEN)
        .subquery()
    )
    return select(seen.c.id, seen.c.picture_url).where(seen.c.rank <= NEWEST).order_by(seen.c.rank)


@entries_changed.connect
def settle_feed(feed: Feed, db: Session) -> None:
    """What was said of the entries of `feed` changes which of them have a picture."""
    settle(db, [feed.id])


def settle_person(db: Session, person: Person) -> None:
    """The same for all feeds of `person`, whose page is shown or taken down."""
    settle(db, db.scalars(select(Feed.id).where(Feed.person_id == person.id)).all())


def seen_by_everybody(db: Session, code: str) -> EntryPicture | None:
    """A picture with this code, while everybody may see its entry."""
    return db.scalar(
        select(EntryPicture)
        .join(Entry, Entry.id == EntryPicture.entry_id)
        .join(Feed, Feed.id == Entry.feed_id)
        .join(Person, Person.id == Feed.person_id)
        .where(EntryPicture.code == code, EntryPicture.state == "kept", _SEEN)
        .limit(1)
    )


def pictures_of(db: Session, entries: Collection[Entry]) -> dict[int, EntryPicture]:
    """The pictures of `entries`, had or not, by the row number of the entry."""
    wanted = [entry.id for entry in entries if entry.picture_url]
    rows = db.scalars(select(EntryPicture).where(EntryPicture.entry_id.in_(wanted)))
    return {picture.entry_id: picture for picture in rows if picture.entry_id is not None}
