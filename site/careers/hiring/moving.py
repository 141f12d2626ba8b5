"""How an application moves: the table of moves, and the acts of recruiters and candidates."""

from __future__ import annotations

from typing import Any, Final

from blinker import Signal
from sqlalchemy import CursorResult, delete, update
from sqlalchemy.orm import Session

from careers.base import audit, clock, outbox, storage
from careers.base.config import Settings
from careers.base.mail import Mail
from careers.base.people import Person
from careers.hiring.models import Application, SharerSees, Stage, StageChange

stage_changed = Signal()
"""Sent as `stage_changed.send(application, db=session, before=Stage, after=Stage, person=who)` in
the transaction of the move; `person` is None when the candidate moved it."""

erased = Signal()
"""Sent as `erased.send(application, db=session)` in the transaction in which a candidate has their
data erased: whoever keeps words of theirs deletes them."""

_OPEN: Final = {Stage.NEW, Stage.SCREENING, Stage.INTERVIEW, Stage.OFFER}
# Forward, back to undo, and out. Only who has an offer is hired; withdrawing is the candidate's.
MOVES: Final[dict[Stage, frozenset[Stage]]] = {
    Stage.NEW: frozenset({*_OPEN, Stage.REJECTED} - {Stage.NEW}),
    Stage.SCREENING: frozenset({*_OPEN, Stage.REJECTED} - {Stage.SCREENING}),
    Stage.INTERVIEW: frozenset({*_OPEN, Stage.REJECTED} - {Stage.INTERVIEW}),
    Stage.OFFER: frozenset({*_OPEN, Stage.HIRED, Stage.REJECTED} - {Stage.OFFER}),
    Stage.HIRED: frozenset({Stage.OFFER}),
    Stage.REJECTED: frozenset(_OPEN),
    Stage.WITHDRAWN: frozenset(),
}


class MovedMeanwhile(Exception):
    """The application is no longer where whoever moves it saw it."""


class NotAllowed(ValueError):
    """There is no such move."""


def may_move(before: Stage, after: Stage) -> bool:
    """Whether a recruiter may move an application from `before` to `after`."""
    return after in MOVES[before]


def may_withdraw(stage: Stage) -> bool:
    """Whether the candidate may still withdraw."""
    return stage in _OPEN


def move_application(
    db: Session, application: Application, before: Stage, after: Stage, person: Person
) -> None:
    """Move `application` from `before`, where `person` saw it, in the caller's transaction.

    Raises NotAllowed, or MovedMeanwhile when somebody else was faster: of two who move at once,
    one does.
    """
    if not may_move(before, after):
        raise NotAllowed(f"{before} to {after}")
    _move(db, application, before, after, person)
    audit.record(
        db, person, "application:move", application.code, before=before.value, after=after.value
    )


def withdraw(db: Session, application: Application) -> None:
    """The candidate takes their application back. Raises NotAllowed, MovedMeanwhile."""
    before = Stage(application.stage)
    if not may_withdraw(before):
        raise NotAllowed(f"{before} to {Stage.WITHDRAWN}")
    _move(db, application, before, Stage.WITHDRAWN, None)


def _move(
    db: Session, application: Application, before: Stage, after: Stage, person: Person | None
) -> None:
    moved = db.execute(
        update(Application)
        .where(
            Application.id == application.id,
            Application.stage == before.value,
            Application.erased_at.is_(None),
        )
        .values(stage=after.value, hired_at=clock.now() if after is Stage.HIRED else None)
        .execution_options(synchronize_session=False)
    )
    if not _count(moved):
        raise MovedMeanwhile
    db.refresh(application)
    db.add(
        StageChange(
            application_id=application.id,
            stage=after.value,
            person_id=person.id if person else None,
        )
    )
    stage_changed.send(application, db=db, before=before, after=after, person=person)


def _count(result: Any) -> int:
    assert isinstance(result, CursorResult)
    return int(result.rowcount)


def show_sharer(db: Session, application: Application, sees: SharerSees) -> None:
    """Set what the person through whom the candidate came may see."""
    application.sharer_sees = sees.value


def erase(db: Session, application: Application) -> None:
    """Delete what the candidate gave: name, address, message, CV and our mail to them.

    The row stays for what it counted. The file goes once this is committed.
    """
    if application.erased_at is not None:
        return
    if may_withdraw(Stage(application.stage)):
        withdraw(db, application)
    if application.cv_key:
        outbox.add(db, "forget_cv", {"key": application.cv_key})
    if application.mail_id is not None:
        sent, application.mail_id = application.mail_id, None
        db.flush()
        db.execute(delete(Mail).where(Mail.id == sent))
    application.name = application.name_key = application.email = application.message = ""
    application.phone = application.link = ""
    application.answers = []
    application.cv_key = application.cv_name = application.cv_type = application.cv_size = None
    application.sharer_sees = SharerSees.NOTHING.value
    application.erased_at = clock.now()
    erased.send(application, db=db)
    audit.record(db, None, "application:erase", application.code)


@outbox.handles("forget_cv")
def forget_cv(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Delete the file of an application that was erased."""
    storage.store(settings, "cvs").forget(payload["key"])
