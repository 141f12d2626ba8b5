"""What those who hire wrote about a candidate goes when the candidate has their data erased."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from careers.base.mail import Mail
from careers.hiring.models import Application, Candidate
from careers.hiring.moving import erased
from careers.hiring.pipeline.models import Joining, Letter, Note, OutsideEvent, Rating


@erased.connect
def forget(application: Application, *, db: Session, **_: Any) -> None:
    """Delete notes, ratings, letters with their mails, and with whom the candidate was joined."""
    number = application.id
    mails = select(Letter.mail_id).where(
        Letter.application_id == number, Letter.mail_id.is_not(None)
    )
    sent = list(db.scalars(mails))
    for table in (Letter, Note, Rating, Joining, OutsideEvent):
        db.execute(delete(table).where(table.application_id == number))
    if sent:
        db.execute(delete(Mail).where(Mail.id.in_(sent)))
    candidate, application.candidate_id = application.candidate_id, None
    db.flush()
    if candidate is not None:
        _forget_candidate(db, candidate)


def _forget_candidate(db: Session, candidate: int) -> None:
    """Delete a candidate to whom nothing belongs, nor would again."""
    is_somebody = select(Application.id).where(Application.candidate_id == candidate)
    could_be = select(Joining.id).where(
        or_(Joining.before_id == candidate, Joining.after_id == candidate)
    )
    if db.scalar(is_somebody.limit(1)) is None and db.scalar(could_be.limit(1)) is None:
        db.execute(delete(Candidate).where(Candidate.id == candidate))
