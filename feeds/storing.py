"""Storing what came of reading a feed, as a whole, in one transaction."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from blinker import Signal
from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from careers.base import clock, prose
from careers.base.database import rows_changed
from careers.base.fetching import Fetched
from feeds.models import Entry, EntryText, Feed, host_of
from feeds.parsing import ParsedFeed
from feeds.waiting import (
    LATEST,
    SHORTEST_WAIT,
    usual_minutes,
    wait_after_failure,
    wait_after_success,
)

entries_changed = Signal()
"""Sent as `entries_changed.send(feed, db=session)` in the transaction in which entries of `feed`
came, were edited, shown, hidden, withdrawn or deleted."""

MOVED_AFTER = 3  # the same permanent redirect, in a row


@dataclass(frozen=True)
class Claim:
    """A feed that is ours to read until `until`; nobody else's lease ends in that moment."""

    until: datetime
    feed: int
    host: str
    url: str
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    failures: int
    minutes: int
    moved_to: str | None
    keeps_texts: bool = False


@dataclass(frozen=True)
class Read:
    """The feed was read; `parsed` is None when it has not changed since."""

    parsed: ParsedFeed | None
    fetched: Fetched
    body_hash: str | None = None


@dataclass(frozen=True)
class Failed:
    """The feed was not read."""

    reason: str
    wait: timedelta | None = None  # what the site asks for
    stop: bool = False
    unanswered: bool = False  # the host's other feeds needn't be tried now


def store(db: Session, claim: Claim, outcome: Read | Failed) -> bool:
    """Write what came of reading, in the caller's transaction.

    False when the lease has passed to somebody else or the feed is gone: then nothing is written.
    """
    changes = (
        _after_reading(claim, outcome) if isinstance(outcome, Read) else _after(claim, outcome)
    )
    kept = db.execute(
        update(Feed)
        .where(Feed.id == claim.feed, Feed.leased_until == claim.until)
        .values(leased_until=None, **changes)
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(kept):
        return False
    if not isinstance(outcome, Read):
        return True
    if outcome.parsed or outcome.fetched.permanent_url or claim.moved_to:
        db.expire_all()
        feed = db.get_one(Feed, claim.feed)
        _note_move(db, feed, outcome.fetched.permanent_url)
        if outcome.parsed is not None:
            _store_entries(db, feed, outcome.parsed)
            if feed.keeps_texts and claim.keeps_texts:
                _store_texts(db, feed, outcome.parsed)
            entries_changed.send(feed, db=db)
    return True


def is_unchanged(claim: Claim, outcome: Read | Failed) -> bool:
    """Whether nothing is to be written but that a feed was read."""
    return (
        isinstance(outcome, Read)
        and outcome.parsed is None
        and outcome.fetched.permanent_url is None
        and claim.moved_to is None
    )


def store_unchanged(db: Session, read: Sequence[tuple[Claim, Read]]) -> None:
    """Write that feeds were read and nothing was new, as `store` does, in one statement."""
    rows = [
        {"this_feed": claim.feed, "ours_until": claim.until, **_after_reading(claim, outcome)}
        for claim, outcome in read
    ]
    table = Feed.__table__
    named = [name for name in rows[0] if name not in {"this_feed", "ours_until"}]
    db.connection().execute(
        update(Feed)
        .where(
            table.c.id == bindparam("this_feed"), table.c.leased_until == bindparam("ours_until")
        )
        .values(leased_until=None, **{name: bindparam(name) for name in named}),
        rows,
    )


def _minutes_after(claim: Claim, parsed: ParsedFeed | None, now: datetime) -> int:
    """The same for a feed that was read just now: a little more each time nothing is new."""
    if parsed is None:
        return min(claim.minutes * 5 // 4, LATEST)
    return usual_minutes([one.published_at for one in parsed.entries if one.published_at], now)


def _after_reading(claim: Claim, outcome: Read) -> dict[str, Any]:
    now = clock.now()
    minutes = _minutes_after(claim, outcome.parsed, now)
    asked = outcome.parsed.minutes if outcome.parsed else 0
    changes: dict[str, Any] = {
        "fetched_at": now,
        "minutes": minutes,
        "due_at": now + wait_after_success(outcome.fetched.headers, minutes, asked),
        "failures": 0,
        "last_error": None,
    }
    if outcome.parsed is not None:
        etag, modified = outcome.fetched.etag, outcome.fetched.last_modified
        changes |= {
            "etag": etag if etag and len(etag) <= 500 else None,
            "last_modified": modified if modified and len(modified) <= 100 else None,
            "body_hash": outcome.body_hash,
            "home": outcome.parsed.home,
            "language": outcome.parsed.language,
            "source": outcome.parsed.source,
        }
        if outcome.parsed.title:
            changes["title"] = outcome.parsed.title
    return changes


def _after(claim: Claim, outcome: Failed) -> dict[str, Any]:
    failures = claim.failures + 1
    wait = wait_after_failure(failures)
    if outcome.wait is not None:
        wait = max(outcome.wait, SHORTEST_WAIT)
    return {
        "failures": failures,
        "last_error": outcome.reason[:300],
        "due_at": clock.now() + wait,
        **({"state": "stopped"} if outcome.stop else {}),
    }


def _note_move(db: Session, feed: Feed, to: str | None) -> None:
    """Take over a new address once the old one has named it three times in a row."""
    if to is None or to == feed.url:
        feed.moved_to, feed.moved_times = None, 0
        return
    feed.moved_times = feed.moved_times + 1 if feed.moved_to == to else 1
    feed.moved_to = to
    if feed.moved_times < MOVED_AFTER:
        return
    taken = select(Feed.id).where(Feed.person_id == feed.person_id, Feed.url == to)
    if db.scalar(taken) is None:
        feed.url, feed.host, feed.moved_to, feed.moved_times = to, host_of(to), None, 0


def _store_entries(db: Session, feed: Feed, parsed: ParsedFeed) -> None:
    now = clock.now()
    known = _known_again(db, feed, parsed)
    new: list[dict[str, Any]] = []
    for found in reversed(parsed.entries):  # the newest comes first in a feed, and last here
        entry = known.get(found.key)
        said = asdict(found) | {"tags": list(found.tags)}
        del said["text"]
        if entry is None:
            said["published_at"] = found.published_at or now
            state = (
                "visible"
                if shows_at_once(feed, found.title, found.excerpt, found.tags)
                else "hidden"
            )
            new.append({**said, "feed_id": feed.id, "state": state, "fetched_at": now})
        elif (entry.content_hash, entry.key) != (found.content_hash, found.key):
            said["published_at"] = found.published_at or entry.published_at
            for name, value in said.items():
                setattr(entry, name, value)
    if new:
        db.execute(insert(Entry), new)
    db.flush()


def _store_texts(db: Session, feed: Feed, parsed: ParsedFeed) -> None:
    """Keep the whole text of each entry that has one, and none of one that no longer has."""
    texts = {found.key: found.text for found in parsed.entries}
    rows = db.execute(
        select(Entry.id, Entry.key, EntryText.html_hash)
        .outerjoin(EntryText, EntryText.entry_id == Entry.id)
        .where(Entry.feed_id == feed.id, Entry.key.in_(texts))
    ).all()
    kept = {row.id: (texts[row.key], row.html_hash) for row in rows}
    hashes = {
        number: hashlib.sha256(html.encode()).hexdigest()
        for number, (html, _was) in kept.items()
        if html
    }
    changed = [number for number, (_html, was) in kept.items() if hashes.get(number) != was]
    if not changed:
        return
    db.execute(delete(EntryText).where(EntryText.entry_id.in_(changed)))
    new = [
        {"entry_id": number, "html": kept[number][0], "html_hash": hashes[number]}
        for number in changed
        if number in hashes
    ]
    if new:
        db.execute(insert(EntryText), new)
    db.execute(
        update(Entry), [{"id": number, "minutes": _minutes(kept[number][0])} for number in changed]
    )


def _minutes(html: str) -> int:
    """To read a whole text; 0 for none."""
    return prose.reading_minutes(prose.plain_text(html)) if html else 0


def _known_again(db: Session, feed: Feed, parsed: ParsedFeed) -> dict[str, Entry]:
    """The entries that are kept already, by the key that each has now: known by what identifies
    them, else by their link, else by what they say."""
    of_feed = select(Entry).where(Entry.feed_id == feed.id)
    keys = [entry.key for entry in parsed.entries]
    known = {entry.key: entry for entry in db.scalars(of_feed.where(Entry.key.in_(keys)))}
    others = [entry for entry in parsed.entries if entry.key not in known]
    if not others:
        return known
    links = Counter(entry.url for entry in parsed.entries)
    urls = [entry.url for entry in others if links[entry.url] == 1]
    hashes = [entry.content_hash for entry in others]
    like = or_(Entry.url.in_(urls), Entry.content_hash.in_(hashes))
    kept = [one for one in db.scalars(of_feed.where(like)) if one.key not in known]
    kept_links = Counter(one.url for one in kept)
    by_link = {one.url: one for one in kept if kept_links[one.url] == 1}
    by_content = {one.content_hash: one for one in kept}
    for found in others:
        entry = by_link.get(found.url) if links[found.url] == 1 else None
        entry = entry or by_content.get(found.content_hash)
        if entry is not None and entry not in known.values():
            known[found.key] = entry
    return known


def shows_at_once(feed: Feed, title: str, excerpt: str, tags: Sequence[str]) -> bool:
    """Whether `feed` shows an entry that says this as soon as it comes."""
    if feed.shows == "with words":
        return has_words(feed.words, title, excerpt, tags)
    return feed.shows == "everything"


def has_words(words: Sequence[str], title: str, excerpt: str, tags: Sequence[str]) -> bool:
    """Whether one of `words` is among the tags, or stands as whole words in what is said.

    Capitals and a # before a word make no difference.
    """
    known = {tag.casefold() for tag in tags}
    text = f"{title}\n{excerpt}".casefold()
    for word in words:
        plain = word.strip().lstrip("#").casefold()
        if plain and (plain in known or re.search(rf"(?<!\w){re.escape(plain)}(?!\w)", text)):
            return True
    return False
