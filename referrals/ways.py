"""Where share links lead: looked up once a minute, and remembered while the database is away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased

from careers.base.database import Database
from careers.base.people import Person
from careers.blog.models import Article
from careers.jobs.models import Job
from experts.models import Expert
from referrals.models import ShareLink
from referrals.targets import path_to

log = structlog.get_logger(__name__)
FRESH = 60.0  # seconds that a link is believed without looking again
LINKS_KEPT = 20_000


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

    def known(self, code: str) -> Way | None:
        """Where `code` led a moment ago; None when the database has to be asked."""
        known = self._known.get(code)
        return known[1] if known is not None and time.monotonic() - known[0] < FRESH else None

    def way(self, code: str) -> Way | None:
        """Where `code` leads, None when there is no such link.

        Raises SQLAlchemyError when the database is away and the link was never seen.
        """
        way = self.known(code)
        if way is not None:
            return way
        try:
            way = self._load(code)
        except SQLAlchemyError:
            known = self._known.get(code)
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
    root = aliased(ShareLink)  # of a link that was passed on
    asked = (
        select(
            ShareLink.id,
            ShareLink.target,
            ShareLink.job_id,
            func.coalesce(root.paused_at, ShareLink.paused_at).label("off_since"),
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
        .outerjoin(root, root.id == ShareLink.root_id)
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
        carries = row.off_since is None and row.status == "active"
        return Way(row.id, row.job_id or 0, path if is_shown else None, carries)

    return load
