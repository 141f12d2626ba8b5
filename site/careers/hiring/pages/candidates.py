"""Applying, and the candidate's own page."""

from __future__ import annotations

import re
from contextlib import suppress
from hmac import compare_digest

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
from flask_babel import LazyString, gettext, lazy_gettext

from careers.base import clock, codes, storage
from careers.base.languages import language
from careers.base.permissions import public
from careers.base.web import db, keeps_form, limiter, private, settings
from careers.hiring import moving, queries, retention
from careers.hiring.applying import (
    AlreadyReceived,
    Candidate,
    forget_kept,
    keep_upload,
    receive,
    token_for,
    upload_of,
    was_received,
)
from careers.hiring.asking import answers, questions_of
from careers.hiring.cvs import CheckedCV, CVRefused, checked_cv
from careers.hiring.exporting import export as exported
from careers.hiring.forms import QUESTION, SEES, ApplyForm, apply_form
from careers.hiring.models import Application, SharerSees, Stage, Upload
from careers.hiring.pages.blueprint import blueprint
from careers.hiring.phones import plain_phone, region_of
from careers.hiring.pipeline.joining import address_key, confirm_address
from careers.hiring.pipeline.letters import letters_sent
from careers.jobs.models import Job
from careers.jobs.queries import job_by_slug, similar_jobs

log = structlog.get_logger(__name__)
_SUBMISSION = re.compile(r"[A-Za-z0-9_-]{32}")

SAID: dict[str, tuple[str, LazyString]] = {
    "confirmed": ("", lazy_gettext("Thank you: your address is confirmed.")),
    "doubles": (
        "",
        lazy_gettext("You had sent this application more than once. We keep this one."),
    ),
    "sees": ("", lazy_gettext("Changed: this is what they see from now on.")),
}
"""What a candidate's own page says of what was just done, by the word for it in the address: for
visitors nothing is remembered from one page to the next. Higher floors add what they do there."""


# -- applying ------------------------------------------------------------------------------------


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
            upload = keep_upload(db(), settings(), submission, cv)
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
    return _take_in(job, form, submission, chosen)


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
        others=queries.others_of(db(), application) if _comes_by_mail(application) else [],
        choices=SEES,
        said=[SAID[word] for word in request.args.getlist("said")[:5] if word in SAID],
    )
    return private(page)


def _comes_by_mail(application: Application) -> bool:
    """Whether this is whoever reads the mail at the address, and not only has the page: anybody
    can have typed it."""
    carried = request.args.get("mail", "")
    right = address_key(application, settings().signing_key)
    return application.email_confirmed_at is not None and compare_digest(
        carried.encode(), right.encode()
    )


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
    doubles = moving.withdraw_doubles(db(), application)
    db().commit()
    said = ("confirmed", "doubles") if doubles else ("confirmed",)
    return back_to(token, *said, mail=request.form["mail"])


@blueprint.get("/applications/<token>/data.zip")
@limiter.limit("30/hour")
@public
def export(token: str) -> ResponseReturnValue:
    """All that is kept of the candidate, with their files."""
    application = application_with(token)
    if application.erased_at is not None:
        abort(404)
    made = private(Response(exported(db(), settings(), application), mimetype="application/zip"))
    made.headers["Content-Disposition"] = f"attachment; filename=application-{application.code}.zip"
    made.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return made


@blueprint.route("/applications/<code>/stay/<key>", methods=["GET", "POST"])
@limiter.limit("60/hour", methods=["POST"])
@public
def stay(code: str, key: str) -> ResponseReturnValue:
    """From the mail before the end: let us keep one's data longer, or have them erased now."""
    application = queries.application_by_code(db(), code) or abort(404)
    right = retention.stay_key(application, settings())
    if not compare_digest(key.encode(), right.encode()) or application.erased_at is not None:
        abort(404)
    if request.method == "POST":
        choice = request.form.get("choice", "")
        if choice not in {"stay", "erase"}:
            abort(400)
        if choice == "stay":
            retention.agree(db(), application)
            db().commit()
            return private(redirect(url_for("hiring.stay", code=code, key=key), code=303))
        _erase_now(application)
        return private(render_template("hiring/gone.html"))
    page = render_template(
        "hiring/stay.html",
        application=application,
        until=retention.ends_at(clock.now(), settings().retention_months),
        agreed_until=application.agreed_at
        and retention.ends_at(application.agreed_at, settings().retention_months),
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
    return back_to(token, "sees")


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
    _erase_now(application_with(token))
    return back_to(token)


def _erase_now(application: Application) -> None:
    """Erase, at once: the file too, which the outbox would delete a little later."""
    number, key = application.id, application.cv_key
    try:
        moving.erase(db(), application)
    except moving.MovedMeanwhile:
        db().rollback()
        moving.erase(db(), db().get_one(Application, number))
    db().commit()
    if key:
        with suppress(OSError):  # then the outbox does it
            storage.store(settings(), "cvs").forget(key)


def application_with(token: str) -> Application:
    """The application whose candidate has this secret; 404 for nobody's."""
    if len(token) > 100:
        abort(404)
    return queries.application_by_token(db(), token) or abort(404)


def back_to(token: str, *said: str, mail: str | None = None) -> Response:
    """Back to the candidate's own page, which then says what was done (`SAID`)."""
    own_page = url_for("hiring.my_application", token=token, mail=mail, said=said or None)
    return private(redirect(own_page, code=303))
