"""What those who hire think of an application: notes and ratings."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base.database import ChangedMeanwhile
from careers.base.forms import stripped
from careers.base.permissions import requires
from careers.base.web import db, me
from careers.hiring.models import Application
from careers.hiring.pages.application import application_page
from careers.hiring.pages.blueprint import blueprint
from careers.hiring.pages.here import application_here
from careers.hiring.pipeline import notes, rating
from careers.hiring.pipeline.models import Note


@blueprint.post("/recruiting/applications/<code>/notes")
@requires("application:review")
def add_note(code: str) -> ResponseReturnValue:
    """Write something that all who hire for the job read."""
    found = _readable(code)
    text = stripped(request.form.get("text"))
    if problem := _problem(text):
        return application_page(found, 422, problem, note=text)
    notes.add_note(db(), found, me(), text)
    db().commit()
    return _back(found, "notes")


@blueprint.post("/recruiting/applications/<code>/notes/<note>")
@requires("application:review")
def change_note(code: str, note: str) -> ResponseReturnValue:
    """Change what one wrote."""
    found = _readable(code)
    own = _own(found, note)
    text, version = stripped(request.form.get("text")), request.form.get("version", "")
    if not version.isdecimal() or len(version) > 9:
        abort(400)
    draft = {"changed": own.code, "changed_text": text}
    if problem := _problem(text):
        return application_page(found, 422, problem, **draft)
    try:
        notes.change_note(db(), own, int(version), text)
        db().commit()
    except ChangedMeanwhile:
        db().rollback()
        problem = gettext(
            "You changed or deleted this note in another window. What you wrote is kept below."
        )
        return application_page(found, 409, problem, **draft)
    return _back(found, f"note-{own.code}")


@blueprint.post("/recruiting/applications/<code>/notes/<note>/deletion")
@requires("application:review")
def delete_note(code: str, note: str) -> ResponseReturnValue:
    """Take away what one wrote; pressing twice is once."""
    found = _readable(code)
    own = _own(found, note)
    try:
        notes.delete_note(db(), own, me(), found)
        db().commit()
    except ChangedMeanwhile:
        db().rollback()
    return _back(found, f"note-{own.code}")


@blueprint.post("/recruiting/applications/<code>/notes/<note>/restoration")
@requires("application:review")
def restore_note(code: str, note: str) -> ResponseReturnValue:
    """Put it back."""
    found = _readable(code)
    own = _own(found, note)
    try:
        notes.restore_note(db(), own)
        db().commit()
    except ChangedMeanwhile:
        db().rollback()
        flash(gettext("It is too late to put this note back."), "alert")
    return _back(found, f"note-{own.code}")


@blueprint.post("/recruiting/applications/<code>/ratings")
@requires("application:review")
def rate(code: str) -> ResponseReturnValue:
    """Say what one thinks by each criterion; nothing where one has no opinion."""
    found = _readable(code)
    asked = {one.code: one.id for one in rating.criteria_for(db(), found.job)}
    scores: dict[int, int | None] = {}
    for criterion, key in asked.items():
        given = request.form.get(f"score-{criterion}")
        if given is None:
            continue  # it was not on the page that was filled in
        if given and given not in {str(score) for score in range(1, rating.BEST + 1)}:
            abort(400)
        scores[key] = int(given) if given else None
    rating.rate(db(), found, me(), scores)
    db().commit()
    flash(gettext("Your rating is kept."))
    return _back(found, "ratings")


def _readable(code: str) -> Application:
    """An application about which there is still something to say."""
    found = application_here(code)
    if found.erased_at is not None:
        abort(404)
    return found


def _own(found: Application, code: str) -> Note:
    note = notes.note_by_code(db(), found, code) or abort(404)
    if note.person_id != me().id:
        abort(404)
    return note


def _problem(text: str) -> str:
    if not text:
        return str(gettext("There is nothing in this note yet."))
    if len(text) > notes.LONGEST:
        return str(gettext("Please keep a note under 10,000 characters."))
    return ""


def _back(found: Application, where: str) -> ResponseReturnValue:
    return redirect(url_for("hiring.application", code=found.code) + f"#{where}", code=303)
