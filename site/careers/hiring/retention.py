"""How long the data of candidates stay: two years after the last contact at most, as the French
authority asks (CNIL, guide du recrutement, 2023), unless they agree to stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from flask_babel import force_locale, format_date, gettext
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from careers.base import audit, clock, mail
from careers.base.config import Settings
from careers.base.database import Database
from careers.base.mail import Mail
from careers.hiring import moving, own_links
from careers.hiring.models import Application, Stage, StageChange
from careers.hiring.pipeline.models import Letter

MONTH = timedelta(days=30)  # 24 of them are a little less than two years, never more
REMIND_BEFORE = timedelta(days=30)
MOST = 200  # of one run; the rest is done by the next


@dataclass(frozen=True)
class Due:
    """What is to be done with an application: it is erased, or its candidate is told of it."""

    number: int
    code: str
    job: str
    last_contact: datetime
    is_over: bool


def ends_at(last_contact: datetime, months: int) -> datetime:
    """When data go that were last touched by a contact at `last_contact` (aware)."""
    return last_contact + months * MONTH


def what_is_due(
    last_contact: datetime, reminded_at: datetime | None, months: int, now: datetime
) -> str:
    """`erase`, `remind` or "" (all moments aware). A reminder before the last contact is none."""
    end = ends_at(last_contact, months)
    if now >= end:
        return "erase"
    before = min(REMIND_BEFORE, months * MONTH / 2)
    is_told = reminded_at is not None and reminded_at >= last_contact
    return "remind" if now >= end - before and not is_told else ""


def due(
    db: Session, settings: Settings, now: datetime, only: Application | None = None
) -> Iterator[Due]:
    """What is to be done at `now` (aware), oldest first. Who was hired isn't touched."""
    months = settings.retention_months
    soonest = now - months * MONTH / 2  # nothing younger can be due
    old = _contacts(now).where(
        Application.erased_at.is_(None),
        Application.stage != Stage.HIRED.value,
        Application.created_at <= soonest,
    )
    if only is not None:
        old = old.where(Application.id == only.id)
    for application, moved, written in db.execute(
        old.order_by(Application.created_at, Application.id)
    ):
        last = _latest(application, moved, written)
        act = what_is_due(last, application.reminded_at, months, now)
        if act:
            job = application.job.title
            yield Due(application.id, application.code, job, last, is_over=act == "erase")


def last_contact(db: Session, application: Application) -> datetime:
    """When candidate and company last had to do with each other."""
    asked = _contacts(clock.now()).where(Application.id == application.id)
    return _latest(*db.execute(asked).one())


def _contacts(now: datetime) -> Select[Application, datetime, datetime]:
    """Applications, each with its last step and the last letter that was sent."""
    step = select(func.max(StageChange.at)).where(StageChange.application_id == Application.id)
    letter = select(func.max(Letter.due_at)).where(
        Letter.application_id == Application.id,
        Letter.taken_back_at.is_(None),
        Letter.due_at <= now,
    )
    return select(
        Application,
        step.correlate(Application).scalar_subquery(),
        letter.correlate(Application).scalar_subquery(),
    )


def _latest(application: Application, moved: datetime | None, written: datetime | None) -> datetime:
    contacts = (application.created_at, moved, written, application.agreed_at)
    return max(moment for moment in contacts if moment is not None)


def run(database: Database, settings: Settings) -> list[Due]:
    """Erase what is over and remind of what will be, each in a transaction of its own; what was
    done, at most MOST."""
    with database.reading() as db:
        found = list(islice(due(db, settings, clock.now()), MOST))
    done = []
    for one in found:
        with database.writing() as db:
            application = db.get_one(Application, one.number)
            if one not in due(db, settings, clock.now(), application):
                continue  # somebody wrote or agreed meanwhile
            if one.is_over:
                try:
                    moving.erase(db, application)
                except moving.MovedMeanwhile:
                    continue  # the next run sees where it is
            else:
                _remind(
                    db, settings, application, ends_at(one.last_contact, settings.retention_months)
                )
            db.commit()
            done.append(one)
    return done


def _remind(db: Session, settings: Settings, application: Application, end: datetime) -> None:
    page = own_links.link_for(application, settings)
    with force_locale(application.language):
        written = mail.write(
            db,
            application.email,
            gettext("Your data will be erased: %(job)s", job=application.job.title),
            gettext(
                "Hello,\n\n"
                "on %(day)s we erase what you sent us when you applied for “%(job)s”: name, "
                "address, CV and all the rest. You need not do anything.\n\n"
                "If you would like us to keep it, so that we can write to you about other jobs, "
                "open your application here and say so; you can also have it erased at once.\n"
                "%(page)s\n",
                day=format_date(end, "long"),
                job=application.job.title,
                page=page,
            ),
        )
    _forget_reminder(db, application)
    application.reminder_id, application.reminded_at = written.id, clock.now()


def _forget_reminder(db: Session, application: Application) -> None:
    before = db.get(Mail, application.reminder_id) if application.reminder_id else None
    if before is not None:
        application.reminder_id = None
        db.flush()
        db.delete(before)


def is_asked(db: Session, application: Application) -> bool:
    """Whether a reminder asks the candidate if their data may stay, and nothing came since."""
    told = application.reminded_at
    if told is None or application.erased_at or application.stage == Stage.HIRED.value:
        return False
    return last_contact(db, application) <= told


def agree(db: Session, application: Application) -> None:
    """The candidate lets us keep their data for the same time once more, from now."""
    application.agreed_at = clock.now()
    audit.record(db, None, "application:stay", application.code)
