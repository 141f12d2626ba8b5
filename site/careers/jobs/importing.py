"""What a board says becomes jobs, in one transaction, with a report.

A job is known again by (source, board, id). One that is missing from two complete answers in a row
is closed; one that comes back is opened again at its old address. An answer that is of no use
closes nothing and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import ModuleType
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from careers.base import clock, codes, search
from careers.jobs import greenhouse, lever
from careers.jobs.boards import Answer, ImportedJob, InvalidAnswer
from careers.jobs.models import Job, JobImport

SOURCES: dict[str, ModuleType] = {"greenhouse": greenhouse, "lever": lever}
MISSES_TO_CLOSE = 2


def import_jobs(db: Session, source: str, board: str, answer: Any) -> JobImport:
    """Bring the jobs of `board` up to what `answer` (bytes or parsed JSON) says; the report.

    In the caller's transaction. When the answer is of no use, only the report is added, with
    `error` set. Raises KeyError for an unknown source.
    """
    report = JobImport(
        source=source, board=board, at=clock.now(), new=0, changed=0, unchanged=0, reopened=0,
        missing=0, closed=0, error="", refused=[],
    )  # fmt: skip
    db.add(report)
    read: Callable[[Any], Answer] = SOURCES[source].read
    try:
        found = read(answer)
    except InvalidAnswer as reason:
        report.error = str(reason)
        db.flush()
        return report
    _wait_for_others(db, source, board)
    report.refused = [{"id": row.id, "title": row.title, "why": row.why} for row in found.refused]
    query = select(Job).where(Job.source == source, Job.board == board)
    known = {job.source_id: job for job in db.scalars(query)}
    touched = [_take(db, report, known.get(job.source_id), job) for job in found.jobs]
    for job in known.values():
        if job.source_id in found.ids:
            job.missed = 0
        elif found.names_all:
            touched.append(_miss(report, job))
    db.flush()
    search.changed(db, "job", *(job.slug for job in touched if job is not None))
    return report


def fail_import(db: Session, source: str, board: str, why: str) -> JobImport:
    """Report that `board` could not be asked, in the caller's transaction; nothing is closed."""
    report = JobImport(source=source, board=board, error=why)
    db.add(report)
    db.flush()
    return report


def _wait_for_others(db: Session, source: str, board: str) -> None:
    """Two imports of one board follow each other; SQLite has one writer anyway."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"import {source} {board}"))))


def _take(db: Session, report: JobImport, job: Job | None, found: ImportedJob) -> Job | None:
    """Write what was found; the job if the index must follow, None if it is as before."""
    if job is None:
        code = codes.code()
        job = Job(
            code=code,
            slug="-".join(filter(None, [codes.slug(found.title), code])),
            source=report.source,
            board=report.board,
            source_id=found.source_id,
        )
        _describe(job, found)
        db.add(job)
        report.new += 1
        return job
    came_back = job.closed_at is not None
    if came_back:
        job.closed_at = None
        report.reopened += 1
    if job.content_hash != found.content_hash:
        _describe(job, found)
        report.changed += not came_back
        return job
    report.unchanged += not came_back
    return job if came_back else None


def _describe(job: Job, found: ImportedJob) -> None:
    job.title = found.title
    job.description_html = found.description_html
    job.team = found.team
    job.locations = list(found.locations)
    job.country = found.country
    job.workplace = found.workplace
    job.contract = found.contract
    pay = found.salary
    job.salary_low, job.salary_high = (pay.low, pay.high) if pay else (None, None)
    job.salary_currency, job.salary_period = (pay.currency, pay.period) if pay else (None, None)
    job.language = found.language
    job.opened_at = _honest(found.opened_at) or job.opened_at or clock.now()
    job.apply_until = found.apply_until
    job.changed_at = clock.now()
    job.content_hash = found.content_hash


def _honest(opened_at: datetime | None) -> datetime | None:
    """`opened_at` unless it lies in the future or before there were job boards."""
    return opened_at if opened_at and opened_at.year >= 1995 and opened_at <= clock.now() else None


def _miss(report: JobImport, job: Job) -> Job | None:
    if job.closed_at is not None:
        return None
    job.missed += 1
    if job.missed < MISSES_TO_CLOSE:
        report.missing += 1
        return None
    job.closed_at = clock.now()
    report.closed += 1
    return job
