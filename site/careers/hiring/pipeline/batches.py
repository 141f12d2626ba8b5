"""Acts on many applications at once: each by itself, all told, and undone for a while."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from careers.base import audit, clock
from careers.base.database import rows_changed
from careers.base.people import Person
from careers.hiring import moving
from careers.hiring.models import Application, Stage, StageChange
from careers.hiring.moving import Why
from careers.hiring.pipeline import letters
from careers.hiring.pipeline.access import Access, access_of
from careers.hiring.pipeline.letters import HELD
from careers.hiring.pipeline.models import Batch, BatchItem, Letter, LetterTemplate

MOST: Final = 100


class Outcome(StrEnum):
    """What became of one application in an act on many."""

    DONE = "done"
    SAME = "same"  # it was there already
    MOVED = "moved"  # somebody else was faster
    NOT_ALLOWED = "not_allowed"
    OUTSIDE = "outside"  # a system outside moves it
    ERASED = "erased"
    NOT_THEIRS = "not_theirs"  # whoever would be assigned doesn't hire for the job
    UNKNOWN = "unknown"  # no such application, for this person
    OLD = "old"  # something newer is known
    NOT_OUTSIDE = "not_outside"  # its job is followed here
    UNREADABLE = "unreadable"


class TooLate(Exception):
    """It can't be undone any more, or was undone before."""


@dataclass(frozen=True)
class Pick:
    """An application that somebody chose in a list, as they saw it."""

    code: str
    version: int
    recruiter: str = ""  # the code of whom it was assigned to


def move_many(
    db: Session,
    access: Access,
    picks: Iterable[Pick],
    after: Stage,
    why: Why,
    submission: str,
    template: LetterTemplate | None = None,
) -> Batch:
    """Move what was picked, in the caller's transaction; with a letter to each that was moved."""
    person = access.person
    batch = _batch(db, person, "move", submission)
    batch.stage = after.value

    def move(application: Application, pick: Pick, item: BatchItem) -> Outcome:
        before = Stage(application.stage)
        item.stage = before.value
        if before is after and application.version == pick.version:
            return Outcome.SAME
        moving.move_application(
            db, application, before, after, person, version=pick.version, why=why
        )
        item.version = application.version
        if template is not None:
            words = letters.words_for(db, template, application, person)
            key = f"{batch.submission[:40]}-{application.id}"
            item.letter_id = letters.send_letter(db, application, person, words, key).id
        return Outcome.DONE

    permission = "application:write" if template is not None else "application:move"
    _each(db, access, permission, batch, picks, move)
    return batch


def assign_many(
    db: Session, access: Access, picks: Iterable[Pick], recruiter: Person | None, submission: str
) -> Batch:
    """Assign what was picked to `recruiter` (None: to nobody), in the caller's transaction."""
    person = access.person
    batch = _batch(db, person, "assign", submission)
    batch.recruiter_id = recruiter.id if recruiter else None
    theirs = access_of(db, recruiter) if recruiter else None

    def give(application: Application, pick: Pick, item: BatchItem) -> Outcome:
        before = application.recruiter
        item.recruiter_id = before.id if before else None
        if before == recruiter:
            return Outcome.SAME
        if (before.code if before else "") != pick.recruiter:
            return Outcome.MOVED
        if theirs is not None and not theirs.may("application:move", application.job_id):
            return Outcome.NOT_THEIRS
        assign(db, application, before, recruiter, person)
        return Outcome.DONE

    _each(db, access, "application:move", batch, picks, give)
    return batch


def assign(
    db: Session,
    application: Application,
    before: Person | None,
    recruiter: Person | None,
    person: Person,
) -> None:
    """Assign `application`, which `person` saw with `before`, to `recruiter`.

    Raises MovedMeanwhile when somebody else was faster.
    """
    seen = before.id if before else None
    assigned = db.execute(
        update(Application)
        .where(
            Application.id == application.id,
            Application.recruiter_id.is_(None)
            if seen is None
            else Application.recruiter_id == seen,
        )
        .values(recruiter_id=recruiter.id if recruiter else None)
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(assigned):
        raise moving.MovedMeanwhile
    db.refresh(application)
    audit.record(
        db,
        person,
        "application:assign",
        application.code,
        to=recruiter.code if recruiter else None,
    )


def _batch(db: Session, person: Person, kind: str, submission: str) -> Batch:
    now = clock.now()
    batch = Batch(
        submission=submission, kind=kind, person_id=person.id, at=now, undo_until=now + HELD
    )
    db.add(batch)
    db.flush()
    return batch


def _each(
    db: Session,
    access: Access,
    permission: str,
    batch: Batch,
    picks: Iterable[Pick],
    act: Callable[[Application, Pick, BatchItem], Outcome],
) -> None:
    chosen = {pick.code: pick for pick in picks}
    found = db.scalars(
        select(Application)
        .where(Application.code.in_(chosen), access.seen(permission))
        .order_by(Application.id)
    )
    theirs = {application.code: application for application in found}
    for code, pick in chosen.items():
        application = theirs.get(code)
        item = BatchItem(batch_id=batch.id, application_id=application.id if application else None)
        item.outcome = _outcome(db, act, application, pick, item).value
        if item.outcome != Outcome.DONE:
            item.version = item.letter_id = None
        db.add(item)
    db.flush()
    audit.record(db, access.person, f"batch:{batch.kind}", batch.code, count=len(chosen))


def _outcome(
    db: Session,
    act: Callable[[Application, Pick, BatchItem], Outcome],
    application: Application | None,
    pick: Pick,
    item: BatchItem,
) -> Outcome:
    if application is None:
        return Outcome.UNKNOWN
    if application.erased_at is not None:
        return Outcome.ERASED
    try:
        with db.begin_nested():  # one that fails takes nothing of the others with it
            return act(application, pick, item)
    except moving.MovedMeanwhile:
        return Outcome.MOVED
    except moving.NotAllowed:
        return Outcome.NOT_ALLOWED
    except moving.MovedElsewhere:
        return Outcome.OUTSIDE


def batch_by_code(db: Session, code: str, person: Person) -> Batch | None:
    """The act with this code, for whoever did it."""
    return db.scalar(select(Batch).where(Batch.code == code, Batch.person_id == person.id))


def batch_by_submission(db: Session, submission: str) -> Batch | None:
    """The act that came of this form."""
    return db.scalar(select(Batch).where(Batch.submission == submission))


def can_be_undone(batch: Batch) -> bool:
    """Whether there is still something to undo, and time."""
    return batch.undone_at is None and batch.undo_until > clock.now()


def undo(db: Session, batch: Batch, access: Access) -> None:
    """Take back what `batch` did, in the caller's transaction: its letters are not sent, and what
    nobody moved or assigned since goes back. Raises TooLate.
    """
    undone = db.execute(
        update(Batch)
        .where(Batch.id == batch.id, Batch.undone_at.is_(None), Batch.undo_until > clock.now())
        .values(undone_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(undone):
        raise TooLate
    for item in batch.items:
        if item.outcome == Outcome.DONE and item.application is not None:
            item.is_undone = _undo_one(db, batch, item, item.application, access)
    audit.record(db, access.person, "batch:undo", batch.code)
    db.flush()
    db.expire(batch)


def _undo_one(
    db: Session, batch: Batch, item: BatchItem, application: Application, access: Access
) -> bool:
    person = access.person
    letter = db.get(Letter, item.letter_id) if item.letter_id else None
    if letter is not None and letters.is_held(letter, clock.now()):
        letters.take_back(db, letter, person, application)
    if not access.may("application:move", application.job_id):
        return False
    try:
        with db.begin_nested():
            if batch.kind == "assign":
                before = db.get(Person, item.recruiter_id) if item.recruiter_id else None
                assign(db, application, batch.recruiter, before, person)
            else:
                moving.move_application(
                    db,
                    application,
                    Stage(batch.stage),
                    Stage(item.stage),
                    person,
                    version=item.version,
                )
                application.stage_since = _since_before(db, application)
    except (moving.MovedMeanwhile, moving.NotAllowed, moving.MovedElsewhere):
        return False
    return True


def _since_before(db: Session, application: Application) -> datetime:
    """Since when it stood where it was put back: it waits as long as if nothing had been done."""
    steps = select(StageChange.at).where(
        StageChange.application_id == application.id, StageChange.stage == application.stage
    )
    before = db.scalar(steps.order_by(StageChange.id.desc()).offset(1).limit(1))
    return before or application.stage_since
