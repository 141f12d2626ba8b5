"""Jobs written here: begun, changed, published, closed and opened again; and what is set here
against a board. Of two people at once, one does it and the other is told.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from careers.base import audit, clock, codes, search
from careers.base.people import Person
from careers.jobs import describing
from careers.jobs.importing import CLOSED
from careers.jobs.models import HERE, Job
from experts.showing import shown_changed


class Conflict(Exception):
    """Somebody else changed the job, or took the same step, since it was looked at."""


class NotReady(Exception):
    """A job without a text is not published."""


def start_job(db: Session, by: Person, values: dict[str, Any], contact: Person | None) -> Job:
    """A new draft that says `values` (by the names of `describing.FIELDS`)."""
    code = codes.code()
    job = Job(
        code=code,
        slug="-".join(filter(None, [codes.slug(values["title"]), code])),
        source=HERE,
        board="",
        source_id=code,
        is_draft=True,
        opened_at=clock.now(),
        content_hash="",
        overrides={},
        version=0,
        contact=contact,
    )
    describing.begin(job, values)
    db.add(job)
    audit.record(db, by, "job:start", code)
    return job


def write_job(
    db: Session,
    by: Person,
    job: Job,
    values: dict[str, Any],
    contact: Person | None,
    version: int,
) -> list[str]:
    """Have `job` say `values`, written upon `version` of it; the fields that changed.

    Raises Conflict when it changed meanwhile, by somebody or by its board.
    """
    _step(db, job, Job.version == version, version=version + 1)
    changed = describing.set_here(job, values)
    if job.contact_id != (contact.id if contact else None):
        job.contact = contact
        changed.append("contact")
    if changed:
        audit.record(db, by, "job:write", job.code, fields=changed)
        search.changed(db, "job", job.slug)
    return changed


def hand_back(db: Session, by: Person, job: Job, name: str) -> None:
    """Have the field `name` follow the board again. Raises Conflict when it already does."""
    if name == CLOSED or not describing.hand_back(job, name):
        raise Conflict
    audit.record(db, by, "job:hand_back", job.code, field=name)
    search.changed(db, "job", job.slug)


def publish(db: Session, by: Person, job: Job) -> None:
    """Show a draft to everybody from now on. Raises Conflict, NotReady."""
    if not job.description_html:
        raise NotReady
    now = clock.now()
    _step(db, job, Job.is_draft.is_(True), is_draft=False, opened_at=now, changed_at=now)
    _tell(db, by, "job:publish", job)


def close(db: Session, by: Person, job: Job) -> None:
    """Take an open job away; one of a board stays closed while the board still has it.

    Raises Conflict.
    """
    now = clock.now()
    is_open = Job.closed_at.is_(None) & Job.is_draft.is_(False)
    _step(db, job, is_open, closed_at=now, changed_at=now)
    if not job.is_written_here:
        job.overrides = {**job.overrides, CLOSED: False}
    _tell(db, by, "job:close", job)


def reopen(db: Session, by: Person, job: Job) -> None:
    """Open a job again that was closed here, at its old address. Raises Conflict."""
    if not may_reopen(job):
        raise Conflict
    _step(db, job, Job.closed_at.is_not(None), closed_at=None, missed=0, changed_at=clock.now())
    job.overrides = {name: value for name, value in job.overrides.items() if name != CLOSED}
    _tell(db, by, "job:reopen", job)


def may_reopen(job: Job) -> bool:
    """Whether people open it again: one that its board took away opens when the board has it."""
    return job.closed_at is not None and (job.is_written_here or CLOSED in job.overrides)


def discard(db: Session, by: Person, job: Job) -> None:
    """Delete a draft for ever. Raises Conflict when it was published."""
    if not job.is_draft:
        raise Conflict
    audit.record(db, by, "job:discard", job.code)
    db.delete(job)


def _step(db: Session, job: Job, *conditions: ColumnElement[bool], **values: Any) -> None:
    """Change `job` if it still is as the conditions say. Raises Conflict."""
    if "version" not in values:
        values["version"] = Job.version + 1
    taken = db.execute(update(Job).where(Job.id == job.id, *conditions).values(**values))
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise Conflict
    db.refresh(job)


def _tell(db: Session, by: Person, act: str, job: Job) -> None:
    audit.record(db, by, act, job.code)
    search.changed(db, "job", job.slug)


@shown_changed.connect
def ask_somebody_else(person: Person, *, db: Session, shown: bool, **_: Any) -> None:
    """Whoever takes their page down is no longer named as the one to ask about a job."""
    if not shown:
        db.execute(update(Job).where(Job.contact_id == person.id).values(contact_id=None))
