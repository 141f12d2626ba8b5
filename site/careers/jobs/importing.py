"""What a board says becomes jobs, in one transaction, with a report.

A job is known again by (source, board, id). One that is missing from two complete answers in a row
is closed; one that comes back is opened again at its old address. An answer that is of no use
closes nothing and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base import clock, codes, search
from careers.base.database import in_turn
from careers.jobs import sources
from careers.jobs.boards import ImportedJob, InvalidAnswer
from careers.jobs.describing import follow_board
from careers.jobs.models import Job, JobImport

CLOSED = "closed"  # among a job's overrides: closed here while its board still has it
MISSES_TO_CLOSE = 2
MOST_NAMED = 500  # jobs in a report; the numbers count all


def import_jobs(
    db: Session, source: str, board: str, *answers: Any, mapping: Mapping[str, str] | None = None
) -> JobImport:
    """Bring the jobs of `board` up to what `answers` (bytes or parsed JSON) say; the report.

    In the caller's transaction. `mapping` is for files: which column holds which field. When the
    answers are of no use, only the report is added, with `error` set. Raises KeyError for an
    unknown source.
    """
    report = JobImport(
        source=source, board=board, at=clock.now(), new=0, changed=0, unchanged=0, reopened=0,
        missing=0, closed=0, error="", refused=[], happened=[],
    )  # fmt: skip
    db.add(report)
    try:
        found = sources.read(source, list(answers), mapping or {})
    except InvalidAnswer as reason:
        report.error = str(reason)
        db.flush()
        return report
    in_turn(db, f"import {source} {board}")  # two imports of one board follow each other
    report.refused = [{"id": row.id, "title": row.title, "why": row.why} for row in found.refused]
    # Held until this is committed, so that whoever edits one of them meanwhile is told.
    query = select(Job).where(Job.source == source, Job.board == board).with_for_update(of=Job)
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


def _take(db: Session, report: JobImport, job: Job | None, found: ImportedJob) -> Job | None:
    """Write what was found; the job if the index must follow, None if it is as before."""
    if job is None:
        job = _new_job(report, found)
        db.add(job)
        report.new += 1
        _note(report, job, "new")
        return job
    came_back = job.closed_at is not None and CLOSED not in job.overrides
    if came_back:
        job.closed_at = None
        report.reopened += 1
    if job.content_hash != found.content_hash:
        fields = follow_board(job, found)
        job.opened_at = _honest(found.opened_at) or job.opened_at
        report.changed += not came_back
        _note(report, job, "reopened" if came_back else "changed", fields)
        return job
    if came_back:
        _note(report, job, "reopened")
        return job
    report.unchanged += 1
    return None


def _new_job(report: JobImport, found: ImportedJob) -> Job:
    code = codes.code()
    job = Job(
        code=code,
        slug="-".join(filter(None, [codes.slug(found.title), code])),
        source=report.source,
        board=report.board,
        source_id=found.source_id,
        opened_at=_honest(found.opened_at) or clock.now(),
        overrides={},
        version=0,
    )
    follow_board(job, found)
    return job


def _note(report: JobImport, job: Job, what: str, fields: Sequence[str] = ()) -> None:
    """Add what happened to `job` to the report, which names no more than the first of them."""
    if len(report.happened) < MOST_NAMED:
        one = {"code": job.code, "title": job.title, "what": what, "fields": list(fields)}
        report.happened = [*report.happened, one]  # a new list, or the change isn't seen


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
    _note(report, job, "closed")
    return job
