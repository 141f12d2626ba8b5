"""How an application moves: the table of moves, and the acts of recruiters and candidates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from blinker import Signal
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from careers.base import audit, clock, codes, forgetting, tombstones
from careers.base.database import rows_changed
from careers.base.mail import Mail
from careers.base.people import Person
from careers.hiring.models import Application, Refusal, SharerSees, Stage, StageChange

stage_changed = Signal()
"""Sent as `stage_changed.send(application, db=session, before=Stage, after=Stage, person=who)` in
the transaction of the move; `person` is None when the candidate, or a system outside, moved it."""

is_moved_outside = Signal()
"""Sent as `is_moved_outside.send(application, db=session)`. Whoever answers True says that a system
outside moves it, and nobody here."""

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


class MovedElsewhere(Exception):
    """A system outside moves the applications to this job."""


class NotAllowed(ValueError):
    """There is no such move."""


def may_move(before: Stage, after: Stage) -> bool:
    """Whether a recruiter may move an application from `before` to `after`."""
    return after in MOVES[before]


def may_withdraw(stage: Stage) -> bool:
    """Whether the candidate may still withdraw."""
    return stage in _OPEN


@dataclass(frozen=True)
class Why:
    """Why an application is moved: a reason of the short list, and words."""

    reason: Refusal | None = None
    words: str = ""


def move_application(
    db: Session,
    application: Application,
    before: Stage,
    after: Stage,
    person: Person,
    *,
    version: int | None = None,
    why: Why | None = None,
) -> None:
    """Move `application` from `before`, where `person` saw it, in the caller's transaction.

    With `version`, it must not have moved since either, away and back. Raises NotAllowed,
    MovedElsewhere for a job whose applications are moved outside, or MovedMeanwhile when somebody
    else was faster: of two who move at once, one does.
    """
    if any(answer is True for _, answer in is_moved_outside.send(application, db=db)):
        raise MovedElsewhere
    if not may_move(before, after):
        raise NotAllowed(f"{before} to {after}")
    _move(db, application, before, after, version, _step(application, after, person, why))
    audit.record(
        db, person, "application:move", application.code, before=before.value, after=after.value
    )
    stage_changed.send(application, db=db, before=before, after=after, person=person)


def follow_outside(
    db: Session,
    application: Application,
    after: Stage,
    source: str,
    at: datetime | None = None,
    why: Why | None = None,
) -> None:
    """Move `application` where a system outside, named `source`, says it is since `at` (aware; None
    is now). Any way is possible but back from withdrawn. Raises NotAllowed, MovedMeanwhile."""
    before = Stage(application.stage)
    if before in (after, Stage.WITHDRAWN) or application.erased_at is not None:
        raise NotAllowed(f"{before} to {after}")
    step = _step(application, after, None, why)
    step.outside, step.at = source, at or clock.now()
    _move(db, application, before, after, None, step)
    stage_changed.send(application, db=db, before=before, after=after, person=None)


def withdraw(db: Session, application: Application) -> None:
    """The candidate takes their application back. Raises NotAllowed, MovedMeanwhile."""
    before = Stage(application.stage)
    if not may_withdraw(before):
        raise NotAllowed(f"{before} to {Stage.WITHDRAWN}")
    step = _step(application, Stage.WITHDRAWN, None, None)
    _move(db, application, before, Stage.WITHDRAWN, None, step)
    stage_changed.send(application, db=db, before=before, after=Stage.WITHDRAWN, person=None)


DOUBLE_WITHIN = timedelta(hours=24)


def withdraw_doubles(db: Session, kept: Application) -> int:
    """Withdraw what was sent again for the same job with the address of `kept`, which its reader
    has confirmed, within a day, and that nobody has read yet; how many."""
    doubles = db.scalars(
        select(Application).where(
            Application.email == kept.email,
            Application.job_id == kept.job_id,
            Application.id != kept.id,
            Application.stage == Stage.NEW.value,
            Application.email_confirmed_at.is_(None),
            Application.erased_at.is_(None),
            Application.created_at.between(
                kept.created_at - DOUBLE_WITHIN, kept.created_at + DOUBLE_WITHIN
            ),
        )
    )
    withdrawn = 0
    for one in doubles.all():
        if may_withdraw(Stage(kept.stage)):
            withdraw(db, one)
            withdrawn += 1
    return withdrawn


def _step(
    application: Application, after: Stage, person: Person | None, why: Why | None
) -> StageChange:
    return StageChange(
        application_id=application.id,
        stage=after.value,
        person_id=person.id if person else None,
        reason=why.reason.value if why and why.reason else "",
        words=why.words if why else "",
        at=clock.now(),
    )


def _move(
    db: Session,
    application: Application,
    before: Stage,
    after: Stage,
    version: int | None,
    step: StageChange,
) -> None:
    unmoved = [
        Application.id == application.id,
        Application.stage == before.value,
        Application.erased_at.is_(None),
    ]
    if version is not None:
        unmoved.append(Application.version == version)
    moved = db.execute(
        update(Application)
        .where(*unmoved)
        .values(
            stage=after.value,
            stage_since=step.at,
            version=Application.version + 1,
            hired_at=step.at if after is Stage.HIRED else None,
        )
        .execution_options(synchronize_session=False)
    )
    if not rows_changed(moved):
        raise MovedMeanwhile
    db.refresh(application)
    db.add(step)


def show_sharer(db: Session, application: Application, sees: SharerSees) -> None:
    """Set what the person through whom the candidate came may see."""
    application.sharer_sees = sees.value


def correct(db: Session, application: Application, given: dict[str, str]) -> None:
    """Replace what the candidate gave (`name`, `phone`, `link`, `message`) by what they say is
    right; of what changed, the names alone are recorded."""
    changed = [name for name, value in given.items() if getattr(application, name) != value]
    for name in changed:
        setattr(application, name, given[name])
    application.name_key = codes.slug(application.name, 120)
    if changed:
        audit.record(db, None, "application:correct", application.code, changed=changed)


@tombstones.erases("application", Application, Application.erased_at.is_(None))
def erase(db: Session, application: Application) -> None:
    """Delete what the candidate gave: name, address, message, CV and our mail to them.

    The row stays for what it counted. The file goes once this is committed.
    """
    if application.erased_at is not None:
        return
    if may_withdraw(Stage(application.stage)):
        withdraw(db, application)
    if application.cv_key:
        forgetting.forget(db, "cvs", [application.cv_key])
    sent = [one for one in (application.mail_id, application.reminder_id) if one is not None]
    application.mail_id = application.reminder_id = None
    db.flush()
    db.execute(delete(Mail).where(Mail.id.in_(sent)))
    db.execute(
        update(StageChange)
        .where(StageChange.application_id == application.id)
        .values(words="")
        .execution_options(synchronize_session=False)
    )
    application.name = application.name_key = application.email = application.message = ""
    application.phone = application.link = ""
    application.answers = []
    application.cv_key = application.cv_name = application.cv_type = application.cv_size = None
    application.sharer_sees = SharerSees.NOTHING.value
    application.email_confirmed_at = None
    application.erased_at = clock.now()
    erased.send(application, db=db)
    audit.record(db, None, "application:erase", application.code)
    tombstones.remember(db, "application", application.code)
