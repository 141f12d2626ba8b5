"""From an article to a job: how often a job is opened after an article, by article, job and day.
No reader is known again on another day, and none is listed on any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from careers.base import clock
from careers.blog.models import Article
from careers.jobs.models import Job
from referrals.adding_up import add_openings
from referrals.ingesting import jobs_opened
from referrals.journal import JobOpened
from referrals.models import ArticleJobDay, ArticleJobVisitor

WITHIN = timedelta(days=1)  # between the article and the job
MOST_NAMED = 20  # jobs, for the authors of an article


@dataclass(frozen=True, slots=True)
class JobSeen:
    """What a job was opened after an article, over all days."""

    title: str
    slug: str
    is_open: bool
    people: int  # each once a day
    again: int  # the same ones, later that day
    others: int  # previews, prefetches, robots


@dataclass(frozen=True, slots=True)
class JobsSeen:
    """The jobs that most people opened after an article, and how many did over all jobs."""

    jobs: list[JobSeen]
    people: int


@jobs_opened.connect
def _add(openings: Sequence[JobOpened], db: Session) -> None:
    """Add `openings` to the sums; what is no longer there is passed over."""
    articles = _numbers(db, Article.code, Article.id, {one.article for one in openings})
    jobs = _numbers(db, Job.slug, Job.id, {one.job for one in openings})
    seen = [
        ((articles[one.article], jobs[one.job]), one)
        for one in openings
        if one.article in articles and one.job in jobs
    ]
    add_openings(db, ArticleJobDay, ArticleJobVisitor, ("article_id", "job_id"), seen)


def _numbers(db: Session, key: Any, number: Any, wanted: set[str]) -> dict[str, int]:
    return {row[0]: row[1] for row in db.execute(select(key, number).where(key.in_(wanted)))}


def jobs_seen_after(db: Session, article: Article) -> JobsSeen:
    """Which jobs were opened after `article`, and by how many people each."""
    by_people = func.sum(ArticleJobDay.people)
    no_people = ArticleJobDay.preview + ArticleJobDay.prefetch + ArticleJobDay.bot
    rows = db.execute(
        select(
            Job.title, Job.slug, Job.is_draft, Job.closed_at, by_people,
            func.sum(ArticleJobDay.again), func.sum(no_people), func.sum(by_people).over(),
        )
        .join(Job, Job.id == ArticleJobDay.job_id)
        .where(ArticleJobDay.article_id == article.id)
        .group_by(Job.id, Job.title, Job.slug, Job.is_draft, Job.closed_at)
        .order_by(by_people.desc(), Job.title, Job.id)
        .limit(MOST_NAMED)
    ).all()  # fmt: skip
    jobs = [
        JobSeen(title, slug, not is_draft and closed_at is None, int(people), int(again), int(rest))
        for title, slug, is_draft, closed_at, people, again, rest, _ in rows
    ]
    return JobsSeen(jobs, int(rows[0][7]) if rows else 0)


def forget_visitors(db: Session) -> None:
    """Drop what told the visitors of past days apart."""
    yesterday = clock.now().date() - timedelta(days=1)
    db.execute(delete(ArticleJobVisitor).where(ArticleJobVisitor.day < yesterday))
