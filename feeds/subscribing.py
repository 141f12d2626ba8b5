"""What an employee does with their feeds, and an editor with an entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from careers.base import audit, clock, consents, fetching
from careers.base.fetching import Unreachable
from careers.base.people import Person, employee_left
from feeds.models import Entry, Feed
from feeds.parsing import NotRead, ParsedFeed, source_of
from feeds.polling import Fetch, entries_changed, parse_fetched, why_refused

MOST_FEEDS = 20
Shows = Literal["everything", "one by one"]


class TooMany(Exception):
    """This person already has as many feeds as anyone may have."""


@dataclass(frozen=True)
class Found:
    """What lies at an address, before anybody subscribes to it."""

    url: str
    feed: ParsedFeed


def look_at(url: str, fetch: Fetch, contact: str) -> Found:
    """The feed at `url`, or the first one that the page at `url` names.

    Touches no database: the network may be slow. Raises Unreachable.
    """
    try:
        return _read(url, fetch, contact)
    except NotRead as error:
        if not error.alternates:
            raise
        return _read(error.alternates[0], fetch, contact)


def _read(url: str, fetch: Fetch, contact: str) -> Found:
    if "://" not in url:
        url = f"https://{url.strip()}"
    fetched = fetch(url, contact=contact)
    if fetched.status != 200:
        raise Unreachable(why_refused(fetched.status))
    # The address that was asked for stays, unless the site says that it has moved for good.
    return Found(fetched.permanent_url or _as_asked(url), parse_fetched(fetched))


def _as_asked(url: str) -> str:
    return fetching.checked_address(url, fetching.Allow(any_port=True))


def subscribe(db: Session, person: Person, url: str, shows: Shows) -> Feed:
    """Read `url` from now on for `person`; the feed they have already, if they have it.

    Raises TooMany, or Unreachable when `url` is no address.
    """
    url = _as_asked(url)
    mine = select(Feed).where(Feed.person_id == person.id, Feed.url == url)
    if known := db.scalar(mine):
        return known
    if (
        db.scalar(select(func.count(Feed.id)).where(Feed.person_id == person.id)) or 0
    ) >= MOST_FEEDS:
        raise TooMany
    feed = Feed(person_id=person.id, url=url, shows=shows, source=source_of(url))
    try:
        with db.begin_nested():
            db.add(feed)
    except IntegrityError:  # the same form, sent twice at once
        return db.scalars(mine).one()
    audit.record(db, person, "feed:subscribe", feed.code, url=url)
    consents.agree(db, person, item_of(feed))
    return feed


def item_of(feed: Feed) -> str:
    """What of `feed` is consented to: that everybody may see what came from it."""
    return f"feed:{feed.code}"


def show_feed(db: Session, person: Person, feed: Feed) -> None:
    """Show what came from `feed`, and record that `person` wanted it."""
    consents.agree(db, person, item_of(feed))
    _set_shown(db, feed, True)


def hide_feed(db: Session, person: Person, feed: Feed) -> None:
    """Show nothing that came from `feed`, and record that `person` took their yes back."""
    consents.withdraw(db, person, item_of(feed))
    _set_shown(db, feed, False)


def hide_feeds(db: Session, person: Person) -> None:
    """Show nothing any more that came from any feed of `person`."""
    for feed in db.scalars(select(Feed).where(Feed.person_id == person.id)).all():
        hide_feed(db, person, feed)


def _set_shown(db: Session, feed: Feed, is_shown: bool) -> None:
    if feed.is_shown is not is_shown:
        feed.is_shown = is_shown
        db.flush()
        entries_changed.send(feed, db=db)


def change_rule(db: Session, person: Person, feed: Feed, shows: Shows) -> None:
    """Show what comes from now on at once, or only after `person` has looked at it."""
    feed.shows = shows
    audit.record(db, person, "feed:change-rule", feed.code, shows=shows)


def read_again(feed: Feed) -> None:
    """Make a feed due now, even one that was given up."""
    feed.state, feed.due_at = "read", clock.now()


def unsubscribe(db: Session, person: Person, feed: Feed) -> None:
    """Stop reading a feed and delete everything that came from it."""
    audit.record(db, person, "feed:unsubscribe", feed.code, url=feed.url)
    consents.withdraw(db, person, item_of(feed))
    db.delete(feed)
    db.flush()
    entries_changed.send(feed, db=db)


def show_entry(db: Session, person: Person, entry: Entry) -> bool:
    """Show a hidden entry; False when it isn't hidden (an editor may have withdrawn it)."""
    return _settle(db, person, entry, "hidden", "visible", "entry:show")


def hide_entry(db: Session, person: Person, entry: Entry) -> bool:
    """Hide a visible entry; False when it isn't visible."""
    return _settle(db, person, entry, "visible", "hidden", "entry:hide")


def withdraw_entry(db: Session, editor: Person, entry: Entry) -> bool:
    """Take an entry out of sight, where only an editor can bring it back from."""
    return _settle(db, editor, entry, "visible", "withdrawn", "entry:withdraw")


def put_back_entry(db: Session, editor: Person, entry: Entry) -> bool:
    """Show a withdrawn entry again."""
    return _settle(db, editor, entry, "withdrawn", "visible", "entry:put-back")


def _settle(db: Session, person: Person, entry: Entry, was: str, becomes: str, what: str) -> bool:
    changed = db.execute(
        update(Entry).where(Entry.id == entry.id, Entry.state == was).values(state=becomes)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        return False
    audit.record(db, person, what, entry.code, url=entry.url)
    entries_changed.send(entry.feed, db=db)
    return True


@employee_left.connect
def stop_feeds(person: Person, db: Session) -> None:
    """Nothing is read any more for somebody who has left."""
    db.execute(update(Feed).where(Feed.person_id == person.id).values(state="stopped"))
