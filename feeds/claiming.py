"""Whose turn it is: feeds that are due, leased to who reads them.

A lease keeps two machines from reading the same feed, and from asking one host twice at once. It
ends by itself, so that nothing is lost with whoever held it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, union_all, update
from sqlalchemy.orm import Session

from careers.base import clock
from careers.base.database import Database, in_turn
from careers.base.people import Person
from feeds.models import EntryPicture, Feed
from feeds.storing import Claim
from feeds.waiting import SHORTEST_WAIT

LEASE = timedelta(minutes=5)  # reading one feed takes at most 20 seconds, and its parsing as long
HOST_RESTS = timedelta(minutes=15)  # when one feed of a host gets no answer, its others wait
OF_ONE_HOST = 20  # that many are claimed together: they are read one after the other

_CLAIMED = (
    Feed.id, Feed.host, Feed.url, Feed.etag, Feed.last_modified, Feed.body_hash, Feed.failures,
    Feed.minutes, Feed.moved_to, Feed.keeps_texts,
)  # fmt: skip


@dataclass(frozen=True)
class Turn:
    """Feeds of one host that are ours to read, one after the other."""

    host: str
    claims: list[Claim]
    is_slow: bool = False  # whether it let us wait the last time, or failed


def claim_due(
    database: Database, quick: int, slow: int, known_slow: Collection[str] = ()
) -> tuple[list[Turn], bool]:
    """Lease what is due of at most so many hosts that were quick the last time, and of so many that
    were slow: those in `known_slow`, and those of feeds that failed. Longest waiting first.

    Also whether anything was due, of whatever host: then there may be more.
    """
    now = clock.now()
    until = now + LEASE
    was_slow = or_(Feed.failures > 0, Feed.host.in_(known_slow) if known_slow else false())
    with database.reading() as db:  # nearly always nothing is due: no writer waits to learn that
        if db.scalar(select(Feed.id).where(*_is_due(now)).limit(1)) is None:
            return [], False
    with database.writing() as db:
        in_turn(db, "feeds")
        turns: list[Turn] = []
        taken: set[str] = set()
        for hosts, lane in ((quick, ~was_slow), (slow, was_slow)):
            found = _by_host(db, now, hosts, lane, taken, until) if hosts > 0 else {}
            taken |= found.keys()
            turns += [Turn(host, claims, lane is was_slow) for host, claims in found.items()]
        numbers = [claim.feed for turn in turns for claim in turn.claims]
        db.execute(
            update(Feed)
            .where(Feed.id.in_(numbers))
            .values(leased_until=until)
            .execution_options(synchronize_session=False)
        )
        db.commit()
    return turns, True


def _by_host(
    db: Session, now: datetime, hosts: int, lane: ColumnElement[bool], taken: Collection[str],
    until: datetime,
) -> dict[str, list[Claim]]:  # fmt: skip
    """What is due in one lane, gathered by host."""
    rows = db.execute(
        select(*_CLAIMED)
        .where(*_is_due(now), lane, Feed.host.not_in(busy_hosts(now)))
        .order_by(Feed.due_at)
        .limit(4 * hosts)
    )
    found: dict[str, list[Claim]] = {}
    for row in rows:
        claim = _claim(until, row)
        if claim.host in taken or (claim.host not in found and len(found) == hosts):
            continue
        if len(of_host := found.setdefault(claim.host, [])) < OF_ONE_HOST:
            of_host.append(claim)
    return found


def claim_feed(database: Database, feed: int) -> Claim | None:
    """Lease one feed that is due; None when it or its host is somebody else's just now."""
    now = clock.now()
    until = now + LEASE
    with database.writing() as db:
        in_turn(db, "feeds")
        is_free = and_(Feed.id == feed, *_is_due(now), Feed.host.not_in(busy_hosts(now)))
        row = db.execute(select(*_CLAIMED).where(is_free)).one_or_none()
        if row is None:
            return None
        db.execute(
            update(Feed)
            .where(Feed.id == feed)
            .values(leased_until=until)
            .execution_options(synchronize_session=False)
        )
        db.commit()
    return _claim(until, row)


def _claim(until: datetime, row: Any) -> Claim:
    return Claim(until, *row)


def _is_due(now: datetime) -> list[ColumnElement[bool]]:
    return [
        Feed.state == "read",
        Feed.due_at <= now,
        or_(Feed.leased_until.is_(None), Feed.leased_until < now),
        Feed.person_id.in_(select(Person.id).where(Person.status == "active")),
    ]


def busy_hosts(now: datetime) -> Any:
    """The hosts that somebody is asking for a feed or a picture at `now`."""
    pictures = select(EntryPicture.host).where(EntryPicture.leased_until >= now)
    return union_all(select(Feed.host).where(Feed.leased_until >= now), pictures)


def give_back(db: Session, claims: Collection[Claim]) -> None:
    """End the leases of feeds that were not read: they stay due."""
    for until in {claim.until for claim in claims}:
        ours = [claim.feed for claim in claims if claim.until == until]
        db.execute(
            update(Feed)
            .where(Feed.id.in_(ours), Feed.leased_until == until)
            .values(leased_until=None)
            .execution_options(synchronize_session=False)
        )


def let_rest(db: Session, host: str, wait: timedelta | None = None) -> None:
    """Put off all feeds of `host`, which does not answer or asks for patience; it counts as no
    failure of theirs."""
    now = clock.now()
    db.execute(
        update(Feed)
        .where(Feed.host == host, *_is_due(now))
        .values(due_at=now + max(wait or HOST_RESTS, SHORTEST_WAIT))
        .execution_options(synchronize_session=False)
    )
