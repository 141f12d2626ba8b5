"""The boards that jobs come from: adding one, trying it, running it, reading what it brought."""

from __future__ import annotations

from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from careers.base import audit, clock
from careers.base.permissions import requires
from careers.base.web import db, limiter, me, settings
from careers.jobs import boards, mapped, queries, running, sources
from careers.jobs.boards import Answer, InvalidAnswer
from careers.jobs.forms import EVERY, BoardForm, FileForm
from careers.jobs.importing import import_jobs
from careers.jobs.mapped import InvalidMapping
from careers.jobs.models import JobBoard
from careers.jobs.pages import blueprint
from careers.jobs.running import CouldNotFetch

REPORTS = 20


@blueprint.get("/recruiting/boards")
@requires("board:edit")
def job_boards() -> ResponseReturnValue:
    """Every board, when it is read next, and what came last."""
    return render_template(
        "jobs/boards.html",
        boards=queries.boards_with_report(db()),
        imports=queries.recent_imports(db(), REPORTS),
    )


@blueprint.route("/recruiting/boards/new", methods=["GET", "POST"])
@requires("board:edit")
@limiter.limit("30 per hour", methods=["POST"])
def new_board() -> ResponseReturnValue:
    """Try a board, and add it: nothing is stored before that."""
    form = BoardForm()
    if request.method != "POST":
        return render_template("jobs/new_board.html", form=form)
    if not form.validate():
        return render_template("jobs/new_board.html", form=form), 422
    source, name = str(form.source.data), str(form.name.data)
    if "try" in request.form:
        found, problem = _tried(source, name)
        return render_template("jobs/new_board.html", form=form, found=found, problem=problem)
    hours = int(form.every_hours.data)
    board = JobBoard(source=source, name=name, every_hours=hours)
    board.due_at = clock.now() + timedelta(hours=hours)
    db().add(board)
    try:
        db().flush()
    except IntegrityError:
        db().rollback()
        form.name.errors = [gettext("This board is already there.")]
        return render_template("jobs/new_board.html", form=form), 422
    audit.record(db(), me(), "board:add", board.code, source=source, name=name)
    running.queue_now(db(), board)
    db().commit()
    flash(gettext("Added. Its jobs are being fetched."))
    return redirect(url_for("jobs.job_board", code=board.code), code=303)


def _tried(source: str, name: str) -> tuple[Answer | None, str]:
    """What the board would bring, or why nothing."""
    try:
        return running.tried(source, name, running.outside(), settings().base_url), ""
    except (CouldNotFetch, InvalidAnswer) as reason:
        return None, str(reason)


@blueprint.get("/recruiting/boards/<code>")
@requires("board:edit")
def job_board(code: str) -> ResponseReturnValue:
    """One board: how its fetch stands, and its reports."""
    board = _known(code)
    return render_template(
        "jobs/board.html",
        board=board,
        reports=running.last_reports(db(), board, REPORTS),
        is_file=board.source == sources.FILE,
        every=EVERY,
    )


@blueprint.post("/recruiting/boards/<code>/run")
@requires("board:edit")
@limiter.limit("30 per hour")
def run_job_board(code: str) -> ResponseReturnValue:
    """Fetch a board now."""
    board = _known(code)
    if board.source == sources.FILE:
        abort(404)
    running.queue_now(db(), board)
    db().commit()
    return redirect(url_for("jobs.job_board", code=code), code=303)


@blueprint.post("/recruiting/boards/<code>/schedule")
@requires("board:edit")
def schedule_job_board(code: str) -> ResponseReturnValue:
    """Say how often a board is fetched; 0 pauses it."""
    board = _known(code)
    asked = request.form.get("hours", "")
    if asked not in {"0", *map(str, EVERY)} or board.source == sources.FILE:
        abort(400)
    hours = int(asked)
    if hours:
        board.every_hours = hours
        board.due_at = clock.now() + timedelta(hours=hours)
    else:
        board.due_at = None
    audit.record(db(), me(), "board:schedule", board.code, hours=hours)
    db().commit()
    flash(gettext("Kept.") if hours else gettext("Paused. Its jobs stay as they are."))
    return redirect(url_for("jobs.job_board", code=code), code=303)


@blueprint.post("/recruiting/boards/<code>/remove")
@requires("board:edit")
def remove_job_board(code: str) -> ResponseReturnValue:
    """Stop following a board. Its jobs and reports stay."""
    board = _known(code)
    audit.record(db(), me(), "board:remove", board.code, source=board.source, name=board.name)
    db().delete(board)
    db().commit()
    flash(gettext("Removed. Its jobs stay on the site until somebody closes them."))
    return redirect(url_for("jobs.job_boards"), code=303)


@blueprint.route("/recruiting/boards/file", methods=["GET", "POST"])
@requires("board:edit")
@limiter.limit("60 per hour", methods=["POST"])
def import_file() -> ResponseReturnValue:
    """Bring the jobs of a CSV or JSON file: first shown, then stored."""
    known = running.file_board(db(), request.args.get("name", ""))
    form = FileForm(
        name=known.name if known else "", mapping=mapped.written(known.mapping) if known else ""
    )
    if request.method != "POST":
        return _file_page(form)
    if not form.validate():
        return _file_page(form), 422
    sent = request.files.get("content")
    content = sent.read(boards.LARGEST + 1) if sent else b""
    if not content:
        form.content.errors = [gettext("Please choose a file.")]
        return _file_page(form), 422
    try:
        mapping = mapped.read_mapping(form.mapping.data or "")
        found = mapped.read(content, mapping)
    except InvalidMapping as reason:
        form.mapping.errors = [str(reason)]
        return _file_page(form), 422
    except InvalidAnswer as reason:
        form.content.errors = [str(reason)]
        return _file_page(form), 422
    if "try" in request.form:
        return _file_page(form, found)
    name = str(form.name.data)
    board = running.file_board(db(), name) or JobBoard(source=sources.FILE, name=name)
    board.mapping = mapping
    db().add(board)
    import_jobs(db(), sources.FILE, name, content, mapping=mapping)
    audit.record(db(), me(), "board:file", board.code, name=name)
    db().commit()
    return redirect(url_for("jobs.job_board", code=board.code), code=303)


def _file_page(form: FileForm, found: Answer | None = None) -> str:
    return render_template("jobs/import_file.html", form=form, found=found, columns=mapped.COLUMNS)


def _known(code: str) -> JobBoard:
    return db().scalar(select(JobBoard).where(JobBoard.code == code)) or abort(404)
