"""Whole texts of entries: only where their owner says that these are theirs to republish.

Without that an excerpt is kept. Taking it back deletes every text in the same transaction.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from careers.base import clock, consents
from careers.base.consents import Consent
from careers.base.database import rows_changed
from careers.base.people import Person
from feeds.models import Entry, EntryText, Feed
from feeds.storing import entries_changed


class NotTheirs(Exception):
    """The feed is not known to be of the person who wants its texts to be kept."""


def item_of_texts(feed: Feed) -> str:
    """What of `feed` is consented to: that its whole texts are kept and read here."""
    return f"texts:{feed.code}"


def keep_texts(db: Session, person: Person, feed: Feed) -> None:
    """Record that `person` says that what they publish at `feed` is theirs to republish; it is read
    anew with its whole texts. Raises NotTheirs."""
    kept = db.execute(
        update(Feed)
        .where(Feed.id == feed.id, Feed.is_theirs, Feed.is_shown)
        .values(
            keeps_texts=True, due_at=clock.now(), etag=None, last_modified=None, body_hash=None,
            leased_until=None,  # whoever is reading it does so without texts: nothing is stored
        )
    )  # fmt: skip
    if not rows_changed(kept):
        raise NotTheirs
    consents.agree(db, person, item_of_texts(feed))


def delete_texts(db: Session, person: Person, feed: Feed) -> bool:
    """Delete the whole texts of `feed` and record that `person` took their yes back; False where
    there was none."""
    kept = update(Feed).where(Feed.id == feed.id, Feed.keeps_texts)
    if not rows_changed(db.execute(kept.values(keeps_texts=False))):
        return False
    consents.withdraw(db, person, item_of_texts(feed))
    of_feed = select(Entry.id).where(Entry.feed_id == feed.id)
    db.execute(delete(EntryText).where(EntryText.entry_id.in_(of_feed)))
    db.execute(update(Entry).where(Entry.feed_id == feed.id).values(minutes=0))
    entries_changed.send(feed, db=db)
    return True


def kept_since(db: Session, feed: Feed) -> datetime | None:
    """Since when its person says that the texts of `feed` are theirs to republish; None when they
    don't."""
    stands = Consent.item == item_of_texts(feed), Consent.withdrawn_at.is_(None)
    return db.scalar(select(Consent.given_at).where(Consent.person_id == feed.person_id, *stands))


def count_texts(db: Session, feed: Feed) -> int:
    """How many entries of `feed` have their whole text here."""
    wanted = select(func.count(Entry.id)).where(Entry.feed_id == feed.id, Entry.minutes > 0)
    return db.scalar(wanted) or 0
