"""The recruiter's list of jobs, and writing one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import audit, clock
from careers.base.people import Person, person_by_code
from careers.base.permissions import requires
from careers.base.web import PAGE_ROWS, db, me, page_number, wants_part
from careers.jobs import describing, editing, queries
from careers.jobs.alerts.queries import followed
from careers.jobs.checks import shortcomings
from careers.jobs.editing import Conflict, NotReady
from careers.jobs.forms import JobForm, job_form
from careers.jobs.models import Job
from careers.jobs.pages import blueprint

MOST_PEOPLE = 100  # that each row of the list lets choose from; of more, the job's own form does


@blueprint.get("/recruiting/jobs")
@requires("job:edit")
def recruiting_jobs() -> ResponseReturnValue:
    """All jobs, and whom to ask about each."""
    state = request.args.get("state", "open")
    counts = queries.job_counts(db())
    if state not in counts:
        state = "open"
    page = page_number()
    return render_template(
        "jobs/recruiting_jobs.html",
        jobs=queries.jobs_in_state(db(), state, PAGE_ROWS, (page - 1) * PAGE_ROWS),
        counts=counts,
        state=state,
        page=page,
        pages=max(1, -(-counts[state] // PAGE_ROWS)),
        people=queries.people_to_ask(db()),
        followed=followed(db()),
        most_people=MOST_PEOPLE,
    )


@blueprint.post("/recruiting/jobs/<code>/contact")
@requires("job:edit")
def set_contact(code: str) -> ResponseReturnValue:
    """Say whom candidates can ask about a job; nobody when the choice is left empty."""
    found, chosen = _known(code), request.form.get("person", "")
    contact = _person(chosen)
    if chosen and contact is None:
        abort(400)
    found.contact = contact
    audit.record(db(), me(), "job:contact", found.code, contact=contact.code if contact else None)
    db().commit()
    flash(
        gettext("Whom to ask about “%(job)s”: %(name)s.", job=found.title, name=contact.name)
        if contact
        else gettext("Nobody in particular is to be asked about “%(job)s”.", job=found.title)
    )
    return redirect(url_for("jobs.recruiting_jobs"), code=303)


@blueprint.route("/recruiting/jobs/new", methods=["GET", "POST"])
@requires("job:edit")
def new_job() -> ResponseReturnValue:
    """Begin a job; it is a draft until it is published."""
    usual = {"language": me().language, "salary_currency": "EUR", "salary_period": "year"}
    form = JobForm(queries.people_to_ask(db()), **usual)
    if request.method != "POST":
        return _edit(None, form)
    if not form.validate():
        return _edit(None, form), 422
    if "check" in request.form or wants_part():
        return _edit(None, form)
    job = editing.start_job(db(), me(), form.values(None), _person(form.contact.data))
    db().commit()
    flash(gettext("Kept as a draft. Candidates don't see it yet."))
    return redirect(url_for("jobs.edit_job", code=job.code), code=303)


@blueprint.route("/recruiting/jobs/<code>", methods=["GET", "POST"])
@requires("job:edit")
def edit_job(code: str) -> ResponseReturnValue:
    """Change a job. What is changed in one of a board stands against the board from then on."""
    job = _known(code)
    form = job_form(queries.people_to_ask(db()), job)
    if request.method != "POST":
        return _edit(job, form)
    if not form.validate():
        return _edit(job, form), 422
    if "check" in request.form or wants_part():
        return _edit(job, form)
    values, contact = form.values(job), _person(form.contact.data)
    try:
        editing.write_job(db(), me(), job, values, contact, form.read_version())
    except Conflict:
        db().rollback()
        return _conflict(_known(code), form, values)
    db().commit()
    flash(gettext("Kept."))
    return redirect(url_for("jobs.edit_job", code=code), code=303)


def _conflict(job: Job, form: JobForm, written: dict[str, Any]) -> ResponseReturnValue:
    """Show what differs from what is kept; keeping it again replaces that."""
    form.version.data = str(job.version)
    differs = [n for n in describing.FIELDS if describing.value_of(job, n) != written[n]]
    return _edit(job, form, differs=differs), 409


def _edit(job: Job | None, form: JobForm, differs: list[str] | None = None) -> str:
    as_written = job
    if request.method == "POST" and not form.errors:
        as_written = Job(overrides={}, version=0)
        describing.begin(as_written, form.values(job))
    return render_template(
        "jobs/edit_job.html",
        job=job,
        form=form,
        lacks=shortcomings(as_written) if as_written else [],
        checked=as_written,
        differs=differs,
        may_reopen=job is not None and editing.may_reopen(job),
        today=clock.now().date(),
    )


@blueprint.post("/recruiting/jobs/<code>/hand-back")
@requires("job:edit")
def hand_back(code: str) -> ResponseReturnValue:
    """Have one field follow its board again."""
    job, name = _known(code), request.form.get("field", "")
    return _settled(
        lambda: editing.hand_back(db(), me(), job, name),
        gettext("It says again what the board says."),
        code,
    )


@blueprint.post("/recruiting/jobs/<code>/publish")
@requires("job:edit")
def publish_job(code: str) -> ResponseReturnValue:
    """Show a draft to everybody."""
    job = _known(code)
    try:
        return _settled(
            lambda: editing.publish(db(), me(), job),
            gettext("Published. It is on the site, and in the feeds that search engines read."),
            code,
        )
    except NotReady:
        db().rollback()
        flash(gettext("It has no text yet. Write one first."), "alert")
        return redirect(url_for("jobs.edit_job", code=code), code=303)


@blueprint.post("/recruiting/jobs/<code>/close")
@requires("job:edit")
def close_job(code: str) -> ResponseReturnValue:
    """Take an open job away."""
    job = _known(code)
    return _settled(
        lambda: editing.close(db(), me(), job),
        gettext("Closed. Its page shows similar offers instead."),
        code,
    )


@blueprint.post("/recruiting/jobs/<code>/reopen")
@requires("job:edit")
def reopen_job(code: str) -> ResponseReturnValue:
    """Open a job again that was closed here."""
    job = _known(code)
    return _settled(
        lambda: editing.reopen(db(), me(), job),
        gettext("Open again, at its old address."),
        code,
    )


@blueprint.post("/recruiting/jobs/<code>/discard")
@requires("job:edit")
def discard_job(code: str) -> ResponseReturnValue:
    """Delete a draft for ever."""
    job = _known(code)
    try:
        editing.discard(db(), me(), job)
    except Conflict:
        return _too_late(code)
    db().commit()
    flash(gettext("The draft is deleted."))
    return redirect(url_for("jobs.recruiting_jobs", state="draft"), code=303)


def _known(code: str) -> Job:
    return queries.job_by_code(db(), code) or abort(404)


def _person(code: str | None) -> Person | None:
    """Somebody who works here; None for nobody, or somebody who has left meanwhile."""
    found = person_by_code(db(), code) if code else None
    return found if found and found.is_active else None


def _settled(step: Callable[[], None], done: str, code: str) -> ResponseReturnValue:
    """Take a step, or say that somebody else was faster."""
    try:
        step()
    except Conflict:
        return _too_late(code)
    db().commit()
    flash(done)
    return redirect(url_for("jobs.edit_job", code=code), code=303)


def _too_late(code: str) -> ResponseReturnValue:
    db().rollback()
    flash(gettext("Somebody was faster. This is how it stands now."), "alert")
    return redirect(url_for("jobs.edit_job", code=code), code=303)
