"""Reading applications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careers.base import codes
from careers.base.signin.sessions import token_hash
from careers.hiring.models import Application, Stage, StageChange
from careers.jobs.models import Job


def application_by_token(db: Session, token: str) -> Application | None:
    """The application whose candidate has this secret."""
    return db.scalar(select(Application).where(Application.token_hash == token_hash(token)))


def application_by_code(db: Session, code: str) -> Application | None:
    """The application with this public code."""
    return db.scalar(select(Application).where(Application.code == code))


def changes_of(db: Session, application: Application) -> list[StageChange]:
    """The steps of an application, first to last."""
    steps = select(StageChange).where(StageChange.application_id == application.id)
    return list(db.scalars(steps.order_by(StageChange.id)))


@dataclass(frozen=True)
class Sought:
    """Which applications a recruiter looks for; empty means any."""

    job: str = ""  # its code
    stage: str = ""
    name: str = ""


@dataclass(frozen=True)
class ApplicationList:
    """One page of applications, newest first, and how many there are in each stage."""

    applications: list[Application]
    stages: dict[Stage, int]
    count: int


def sought_applications(db: Session, sought: Sought, page: int, per_page: int) -> ApplicationList:
    """The applications that `sought` describes."""
    counted = _narrowed(
        select(Application.stage, func.count(Application.id)).select_from(Application), sought
    ).group_by(Application.stage)
    counts: dict[str, int] = {row[0]: row[1] for row in db.execute(counted)}
    stages = {stage: counts.get(stage.value, 0) for stage in Stage}
    wanted = _narrowed(select(Application), sought)
    if sought.stage:
        wanted = wanted.where(Application.stage == sought.stage)
    newest = wanted.order_by(Application.created_at.desc(), Application.id.desc())
    found = db.scalars(newest.limit(per_page).offset((page - 1) * per_page))
    count = stages[Stage(sought.stage)] if sought.stage else sum(stages.values())
    return ApplicationList(list(found), stages, count)


def _narrowed(wanted: Any, sought: Sought) -> Any:
    """By job and name, but by no stage."""
    if sought.job:
        wanted = wanted.where(
            Application.job_id == select(Job.id).where(Job.code == sought.job).scalar_subquery()
        )
    if sought.name:
        key = codes.slug(sought.name)
        wanted = wanted.where(
            Application.name_key.contains(key, autoescape=True)
            if key
            else Application.name.contains(sought.name, autoescape=True)
        )
    return wanted


def jobs_with_applications(db: Session) -> list[Any]:
    """Code and title of every job that somebody applied for, by title."""
    there = select(Job.code, Job.title).where(
        select(Application.id).where(Application.job_id == Job.id).exists()
    )
    return list(db.execute(there.order_by(Job.title, Job.id)))
