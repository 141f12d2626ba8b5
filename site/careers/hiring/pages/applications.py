"""Applications as a list and as a board, and acts on many of them at once."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.exc import IntegrityError

from careers.base import codes
from careers.base.people import person_by_code
from careers.base.permissions import requires
from careers.base.signin.sessions import token_hash
from careers.base.web import PAGE_ROWS, db, me, page_number
from careers.hiring.models import Application, Refusal, Stage
from careers.hiring.moving import MOVES, Why
from careers.hiring.pages.blueprint import blueprint, outcome_name
from careers.hiring.pages.here import access, plain
from careers.hiring.pipeline import batches, letters, queries
from careers.hiring.pipeline.batches import Outcome, Pick
from careers.hiring.pipeline.models import Batch, LetterTemplate
from careers.hiring.pipeline.outside import jobs_outside
from careers.hiring.pipeline.queries import SOURCES, WAITING, Sought
from careers.hiring.queries import application_by_code

WORDS_LONGEST = 2_000


@blueprint.get("/recruiting")
@requires("application:read")
def start() -> ResponseReturnValue:
    """What waits for whoever hires."""
    return redirect(url_for("hiring.applications"))


@blueprint.get("/recruiting/applications")
@requires("application:read")
def applications() -> ResponseReturnValue:
    """Every application that one sees, newest first, and who it is from."""
    sought, page = _sought(), page_number()
    found = queries.sought_applications(db(), access(), sought, page, PAGE_ROWS)
    return render_template(
        "hiring/applications.html",
        found=found,
        page=page,
        first=(page - 1) * PAGE_ROWS + 1,
        pages=max(1, -(-found.count // PAGE_ROWS)),
        key=codes.token(),
        stages=[stage for stage in Stage if any(stage in MOVES[one] for one in Stage)],
        refusals=list(Refusal),
        templates=letters.templates(db()),
        **_filters("hiring.applications", sought),
    )


@blueprint.get("/recruiting/board")
@requires("application:read")
def board() -> ResponseReturnValue:
    """The same by stage, to be moved from column to column."""
    sought = _sought(with_stage=False)
    return render_template(
        "hiring/board.html",
        columns=queries.board(db(), access(), sought),
        moves=MOVES,
        outside=jobs_outside(db()),
        **_filters("hiring.board", sought),
    )


def _sought(with_stage: bool = True) -> Sought:
    asked = request.args
    stage, waiting = asked.get("stage", ""), asked.get("waiting", "")
    source = asked.get("source", "")
    return Sought(
        text=plain(asked.get("q", ""), 120),
        job=asked.get("job", "")[:16],
        stage=stage if with_stage and stage in set(Stage) else "",
        source=source if source in SOURCES else "",
        recruiter=asked.get("recruiter", "")[:16],
        waiting=int(waiting) if waiting in {str(days) for days in WAITING} else 0,
    )


def _filters(endpoint: str, sought: Sought) -> dict[str, Any]:
    """What the filters above a list need."""

    def narrowed(**changed: str) -> str:
        """The address of this list with some of what is sought changed."""
        values = {**sought.asked(), **changed}
        return url_for(endpoint, **{name: value for name, value in values.items() if value})

    people = queries.who_can_move(db(), access())
    return {
        "sought": sought,
        "narrowed": narrowed,
        "endpoint": endpoint,
        "jobs": queries.jobs_with_applications(db(), access()),
        "people": people,
        "sources": SOURCES,
        "waiting_days": WAITING,
        "is_everything": not sought.asked(),
    }


# -- many at once --------------------------------------------------------------------------------


@blueprint.post("/recruiting/batches")
@requires("application:move")
def act_on_many() -> ResponseReturnValue:
    """Move, assign or decline what was picked in the list; declining is shown once more before."""
    picks, key = _picks(), request.form.get("key", "")
    act = request.form.get("act", "")
    if not key or len(key) > 100 or act not in {"move", "assign", "decline"}:
        abort(400)
    if not picks:
        flash(gettext("Nothing was picked: tick the applications first."), "alert")
        return redirect(_back(), code=303)
    done = batches.batch_by_submission(db(), token_hash(key))
    if done is not None:
        return _to_report(done)
    if act == "decline":
        return _decline(picks, key)
    try:
        batch = _move(picks, key) if act == "move" else _assign(picks, key)
        db().commit()
    except IntegrityError:
        return _already(key)
    return _to_report(batch)


def _picks() -> list[Pick]:
    """What was ticked: each is the code, the version and the recruiter that one saw."""
    found = []
    for ticked in request.form.getlist("pick")[: batches.MOST]:
        code, _, rest = ticked.partition(":")
        version, _, recruiter = rest.partition(":")
        if not version.isdecimal() or len(version) > 9:
            abort(400)
        found.append(Pick(code[:16], int(version), recruiter[:16]))
    return found


def _move(picks: list[Pick], key: str) -> Batch:
    after = request.form.get("to", "")
    if after not in set(Stage) or after in {Stage.WITHDRAWN, Stage.REJECTED}:
        abort(400)
    why = Why(words=_words())
    return batches.move_many(db(), access(), picks, Stage(after), why, token_hash(key))


def _assign(picks: list[Pick], key: str) -> Batch:
    chosen = request.form.get("recruiter", "")
    recruiter = person_by_code(db(), chosen) if chosen else None
    if chosen and (recruiter is None or not recruiter.is_active):
        abort(400)
    return batches.assign_many(db(), access(), picks, recruiter, token_hash(key))


def _decline(picks: list[Pick], key: str) -> ResponseReturnValue:
    """Show what would be said to whom; do it once that was seen."""
    reason, template = request.form.get("reason", ""), _template()
    if reason not in set(Refusal):
        flash(gettext("Please choose why they are declined."), "alert")
        return redirect(_back(), code=303)
    why = Why(Refusal(reason), _words())
    if request.form.get("seen") != "1":
        return render_template(
            "hiring/declining.html",
            picks=request.form.getlist("pick")[: batches.MOST],
            key=key,
            why=why,
            template=template,
            previews=_previews(picks, template) if template else [],
            back=_back(),
        )
    try:
        hashed = token_hash(key)
        batch = batches.move_many(db(), access(), picks, Stage.REJECTED, why, hashed, template)
        db().commit()
    except IntegrityError:
        return _already(key)
    return _to_report(batch)


def _template() -> LetterTemplate | None:
    chosen = request.form.get("template", "")
    return (letters.template_by_code(db(), chosen) or abort(400)) if chosen else None


def _previews(picks: list[Pick], template: LetterTemplate) -> list[Any]:
    """The letter as the first who is picked gets it, in each language that is needed."""
    firsts: dict[str, Application] = {}
    for pick in picks:
        found = application_by_code(db(), pick.code)
        if found is not None and access().may("application:write", found.job_id):
            firsts.setdefault(found.language, found)
    return [(one, letters.words_for(db(), template, one, me())) for one in firsts.values()]


def _words() -> str:
    return request.form.get("words", "").strip()[:WORDS_LONGEST]


def _back() -> str:
    """The list as it was seen."""
    query = request.form.get("query", "")
    return url_for("hiring.applications") + (f"?{query}" if query.isprintable() and query else "")


def _to_report(batch: Batch) -> Response:
    return redirect(url_for("hiring.batch", code=batch.code), code=303)  # type: ignore[return-value]


def _already(key: str) -> Response:
    """The same form was sent twice at once: the other one did it."""
    db().rollback()
    return _to_report(batches.batch_by_submission(db(), token_hash(key)) or abort(400))


@blueprint.get("/recruiting/batches/<code>")
@requires("application:read")
def batch(code: str) -> ResponseReturnValue:
    """What became of each, and the way back while there is one."""
    found = batches.batch_by_code(db(), code, me()) or abort(404)
    done = [item for item in found.items if item.outcome == Outcome.DONE]
    return render_template(
        "hiring/batch.html",
        batch=found,
        done=done,
        others=[item for item in found.items if item.outcome != Outcome.DONE],
        letters=sum(item.letter_id is not None for item in done),
        can_be_undone=bool(done) and batches.can_be_undone(found),
        access=access(),
        outcome_name=outcome_name,
    )


@blueprint.post("/recruiting/batches/<code>/undoing")
@requires("application:move")
def undo_batch(code: str) -> ResponseReturnValue:
    """Take all of it back."""
    found = batches.batch_by_code(db(), code, me()) or abort(404)
    try:
        batches.undo(db(), found, access())
        db().commit()
    except batches.TooLate:
        db().rollback()
        flash(gettext("This can’t be undone any more. Each can still be moved by hand."), "alert")
        return _to_report(found)
    back = sum(item.is_undone is True for item in found.items)
    flash(ngettext("%(num)s is as it was.", "%(num)s are as they were.", back))
    return _to_report(found)
