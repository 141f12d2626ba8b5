"""What the homepage counts, and every public page for those who crawl."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, case, cast, func, or_, select
from sqlalchemy.orm import Session, lazyload, load_only

from careers.base.company import the_company
from careers.base.database import UTCDateTime, rows_of
from careers.base.people import Person
from careers.base.topics import Topic
from careers.blog.models import Article
from careers.jobs.models import OPEN, Job
from careers.jobs.queries import names_of, postings
from experts.models import Expert
from experts.queries import SHOWN, knows, topics_shown

NEW = timedelta(days=7)  # jobs
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of the homepage, each counted now."""

    experts: int
    articles_this_year: int
    jobs: int
    new_jobs: int
    places: int


@dataclass(frozen=True, slots=True)
class PublicPage:
    """A page that everybody may read; `path` without a language prefix, `only` the language of one
    that is in one language alone, `versions` the paths of pages that say the same, by language.
    """

    path: str
    changed_at: datetime | None
    only: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)


def figures(db: Session, now: datetime) -> Figures:
    """How many experts are shown, articles were published in 365 days, jobs are open, how many of
    them are new, and where they are.
    """
    experts, articles, jobs, new = rows_of(
        db, _COUNTS, {"year": now - YEAR, "new": now - NEW}
    ).one()
    places = {name for (places,) in rows_of(db, _PLACES) for name in names_of(places)}
    return Figures(experts, articles, jobs, new, len(places))


def _count(counted: Any, *wanted: ColumnElement[bool]) -> Any:
    return select(func.count(counted)).where(*wanted).scalar_subquery()


# Put together once: that takes as long as the answer.
_COUNTS = select(
    select(func.count(Expert.id)).join(Expert.person).where(SHOWN).scalar_subquery(),
    _count(
        Article.id,
        Article.state == "published",
        Article.published_at >= bindparam("year", type_=UTCDateTime),
    ),
    _count(Job.id, OPEN),
    _count(Job.id, OPEN, Job.listed_at > bindparam("new", type_=UTCDateTime)),
)
_PLACES = select(Job.places).where(OPEN).distinct()


def public_pages(db: Session) -> list[PublicPage]:
    """Every public page, with when it last changed; always in the same order."""
    experts = db.execute(
        select(Expert.slug, Expert.changed_at).join(Expert.person).where(SHOWN).order_by(Expert.id)
    )
    articles = db.execute(
        select(Article.slug, Article.changed_at, Article.language)
        .where(Article.state == "published")
        .order_by(Article.id)
    )
    jobs = db.execute(select(Job.slug, Job.changed_at).where(OPEN).order_by(Job.id))
    posted = {
        slug: {code: f"/jobs/{one}" for code, one in same.items()}
        for same in postings(db).values()
        for slug in same.values()
        if len(same) > 1
    }
    pages = [PublicPage(path, None) for path in ("/", "/experts", "/blog", "/jobs")]
    pages += [PublicPage(f"/topics/{topic.slug}", None) for topic in topics_shown(db)]
    pages += [PublicPage(f"/experts/{slug}", changed) for slug, changed in experts]
    pages += [PublicPage(f"/blog/{slug}", changed, only) for slug, changed, only in articles]
    pages += [
        PublicPage(f"/jobs/{slug}", changed, versions=posted.get(slug, {}))
        for slug, changed in jobs
    ]
    return pages


def experts_by_code(db: Session, codes: Collection[str] | None) -> dict[str, Expert]:
    """The experts who are shown, by their person's code: among `codes`, or all for None."""
    wanted = [SHOWN] if codes is None else [SHOWN, Person.code.in_(codes)]
    rows = db.scalars(select(Expert).join(Expert.person).where(*wanted).order_by(Person.name))
    return {expert.person.code: expert for expert in rows}


def names_shown(db: Session) -> list[str]:
    """The names of the experts who are shown, in order."""
    shown = select(Person.name).join(Expert, Expert.person_id == Person.id).where(SHOWN)
    return list(db.scalars(shown.order_by(Person.name)))


def open_jobs_by_slug(db: Session, slugs: Collection[str]) -> dict[str, Job]:
    """The open jobs among those with these slugs."""
    rows = db.scalars(select(Job).where(Job.slug.in_(slugs), OPEN))
    return {job.slug: job for job in rows}


def jobs_on_topic(db: Session, topic: Topic, count: int) -> list[Job]:
    """Open jobs that ask for `topic`, then those of the teams in which it is known, unless these
    are internal.
    """
    team = the_company(db).fact("team")
    teams = (
        select(team)
        .select_from(Person)
        .join(Expert, Expert.person_id == Person.id)
        .where(SHOWN, team != "", knows(topic))
    )
    named = cast(Job.skills, String).icontains(topic.name, autoescape=True)
    rows = db.scalars(
        select(Job)
        .options(load_only(Job.slug, Job.title, Job.places), lazyload(Job.contact))
        .where(OPEN, or_(named, Job.team.in_(teams)))
        .order_by(case((named, 0), else_=1), Job.opened_at.desc(), Job.id)
        .limit(count)
    )
    return list(rows)
