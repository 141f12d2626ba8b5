"""Applying: the form, and what is sent with it."""

from __future__ import annotations

import re
from contextlib import suppress

import structlog
from flask import (
    Response,
    abort,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from limits import parse

from careers.base import codes
from careers.base.languages import language
from careers.base.mailboxes import plain_mailbox
from careers.base.permissions import public
from careers.base.signin.sessions import token_hash
from careers.base.web import db, keeps_form, limiter, private, settings
from careers.hiring.applying import (
    AlreadyReceived,
    Candidate,
    application_sent,
    forget_kept,
    is_full,
    keep_upload,
    receive,
    upload_of,
    was_received,
)
from careers.hiring.asking import answers, questions_of
from careers.hiring.cvs import CheckedCV, CVRefused, checked_cv
from careers.hiring.forms import QUESTION, ApplyForm, apply_form
from careers.hiring.models import SharerSees, Upload
from careers.hiring.pages.blueprint import blueprint
from careers.hiring.pages.own import back_to, let_sender_in
from careers.hiring.phones import plain_phone, region_of
from careers.jobs.models import Job
from careers.jobs.queries import job_by_slug, similar_jobs

log = structlog.get_logger(__name__)
FROM_ONE_MAILBOX = parse("30/day")  # whoever applies for more is a program
_SUBMISSION = re.compile(r"[A-Za-z0-9_-]{32}")


@blueprint.route("/jobs/<slug>/apply", methods=["GET", "POST"])
@limiter.limit("120/hour", methods=["POST"])  # a job fair may share one address
@public
@keeps_form
def apply(slug: str) -> ResponseReturnValue:
    """The form, and what is sent with it."""
    job = job_by_slug(db(), slug) or abort(404)
    if request.method == "POST":
        return _received_or_form(job)
    if not job.is_open:
        return _closed(job)
    return _form_page(job, _form(job), codes.token(), None, 200)


def _form(job: Job) -> ApplyForm:
    """The form; unless the candidate says otherwise, whoever was only read sees nothing."""
    usual = SharerSees.APPLIED if g.coming.names_a_sharer else SharerSees.NOTHING
    region = job.country or region_of(settings().time_zone)
    asked = questions_of(db(), job)
    for question in asked:
        db().expunge(question)  # they are read after this transaction too
    return apply_form(asked, region, sharer_sees=usual.value)


def _received_or_form(job: Job) -> ResponseReturnValue:
    """Take the application in, or show the form again with what is wrong."""
    submission = request.form.get("submission", "")
    if not _SUBMISSION.fullmatch(submission):
        abort(400)
    # In this order: an upload disappears in the transaction in which its application appears.
    upload = upload_of(db(), submission)
    if was_received(db(), submission):
        if g.form_has_expired:  # after so long, somebody else may sit before it
            return private(redirect(url_for("hiring.find_application"), code=303))
        return _to_own_page(submission)
    if not job.is_open:
        return _closed(job)
    if upload is not None:
        db().expunge(upload)
    form = _form(job)
    db().rollback()  # checking a file takes a while: nobody else waits for it
    if request.form.get("forget_cv"):
        forget_kept(db(), settings(), submission)
        return _form_page(job, form, submission, None, 200)
    form.validate()
    cv, problem = _sent_cv()
    try:
        return _taken_or_form(job, form, submission, cv, upload, problem)
    except OSError:  # a full disk, a bucket that is away
        log.exception("a CV could not be kept")
        db().rollback()
        form.form_errors = [
            gettext(
                "We can’t keep files at this moment. Please send it again in a few minutes: what "
                "you wrote is still here; your CV must be chosen again."
            )
        ]
        return _form_page(job, form, submission, upload, 503)


def _taken_or_form(
    job: Job,
    form: ApplyForm,
    submission: str,
    cv: CheckedCV | None,
    upload: Upload | None,
    problem: str,
) -> Response:
    """What becomes of a form whose fields and file were looked at. Raises OSError."""
    if not (cv or upload or problem or g.form_has_expired):
        problem = gettext("Please add your CV.")
    if form.errors or problem or g.form_has_expired or _coming_news():
        if cv is not None and not form.website.errors:
            kept = keep_upload(db(), settings(), submission, cv)
            if kept is None:
                problem = gettext("Please choose your CV again before you send this.")
            upload = kept or upload
        form.cv.errors = [problem] if problem else []
        status = 422 if form.errors or problem else 200
        if g.form_has_expired:
            status = 400
            form.form_errors = [
                gettext("This page was open for long. Nothing is lost: please send it again.")
            ]
        return _form_page(job, form, submission, upload, status)
    chosen = cv or upload
    assert chosen is not None
    if refused := _flood(job, form.email.data or ""):
        form.form_errors = [refused]
        kept = keep_upload(db(), settings(), submission, cv) if cv is not None else upload
        return _form_page(job, form, submission, kept, 429)
    return _take_in(job, form, submission, chosen)


def _flood(job: Job, email: str) -> str:
    """What to say where this mailbox has sent, or this job been sent, more today than is honest."""
    if is_full(db(), job):
        return str(
            gettext(
                "So many applications came for this job today that we take the next ones "
                "tomorrow. What you wrote is still here."
            )
        )
    mailbox = token_hash(plain_mailbox(email))
    if limiter.enabled and not limiter.limiter.hit(FROM_ONE_MAILBOX, "applying", mailbox):
        return str(
            gettext(
                "So many applications came from your e-mail address today that we take the next "
                "ones tomorrow. What you wrote is still here."
            )
        )
    return ""


def _sent_cv() -> tuple[CheckedCV | None, str]:
    """The file that was sent, checked; or what is wrong with it; or neither."""
    sent = request.files.get("cv")
    if sent is None or not sent.filename:
        return None, ""
    most = settings().cv_megabytes
    try:
        content = sent.stream.read(most * 1024 * 1024 + 1)
        return checked_cv(sent.filename, content, most, settings().clamd), ""
    except CVRefused as reason:
        return None, str(reason)


def _coming_news() -> bool:
    """Whether the form names somebody of whom it said nothing yet; who knows codes and names has
    looked before (`g.coming`)."""
    return bool(g.coming.news)


def _take_in(job: Job, form: ApplyForm, submission: str, cv: CheckedCV | Upload) -> Response:
    sees = SharerSees.NOTHING
    if g.coming.names_anybody:
        sees = SharerSees(form.sharer_sees.data)
    candidate = Candidate(
        name=" ".join((form.name.data or "").split()),
        email=form.email.data or "",
        phone=_phone(form),
        link=form.link.data or "",
        message=form.message.data or "",
        answers=answers(form.questions, form.answers_given()),
        language=language(),
        sharer_sees=sees,
    )
    with suppress(AlreadyReceived):
        receive(db(), settings(), job, candidate, submission, cv, g.coming.came)
    return _to_own_page(submission)


def _phone(form: ApplyForm) -> str:
    return plain_phone(form.phone.data, form.region) if form.phone.data else ""


def _to_own_page(submission: str) -> Response:
    application = application_sent(db(), submission)
    assert application is not None
    let_sender_in(application)
    return back_to(application.code)


def _form_page(
    job: Job, form: ApplyForm, submission: str, upload: Upload | None, status: int
) -> Response:
    page = render_template(
        "hiring/apply.html",
        job=job,
        form=form,
        submission=submission,
        upload=upload,
        megabytes=settings().cv_megabytes,
        coming=g.coming,
        is_fresh=request.method == "GET",
        questions=[field for field in form if field.name.startswith(QUESTION)],
    )
    response = make_response(page, status)
    # It holds a key of its own, for one browser; which shows it again, with that key and what was
    # written, when somebody goes back to it.
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _closed(job: Job) -> ResponseReturnValue:
    similar = similar_jobs(db(), job, 5)
    return render_template("jobs/closed.html", job=job, similar=similar), 410
