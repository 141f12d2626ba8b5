"""Reading jobs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, bindparam, cast, func, select, tuple_
from sqlalchemy.orm import Session, defer, joinedload, lazyload, load_only

from careers.base import search
from careers.base.company import the_company
from careers.base.config import Settings
from careers.base.people import Person
from careers.base.prose import plain_text
from careers.jobs.catalogue import Catalogue, Choice, Narrowed, catalogue_of
from careers.jobs.models import HERE, OPEN, Job, JobBoard, JobImport
from experts.models import Expert

SIMILAR = 3
ALL = 20_000  # jobs; no company has more open at once
# What somebody types who looks for it, in both languages.
FACTS_SAID = {
    "remote": "remote télétravail",
    "hybrid": "hybrid hybride",
    "permanent": "permanent CDI",
    "fixed-term": "fixed-term CDD",
    "internship": "internship stage",
    "apprenticeship": "apprenticeship alternance",
    "temporary": "temporary intérim",
    "freelance": "freelance",
}


# -- one job -------------------------------------------------------------------------------------


def job_by_slug(db: Session, slug: str) -> Job | None:
    """The job at this address, open or closed."""
    return db.scalar(select(Job).where(Job.slug == slug))


def job_by_code(db: Session, code: str) -> Job | None:
    """The job with this public code, open or closed."""
    return db.scalar(select(Job).where(Job.code == code))


def experts_of_team(db: Session, team: str, count: int = 6) -> list[Expert]:
    """Experts of `team` who show themselves, by name; nobody while teams are internal."""
    if not team or "team" in the_company(db).internal:
        return []
    shown = (
        select(Expert)
        .join(Expert.person)
        .where(
            Expert.state == "shown",
            func.lower(Person.team) == team.lower(),
            Person.page.is_not(None),
            Person.status == "active",
        )
        .order_by(Person.name)
        .limit(count)
    )
    return list(db.scalars(shown))


def translations_of(db: Session, job: Job) -> list[Job]:
    """The same job where its board has it in other languages, by language."""
    if not job.translation_group:
        return []
    same = select(Job).where(
        OPEN,
        Job.source == job.source,
        Job.board == job.board,
        Job.translation_group == job.translation_group,
        Job.language != job.language,
    )
    return list(db.scalars(same.order_by(Job.language, Job.id)))


def posted_in(db: Session, job: Job) -> dict[str, str]:
    """The slug under which the same job is posted in each language, the first one where there are
    several; empty while it is in one language, or `job` is not one of these."""
    found = {job.language: job.slug}
    if job.translation_group:
        found = postings(db, job).get(_group(job), found)
    return found if len(found) > 1 and found.get(job.language) == job.slug else {}


def postings(db: Session, job: Job | None = None) -> dict[tuple[str, str, str], dict[str, str]]:
    """What boards say is the same job (as `job`, or any): slugs by language."""
    same = select(Job.source, Job.board, Job.translation_group, Job.language, Job.slug).where(
        OPEN, Job.translation_group != ""
    )
    if job is not None:
        same = same.where(tuple_(Job.source, Job.board, Job.translation_group) == _group(job))
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for source, board, group, language, slug in db.execute(same.order_by(Job.id)):
        found.setdefault((source, board, group), {}).setdefault(language, slug)
    return found


def _group(job: Job) -> tuple[str, str, str]:
    return job.source, job.board, job.translation_group


def similar_jobs(db: Session, job: Job, count: int = SIMILAR) -> list[Job]:
    """Other open jobs, those of the same team or with like titles first, then the newest."""
    return _in_order(db, catalogue_of(db).like(job, count))


def names_of(places: list[dict[str, str]]) -> list[str]:
    """The names of a job's places, from the column that holds them."""
    return [place["name"] for place in places]


# What lists read of whom to ask; and of a job where nothing of its text is shown.
_WITH_WHOM = joinedload(Job.contact).options(
    load_only(Person.code, Person.name, Person.page, Person.status), lazyload(Person.granted)
)
_ROW = (defer(Job.description_html), _WITH_WHOM)


def _in_order(db: Session, ids: list[int], *, with_text: bool = False) -> list[Job]:
    asked = select(Job).where(Job.id.in_(ids)).options(*([_WITH_WHOM] if with_text else _ROW))
    found = {job.id: job for job in db.scalars(asked)}
    return [found[number] for number in ids if number in found]


# -- many jobs -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """What a visitor looks for; empty means any. `chosen` has the values chosen of each facet."""

    words: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "best"

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was asked for."""
        return bool(self.words) or any(self.chosen.values())

    @property
    def query(self) -> dict[str, Any]:
        """It as the query of an address, without what is empty or usual."""
        sort = self.sort if self.sort != "best" else ""
        said = {"q": self.words, **{name: list(some) for name, some in self.chosen.items()}}
        return {name: value for name, value in {**said, "sort": sort}.items() if value}


@dataclass(frozen=True)
class JobList:
    """One page of jobs, with what the whole list could be narrowed by; with their text where words
    were asked for.

    `found` says how well the words were answered. When nothing is left, `without` says how many
    jobs there are without the choices of each facet, and `by_words` how many without any.
    """

    jobs: list[Job]
    found: search.Found
    count: int
    facets: dict[str, list[Choice]]
    without: dict[str, int]
    by_words: int


def wanted_jobs(
    db: Session, settings: Settings, wanted: Wanted, page: int, per_page: int
) -> JobList:
    """The open jobs that `wanted` describes: the best answers first, else the newest."""
    found, catalogue, narrowed = _answers(db, settings, wanted)
    start = (page - 1) * per_page
    return JobList(
        jobs=_in_order(db, narrowed.ids[start : start + per_page], with_text=bool(wanted.words)),
        found=found,
        count=len(narrowed.ids),
        facets=narrowed.facets,
        without=narrowed.without,
        by_words=catalogue.count(found.keys if wanted.words else None),
    )


def ids_of_wanted(db: Session, settings: Settings, wanted: Wanted) -> list[int] | None:
    """The ids of every job that the list of `wanted` has, in its order; None while the index is
    being made. What only has some of the words isn't among them."""
    found, _, narrowed = _answers(db, settings, wanted)
    if not found.is_ready:
        return None
    return narrowed.ids if found.every else []


def _answers(
    db: Session, settings: Settings, wanted: Wanted
) -> tuple[search.Found, Catalogue, Narrowed]:
    found = search.Found([])
    if wanted.words:
        found = search.find(db, settings, "job", wanted.words)
    catalogue = catalogue_of(db)
    slugs = found.keys if wanted.words else None
    return found, catalogue, catalogue.narrowed(slugs, wanted.chosen, wanted.sort)


def listed_between(db: Session, since: datetime, until: datetime) -> dict[int, datetime]:
    """The open jobs that are read here since a moment after `since` and up to `until`, by id."""
    asked = select(Job.id, Job.listed_at).where(OPEN, Job.listed_at > since, Job.listed_at <= until)
    return {row.id: row.listed_at for row in db.execute(asked)}


def jobs_without_text(db: Session, ids: Collection[int]) -> dict[int, Job]:
    """What a line says of these jobs that are open, by id: neither their text nor whom to ask."""
    asked = select(Job).where(OPEN, Job.id.in_(ids))
    lean = asked.options(defer(Job.description_html), lazyload(Job.contact))
    return {job.id: job for job in db.scalars(lean)}


# Put together once: that takes longer than the answer.
_LATEST = (
    select(Job)
    .where(OPEN)
    .order_by(Job.opened_at.desc(), Job.id.desc())
    .limit(bindparam("most", type_=Integer))
)


_LATEST_ROWS = _LATEST.options(*_ROW)


def latest_open_jobs(db: Session, count: int) -> list[Job]:
    """The open jobs, newest first, whole."""
    return list(db.scalars(_LATEST, {"most": count}))


def latest_rows(db: Session, count: int) -> list[Job]:
    """The open jobs, newest first: what a row of a list says of them."""
    return list(db.scalars(_LATEST_ROWS, {"most": count}))


def count_open_jobs(db: Session) -> int:
    """How many jobs are open."""
    return db.scalar(select(func.count(Job.id)).where(OPEN)) or 0


def teams_hiring(db: Session) -> dict[str, int]:
    """The teams that hire, each with its number of open jobs; most jobs first."""
    counted = (
        select(Job.team, func.count(Job.id))
        .where(OPEN, Job.team != "")
        .group_by(Job.team)
        .order_by(func.count(Job.id).desc(), Job.team)
    )
    return {row[0]: row[1] for row in db.execute(counted)}


def open_jobs_of_team(db: Session, team: str, count: int = 5) -> list[Job]:
    """The open jobs of `team`, newest first: what a short list says of them."""
    if not team:
        return []
    theirs = (
        select(Job)
        .where(OPEN, func.lower(Job.team) == team.lower())
        .options(load_only(Job.slug, Job.title, Job.places), lazyload(Job.contact))
    )
    return list(db.scalars(theirs.order_by(Job.opened_at.desc(), Job.id.desc()).limit(count)))


# -- the recruiter's ---------------------------------------------------------------------------


_STATES: dict[str, ColumnElement[bool]] = {
    "open": OPEN,
    "draft": Job.is_draft.is_(True),
    "unpaid": OPEN & Job.salary_low.is_(None),
    "set_here": OPEN & (Job.source != HERE) & (cast(Job.overrides, String) != "{}"),
    "closed": Job.closed_at.is_not(None),
}


def job_counts(db: Session) -> dict[str, int]:
    """How many jobs are open, drafts, open without a salary, open with something set here against
    their board, and closed: by those names.
    """
    counted = [func.count(Job.id).filter(which) for which in _STATES.values()]
    return dict(zip(_STATES, db.execute(select(*counted)).one(), strict=True))


def jobs_in_state(db: Session, state: str, count: int, skip: int = 0) -> list[Job]:
    """Jobs in one of the states of `job_counts`, newest first."""
    newest = select(Job).where(_STATES[state]).order_by(Job.opened_at.desc(), Job.id.desc())
    return list(db.scalars(newest.limit(count).offset(skip)))


def boards_with_report(db: Session) -> list[tuple[JobBoard, JobImport | None]]:
    """Every board with its last report, by name."""
    last = (
        select(func.max(JobImport.id))
        .where(JobImport.source == JobBoard.source, JobImport.board == JobBoard.name)
        .correlate(JobBoard)
        .scalar_subquery()
    )
    rows = db.execute(
        select(JobBoard, JobImport)
        .outerjoin(JobImport, JobImport.id == last)
        .order_by(JobBoard.source, JobBoard.name)
    )
    return [(row[0], row[1]) for row in rows]


def recent_imports(db: Session, count: int) -> list[JobImport]:
    """The last reports of imports, newest first."""
    return list(db.scalars(select(JobImport).order_by(JobImport.id.desc()).limit(count)))


def people_to_ask(db: Session) -> list[Person]:
    """Everybody who can be set as the contact of a job, those who show themselves first."""
    active = select(Person).where(Person.status == "active")
    return list(db.scalars(active.order_by(Person.page.is_(None), Person.name)))


# -- what can be found ---------------------------------------------------------------------------


@search.supplies("job")
def job_documents(db: Session, slugs: Collection[str] | None) -> Iterable[search.Document]:
    """The open jobs as documents to search."""
    wanted = select(
        Job.slug, Job.language, Job.title, Job.team, Job.places, Job.workplace, Job.contract,
        Job.skills, Job.description_html, Job.translations,
    ).where(OPEN)  # fmt: skip
    if slugs is not None:
        wanted = wanted.where(Job.slug.in_(slugs))
    for row in db.execute(wanted.execution_options(yield_per=500)):
        said = [FACTS_SAID.get(row.workplace, ""), FACTS_SAID.get(row.contract, "")]
        facts = [row.team, *names_of(row.places), *row.skills, *said]
        yield search.Document(
            "job",
            row.slug,
            row.language,
            row.title,
            plain_text(row.description_html),
            " · ".join(filter(None, facts)),
            {
                language: (text["title"], plain_text(text["description_html"]))
                for language, text in (row.translations or {}).items()
            },
        )
