"""Systems outside that move applications: their secrets, their messages, and files of theirs."""

from __future__ import annotations

import structlog
from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError

from careers.base import codes
from careers.base.permissions import public, requires
from careers.base.signin.sessions import token_hash
from careers.base.web import db, limiter, me, no_store, sealed, settings
from careers.hiring.pages.blueprint import blueprint, outcome_name
from careers.hiring.pages.here import access, plain
from careers.hiring.pipeline import batches, outside, stage_files
from careers.hiring.pipeline.models import OutsideSource

log = structlog.get_logger(__name__)


@blueprint.get("/recruiting/outside")
@requires("pipeline:edit")
def outside_systems() -> ResponseReturnValue:
    """Which systems tell us, which jobs they own, and a place for files of theirs."""
    return _page()


def _page(status: int = 200, problem: str = "", name: str = "") -> ResponseReturnValue:
    page = render_template(
        "hiring/outside.html",
        sources=outside.sources(db()),
        owned=outside.owned_jobs(db()),
        events=outside.recent_events(db()),
        columns=stage_files.COLUMNS,
        problem=problem,
        name=name,
        outcome_name=outcome_name,
        key=codes.token(),
    )
    return page, status


@blueprint.post("/recruiting/outside")
@requires("pipeline:edit")
def add_outside() -> ResponseReturnValue:
    """Add a system; its secret is shown this once."""
    name = plain(request.form.get("name", ""), 80)
    if not name:
        return _page(422, gettext("Please name the system."))
    try:
        source = outside.add_source(db(), name, me())
        db().commit()
    except IntegrityError:
        db().rollback()
        return _page(422, gettext("There is a system of this name already."), name)
    return _secret(source)


@blueprint.post("/recruiting/outside/<code>/rotation")
@requires("pipeline:edit")
def rotate_secret(code: str) -> ResponseReturnValue:
    """Make a new secret, shown this once; the old one holds for another day."""
    source = _source(code)
    outside.rotate(db(), source, me())
    db().commit()
    return _secret(source)


@blueprint.post("/recruiting/outside/<code>/revocation")
@requires("pipeline:edit")
def revoke_outside(code: str) -> ResponseReturnValue:
    """Hear a system no more."""
    source = _source(code)
    outside.revoke(db(), source, me())
    db().commit()
    flash(gettext("%(name)s is not heard any more.", name=source.name))
    return redirect(url_for("hiring.outside_systems"), code=303)


def _source(code: str) -> OutsideSource:
    source = outside.source_by_code(db(), code) or abort(404)
    if source.revoked_at is not None:
        abort(404)
    return source


def _secret(source: OutsideSource) -> Response:
    page = render_template(
        "hiring/outside_secret.html",
        source=source,
        secret=outside.secret_of(source, settings().signing_key),
        address=f"{settings().base_url}/hooks/{source.code}",
    )
    return no_store(page)


@blueprint.post("/recruiting/outside/file")
@requires("pipeline:edit")
def import_stages() -> ResponseReturnValue:
    """Take stage changes from a CSV file, and tell what became of each line."""
    sent, key = request.files.get("file"), request.form.get("key", "")
    if not key or len(key) > 100:
        abort(400)
    if sent is None or not sent.filename:
        return _page(422, gettext("Please choose a file."))
    try:
        lines = stage_files.lines_in(sent.stream.read(outside.BODY_LONGEST + 1))
    except stage_files.UnreadableFile as reason:
        return _page(422, str(reason))
    hashed = token_hash(key)
    batch = batches.batch_by_submission(db(), hashed)
    if batch is None:
        batch = stage_files.import_lines(db(), access(), lines, hashed)
        db().commit()
    return redirect(url_for("hiring.batch", code=batch.code), code=303)


@blueprint.post("/hooks/<code>")
@limiter.limit("600/minute")
@sealed
@public
def hear(code: str) -> ResponseReturnValue:
    """A signed message of a system outside, as Standard Webhooks describes."""
    if (request.content_length or 0) > outside.BODY_LONGEST:
        abort(413)
    body = request.get_data()
    source = outside.source_by_code(db(), code) or abort(404)
    try:
        event = outside.check_message(source, _headers(), body, settings().signing_key)
    except outside.NotSigned as reason:
        log.warning("a message was not taken", source=source.code, why=str(reason))
        abort(401)
    outcome = outside.hear(db(), source, event, body)
    db().commit()
    return {"outcome": outcome.value if outcome else "heard_before"}, 200


def _headers() -> dict[str, str]:
    """What a message says of itself; a name is spelled in any case."""
    return {name.lower(): value for name, value in request.headers.items()}
