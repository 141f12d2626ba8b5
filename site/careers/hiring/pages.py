"""Applying, the candidate's own page, and the recruiter's."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from flask import (
    Blueprint,
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

from careers.base import audit, codes, storage
from careers.base.languages import language
from careers.base.permissions import public, requires
from careers.base.web import PAGE_ROWS, database, db, limiter, me, page_number, settings
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
from careers.jobs.models import Job
from careers.jobs.queries import job_by_slug, similar_jobs

blueprint = Blueprint("hiring", __name__)
_SUBMISSION = re.compile(r"[A-Za-z0-9_-]{32}")


@blueprint.app_context_processor
def hiring_words() -> dict[str, Any]:
    """The words for stages, for every template."""
    return {"stage_name": stage_name}


def stage_name(stage: str) -> str:
    """A stage in words."""
    names = {
        Stage.NEW: gettext("Received"),
        Stage.SCREENING: gettext("Being read"),
        Stage.INTERVIEW: gettext("Interviews"),
        Stage.OFFER: gettext("Offer"),
        Stage.HIRED: gettext("Hired"),
        Stage.REJECTED: gettext("Declined"),
        Stage.WITHDRAWN: gettext("Withdrawn"),
    }
    return str(names[Stage(stage)])


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
        choices=SEES,
    )
    return private(page)


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


# -- recruiters ----------------------------------------------------------------------------------


@blueprint.get("/recruiting/applications")
@requires("application:read")
def applications() -> ResponseReturnValue:
    """Who applied, for what, and where they stand."""
    stage = request.args.get("stage", "")
    sought = queries.Sought(
        job=_plain(request.args.get("job", "")),
        stage=stage if stage in set(Stage) else "",
        name=_plain(request.args.get("q", "")),
    )
    page = page_number()
    found = queries.sought_applications(db(), sought, page, PAGE_ROWS)

    def narrowed(**changed: str) -> str:
        """The address of this list with some of what is sought changed."""
        values: dict[str, Any] = {"q": sought.name, "job": sought.job, "stage": sought.stage}
        values.update(changed)
        kept = {name: value for name, value in values.items() if value}
        return url_for("hiring.applications", **kept)

    return render_template(
        "hiring/applications.html",
        found=found,
        sought=sought,
        jobs=queries.jobs_with_applications(db()),
        page=page,
        pages=max(1, -(-found.count // PAGE_ROWS)),
        narrowed=narrowed,
    )


def _plain(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:120]


@blueprint.get("/recruiting/applications/<code>")
@requires("application:read")
def application(code: str) -> ResponseReturnValue:
    """One candidate's application."""
    found = queries.application_by_code(db(), code) or abort(404)
    order = list(Stage)
    return render_template(
        "hiring/application.html",
        application=found,
        changes=queries.changes_of(db(), found),
        moves=sorted(moving.MOVES[Stage(found.stage)], key=order.index),
    )


@blueprint.post("/recruiting/applications/<code>/stage")
@requires("application:move")
def move(code: str) -> ResponseReturnValue:
    """Move an application from the stage in which one saw it."""
    found = queries.application_by_code(db(), code) or abort(404)
    before, after = request.form.get("from", ""), request.form.get("to", "")
    if before not in set(Stage) or after not in set(Stage):
        abort(400)
    try:
        moving.move_application(db(), found, Stage(before), Stage(after), me())
        db().commit()
        flash(gettext("Moved to: %(stage)s.", stage=stage_name(after)))
    except moving.NotAllowed:
        abort(400)
    except moving.MovedMeanwhile:
        db().rollback()
        flash(gettext("Somebody else moved this application meanwhile. See where it is."), "alert")
    return redirect(url_for("hiring.application", code=code), code=303)


@blueprint.get("/recruiting/applications/<code>/cv")
@requires("application:read")
def cv(code: str) -> ResponseReturnValue:
    """The CV, to be saved and never shown by the browser; who took it is recorded."""
    found = queries.application_by_code(db(), code) or abort(404)
    if not found.cv_key:
        abort(404)
    try:
        content = storage.read(settings().folder("cvs"), found.cv_key)
    except FileNotFoundError:
        abort(404)
    with database().writing() as writing:  # this page changes nothing, but it leaves a trace
        audit.record(writing, me(), "application:cv", found.code)
        writing.commit()
    name = found.cv_name or "cv"
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    response = Response(content, content_type=found.cv_type or "application/octet-stream")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store"
    return response
