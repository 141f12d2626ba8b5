"""How a job is hired for: by whom, by what criteria, and where its applications are moved."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base.database import ChangedMeanwhile
from careers.base.forms import stripped
from careers.base.people import person_by_code
from careers.base.permissions import Part, requires
from careers.base.web import db, me
from careers.hiring.pages.blueprint import blueprint, part_name
from careers.hiring.pages.here import access, job_here, plain
from careers.hiring.pipeline import outside, rating
from careers.hiring.pipeline.access import employees, seat, team_of, unseat
from careers.jobs.models import Job


@blueprint.get("/recruiting/jobs/<code>/hiring")
@requires("job:staff")
def hiring_for(code: str) -> ResponseReturnValue:
    """Who hires for a job, and how."""
    return _page(job_here(code))


def _page(job: Job, status: int = 200, problem: str = "", **drafts: Any) -> ResponseReturnValue:
    own = rating.own_criteria(db(), job)
    page = render_template(
        "hiring/hiring_for.html",
        job=job,
        team=team_of(db(), job),
        parts=list(Part),
        part_name=part_name,
        employees=employees(db()),
        own=[one.name for one in own],
        usual=[one.name for one in rating.own_criteria(db(), None)],
        owner=outside.owner_of(db(), job.id),
        sources=[one for one in outside.sources(db()) if one.revoked_at is None],
        problem=problem,
        drafts=drafts,
    )
    return page, status


@blueprint.post("/recruiting/jobs/<code>/team")
@requires("job:staff")
def set_seat(code: str) -> ResponseReturnValue:
    """Give somebody a part in hiring for a job, or another one, or none."""
    job = job_here(code)
    name, part = plain(request.form.get("person", ""), 200), request.form.get("part", "")
    person = person_by_code(db(), name.rpartition("·")[2].strip() or name)
    if person is None or not person.is_active:
        problem = gettext("Nobody who works here is meant by that. Choose a name from the list.")
        return _page(job, 422, problem, person=name, part=part)
    if part and part not in set(Part):
        abort(400)
    if part:
        seat(db(), job, person, Part(part), me())
        said = gettext("%(name)s hires for this job: %(part)s.", name=person.name,
                       part=part_name(part))  # fmt: skip
    else:
        unseat(db(), job, person, me())
        said = gettext("%(name)s hires for this job no more.", name=person.name)
    db().commit()
    flash(said)
    if not access_still(job):
        return redirect(url_for("hiring.applications"), code=303)
    return redirect(url_for("hiring.hiring_for", code=code) + "#team", code=303)


def access_still(job: Job) -> bool:
    """Whether whoever asks may still staff the job, after what they changed."""
    from_now = type(access())(me(), {s.job_id: Part(s.part) for s in team_of(db(), job)
                                     if s.person_id == me().id})  # fmt: skip
    return from_now.may("job:staff", job.id)


@blueprint.post("/recruiting/jobs/<code>/criteria")
@requires("job:staff")
def set_job_criteria(code: str) -> ResponseReturnValue:
    """Say by what applications to this job are rated; by the company's criteria when it is none."""
    job = job_here(code)
    text = stripped(request.form.get("names"))
    problem = _set_criteria(job, text)
    if problem:
        return _page(job, 409 if problem == _late() else 422, problem, names=text)
    return redirect(url_for("hiring.hiring_for", code=code) + "#criteria", code=303)


@blueprint.route("/recruiting/criteria", methods=["GET", "POST"])
@requires("pipeline:edit")
def criteria() -> ResponseReturnValue:
    """By what applications are rated where a job says nothing else."""
    problem, text = "", ""
    if request.method == "POST":
        text = stripped(request.form.get("names"))
        problem = _set_criteria(None, text)
        if not problem:
            return redirect(url_for("hiring.criteria"), code=303)
    names = [one.name for one in rating.own_criteria(db(), None)]
    page = render_template(
        "hiring/criteria.html", names=names, problem=problem, draft=text if problem else None
    )
    return page, (409 if problem == _late() else 422) if problem else 200


def _set_criteria(job: Job | None, text: str) -> str:
    """What is wrong; "" when they are kept."""
    try:
        names = rating.names_in(text)
    except ValueError:
        return str(gettext("Please name at most 12 criteria, each in at most 80 characters."))
    seen = [line for line in request.form.get("seen", "").splitlines() if line]
    try:
        rating.set_criteria(db(), job, seen, names, me())
        db().commit()
    except ChangedMeanwhile:
        db().rollback()
        return _late()
    flash(gettext("The criteria are kept."))
    return ""


def _late() -> str:
    return str(
        gettext(
            "Somebody else changed the criteria meanwhile: theirs are shown above. "
            "What you wrote is kept below."
        )
    )


@blueprint.post("/recruiting/jobs/<code>/owner")
@requires("pipeline:edit")
def set_owner(code: str) -> ResponseReturnValue:
    """Say in which system applications to a job are moved; here when it is none."""
    job = job_here(code)
    name, chosen = plain(request.form.get("name", ""), 80), request.form.get("source", "")
    source = outside.source_by_code(db(), chosen) if chosen else None
    if chosen and (source is None or source.revoked_at is not None):
        abort(400)
    if request.form.get("act") == "home":
        outside.take_home(db(), job, me())
        flash(gettext("Applications to this job are moved here again."))
    else:
        name = name or (source.name if source else "")
        if not name:
            return _page(job, 422, gettext("Please name the system in which they are moved."))
        outside.give_away(db(), job, name, source, me())
        flash(gettext("Applications to this job are moved in %(name)s.", name=name))
    db().commit()
    return redirect(url_for("hiring.hiring_for", code=code) + "#owner", code=303)
