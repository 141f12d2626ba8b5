"""What an employee does with their feeds, and an editor with an entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from blinker import Signal
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from careers.base import audit, clock, consents, fetching
from careers.base.database import rows_changed
from careers.base.fetching import Unreachable
from careers.base.people import Person, employee_left
from feeds import places
from feeds.models import Entry, Feed
from feeds.parsing import NO_FEED_NAMED, NotRead, ParsedFeed, source_of
from feeds.polling import Fetch, parse_fetched, why_refused
from feeds.republishing import delete_texts
from feeds.storing import entries_changed

MOST_FEEDS = 20
Proof = Literal["network", "link", "editor"]
Shows = Literal["everything", "with words", "one by one"]

proof_wanted = Signal()
"""Sent as `proof_wanted.send(feed, db=session)` in the transaction in which somebody subscribes, or
asks again: whoever knows how it can be shown that a feed is theirs begins to."""


class TooMany(Exception):
    """This person already has as many feeds as anyone may have."""


@dataclass(frozen=True)
class Found:
    """What lies at an address, before anybody subscribes to it; `others` are further feeds that the
    page there names."""

    url: str
    feed: ParsedFeed
    others: tuple[str, ...] = ()


def look_at(typed: str, fetch: Fetch, contact: str) -> Found:
    """The feed that `typed` leads to: its address, that of a page that has it, or of somebody's
    page at a place that is known.

    Touches no database: the network may be slow. Raises Unreachable, for the first address tried.
    """
    first: Unreachable | None = None
    addresses = places.candidates(typed)
    for address in addresses:
        try:
            return _read(address, fetch, contact)
        except Unreachable as error:
            first = first or error
            if not isinstance(error, NotRead) or error.alternates is None:
                continue
            if error.alternates:
                found = _read(error.alternates[0], fetch, contact)
                return replace(found, others=error.alternates[1:])
            if found_there := _at_usual_place(address, fetch, contact):
                return found_there
            first = NotRead(NO_FEED_NAMED)
    assert first is not None
    raise first


def _at_usual_place(page: str, fetch: Fetch, contact: str) -> Found | None:
    """A feed of the site of `page` that it doesn't name; None when there is none, or no answer."""
    for address in places.usual_feeds(page):
        try:
            return _read(address, fetch, contact)
        except NotRead:
            continue
        except Unreachable as error:
            if error.reason != why_refused(404):
                return None
    return None


def _read(url: str, fetch: Fetch, contact: str) -> Found:
    fetched = fetch(url, contact=contact)
    if fetched.status != 200:
        raise Unreachable(why_refused(fetched.status))
    # The address that was asked for stays, unless the site says that it has moved for good.
    return Found(fetched.permanent_url or _as_asked(url), parse_fetched(fetched))


def _as_asked(url: str) -> str:
    return fetching.checked_address(url, fetching.Allow(any_port=True))


def subscribe(
    db: Session, person: Person, url: str, shows: Shows, words: Sequence[str] = (),
    language: str | None = None,
) -> Feed:  # fmt: skip
    """Read `url` from now on for `person`; the feed they have already, if they have it. It is in
    `language` (a code), else in the one that it says.

    Nobody else sees what it brings before it is known to be theirs. Raises TooMany, or Unreachable
    when `url` is no address.
    """
    url = _as_asked(url)
    mine = select(Feed).where(Feed.person_id == person.id, Feed.url == url)
    if known := db.scalar(mine):
        return known
    if (
        db.scalar(select(func.count(Feed.id)).where(Feed.person_id == person.id)) or 0
    ) >= MOST_FEEDS:
        raise TooMany
    feed = Feed(
        person_id=person.id, url=url, shows=shows, words=list(words), source=source_of(url),
        chosen_language=language,
    )  # fmt: skip
    try:
        with db.begin_nested():
            db.add(feed)
    except IntegrityError:  # the same form, sent twice at once
        return db.scalars(mine).one()
    audit.record(db, person, "feed:subscribe", feed.code, url=url)
    consents.agree(db, person, item_of(feed))
    proof_wanted.send(feed, db=db)
    return feed


def item_of(feed: Feed) -> str:
    """What of `feed` is consented to: that everybody may see what came from it."""
    return f"feed:{feed.code}"


def show_feed(db: Session, person: Person, feed: Feed) -> None:
    """Show what came from `feed`, and record that `person` wanted it."""
    consents.agree(db, person, item_of(feed))
    _set_shown(db, feed, True)


def hide_feed(db: Session, person: Person, feed: Feed) -> None:
    """Show nothing that came from `feed`, and record that `person` took their yes back; with it
    goes the one to whole texts."""
    _set_shown(db, feed, False)
    delete_texts(db, person, feed)
    consents.withdraw(db, person, item_of(feed))


def hide_feeds(db: Session, person: Person) -> None:
    """Show nothing any more that came from any feed of `person`."""
    for feed in db.scalars(select(Feed).where(Feed.person_id == person.id)).all():
        hide_feed(db, person, feed)


def _set_shown(db: Session, feed: Feed, is_shown: bool) -> None:
    if feed.is_shown is not is_shown:
        feed.is_shown = is_shown
        db.flush()
        entries_changed.send(feed, db=db)


def change_rule(
    db: Session, person: Person, feed: Feed, shows: Shows, words: Sequence[str] = ()
) -> None:
    """Show what comes from now on at once, only with one of `words`, or only after `person` has
    looked at it."""
    feed.shows, feed.words = shows, list(words)
    audit.record(db, person, "feed:change-rule", feed.code, shows=shows)


def choose_language(db: Session, person: Person, feed: Feed, language: str | None) -> None:
    """Have all that comes and came from `feed` be in `language` (a code), else in the one that the
    feed says."""
    feed.chosen_language = language
    audit.record(db, person, "feed:choose-language", feed.code, language=language or "")
    db.flush()
    entries_changed.send(feed, db=db)


def read_again(feed: Feed) -> None:
    """Make a feed due now, even one that was given up or paused."""
    feed.state, feed.due_at, feed.body_hash = "read", clock.now(), None
    feed.etag = feed.last_modified = None


def pause(db: Session, person: Person, feed: Feed) -> None:
    """Read a feed no longer until it is resumed; what came from it stays."""
    feed.state = "paused"
    audit.record(db, person, "feed:pause", feed.code)


def confirm(db: Session, editor: Person, feed: Feed) -> bool:
    """Say that `feed` is its person's own; False when that is known already."""
    changed = prove(db, feed, "editor")
    if changed:
        audit.record(db, editor, "feeds:confirm", feed.code, url=feed.url)
    return changed


def refuse(db: Session, editor: Person, feed: Feed, why: str) -> bool:
    """Say that `feed` is not its person's own, or doesn't belong here; they are told `why`."""
    values = {"is_theirs": False, "proof": "refused", "refused_why": why}
    changed = db.execute(
        update(Feed).where(Feed.id == feed.id, Feed.proof != "refused").values(**values)
    )
    if not rows_changed(changed):
        return False
    audit.record(db, editor, "feeds:refuse", feed.code, url=feed.url, why=why)
    delete_texts(db, feed.person, feed)
    entries_changed.send(feed, db=db)
    return True


def prove(db: Session, feed: Feed, proof: Proof) -> bool:
    """Note that `feed` is its person's own, and by what that is known; False when it was before.

    What an editor refused only an editor confirms.
    """
    open_ones = ["", "refused"] if proof == "editor" else [""]
    values = {"is_theirs": True, "proof": proof, "refused_why": ""}
    changed = db.execute(
        update(Feed)
        .where(Feed.id == feed.id, Feed.is_theirs.is_(False), Feed.proof.in_(open_ones))
        .values(**values)
    )
    if not rows_changed(changed):
        return False
    entries_changed.send(feed, db=db)
    return True


def unsubscribe(db: Session, person: Person, feed: Feed) -> None:
    """Stop reading a feed and delete everything that came from it."""
    audit.record(db, person, "feed:unsubscribe", feed.code, url=feed.url)
    hide_feed(db, person, feed)
    db.delete(feed)
    db.flush()
    entries_changed.send(feed, db=db)


def show_entry(db: Session, person: Person, entry: Entry) -> bool:
    """Show a hidden entry; False when it isn't hidden (an editor may have withdrawn it)."""
    return _settle(db, person, entry, "hidden", "visible", "entry:show")


def hide_entry(db: Session, person: Person, entry: Entry) -> bool:
    """Hide a visible entry; False when it isn't visible."""
    return _settle(db, person, entry, "visible", "hidden", "entry:hide")


def withdraw_entry(db: Session, editor: Person, entry: Entry, why: str) -> bool:
    """Take an entry out of sight, where only an editor can bring it back from; who wrote it is told
    `why`."""
    return _settle(db, editor, entry, "visible", "withdrawn", "entry:withdraw", why)


def put_back_entry(db: Session, editor: Person, entry: Entry) -> bool:
    """Show a withdrawn entry again."""
    return _settle(db, editor, entry, "withdrawn", "visible", "entry:put-back")


def _settle(
    db: Session, person: Person, entry: Entry, was: str, becomes: str, what: str, why: str = ""
) -> bool:
    changed = db.execute(
        update(Entry)
        .where(Entry.id == entry.id, Entry.state == was)
        .values(state=becomes, withdrawn_why=why)
    )
    if not rows_changed(changed):
        return False
    details = {"why": why} if why else {}
    audit.record(db, person, what, entry.code, url=entry.url, **details)
    entries_changed.send(entry.feed, db=db)
    return True


@employee_left.connect
def stop_feeds(person: Person, db: Session) -> None:
    """Nothing is read any more for somebody who has left."""
    db.execute(update(Feed).where(Feed.person_id == person.id).values(state="stopped"))
