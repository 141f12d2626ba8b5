"""What is doubtful in the demo company: credit of whom candidates ask about the job, twice, once
judged; and a link that was made after the application."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from careers.base import clock, outbox
from careers.demo.founding import EMPLOYEE, RECRUITER, found
from careers.hiring.models import Application
from referrals.doubts.checking import queue_check
from referrals.doubts.queries import application_with_doubts
from referrals.doubts.reviewing import dismiss
from referrals.models import BRINGS, Credit
from referrals.second_thoughts import tell
from referrals.sharing import share
from referrals.targets import job_target

SETTLED = timedelta(days=4)  # so old that all of this is past


def have_doubts(app: Flask) -> None:
    """Make two colleagues whom candidates ask about the jobs they brought somebody for, of which
    the recruiter judges one; and have a candidate name a link that was made for them later."""
    with app.extensions["database"].reading() as db:
        asked = [one.code for one in _credited(db)[:2]]
        late = _uncredited(db).code
    for code in asked:
        _ask_who_brought(app, code)
    _name_a_late_link(app, late)
    _judge(app, asked[0])


def _old(db: Session) -> list[Application]:
    before = clock.now() - SETTLED
    old = select(Application).where(Application.created_at < before, Application.hired_at.is_(None))
    return list(db.scalars(old.order_by(Application.id)))


def _credited(db: Session) -> list[Application]:
    """Old applications by one person's link, each for another job; no recruiter's."""
    recruiter = found(db, RECRUITER)
    brought = select(Credit).where(BRINGS, Credit.part == Credit.whole)
    by = {one.application_id: one.person for one in db.scalars(brought)}
    found_: dict[int, Application] = {}
    for one in _old(db):
        if one.id in by and by[one.id] is not recruiter:
            found_.setdefault(one.job_id, one)
    return list(found_.values())


def _uncredited(db: Session) -> Application:
    credited = set(db.scalars(select(Credit.application_id)))
    return next(one for one in _old(db) if one.id not in credited)


def _ask_who_brought(app: Flask, code: str) -> None:
    with app.extensions["database"].writing() as db:
        application = db.scalars(select(Application).where(Application.code == code)).one()
        at = application.created_at + timedelta(hours=2)
        credit = db.scalars(select(Credit).where(Credit.application_id == application.id, BRINGS))
        application.job.contact = credit.one().person
        with clock.set_to(at):
            queue_check(db, application.id)
        db.commit()
    _work(app, at)


def _name_a_late_link(app: Flask, code: str) -> None:
    with app.extensions["database"].writing() as db:
        application = db.scalars(select(Application).where(Application.code == code)).one()
        at = application.created_at + timedelta(days=2)
        with clock.set_to(at):
            link = share(db, found(db, EMPLOYEE), job_target(application.job), "sms")
            db.flush()
            tell(db, application, link.typed_code)
        db.commit()
    _work(app, at)


def _judge(app: Flask, code: str) -> None:
    with app.extensions["database"].writing() as db:
        application, doubts = application_with_doubts(db, code) or (None, [])
        assert application is not None
        with clock.set_to(min(doubts[0].since + timedelta(days=1), clock.now())):
            dismiss(
                db,
                application,
                doubts,
                {one.code: one.version for one in doubts},
                found(db, RECRUITER),
                "They answer questions about this job, but somebody else leads the interviews.",
            )
        db.commit()


def _work(app: Flask, at: datetime) -> None:
    """Do what waits, as it would have been done then."""
    with clock.set_to(at), app.app_context():
        while outbox.do_due_work(app.extensions["database"], app.extensions["settings"], most=100):
            pass
