"""One application: all that is known of it, moving and assigning it, its CV, who else it is."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import audit, clock, codes, storage
from careers.base.people import person_by_code
from careers.base.permissions import requires
from careers.base.web import database, db, me, safe_next, settings
from careers.hiring import moving
from careers.hiring.models import Application, Refusal, Stage
from careers.hiring.pages.applications import WORDS_LONGEST
from careers.hiring.pages.blueprint import blueprint, part_name, stage_name
from careers.hiring.pages.here import access, application_here
from careers.hiring.pipeline import joining, letters, notes, outside, queries, rating
from careers.hiring.pipeline.access import access_of
from careers.hiring.pipeline.batches import assign
from careers.hiring.pipeline.models import Note
from careers.hiring.queries import application_by_code


@blueprint.get("/recruiting/applications/<code>")
@requires("application:read")
def application(code: str) -> ResponseReturnValue:
    """One candidate's application."""
    return application_page(application_here(code))


def application_page(
    found: Application, status: int = 200, problem: str = "", **drafts: Any
) -> ResponseReturnValue:
    """The page of `found`; `problem` says what went wrong, `drafts` keep what was typed."""
    order = list(Stage)
    history = queries.history_of(db(), found)
    rated = rating.rated_by(db(), found)
    page = render_template(
        "hiring/application.html",
        application=found,
        can=lambda permission: access().may(permission, found.job_id),
        history=history,
        names=queries.people_named(db(), history),
        moves=sorted(moving.MOVES[Stage(found.stage)], key=order.index),
        outside=outside.owner_of(db(), found.job_id),
        refusals=list(Refusal),
        people=queries.who_can_move(db(), access()),
        part=access().parts.get(found.job_id),
        part_name=part_name,
        notes=_notes(found),
        rated=rated,
        overall=rating.overall(rated),
        best=rating.BEST,
        raters=rating.raters(rated),
        templates=letters.templates(db()),
        is_held=lambda letter: letters.is_held(letter, clock.now()),
        others=joining.others_of(db(), found, access()),
        alike=joining.alike(db(), found, access()),
        joinings=joining.standing_joinings(db(), found.candidate_id),
        key=codes.token(),
        problem=problem,
        drafts=drafts,
    )
    return page, status


def _notes(found: Application) -> list[Note]:
    """The notes, oldest first; of those that were deleted, one's own that can be put back."""
    since = clock.now() - notes.RESTORABLE
    return [
        note
        for note in notes.notes_of(db(), found)
        if note.deleted_at is None or (note.person_id == me().id and note.deleted_at > since)
    ]


@blueprint.post("/recruiting/applications/<code>/stage")
@requires("application:move")
def move(code: str) -> ResponseReturnValue:
    """Move an application from the stage in which one saw it."""
    found = application_here(code)
    before, after = request.form.get("from", ""), request.form.get("to", "")
    reason, words = request.form.get("reason", ""), request.form.get("words", "").strip()
    if before not in set(Stage) or after not in set(Stage) or reason not in {"", *Refusal}:
        abort(400)
    draft = {"reason": reason, "words": words, "to": after}
    if after == Stage.REJECTED and not reason and before == found.stage:
        problem = gettext("Please say why it is declined. The candidate doesn’t see it.")
        return application_page(found, 422, problem, **draft)
    if len(words) > WORDS_LONGEST:
        problem = gettext("Please keep it under 2,000 characters.")
        return application_page(found, 422, problem, **draft)
    why = moving.Why(Refusal(reason) if reason else None, words)
    try:
        moving.move_application(
            db(), found, Stage(before), Stage(after), me(), version=_version(), why=why
        )
        db().commit()
    except moving.NotAllowed:
        abort(400)
    except moving.MovedElsewhere:
        db().rollback()
        problem = gettext("This job is followed in another system: move it there.")
        return application_page(found, 409, problem, **draft)
    except moving.MovedMeanwhile:
        db().rollback()
        return _moved_meanwhile(found, draft)
    flash(gettext("Moved to: %(stage)s.", stage=stage_name(after)))
    template = request.form.get("template", "")
    if template and access().may("application:write", found.job_id):
        return redirect(url_for("hiring.write", code=code, template=template), code=303)
    return _back_to(found)


def _version() -> int | None:
    """The version that was seen; whoever doesn't say one saw at least the stage."""
    seen = request.form.get("version", "")
    return int(seen) if seen.isdecimal() and len(seen) < 10 else None


def _moved_meanwhile(found: Application, draft: dict[str, str]) -> ResponseReturnValue:
    """Say who was faster, and keep what was typed."""
    db().refresh(found)
    step = queries.last_step(db(), found)
    who = (step.outside or (step.person.name if step.person else "")) if step else ""
    problem = (
        gettext(
            "Somebody else moved this application meanwhile: %(who)s, to “%(stage)s”. "
            "What you wrote is kept below.",
            who=who,
            stage=stage_name(found.stage),
        )
        if who
        else gettext(
            "This application is now at “%(stage)s”. What you wrote is kept below.",
            stage=stage_name(found.stage),
        )
    )
    if board := _board():
        flash(problem.partition(". ")[0] + ".", "alert")
        return redirect(board, code=303)
    return application_page(found, 409, problem, **draft)


def _board() -> str | None:
    """The board from which one moved; there is nothing typed there that could be lost."""
    return safe_next(request.form.get("next"))


def _back_to(found: Application) -> ResponseReturnValue:
    if board := _board():
        return redirect(f"{board}#card-{found.code}", code=303)
    return redirect(url_for("hiring.application", code=found.code), code=303)


@blueprint.post("/recruiting/applications/<code>/recruiter")
@requires("application:move")
def assign_to(code: str) -> ResponseReturnValue:
    """Say who looks after an application; nobody when the choice is left empty."""
    found = application_here(code)
    chosen, seen = request.form.get("recruiter", ""), request.form.get("seen", "")
    recruiter = person_by_code(db(), chosen) if chosen else None
    if chosen and (recruiter is None or not recruiter.is_active):
        abort(400)
    before = person_by_code(db(), seen) if seen else None
    if recruiter and not access_of(db(), recruiter).may("application:move", found.job_id):
        problem = gettext("%(name)s doesn’t hire for this job.", name=recruiter.name)
        return application_page(found, 422, problem)
    try:
        if before != recruiter:
            assign(db(), found, before, recruiter, me())
            db().commit()
    except moving.MovedMeanwhile:
        db().rollback()
        db().refresh(found)
        name = found.recruiter.name if found.recruiter else gettext("nobody")
        problem = gettext("Somebody else gave it to %(name)s meanwhile.", name=name)
        return application_page(found, 409, problem)
    flash(
        gettext("%(name)s looks after it.", name=recruiter.name)
        if recruiter
        else gettext("Nobody in particular looks after it.")
    )
    return _back_to(found)


@blueprint.post("/recruiting/applications/<code>/same-person")
@requires("application:merge")
def join(code: str) -> ResponseReturnValue:
    """Say that this application and another one are of the same person."""
    found = application_here(code)
    other = application_by_code(db(), request.form.get("other", "")) or abort(404)
    if not access().may("application:merge", other.job_id):
        abort(404)
    if found.erased_at or other.erased_at:
        abort(400)
    joining.join(db(), found, other, me())
    db().commit()
    flash(gettext("Known to be the same person now. You can take that back below."))
    return _back_to(found)


@blueprint.post("/recruiting/applications/<code>/same-person/<act>/undoing")
@requires("application:merge")
def part(code: str, act: str) -> ResponseReturnValue:
    """Take it back that applications are of the same person."""
    found = application_here(code)
    rows = joining.joinings_of(db(), act)
    ours = {row.code for row in joining.standing_joinings(db(), found.candidate_id)}
    applications = [db().get_one(Application, row.application_id) for row in rows]
    if not all(access().may("application:merge", one.job_id) for one in applications):
        abort(404)
    try:
        if act not in ours:
            raise joining.AlreadyParted
        joining.part(db(), found, rows, me())
        db().commit()
        flash(gettext("They stand apart again."))
    except joining.AlreadyParted:
        db().rollback()
        flash(gettext("Somebody else has parted them meanwhile."), "alert")
    return _back_to(found)


@blueprint.get("/recruiting/applications/<code>/cv")
@requires("application:read")
def cv(code: str) -> ResponseReturnValue:
    """The CV, to be saved and never shown by the browser; who took it is recorded."""
    found = application_here(code)
    if not found.cv_key:
        abort(404)
    try:
        content = storage.store(settings(), "cvs").read(found.cv_key)
    except FileNotFoundError:
        abort(404)
    with database().writing() as writing:  # this page changes nothing, but it leaves a trace
        audit.record(writing, me(), "application:cv", found.code)
        writing.commit()
    name = found.cv_name or "cv"
    ascii_name = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    response = Response(content, content_type=found.cv_type or "application/octet-stream")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store"
    return response
