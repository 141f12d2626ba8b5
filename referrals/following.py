"""Following a share link: the one door in front of Flask, because a click must be fast and kept.

`GET /r/<code>` → link from the cache → class → one line in the journal, on disk → 302 to the job.
Redirects go on while the database is away, for every link seen before.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from careers.base import clock, codes
from careers.base.database import Database
from careers.jobs.models import Job
from referrals.classifying import LISTS, classify
from referrals.journal import Journal, Line
from referrals.models import ShareLink
from referrals.visitors import Visitors

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger(__name__)
ADDRESS = re.compile(r"/r/([0-9A-Za-z]{6,16})")
FRESH = 60.0  # seconds that a link is believed without looking again
LINKS_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Way:
    """Where a link leads: a job of ours, in the language of that job."""

    link: int
    path: str


class Links:
    """Links by code, remembered in this process."""

    def __init__(self, load: Callable[[str], Way | None]) -> None:
        """`load` asks the database; it may raise SQLAlchemyError while that is away."""
        self._load = load
        self._known: dict[str, tuple[float, Way]] = {}
        self._lock = threading.Lock()

    def way(self, code: str) -> Way | None:
        """Where `code` leads, None when there is no such link.

        Raises SQLAlchemyError when the database is away and the link was never seen.
        """
        known = self._known.get(code)
        if known is not None and time.monotonic() - known[0] < FRESH:
            return known[1]
        try:
            way = self._load(code)
        except SQLAlchemyError:
            if known is None:
                raise
            log.warning("the database is away; following a link as last known", code=code)
            way = known[1]
        if way is not None:
            with self._lock:
                if len(self._known) >= LINKS_KEPT:
                    self._known.pop(next(iter(self._known)))
                self._known[code] = (time.monotonic(), way)
        return way


def way_from(database: Database, prefixed: str) -> Callable[[str], Way | None]:
    """A `load` for `Links`; `prefixed` is the language whose addresses have a prefix."""

    def load(code: str) -> Way | None:
        with database.reading() as db:
            row = db.execute(
                select(ShareLink.id, Job.slug, Job.language)
                .join(ShareLink.job)
                .where(ShareLink.code == code)
            ).one_or_none()
        if row is None:
            return None
        prefix = f"/{prefixed}" if row.language == prefixed else ""
        return Way(row.id, f"{prefix}/jobs/{row.slug}")

    return load


class Follow:
    """WSGI: answers people and bots that follow a link; passes everything else on."""

    def __init__(
        self,
        app: WSGIApplication,
        links: Links,
        journal: Journal,
        visitors: Visitors,
    ) -> None:
        """`app` answers what is no known link, and shows previews their card."""
        self.app, self.links, self.journal, self.visitors = app, links, journal, visitors
        self.lost = 0  # clicks that could not be written since the start; shown by /readyz

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Follow the link of this request, if it is one."""
        found = ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        if found is None or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self.app(environ, start_response)
        code = found[1]
        try:
            way = self.links.way(code)
        except SQLAlchemyError:
            log.error("the database is away and this link was never followed here", code=code)
            return _try_again(start_response)
        if way is None:
            return self.app(environ, start_response)
        if environ["REQUEST_METHOD"] == "HEAD":  # nobody reads a page this way: not a click
            return _redirect(start_response, f"{way.path}?via={code}")
        headers = {
            key[5:].lower().replace("_", "-"): value
            for key, value in environ.items()
            if key.startswith("HTTP_") and isinstance(value, str)
        }
        verdict = classify(headers)
        now = clock.now()
        click = codes.code()
        agent = headers.get("user-agent", "")
        line = Line(
            id=click,
            link=way.link,
            at=now.timestamp(),
            kind=verdict.kind,
            name=verdict.name,
            navigates=verdict.navigates,
            visitor=self.visitors.visitor(now, way.link, environ.get("REMOTE_ADDR", ""), agent),
            lists=LISTS,
        )
        try:
            self.journal.append(line)
        except OSError as error:  # a full disk must not stop the visitor; the loss is counted
            self.lost += 1
            log.error("a click was lost", error=str(error), lost=self.lost)
            return _redirect(start_response, f"{way.path}?via={code}")
        if verdict.kind == "preview":
            environ["entourage.preview"] = verdict.name
            return self.app(environ, start_response)
        if verdict.kind == "prefetch":  # refused, so that the browser asks again when it is meant
            return _try_again(start_response)
        return _redirect(start_response, f"{way.path}?via={code}.{click}")


_HEADERS = [
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("X-Robots-Tag", "noindex"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
]


def _redirect(start_response: StartResponse, address: str) -> Iterable[bytes]:
    """302 to one of our own pages: the address is made here, never taken from the request."""
    assert urlsplit(address).netloc == ""
    start_response("302 Found", [("Location", address), ("Content-Length", "0"), *_HEADERS])
    return [b""]


def _try_again(start_response: StartResponse) -> Iterable[bytes]:
    """503: nothing to see now, but soon."""
    words = b"This link works, but not in this very moment. Please try again.\n"
    head = [("Content-Type", "text/plain"), ("Retry-After", "5")]
    head += [("Content-Length", str(len(words))), *_HEADERS]
    start_response("503 Service Unavailable", head)
    return [words]
