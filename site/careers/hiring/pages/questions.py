"""What a job asks of its candidates, as recruiters keep it."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from careers.base.permissions import requires
from careers.base.web import db, me
from careers.hiring import asking
from careers.hiring.asking_form import QuestionForm
from careers.hiring.models import Question
from careers.hiring.pages.blueprint import blueprint
from careers.jobs.models import Job
from careers.jobs.queries import job_by_code


@blueprint.route("/recruiting/jobs/<code>/questions", methods=["GET", "POST"])
@requires("job:edit")
def questions(code: str) -> ResponseReturnValue:
    """The questions of a job, and one more."""
    job = job_by_code(db(), code) or abort(404)
    form = QuestionForm()
    if form.sent_and_valid():
        try:
            asking.add_question(db(), job, form.asked(), me())
        except asking.TooMany:
            flash(
                gettext("A job asks at most %(most)s questions: remove one.", most=asking.MOST),
                "alert",
            )
            return _to_questions(job)
        db().commit()
        flash(gettext("Candidates are asked this from now on."))
        return _to_questions(job)
    page = render_template(
        "hiring/questions.html",
        job=job,
        questions=asking.questions_of(db(), job),
        form=form,
        most=asking.MOST,
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.route("/recruiting/jobs/<code>/questions/<key>", methods=["GET", "POST"])
@requires("job:edit")
def question(code: str, key: str) -> ResponseReturnValue:
    """One question, to be asked otherwise."""
    job, found = _found(code, key)
    form = QuestionForm(
        words=found.words,
        asks=found.asks,
        choices="\n".join(found.choices),
        is_required=found.is_required,
        version=found.version,
    )
    if form.sent_and_valid():
        try:
            asking.change_question(db(), found, form.asked(), form.version.data or 0, me())
            db().commit()
            flash(gettext("The question is changed. What was answered before stays as it was."))
            return _to_questions(job)
        except asking.ChangedMeanwhile:
            db().rollback()
            job, found = _found(code, key)
            form.version.data = found.version
            form.words.errors = [
                gettext(
                    "Somebody else changed this question meanwhile; it is “%(words)s” now. Send "
                    "yours again to replace it.",
                    words=found.words,
                )
            ]
    page = render_template("hiring/question.html", job=job, question=found, form=form)
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/recruiting/jobs/<code>/questions/<key>/place")
@requires("job:edit")
def move_question(code: str, key: str) -> ResponseReturnValue:
    """Ask a question earlier or later."""
    job, found = _found(code, key)
    to = request.form.get("to", "")
    if to not in {"up", "down"}:
        abort(400)
    asking.move_question(db(), found, up=to == "up")
    db().commit()
    return _to_questions(job)


@blueprint.post("/recruiting/jobs/<code>/questions/<key>/removal")
@requires("job:edit")
def remove_question(code: str, key: str) -> ResponseReturnValue:
    """Ask it no more."""
    job, found = _found(code, key)
    asking.remove_question(db(), found, me())
    db().commit()
    flash(gettext("It is asked no more. What was answered stays with the applications."))
    return _to_questions(job)


def _found(code: str, key: str) -> tuple[Job, Question]:
    job = job_by_code(db(), code) or abort(404)
    asked = select(Question).where(Question.job_id == job.id, Question.code == key)
    return job, db().scalar(asked) or abort(404)


def _to_questions(job: Job) -> ResponseReturnValue:
    return redirect(url_for("hiring.questions", code=job.code), code=303)
