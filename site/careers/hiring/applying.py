"""An application comes in: whole with its file, and once however often it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from blinker import Signal
from flask_babel import force_locale, gettext
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from careers.base import clock, codes, mail, outbox, storage
from careers.base.config import Settings
from careers.base.languages import address_in
from careers.base.signin.sessions import token_hash
from careers.hiring import models
from careers.hiring.cvs import CheckedCV
from careers.hiring.models import Application, SharerSees, Stage, StageChange, Upload
from careers.hiring.own_links import LASTS, link_for
from careers.jobs.models import Job

UPLOADS_MOST = 2 * 1024**3  # bytes of all that wait, so that nobody fills the disk with them
JOB_TAKES = 10_000  # applications a day; more than one network can send, or a job honestly gets
UPLOADS_STAY = timedelta(hours=12)  # as long as the page of the form can be sent

received = Signal()
"""Sent as `received.send(application, db=session, settings=settings, came=Came(...))` in the
transaction in which an application comes in."""


class AlreadyReceived(Exception):
    """This very form was sent before, and is in."""


@dataclass(frozen=True)
class Came:
    """How a candidate came to us, as their form says it; nothing of it is checked."""

    via: str = ""  # what the address carried
    code: str = ""  # a code that they typed
    told_by: str = ""  # their answer to "who told you about us?"
    without: frozenset[str] = frozenset()  # what of all that they want left out


@dataclass(frozen=True)
class Candidate:
    """What a candidate wrote."""

    name: str
    email: str
    message: str
    language: str
    sharer_sees: SharerSees
    phone: str = ""  # E.164
    link: str = ""
    answers: list[dict[str, str | bool]] = field(default_factory=list)


def is_full(db: Session, job: Job) -> bool:
    """Whether more came for `job` within a day than honest people send."""
    since = clock.now() - timedelta(days=1)
    came = select(func.count(Application.id)).where(
        Application.job_id == job.id, Application.created_at > since
    )
    return (db.scalar(came) or 0) >= JOB_TAKES


def was_received(db: Session, submission: str) -> bool:
    """Whether the form with this key is in already."""
    there = select(Application.id).where(Application.submission == token_hash(submission))
    return db.scalar(there) is not None


def application_sent(db: Session, submission: str) -> Application | None:
    """The application that came in by the form with this key."""
    return db.scalar(select(Application).where(Application.submission == token_hash(submission)))


def receive(
    db: Session,
    settings: Settings,
    job: Job,
    candidate: Candidate,
    submission: str,
    cv: CheckedCV | Upload,
    came: Came,
) -> Application:
    """Store an application with its file, tell everybody whom it concerns, and commit.

    The file is on disk before the row is; it goes again when the row does not come to be. Raises
    AlreadyReceived when this form, known by its secret `submission`, is in already.
    """
    cvs = storage.store(settings, "cvs")
    new = cvs.keep(cv.content) if isinstance(cv, CheckedCV) else None
    key = new or cv.key  # type: ignore[union-attr]
    size = len(cv.content) if isinstance(cv, CheckedCV) else cv.size
    try:
        application = Application(
            code=codes.code(),
            submission=token_hash(submission),
            job=job,
            name=candidate.name,
            name_key=codes.slug(candidate.name, 120),
            email=candidate.email,
            phone=candidate.phone,
            link=candidate.link,
            message=candidate.message,
            answers=candidate.answers,
            language=candidate.language,
            cv_key=key,
            cv_name=cv.name,
            cv_type=cv.type,
            cv_size=size,
            sharer_sees=candidate.sharer_sees.value,
            candidate=models.Candidate(),
            changes=[StageChange(stage=Stage.NEW.value)],
        )
        page = link_for(application, settings)
        db.add(application)
        try:
            db.flush()
        except IntegrityError:
            db.rollback()
            if was_received(db, submission):
                raise AlreadyReceived from None
            raise
        replaced = _take_upload(db, submission, key)
        _write_mails(db, settings, application, page)
        received.send(application, db=db, settings=settings, came=came)
        db.commit()
    except BaseException:
        if new:
            cvs.forget(new)
        raise
    if replaced:
        cvs.forget(replaced)
    return application


def _write_mails(db: Session, settings: Settings, application: Application, page: str) -> None:
    job = application.job
    with force_locale(application.language):
        written = mail.write(
            db,
            application.email,
            gettext("We have your application: %(job)s", job=job.title),
            gettext(
                "Hello,\n\n"
                "your application for “%(job)s” has reached us, with your CV.\n\n"
                "See where it stands, withdraw it, or have your data erased:\n%(page)s\n\n"
                "Whoever has this link can do that, so pass it on to nobody. It holds for %(days)s "
                "days; here you get another one at any time:\n%(find)s\n",
                job=job.title,
                page=page,
                days=LASTS.days,
                find=settings.base_url + address_in(application.language, "/applications"),
            ),
        )
    application.mail_id = written.id
    contact = job.contact
    if contact is None or not contact.is_active:
        return
    path = f"/recruiting/applications/{application.code}"
    with force_locale(contact.language):
        mail.write(
            db,
            contact.email,
            gettext("Somebody applied: %(job)s", job=job.title),
            gettext(
                "Somebody applied for “%(job)s”.\n\n%(page)s\n",
                job=job.title,
                page=settings.base_url + address_in(contact.language, path),
            ),
        )


# -- a CV whose form was not yet right -----------------------------------------------------------


def upload_of(db: Session, submission: str) -> Upload | None:
    """The CV that was sent with this form before, while the rest of it was not yet right."""
    return db.get(Upload, token_hash(submission))


def keep_upload(db: Session, settings: Settings, submission: str, cv: CheckedCV) -> Upload | None:
    """Keep `cv` for twelve hours, so that it need not be chosen again; commits. None when too much
    waits already."""
    waiting = db.scalar(select(func.coalesce(func.sum(Upload.size), 0))) or 0
    if waiting + len(cv.content) > UPLOADS_MOST:
        return None
    cvs = storage.store(settings, "cvs")
    key = cvs.keep(cv.content)
    try:
        before = upload_of(db, submission)
        replaced = before.key if before else None
        upload = before or Upload(submission=token_hash(submission))
        upload.key, upload.name, upload.type, upload.size = key, cv.name, cv.type, len(cv.content)
        upload.created_at = clock.now()
        db.add(upload)
        due = clock.now() + UPLOADS_STAY
        payload = {"submission": upload.submission, "key": key}
        outbox.add(db, "forget_upload", payload, due)
        db.commit()
    except BaseException:
        cvs.forget(key)
        raise
    if replaced:
        cvs.forget(replaced)
    return upload


def forget_kept(db: Session, settings: Settings, submission: str) -> None:
    """Delete the CV that was kept with this form, if there is one; commits."""
    upload = upload_of(db, submission)
    if upload is not None:
        db.delete(upload)
        db.commit()
        storage.store(settings, "cvs").forget(upload.key)


def _take_upload(db: Session, submission: str, key: str) -> str | None:
    """The upload's file belongs to the application now; the key of one that it doesn't use."""
    upload = upload_of(db, submission)
    if upload is None:
        return None
    unused = upload.key if upload.key != key else None
    db.delete(upload)
    return unused


@outbox.handles("forget_upload")
def forget_upload(db: Session, payload: dict[str, Any], settings: Settings) -> None:
    """Delete an upload that no application came of."""
    upload = db.get(Upload, payload["submission"])
    if upload is not None and upload.key == payload["key"]:
        db.delete(upload)
        db.flush()
        storage.store(settings, "cvs").forget(payload["key"])
