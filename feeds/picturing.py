"""Fetching the pictures that there are to be, and making them anew.

One at a time of each host, beside its feeds, by whoever has leased it; opened in a process of its
own. One that cannot be had is tried again a few times, and then left out: its entry stays.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import threading
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy import ColumnElement, CursorResult, or_, select, update
from sqlalchemy.orm import Session

from careers.base import clock, fetching, forgetting, storage
from careers.base.config import Settings
from careers.base.database import Database, in_turn, rows_changed
from careers.base.fetching import Fetched, Unreachable
from careers.base.pictures import MOST_BYTES, Made
from feeds.claiming import HOST_RESTS, LEASE, busy_hosts
from feeds.models import EntryPicture
from feeds.pictures import FILES, SMALLEST, WIDTHS
from feeds.polling import GONE, UNANSWERED, why_refused
from feeds.waiting import SHORTEST_WAIT, retry_after

log = structlog.get_logger(__name__)

PLACES = 4  # hosts that are asked at once
OPENED_AT_ONCE = 2  # pictures
SECONDS = 60.0  # of waiting for one to be opened; of processor it has fifteen
ACCEPT = "image/webp, image/png, image/jpeg, */*;q=0.1"
# How long after each failure one is tried again; after the last it is left out.
WAITS = (timedelta(minutes=15), timedelta(hours=2), timedelta(hours=12), timedelta(days=2))


def _(words: str) -> str:
    """Mark `words` for the catalogues; whoever shows a reason translates it then."""
    return words


NO_PICTURE = _("What lies there is not a JPEG, PNG or WebP picture that can be read.")
REASONS = {
    "pixels": _("This picture has more than 25 million pixels."),
    "small": _("This picture is too small to be shown."),
}
BROKE = _("Something broke on our side while this picture was fetched. We will try again.")
# What does not become better by waiting.
_FOR_GOOD = {
    NO_PICTURE, *REASONS.values(), GONE, fetching.NOT_AN_ADDRESS, fetching.TOO_LONG,
    fetching.HAS_PASSWORD, fetching.OTHER_PORT, fetching.NOT_PUBLIC, fetching.TOO_LARGE,
    fetching.TOO_MANY_HOPS, fetching.DOWNGRADED,
}  # fmt: skip


class Fetch(Protocol):
    """`careers.base.fetching.fetch`, or what a test hands in."""

    def __call__(self, url: str, *, limit_bytes: int, accept: str, contact: str) -> Fetched:
        """What lies at `url`. Raises Unreachable."""


@dataclass(frozen=True)
class Claim:
    """A picture that is ours to fetch until `until`; nobody else's lease ends in that moment."""

    until: datetime
    picture: int
    url: str
    host: str
    failures: int


@dataclass(frozen=True)
class NotHad:
    """A picture was not had, and why; `wait` is what its site asks for."""

    reason: str
    wait: timedelta | None = None


def fetch_due(
    database: Database, settings: Settings, fetch: Fetch = fetching.fetch,
    stop: threading.Event | None = None,
) -> int:  # fmt: skip
    """Fetch the pictures that are due, all or until `stop`; how many were tried."""
    tried: list[Claim] = []

    def go_on() -> None:
        try:
            while (stop is None or not stop.is_set()) and (claim := claim_next(database)):
                store(database, settings, claim, picture_at(claim.url, fetch, settings.base_url))
                tried.append(claim)
        except Exception:  # the database, for instance; leases end, and what is due stays due
            log.exception("pictures could not be fetched")

    with database.reading() as db:  # nearly always nothing is due: no writer waits to learn that
        if db.scalar(select(EntryPicture.id).where(*_is_due(clock.now())).limit(1)) is None:
            return 0
    places = [
        threading.Thread(target=copy_context().run, args=(go_on,), name="pictures", daemon=True)
        for _place in range(PLACES)
    ]
    for place in places:
        place.start()
    for place in places:
        place.join()
    return len(tried)


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        EntryPicture.state == "due",
        EntryPicture.due_at <= now,
        EntryPicture.entry_id.is_not(None),
        or_(EntryPicture.leased_until.is_(None), EntryPicture.leased_until < now),
    )


def claim_next(database: Database) -> Claim | None:
    """Lease the picture that waits longest, of a host that nobody asks for anything just now."""
    now = clock.now()
    with database.writing() as db:
        in_turn(db, "feeds")
        row = db.execute(
            select(EntryPicture.id, EntryPicture.url, EntryPicture.host, EntryPicture.failures)
            .where(*_is_due(now), EntryPicture.host.not_in(busy_hosts(now)))
            .order_by(EntryPicture.due_at, EntryPicture.id)
            .limit(1)
        ).one_or_none()
        if row is None:
            return None
        _note(db, EntryPicture.id == row.id, leased_until=now + LEASE)
        db.commit()
    return Claim(now + LEASE, *row)


def _note(db: Session, *which: ColumnElement[bool], **values: Any) -> CursorResult[Any]:
    """Write what no page shows: past the session, so that no page is made anew for it."""
    return db.connection().execute(update(EntryPicture).where(*which).values(**values))


def picture_at(url: str, fetch: Fetch, contact: str) -> Made | NotHad:
    """The picture that lies at `url`, made anew; touches no database and raises nothing."""
    try:
        fetched = fetch(url, limit_bytes=MOST_BYTES, accept=ACCEPT, contact=contact)
        if fetched.status != 200:
            asked = retry_after(fetched.headers.get("retry-after", ""), clock.now())
            return NotHad(why_refused(fetched.status), asked)
        return made_anew(fetched.body)
    except Unreachable as error:
        return NotHad(error.reason)
    except Exception:
        log.exception("a picture could not be fetched", url=url)
        return NotHad(BROKE)


_PLACES = threading.BoundedSemaphore(OPENED_AT_ONCE)


def made_anew(content: bytes) -> Made | NotHad:
    """What is kept of a picture: the pixels alone, in the sizes in which it is shown."""
    environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-P", "-m", "feeds.picture_child", str(SMALLEST)]
    try:
        with _PLACES:
            done = subprocess.run(  # noqa: S603
                [*command, *map(str, WIDTHS)],
                input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS,
                env=environment, cwd="/", check=False,
            )  # fmt: skip
        found = json.loads(done.stdout)
    except subprocess.TimeoutExpired:  # a machine that has much else to do
        return NotHad(BROKE)
    except ValueError:  # killed by a limit, or by what nobody foresaw
        return NotHad(NO_PICTURE)
    if "refused" in found:
        return NotHad(REASONS.get(found["refused"], NO_PICTURE))
    files = {name: base64.b64decode(file) for name, file in found["files"].items()}
    return Made(found["width"], found["height"], files)


def store(database: Database, settings: Settings, claim: Claim, outcome: Made | NotHad) -> bool:
    """Keep what came of fetching; False when the lease has passed to somebody else or the picture
    is no longer wanted: then nothing is kept."""
    if isinstance(outcome, NotHad):
        return _store_failure(database, claim, outcome)
    files, keys = storage.store(settings, FILES), dict[str, str]()
    is_kept = False
    try:
        for name, content in outcome.files.items():
            keys[name] = files.keep(content)
        with database.writing() as db:
            kept = db.execute(
                update(EntryPicture)
                .where(EntryPicture.id == claim.picture, EntryPicture.leased_until == claim.until)
                .values(
                    state="kept", leased_until=None, last_error="", code=_code(outcome),
                    width=outcome.width, height=outcome.height, keys=keys,
                )
                .execution_options(synchronize_session=False)
            )  # fmt: skip
            db.commit()
            is_kept = rows_changed(kept) > 0
    except OSError:
        log.exception("a picture could not be kept")
        return _store_failure(database, claim, NotHad(BROKE))
    finally:
        for key in keys.values() if not is_kept else ():
            files.forget(key)
    return is_kept


def _code(made: Made) -> str:
    """What a picture is called where it is served: another one never has the same address."""
    return hashlib.sha256(b"".join(made.files.values())).hexdigest()[:32]


def _store_failure(database: Database, claim: Claim, outcome: NotHad) -> bool:
    """Note why, and when it is tried again; what is of the same host waits, too, when that does not
    answer or asks for patience."""
    failures, now = claim.failures + 1, clock.now()
    is_over = outcome.reason in _FOR_GOOD or failures > len(WAITS)
    wait = WAITS[min(failures, len(WAITS)) - 1]
    values = {
        "leased_until": None, "failures": failures, "last_error": outcome.reason,
        "state": "left out" if is_over else "due",
        "due_at": now + max(wait, outcome.wait or wait),
    }  # fmt: skip
    with database.writing() as db:
        ours = EntryPicture.id == claim.picture, EntryPicture.leased_until == claim.until
        noted = _note(db, *ours, **values)
        if outcome.wait is not None or outcome.reason in UNANSWERED:
            waits = (
                EntryPicture.host == claim.host,
                EntryPicture.state == "due",
                EntryPicture.due_at <= now,
            )
            _note(db, *waits, due_at=now + max(outcome.wait or HOST_RESTS, SHORTEST_WAIT))
        db.commit()
    return rows_changed(noted) > 0


def fetch_lost_again(database: Database, settings: Settings) -> int:
    """Have those fetched again whose files are gone, as after a backup of the database alone is put
    back; how many. Raises OSError."""
    kept = select(EntryPicture.id, EntryPicture.keys).where(EntryPicture.state == "kept")
    with database.reading() as db:
        rows = db.execute(kept).all()
    there = set(storage.store(settings, FILES).marks())
    lost = {row.id: row.keys.values() for row in rows if not there.issuperset(row.keys.values())}
    if not lost:
        return 0
    with database.writing() as db:
        again = update(EntryPicture).where(EntryPicture.id.in_(lost))
        db.execute(again.values(state="due", due_at=clock.now(), failures=0, keys={}))
        forgetting.forget(db, FILES, (key for keys in lost.values() for key in keys))
        db.commit()
    return len(lost)
