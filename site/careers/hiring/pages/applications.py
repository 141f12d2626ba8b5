"""The recruiters' pages."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import audit, storage
from careers.base.permissions import requires
from careers.base.web import PAGE_ROWS, database, db, me, page_number, settings
from careers.hiring import moving, queries
from careers.hiring.models import Stage
from careers.hiring.pages.blueprint import blueprint, stage_name


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
        content = storage.store(settings(), "cvs").read(found.cv_key)
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
