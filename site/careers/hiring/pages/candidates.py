"""Applying, and the candidate's own page."""

from __future__ import annotations

import re
from contextlib import suppress
from hmac import compare_digest
from typing import Any

from flask import (
    Response,
    abort,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import codes, storage
from careers.base.languages import language
from careers.base.permissions import public
from careers.base.web import db, limiter, settings
from careers.hiring import moving, queries
from careers.hiring.applying import (
    AlreadyReceived,
    Candidate,
    keep_upload,
    receive,
    token_for,
    upload_of,
    was_received,
)
from careers.hiring.cvs import CheckedCV, CVRefused, checked_cv
from careers.hiring.forms import SEES, ApplyForm
from careers.hiring.models import Application, SharerSees, Stage, Upload
from careers.hiring.pages.blueprint import blueprint
from careers.hiring.pipeline.joining import address_key, confirm_address
from careers.hiring.pipeline.letters import letters_sent
from careers.jobs.models import Job
from careers.jobs.queries import job_by_slug, similar_jobs

_SUBMISSION = re.compile(r"[A-Za-z0-9_-]{32}")


# -- applying ------------------------------------------------------------------------------------


@blueprint.route("/jobs/<slug>/apply", methods=["GET", "POST"])
@limiter.limit("120/hour", methods=["POST"])  # a job fair may share one address
@public
def apply(slug: str) -> ResponseReturnValue:
    """The form, and what is sent with it."""
    job = job_by_slug(db(), slug) or abort(404)
    if request.method == "POST":
        return _received_or_form(job)
    if not job.is_open:
        return _closed(job)
    return _form_page(job, _form(), codes.token(), None, 200)


def _form() -> ApplyForm:
    """The form; unless the candidate says otherwise, whoever was only read sees nothing."""
    usual = SharerSees.APPLIED if g.coming.names_a_sharer else SharerSees.NOTHING
    return ApplyForm(sharer_sees=usual.value)


def _received_or_form(job: Job) -> ResponseReturnValue:
    """Take the application in, or show the form again with what is wrong."""
    submission = request.form.get("submission", "")
    if not _SUBMISSION.fullmatch(submission):
        abort(400)
    # In this order: an upload disappears in the transaction in which its application appears.
    upload = upload_of(db(), submission)
    if was_received(db(), submission):
        return _to_own_page(submission)
    if not job.is_open:
        return _closed(job)
    if upload is not None:
        db().expunge(upload)
    db().rollback()  # checking a file takes a while: nobody else waits for it
    form = _form()
    form.validate()
    cv, problem = _sent_cv()
    if not (cv or upload or problem):
        problem = gettext("Please add your CV.")
    if form.errors or problem or _coming_news():
        if cv is not None and not form.website.errors:
            upload = keep_upload(db(), settings(), submission, cv)
        form.cv.errors = [problem] if problem else []
        status = 422 if form.errors or problem else 200
        return _form_page(job, form, submission, upload, status)
    chosen = cv or upload
    assert chosen is not None
    return _take_in(job, form, submission, chosen)


def _sent_cv() -> tuple[CheckedCV | None, str]:
    """The file that was sent, checked; or what is wrong with it; or neither."""
    sent = request.files.get("cv")
    if sent is None or not sent.filename:
        return None, ""
    most = settings().cv_megabytes
    try:
        return checked_cv(sent.filename, sent.stream.read(most * 1024 * 1024 + 1), most), ""
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
        message=form.message.data or "",
        language=language(),
        sharer_sees=sees,
    )
    with suppress(AlreadyReceived):
        receive(db(), settings(), job, candidate, submission, cv, g.coming.came)
    return _to_own_page(submission)


def _to_own_page(submission: str) -> Response:
    token = token_for(submission, settings().signing_key)
    return private(redirect(url_for("hiring.my_application", token=token), code=303))


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
    )
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"  # it holds a key of its own
    return response


def _closed(job: Job) -> ResponseReturnValue:
    similar = similar_jobs(db(), job, 5)
    return render_template("jobs/closed.html", job=job, similar=similar), 410


# -- the candidate's own page --------------------------------------------------------------------


@blueprint.get("/applications/<token>")
@public
def my_application(token: str) -> ResponseReturnValue:
    """Where one's application stands, and what one can do about it."""
    application = application_with(token)
    steps = [Stage.NEW, Stage.SCREENING, Stage.INTERVIEW, Stage.OFFER, Stage.HIRED]
    stage = Stage(application.stage)
    page = render_template(
        "hiring/my_application.html",
        application=application,
        token=token,
        steps=steps,
        at=steps.index(stage) if stage in steps else None,
        can_withdraw=moving.may_withdraw(stage),
        letters=letters_sent(db(), application),
        address_key=_address_key(application),
        choices=SEES,
    )
    return private(page)


def _address_key(application: Application) -> str:
    """What the mail carried, for whoever comes by it and has not confirmed the address yet."""
    carried = request.args.get("mail", "")
    if application.email_confirmed_at is not None or application.erased_at is not None:
        return ""
    right = address_key(application, settings().signing_key)
    return carried if compare_digest(carried.encode(), right.encode()) else ""


@blueprint.post("/applications/<token>/address")
@limiter.limit("60/hour")
@public
def confirm_mail(token: str) -> ResponseReturnValue:
    """Say that the address is one's own; the key came with the mail that went there."""
    application = application_with(token)
    right = address_key(application, settings().signing_key)
    if not compare_digest(request.form.get("mail", "").encode(), right.encode()):
        abort(400)
    confirm_address(db(), application)
    db().commit()
    return back_to(token)


@blueprint.post("/applications/<token>/sharer")
@limiter.limit("60/hour")
@public
def set_sharer_sees(token: str) -> ResponseReturnValue:
    """Change what the person through whom one came can see."""
    application = application_with(token)
    chosen = request.form.get("sharer_sees", "")
    if chosen not in set(SharerSees) or application.erased_at is not None:
        abort(400)
    moving.show_sharer(db(), application, SharerSees(chosen))
    db().commit()
    flash(gettext("Changed: this is what they see from now on."))
    return back_to(token)


@blueprint.post("/applications/<token>/withdrawal")
@limiter.limit("60/hour")
@public
def withdraw(token: str) -> ResponseReturnValue:
    """Take one's application back; pressing twice is once."""
    application = application_with(token)
    try:
        moving.withdraw(db(), application)
        db().commit()
    except (moving.NotAllowed, moving.MovedMeanwhile):
        db().rollback()
    return back_to(token)


@blueprint.post("/applications/<token>/erasure")
@limiter.limit("60/hour")
@public
def erase(token: str) -> ResponseReturnValue:
    """Have one's data erased."""
    application = application_with(token)
    key = application.cv_key
    try:
        moving.erase(db(), application)
    except moving.MovedMeanwhile:
        db().rollback()
        application = application_with(token)
        moving.erase(db(), application)
    db().commit()
    if key:
        storage.forget(settings().folder("cvs"), key)  # the outbox does it too, if we die here
    return back_to(token)


def application_with(token: str) -> Application:
    """The application whose candidate has this secret; 404 for nobody's."""
    if len(token) > 100:
        abort(404)
    return queries.application_by_token(db(), token) or abort(404)


def back_to(token: str) -> Response:
    """Back to the candidate's own page."""
    return private(redirect(url_for("hiring.my_application", token=token), code=303))


def private(page: Any) -> Response:
    """A page whose address is a secret: kept nowhere, told to nobody."""
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
