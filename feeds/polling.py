"""Reading feeds again and again: whose turn it is, what came, when to come back.

A feed is claimed by a lease, read outside of any transaction, and what came of it is stored as a
whole. A feed that fails waits longer each time, and its owner is told why.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from careers.base import clock, fetching
from careers.base.database import Database, in_turn
from careers.base.fetching import Fetched, Unreachable
from careers.base.people import Person
from feeds.models import Feed
from feeds.parsing import ParsedFeed, parse
from feeds.storing import Claim, Failed, Read, store
from feeds.waiting import SHORTEST_WAIT, retry_after

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)  # reading one feed takes at most 35 seconds
HOST_RESTS = timedelta(minutes=15)  # when one feed of a host gets no answer, its others wait
AT_ONCE = 24  # hosts; nearly all of the time is waiting for them


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


def poll_due(
    database: Database, fetch: Fetch = fetching.fetch, *, contact: str = "", most: int = 200
) -> int:
    """Read at most `most` of the feeds that are due, several hosts at once, one feed of a host at a
    time, those last that failed before: whoever waits for them holds up nobody else.

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


def poll_all_due(
    database: Database, fetch: Fetch = fetching.fetch, *, contact: str = "", at_a_time: int = 200
) -> int:
    """The same until nothing is due that was not tried: however many they are, few are held at
    once."""
    tried = 0
    while count := poll_due(database, fetch, contact=contact, most=at_a_time):
        tried += count
    return tried


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
    """Row numbers of the feeds that are due, longest waiting first, gathered by host; hosts of
    which none failed the last time come before others."""
    rows = db.execute(
        select(Feed.id, Feed.host, Feed.failures)
        .where(*_is_due(clock.now()))
        .order_by(Feed.due_at)
        .limit(most)
    )
    hosts: dict[str, list[int]] = {}
    failed: set[str] = set()
    for number, host, failures in rows:
        hosts.setdefault(host, []).append(number)
        if failures:
            failed.add(host)
    return [hosts[host] for host in sorted(hosts, key=lambda host: host in failed)]


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
        if isinstance(outcome, Failed) and (outcome.unanswered or outcome.wait):
            with database.writing() as db:
                let_rest(db, number, outcome.wait)
                db.commit()
            return tried
    return len(feeds)


def claim_feed(database: Database, feed: int) -> Claim | None:
    """Lease a due feed, so that two pollers never read the same one, nor two of one host at once;
    None when it isn't ours."""
    now = clock.now()
    other = aliased(Feed)
    host_is_free = ~exists().where(other.host == Feed.host, other.leased_until >= now)
    with database.writing() as db:
        in_turn(db, "feeds")
        taken = db.execute(
            update(Feed)
            .where(Feed.id == feed, *_is_due(now), host_is_free)
            .values(leased_until=now + LEASE)
            .returning(
                Feed.id, Feed.url, Feed.etag, Feed.last_modified,
                Feed.body_hash, Feed.failures, Feed.minutes, Feed.moved_to,
            )
            .execution_options(synchronize_session=False)
        ).one_or_none()  # fmt: skip
        db.commit()
    fields: tuple[Any, ...] = tuple(taken or ())
    return Claim(now + LEASE, *fields) if fields else None


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
        body_hash = hashlib.sha256(fetched.body).hexdigest()
        if body_hash == claim.body_hash:
            return Read(None, fetched)
        return Read(parse_fetched(fetched), fetched, body_hash)
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


def let_rest(db: Session, feed: int, wait: timedelta | None = None) -> None:
    """Put off all feeds of the host of `feed`, which does not answer or asks for patience; it
    counts as no failure of theirs."""
    now = clock.now()
    host = select(Feed.host).where(Feed.id == feed).scalar_subquery()
    db.execute(
        update(Feed)
        .where(Feed.host == host, *_is_due(now))
        .values(due_at=now + max(wait or HOST_RESTS, SHORTEST_WAIT))
        .execution_options(synchronize_session=False)
    )
