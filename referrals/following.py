"""Following a share link: the one door in front of Flask, because a click must be fast and kept.

`GET /r/<code>` → link from the cache → class → one line in the journal, on disk → 302 to the page.
Redirects go on while the database is away, for every link seen before. The landing page then asks
for `/r/<code>/seen/<click>`, which confirms that a person's browser really rendered it.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from itertools import count
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from careers.base import clock
from careers.base.database import Database
from careers.base.people import Person
from careers.blog.models import Article
from careers.jobs.models import Job
from experts.models import Expert
from referrals.classifying import LISTS, classify
from referrals.journal import CLICK_ID, Journal, Line, Rendered, microseconds
from referrals.models import ShareLink
from referrals.targets import path_to
from referrals.visitors import Visitors

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger(__name__)
CODE = r"[0-9A-Za-z]{6,16}"
ADDRESS = re.compile(rf"/r/({CODE})(?:/seen/({CLICK_ID}))?")
FRESH = 60.0  # seconds that a link is believed without looking again
LINKS_KEPT = 20_000
AT_MOST = 600  # clicks of one visitor on one link within a minute, in this process
PIXEL = bytes.fromhex(  # a transparent GIF, 1 x 1
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)


@dataclass(frozen=True, slots=True)
class Way:
    """Where a link leads: a page of ours, in the language of that page."""

    link: int
    job: int  # 0: to no job
    path: str | None  # None: what it led to is not shown any more
    carries: bool  # whether the visit is its owner's: not while it is paused or they have left


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

    def forget(self, code: str) -> None:
        """Look `code` up anew: its owner has just changed it."""
        self._known.pop(code, None)


def way_from(database: Database, prefixed: str) -> Callable[[str], Way | None]:
    """A `load` for `Links`; `prefixed` is the language whose addresses have a prefix."""
    asked = (
        select(
            ShareLink.id,
            ShareLink.target,
            ShareLink.job_id,
            ShareLink.paused_at,
            Person.status,
            Person.language.label("speaks"),
            Job.slug.label("job"),
            Job.language.label("job_language"),
            Article.slug.label("article"),
            Article.language.label("article_language"),
            Article.state.label("article_state"),
            Expert.slug.label("expert"),
            Expert.state.label("expert_state"),
        )
        .join(Person, Person.id == ShareLink.person_id)
        .outerjoin(Job, Job.id == ShareLink.job_id)
        .outerjoin(Article, Article.id == ShareLink.article_id)
        .outerjoin(Expert, Expert.id == ShareLink.expert_id)
    )

    def load(code: str) -> Way | None:
        with database.reading() as db:
            row = db.execute(asked.where(ShareLink.code == code)).one_or_none()
        if row is None:
            return None
        is_shown = {
            "article": row.article_state == "published",
            "expert": row.expert_state == "shown",
        }.get(row.target, True)
        language = row.job_language or row.article_language or row.speaks
        prefix = f"/{prefixed}" if language == prefixed else ""
        path = prefix + path_to(row.target, row.job or row.article or row.expert)
        carries = row.paused_at is None and row.status == "active"
        return Way(row.id, row.job_id or 0, path if is_shown else None, carries)

    return load


class ClickIds:
    """Ids for clicks: in order of time, as indexes like, and not to be guessed."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._numbers = count()

    def new(self, at: int) -> str:
        """An id for a click at `at` (microseconds since 1970): 8 digits of its second and 48 bits.

        The bits are a keyed hash of a counter. Asking the system for them, 20,000 times a second,
        would have the threads of the server wait for one another.
        """
        number = next(self._numbers).to_bytes(8, "big")
        bits = blake2b(number, digest_size=6, key=self._key).hexdigest()
        return f"{at // 1_000_000:08x}{bits}"


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
        self._click_ids = ClickIds()
        self._minute, self._clicks = 0, dict[int, int]()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Follow the link of this request, if it is one."""
        path = environ.get("PATH_INFO", "")
        found = ADDRESS.fullmatch(path) if path.startswith("/r/") else None
        if found is None:
            return self.app(environ, start_response)
        code, click = found.groups()
        if environ["REQUEST_METHOD"] not in ({"GET", "POST"} if click else {"GET", "HEAD"}):
            return self.app(environ, start_response)
        if click is not None:
            return self._confirm(click, environ, start_response)
        try:
            way = self.links.way(code)
        except SQLAlchemyError:
            log.error("the database is away and this link was never followed here", code=code)
            return _try_again(start_response)
        if way is None:
            return self.app(environ, start_response)
        return self._follow(code, way, environ, start_response)

    def _follow(
        self, code: str, way: Way, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        agent = environ.get("HTTP_USER_AGENT", "")[:1000]
        verdict = classify(
            environ["REQUEST_METHOD"],
            agent,
            environ.get("HTTP_SEC_PURPOSE")
            or environ.get("HTTP_PURPOSE")
            or environ.get("HTTP_X_MOZ", ""),
            environ.get("HTTP_SEC_FETCH_DEST", ""),
            environ.get("HTTP_SEC_FETCH_MODE", ""),
            origin_of(environ.get("HTTP_REFERER", "")),
        )
        now = clock.now()
        at = microseconds(now)
        click = self._click_ids.new(at)
        visitor = self.visitors.visitor(now, way.link, environ.get("REMOTE_ADDR", ""), agent)
        if self._is_flood(visitor, at):
            return _too_many(start_response)
        line = Line(
            click, way.link, way.job, at, verdict.kind, verdict.source, verdict.navigates, visitor,
            LISTS,
        )  # fmt: skip
        via = f"?via={code}.{click}"
        try:
            self.journal.append(line)
        except OSError as error:  # a full disk must not stop the visitor; the loss is counted
            log.error("a click was lost", error=str(error), lost=self.journal.lost)
            via = f"?via={code}"
        if verdict.kind == "preview" or way.path is None:
            environ["entourage.preview"] = verdict.kind == "preview"
            return self.app(environ, start_response)
        if verdict.kind == "prefetch":  # refused, so that the browser asks again when it is meant
            return _try_again(start_response)
        return _redirect(start_response, way.path + via if way.carries else way.path)

    def _is_flood(self, visitor: int, at: int) -> bool:
        """Whether one visitor follows one link faster than any crowd behind one address would.

        Counted in windows of a minute; a race between threads costs a count, nothing else.
        """
        minute = at // 60_000_000
        if minute != self._minute:
            self._minute, self._clicks = minute, {}
        count = self._clicks[visitor] = self._clicks.get(visitor, 0) + 1
        return count > AT_MOST

    def _confirm(
        self, click: str, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Note that a landing page was rendered; whether such a click exists is seen later.

        A script of ours posts it once the page is visible; a browser without scripts asks for it
        as a picture. Other sites' pages confirm nothing.
        """
        if environ.get("HTTP_SEC_FETCH_SITE", "same-origin") == "same-origin":
            try:
                self.journal.append(Rendered(click, microseconds(clock.now())))
            except OSError as error:
                log.error("a rendering was lost", error=str(error))
        if environ["REQUEST_METHOD"] == "POST":
            start_response("204 No Content", _HEADERS)
            return [b""]
        size = ("Content-Length", str(len(PIXEL)))
        start_response("200 OK", [("Content-Type", "image/gif"), size, *_HEADERS])
        return [PIXEL]


def origin_of(referer: str) -> str:
    """The host of a Referer, or the app in an `android-app://` one; "" for none."""
    _, separator, rest = referer[:300].partition("://")
    return rest.partition("/")[0].lower() if separator else ""


_HEADERS = [
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("X-Robots-Tag", "noindex"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
]


def _redirect(start_response: StartResponse, address: str) -> Iterable[bytes]:
    """302 to one of our own pages: the address is made here, never taken from the request."""
    assert address[0] == "/" != address[1]
    start_response("302 Found", [("Location", address), ("Content-Length", "0"), *_HEADERS])
    return [b""]


def _too_many(start_response: StartResponse) -> Iterable[bytes]:
    """429: not a click, and not written down."""
    words = b"This link was followed too often from here. Please try again in a minute.\n"
    head = [("Content-Type", "text/plain"), ("Retry-After", "60")]
    start_response("429 Too Many Requests", [*head, ("Content-Length", str(len(words))), *_HEADERS])
    return [words]


def _try_again(start_response: StartResponse) -> Iterable[bytes]:
    """503: nothing to see now, but soon."""
    words = b"This link works, but not in this very moment. Please try again.\n"
    head = [("Content-Type", "text/plain"), ("Retry-After", "5")]
    head += [("Content-Length", str(len(words))), *_HEADERS]
    start_response("503 Service Unavailable", head)
    return [words]
