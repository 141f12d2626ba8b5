"""Reading feeds again and again: whose turn it is, what came, when to come back.

A feed is claimed by a lease, read outside of any transaction, and what came of it is stored as a
whole. A feed that fails waits longer each time, and its owner is told why.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Protocol, Self

import structlog
from sqlalchemy.orm import Session

from careers.base import clock, fetching
from careers.base.database import Database
from careers.base.fetching import Fetched, Unreachable
from feeds.claiming import Turn, claim_due, claim_feed, give_back, let_rest
from feeds.parsing import ParsedFeed, parse
from feeds.storing import Claim, Failed, Read, is_unchanged, store, store_unchanged
from feeds.waiting import retry_after

log = structlog.get_logger(__name__)

PLACES = 24  # hosts that are read at once; who keeps us waiting longer than this holds no place
SLOW_AFTER = 2.0  # seconds
SLOW_PLACES = 40  # hosts, beside them, that were slow or failed the last time
AT_ONCE = 120  # hosts in all, with those that are slow for the first time
LOOK_EVERY = 1.0  # seconds
MOST_SLOW = 1_000  # hosts that are remembered to be
GATHERED = 0.05  # seconds in which what comes is stored together
ENOUGH = timedelta(minutes=1)  # what a lease must still last for another feed to be read


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
    database: Database, fetch: Fetch = fetching.fetch, *, contact: str = "", places: int = PLACES
) -> int:
    """Read every feed that is due, of at most so many hosts at once; the number that were tried.

    `contact` is the address that sites are told.
    """
    with Poller(database, fetch, contact=contact, places=places) as poller:
        return poller.read_due()


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


@dataclass(frozen=True)
class _Came:
    """What came of one feed, and how long its site took. `left`, with the last one of a host, are
    those of its feeds that are not read now."""

    claim: Claim
    outcome: Read | Failed
    seconds: float
    is_last: bool
    left: tuple[Claim, ...]


class Poller:
    """Reads feeds of many hosts at once, of each host one feed at a time.

    Threads wait for the sites and parse; the thread that calls stores what they bring. A host that
    keeps us waiting gives up its place, and has one among the slow ones the next time: nobody
    else's feed waits for it.
    """

    def __init__(
        self, database: Database, fetch: Fetch = fetching.fetch, *, contact: str = "",
        places: int = PLACES,
    ) -> None:  # fmt: skip
        self.fetch = fetch
        self._database, self._contact, self._places = database, contact, places
        self._came: SimpleQueue[_Came] = SimpleQueue()
        self._reading: dict[str, tuple[Turn, float]] = {}  # by host, and since when
        self._slow: dict[str, None] = {}  # hosts, in the order in which they were found to be
        self._looked, self._has_ended = 0.0, False  # for what is due; a host, since then
        self._is_over = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Give back what is still being read: whoever comes next reads it."""
        self._is_over = True
        claims = [claim for turn, _since in self._reading.values() for claim in turn.claims]
        if claims:
            self._write(lambda db: give_back(db, claims))

    def read_due(self, seconds: float | None = None, stop: threading.Event | None = None) -> int:
        """Read until nothing is due, or for so many seconds, or until `stop`: what is slow goes on
        then, and the next call stores it. The number of feeds that were tried.
        """
        ends = None if seconds is None else time.monotonic() + seconds
        tried, is_more = 0, True
        while stop is None or not stop.is_set():
            is_more = is_more and self._begin()
            left = LOOK_EVERY if ends is None else ends - time.monotonic()
            if left <= 0 or not self._reading:
                break
            came = self._gather(min(left, LOOK_EVERY))
            tried += len(came)
            self._store(came)
        return tried

    def _begin(self) -> bool:
        """Begin to read what is due, as far as there are places; whether there is more."""
        now = time.monotonic()
        quick = [since for turn, since in self._reading.values() if not turn.is_slow]
        waiting = sum(now - since < SLOW_AFTER for since in quick)
        room = AT_ONCE - len(self._reading)
        free = max(0, min(self._places - waiting, room))
        is_late = now - self._looked > LOOK_EVERY
        if self._reading and not (is_late or (self._has_ended and free >= self._places / 2)):
            return True  # looking costs more than places that stay empty for a moment
        self._looked, self._has_ended = now, False
        slow = min(SLOW_PLACES - (len(self._reading) - len(quick)), room - free)
        turns, is_more = claim_due(self._database, free, slow, self._slow)
        for turn in turns:
            self._reading[turn.host] = turn, now
            threading.Thread(
                target=copy_context().run, args=(self._read_host, turn), name="feeds", daemon=True
            ).start()
        return is_more

    def _read_host(self, turn: Turn) -> None:
        """Read the feeds of one host, unless it does not answer or the lease is nearly over."""
        for number, claim in enumerate(turn.claims, start=1):
            outcome, seconds = self._read(claim)
            is_last = (
                number == len(turn.claims)
                or rests(outcome)
                or self._is_over
                or clock.now() > claim.until - ENOUGH
            )
            left = tuple(turn.claims[number:]) if is_last else ()
            self._came.put(_Came(claim, outcome, seconds, is_last, left))
            if is_last:
                return

    def _read(self, claim: Claim) -> tuple[Read | Failed, float]:
        took = 0.0

        def timed(url: str, **options: Any) -> Fetched:
            nonlocal took
            began = time.monotonic()
            try:
                return self.fetch(url, **options)
            finally:
                took = time.monotonic() - began

        return read_feed(claim, timed, self._contact), took

    def _gather(self, seconds: float) -> list[_Came]:
        """What came, waiting at most so many seconds for the first, and a moment for others."""
        try:
            came = [self._came.get(timeout=seconds)]
        except Empty:
            return []
        if len(self._reading) > 1 or not came[0].is_last:
            time.sleep(GATHERED)
        while not self._came.empty():
            came.append(self._came.get())
        return came

    def _store(self, came: Sequence[_Came]) -> None:
        """Write what came: all that has not changed in one statement, anything else by itself."""
        unchanged: list[tuple[Claim, Read]] = []
        others = []
        for one in came:
            if one.is_last:
                self._end(one)
            if isinstance(one.outcome, Read) and is_unchanged(one.claim, one.outcome):
                unchanged.append((one.claim, one.outcome))
            else:
                others.append(one)
        if unchanged:
            self._write(lambda db: store_unchanged(db, unchanged))
        for one in others:
            self._write(partial(_store_one, one))
        if left := [claim for one in came for claim in one.left]:
            self._write(lambda db: give_back(db, left))
        for one in came:
            if isinstance(one.outcome, Failed) and rests(one.outcome):
                self._write(partial(let_rest, host=one.claim.host, wait=one.outcome.wait))

    def _end(self, last: _Came) -> None:
        """A host has its turn behind it, and is slow or quick from now on."""
        del self._reading[last.claim.host]
        self._has_ended = True
        self._slow.pop(last.claim.host, None)
        if last.seconds > SLOW_AFTER:
            self._slow[last.claim.host] = None
            if len(self._slow) > MOST_SLOW:
                del self._slow[next(iter(self._slow))]

    def _write(self, act: Callable[[Session], object]) -> None:
        try:
            with self._database.writing() as db:
                act(db)
                db.commit()
        except Exception:  # the database, for instance: the lease ends and the feed is due again
            log.exception("what came of feeds could not be stored")


def _store_one(one: _Came, db: Session) -> None:
    store(db, one.claim, one.outcome)


def rests(outcome: Read | Failed) -> bool:
    """Whether other feeds of the same host needn't be tried now."""
    return isinstance(outcome, Failed) and (outcome.unanswered or outcome.wait is not None)


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
        return Read(parse_fetched(fetched, claim.keeps_texts), fetched, body_hash)
    except Unreachable as error:
        return Failed(error.reason, unanswered=error.reason in UNANSWERED)
    except Exception:
        log.exception("a feed could not be read", url=claim.url)
        return Failed(BROKE)


UNANSWERED = {fetching.NO_ANSWER, fetching.TOO_SLOW, fetching.NO_SUCH_HOST}


def parse_fetched(fetched: Fetched, with_texts: bool = False) -> ParsedFeed:
    """The feed in an answer. Raises `feeds.parsing.NotRead`."""
    content_type = fetched.headers.get("content-type", "")
    return parse(fetched.body, fetched.url, content_type, clock.now(), with_texts)


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
