"""Reading feeds again and again: whose turn it is, what came, when to come back.

A feed is claimed by a lease, read outside of any transaction, and what came of it is stored as a
whole. A feed that fails waits longer each time, and its owner is told why.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import structlog
from blinker import Signal
from sqlalchemy import ColumnElement, insert, or_, select, update
from sqlalchemy.orm import Session

from careers.base import clock, fetching
from careers.base.database import Database
from careers.base.fetching import Fetched, Unreachable
from careers.base.people import Person
from feeds.models import Entry, Feed
from feeds.parsing import ParsedFeed, parse

log = structlog.get_logger(__name__)

entries_changed = Signal()
"""Sent as `entries_changed.send(feed, db=session)` in the transaction in which entries of `feed`
came, were edited, shown, hidden, withdrawn or deleted."""

EVERY = timedelta(hours=1)
LONGEST_WAIT = timedelta(hours=24)
SHORTEST_WAIT = timedelta(minutes=10)
LEASE = timedelta(minutes=5)  # reading one feed takes at most 35 seconds
HOST_RESTS = timedelta(minutes=15)  # when one feed of a host gets no answer, its others wait
AT_ONCE = 8
MOVED_AFTER = 3  # the same permanent redirect, in a row


def _(words: str) -> str:
    """Mark `words` for the catalogues; the page that shows a feed's health translates them."""
    return words


GONE = _("The site says that this feed is gone for good. It is no longer read.")
BROKE = _("Something broke on our side while this feed was read. We will try again.")
REFUSALS = {
    401: _("The site wants a password for this feed."),
    403: _("The site refuses to let us read this feed."),
    404: _("There is nothing at this address any more."),
    429: _("The site asks us to come back less often."),
    503: _("The site is busy and asks us to come back later."),
}
SERVER_FAILED = _("The site has a problem of its own.")
UNEXPECTED = _("The site gave an answer that we do not understand.")


class Fetch(Protocol):
    """`careers.base.fetching.fetch`, or what a test hands in."""

    def __call__(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        contact: str = "",
    ) -> Fetched:
        """What lies at `url`. Raises Unreachable."""  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """A feed that is ours to read until `until`; nobody else's lease ends in that moment."""

    feed: int
    until: datetime
    url: str
    etag: str | None
    last_modified: str | None
    failures: int


@dataclass(frozen=True)
class Read:
    """The feed was read; `parsed` is None when it has not changed since."""

    parsed: ParsedFeed | None
    fetched: Fetched


@dataclass(frozen=True)
class Failed:
    """The feed was not read."""

    reason: str
    wait: timedelta | None = None  # what the site asks for
    stop: bool = False
    unanswered: bool = False  # the host's other feeds needn't be tried now


def poll_due(
    database: Database, fetch: Fetch = fetching.fetch, *, contact: str = "", most: int = 200
) -> int:
    """Read every feed that is due, several hosts at once, one feed of a host at a time.

    The number of feeds that were tried. `contact` is the address that sites are told.
    """
    with database.reading() as db:
        hosts = due_feeds_by_host(db, most)
    if not hosts:
        return 0
    with ThreadPoolExecutor(min(AT_ONCE, len(hosts)), thread_name_prefix="feeds") as pool:
        tried = [
            pool.submit(copy_context().run, _poll_host, database, feeds, fetch, contact)
            for feeds in hosts
        ]
        return sum(one.result() for one in tried)


def poll_feed(
    database: Database, feed: int, fetch: Fetch = fetching.fetch, *, contact: str = ""
) -> Read | Failed | None:
    """Read the feed with the row number `feed` if it is due; None when somebody else has it."""
    claim = claim_feed(database, feed)
    if claim is None:
        return None
    outcome = read_feed(claim, fetch, contact)
    with database.writing() as db:
        store(db, claim, outcome)
        db.commit()
    return outcome


def due_feeds_by_host(db: Session, most: int) -> list[list[int]]:
    """Row numbers of the feeds that are due, longest waiting first, gathered by host."""
    rows = db.execute(
        select(Feed.id, Feed.url).where(*_is_due(clock.now())).order_by(Feed.due_at).limit(most)
    )
    hosts: dict[str, list[int]] = {}
    for number, url in rows:
        hosts.setdefault(urlsplit(url).hostname or "", []).append(number)
    return list(hosts.values())


def _is_due(now: datetime) -> list[ColumnElement[bool]]:
    return [
        Feed.state == "read",
        Feed.due_at <= now,
        or_(Feed.leased_until.is_(None), Feed.leased_until < now),
        Feed.person_id.in_(select(Person.id).where(Person.status == "active")),
    ]


def _poll_host(database: Database, feeds: list[int], fetch: Fetch, contact: str) -> int:
    for tried, number in enumerate(feeds, start=1):
        try:
            outcome = poll_feed(database, number, fetch, contact=contact)
        except Exception:  # the database, for instance: the lease ends and the feed is due again
            log.exception("a feed could not be polled", feed=number)
            continue
        if isinstance(outcome, Failed) and outcome.unanswered and feeds[tried:]:
            with database.writing() as db:
                let_rest(db, feeds[tried:])
                db.commit()
            return tried
    return len(feeds)


def claim_feed(database: Database, feed: int) -> Claim | None:
    """Lease a due feed, so that two pollers never read the same one; None when it isn't ours."""
    now = clock.now()
    with database.writing() as db:
        taken = db.execute(
            update(Feed)
            .where(Feed.id == feed, *_is_due(now))
            .values(leased_until=now + LEASE)
            .returning(
                Feed.id, Feed.leased_until, Feed.url, Feed.etag, Feed.last_modified, Feed.failures
            )
        ).one_or_none()
        db.commit()
    if taken is None:
        return None
    number, until, url, etag, last_modified, failures = taken
    assert until is not None
    return Claim(number, until, url, etag, last_modified, failures)


def read_feed(claim: Claim, fetch: Fetch, contact: str) -> Read | Failed:
    """What lies at the feed's address; touches no database and raises nothing."""
    try:
        fetched = fetch(
            claim.url, etag=claim.etag, last_modified=claim.last_modified, contact=contact
        )
        if fetched.status == 304:
            return Read(None, fetched)
        if fetched.status != 200:
            return _refused(fetched)
        return Read(parse_fetched(fetched), fetched)
    except Unreachable as error:
        return Failed(error.reason, unanswered=error.reason in _UNANSWERED)
    except Exception:
        log.exception("a feed could not be read", url=claim.url)
        return Failed(BROKE)


_UNANSWERED = {fetching.NO_ANSWER, fetching.TOO_SLOW, fetching.NO_SUCH_HOST}


def parse_fetched(fetched: Fetched) -> ParsedFeed:
    """The feed in an answer. Raises `feeds.parsing.NotRead`."""
    content_type = fetched.headers.get("content-type", "")
    return parse(fetched.body, fetched.url, content_type, clock.now())


def why_refused(status: int) -> str:
    """What a status other than 200 and 304 means to the feed's owner, as a message id."""
    if status == 410:
        return GONE
    return REFUSALS.get(status, SERVER_FAILED if status >= 500 else UNEXPECTED)


def _refused(fetched: Fetched) -> Failed:
    wait = retry_after(fetched.headers.get("retry-after", ""), clock.now())
    return Failed(
        why_refused(fetched.status),
        wait=wait if fetched.status in {429, 503} else None,
        stop=fetched.status == 410,
    )


def retry_after(header: str, now: datetime) -> timedelta | None:
    """What a Retry-After header asks for (RFC 9110, 10.2.3), at most a day; None if nothing."""
    header = header.strip()
    if header.isascii() and header.isdigit():
        return timedelta(seconds=min(int(header[:9]), LONGEST_WAIT.total_seconds()))
    try:
        asked: timedelta = parsedate_to_datetime(header) - now
        return max(timedelta(0), min(asked, LONGEST_WAIT))
    except (TypeError, ValueError):  # unreadable, or a date without a zone
        return None


def wait_after_failure(failures: int, jitter: Callable[[], float] = random.random) -> timedelta:
    """How long a feed rests after `failures` in a row: 1 h, 2 h, 4 h, … up to a day, ± 20 %."""
    doubled = EVERY * float(2 ** min(failures - 1, 10))
    return min(min(doubled, LONGEST_WAIT) * (0.8 + 0.4 * jitter()), LONGEST_WAIT)


def wait_after_success(headers: dict[str, str]) -> timedelta:
    """How long a feed rests when it was read: an hour, or as long as its own max-age says."""
    for part in headers.get("cache-control", "").lower().split(","):
        name, _sign, value = part.strip().partition("=")
        if name == "max-age" and value.isascii() and value.isdigit():
            return min(max(EVERY, timedelta(seconds=int(value[:9]))), LONGEST_WAIT)
    return EVERY


# -- storing what came -----------------------------------------------------------------------


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
    if not kept.rowcount:  # type: ignore[attr-defined]
        return False
    db.expire_all()
    if isinstance(outcome, Read):
        feed = db.get_one(Feed, claim.feed)
        _note_move(db, feed, outcome.fetched.permanent_url)
        if outcome.parsed is not None:
            _store_entries(db, feed, outcome.parsed)
            entries_changed.send(feed, db=db)
    return True


def _after_reading(claim: Claim, outcome: Read) -> dict[str, Any]:
    now = clock.now()
    changes: dict[str, Any] = {
        "fetched_at": now,
        "due_at": now + wait_after_success(outcome.fetched.headers),
        "failures": 0,
        "last_error": None,
    }
    if outcome.parsed is not None:
        etag, modified = outcome.fetched.etag, outcome.fetched.last_modified
        changes |= {
            "etag": etag if etag and len(etag) <= 500 else None,
            "last_modified": modified if modified and len(modified) <= 100 else None,
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
        feed.url, feed.moved_to, feed.moved_times = to, None, 0


def _store_entries(db: Session, feed: Feed, parsed: ParsedFeed) -> None:
    now = clock.now()
    keys = [entry.key for entry in parsed.entries]
    known = {
        entry.key: entry
        for entry in db.scalars(select(Entry).where(Entry.feed_id == feed.id, Entry.key.in_(keys)))
    }
    state = "visible" if feed.shows == "everything" else "hidden"
    new: list[dict[str, Any]] = []
    for found in reversed(parsed.entries):  # the newest comes first in a feed, and last here
        entry, said = known.get(found.key), asdict(found)
        if entry is None:
            said["published_at"] = found.published_at or now
            new.append({**said, "feed_id": feed.id, "state": state, "fetched_at": now})
        elif entry.content_hash != found.content_hash:
            said["published_at"] = found.published_at or entry.published_at
            for name, value in said.items():
                setattr(entry, name, value)
    if new:
        db.execute(insert(Entry), new)
    db.flush()


def let_rest(db: Session, feeds: list[int]) -> None:
    """Put off feeds of a host that does not answer; it counts as no failure of theirs."""
    now = clock.now()
    db.execute(
        update(Feed)
        .where(Feed.id.in_(feeds), *_is_due(now))
        .values(due_at=now + HOST_RESTS)
        .execution_options(synchronize_session=False)
    )
