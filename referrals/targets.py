"""Targets: the pages of ours that a share link may lead to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import force_locale, gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base.languages import LANGUAGES
from careers.blog.models import Article
from careers.blog.queries import article_by_slug
from careers.jobs.models import Job
from experts.models import Expert
from referrals.models import ShareLink


class Standing(StrEnum):
    """Whether a target can be shared, and what its visitors find."""

    OPEN = "open"
    CLOSED = "closed"  # a job that is filled: its page stays, with similar ones
    WITHDRAWN = "withdrawn"  # an article or expert page that is not shown any more


@dataclass(frozen=True, slots=True)
class Target:
    """One page of ours, as links to it, texts about it and cards of it need it."""

    kind: str  # job, jobs, article, expert
    key: int | None  # of its row; None for all jobs
    slug: str | None
    title: str
    places: tuple[str, ...]  # of a job
    language: str | None  # of a job or an article; others are there in both
    standing: Standing

    @property
    def endpoint(self) -> str:
        """The endpoint of its page."""
        return {
            "job": "jobs.job", "jobs": "jobs.jobs",
            "article": "blog.article", "expert": "experts.expert",
        }[self.kind]  # fmt: skip

    @property
    def values(self) -> dict[str, str]:
        """What the endpoint needs."""
        return {"slug": self.slug} if self.slug else {}


def path_to(kind: str, slug: str | None) -> str:
    """The path of a target's page, without a language."""
    return {
        "job": f"/jobs/{slug}",
        "jobs": "/jobs",
        "article": f"/blog/{slug}",
        "expert": f"/experts/{slug}",
    }[kind]


def job_target(job: Job) -> Target:
    """A job."""
    standing = Standing.OPEN if job.is_open else Standing.CLOSED
    spoken = job.language if job.language in LANGUAGES else None
    return Target("job", job.id, job.slug, job.title, tuple(job.locations), spoken, standing)


def all_jobs() -> Target:
    """The list of jobs."""
    return Target("jobs", None, None, gettext("Our open jobs"), (), None, Standing.OPEN)


def article_target(article: Article) -> Target:
    """An article."""
    standing = Standing.OPEN if article.state == "published" else Standing.WITHDRAWN
    return Target(
        "article", article.id, article.slug, article.title, (), article.language, standing
    )


def expert_target(expert: Expert) -> Target:
    """An expert's page."""
    standing = Standing.OPEN if expert.state == "shown" else Standing.WITHDRAWN
    return Target("expert", expert.id, expert.slug, expert.person.name, (), None, standing)


def target_of(link: ShareLink) -> Target:
    """Where `link` leads, as its owner may see it."""
    if link.job is not None:
        return job_target(link.job)
    if link.article is not None:
        return article_target(link.article)
    if link.expert is not None:
        return expert_target(link.expert)
    return all_jobs()


def language_of(link: ShareLink) -> str:
    """The language in which `link` speaks: its target's, else its sharer's."""
    return target_of(link).language or link.person.language


def find_target(db: Session, kind: str, slug: str | None) -> Target | None:
    """The target at this address, whatever its standing; None when there never was one."""
    if kind == "jobs":
        return all_jobs()
    if kind == "job":
        job = db.scalar(select(Job).where(Job.slug == slug))
        return job_target(job) if job else None
    if kind == "article":
        article = article_by_slug(db, slug or "")
        return article_target(article) if article else None
    if kind == "expert":
        expert = db.scalar(select(Expert).where(Expert.slug == slug))
        return expert_target(expert) if expert else None
    return None


def title_in(target: Target, language: str) -> str:
    """The title of `target` in `language`, where it has one in each."""
    if target.kind != "jobs":
        return target.title
    with force_locale(language):
        return str(gettext("Our open jobs"))
