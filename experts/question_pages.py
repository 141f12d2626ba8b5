"""Asking an expert, what editors let through, and answering."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base.languages import language
from careers.base.permissions import public, requires
from careers.base.web import NotTaken, db, limiter, me
from experts import questions, showing
from experts.forms import AnswerForm, AskForm
from experts.models import Asked, Expert
from experts.pages import blueprint, shown_or_gone
from experts.presenting import presented


@blueprint.route("/experts/<slug>/ask", methods=["GET", "POST"])
@public
@limiter.limit("5 per hour", methods=["POST"])
@limiter.limit("200 per hour", methods=["POST"], key_func=lambda: "all who ask")
def ask(slug: str) -> ResponseReturnValue:
    """Ask an expert something, with a name or without one."""
    expert = _askable(slug)
    form = AskForm()
    if request.method != "POST":
        return _asking(expert, form)
    if not form.validate():
        return _asking(expert, form), 422
    try:
        questions.ask(
            db(), expert, form.words.data or "", form.name.data or "", form.address(), language()
        )
    except questions.TooMany:
        words = gettext("So many questions wait already that no more are taken. Try in a week.")
        form.words.errors = [words]
        return _asking(expert, form), 429
    db().commit()
    return redirect(url_for("experts.asked", slug=slug), 303)


def _asking(expert: Expert, form: AskForm) -> str:
    return render_template("experts/ask.html", expert=expert, form=form, shown=presented(expert))


@blueprint.get("/experts/<slug>/asked")
@public
def asked(slug: str) -> ResponseReturnValue:
    """What happens with a question that was asked."""
    expert = _askable(slug)
    return render_template("experts/asked.html", expert=expert, shown=presented(expert))


def _askable(slug: str) -> Expert:
    """The expert at `slug`, if they take questions."""
    expert = shown_or_gone(slug)
    return expert if expert.agrees_to(showing.QUESTIONS) else abort(404)


# -- editors ---------------------------------------------------------------------------------------


@blueprint.get("/editing/questions")
@requires("question:moderate")
def edit_questions() -> ResponseReturnValue:
    """What visitors ask, before the experts see it."""
    return render_template("experts/edit_questions.html", waiting=questions.waiting_questions(db()))


@blueprint.post("/editing/questions/<code>/pass")
@requires("question:moderate")
def pass_question(code: str) -> ResponseReturnValue:
    """Let the expert see a question."""
    found = questions.question_by_code(db(), code) or abort(404)
    return _settled(
        lambda: questions.pass_on(db(), me(), found), gettext("Passed on."), "edit_questions"
    )


@blueprint.post("/editing/questions/<code>/refuse")
@requires("question:moderate")
def refuse_question(code: str) -> ResponseReturnValue:
    """Keep a question from the expert."""
    found = questions.question_by_code(db(), code) or abort(404)
    return _settled(
        lambda: questions.refuse(db(), me(), found),
        gettext("Kept from them. It is deleted in 30 days."),
        "edit_questions",
    )


# -- the expert ------------------------------------------------------------------------------------


@blueprint.get("/me/questions")
@requires("profile:edit")
def my_questions() -> ResponseReturnValue:
    """What visitors ask the person who asks for this page."""
    return _mine(None, AnswerForm())


def _mine(answered: Asked | None, form: AnswerForm) -> str:
    return render_template(
        "experts/my_questions.html",
        asked=questions.questions_to(db(), me()),
        answered=answered,
        form=form,
        longest=questions.ANSWER_LONGEST,
    )


@blueprint.post("/me/questions/<code>/answer")
@requires("profile:edit")
def answer_question(code: str) -> ResponseReturnValue:
    """Answer a question."""
    found, form = _to_me(code), AnswerForm()
    if not form.validate() or not _reaches_somebody(found, form):
        return _mine(found, form), 422
    try:
        questions.answer(db(), me(), found, form.answer.data or "", bool(form.is_public.data))
    except questions.Settled:
        words = gettext("You have answered or declined this question already.")
        then = gettext("Questions to me"), url_for("experts.my_questions")
        raise NotTaken(words, then) from None
    db().commit()
    flash(gettext("Answered."))
    return redirect(url_for("experts.my_questions"), 303)


def _reaches_somebody(asked: Asked, form: AnswerForm) -> bool:
    """Whether the answer is for everybody, or there is an address to send it to."""
    if form.is_public.data or asked.email or asked.state == "answered":
        return True
    form.answer.errors = [gettext("They left no address: tick that everybody may read it.")]
    return False


@blueprint.post("/me/questions/<code>/decline")
@requires("profile:edit")
def decline_question(code: str) -> ResponseReturnValue:
    """Answer nothing; the asker is told nothing."""
    found = _to_me(code)
    return _settled(
        lambda: questions.decline(db(), found),
        gettext("Declined. Nobody is told."),
        "my_questions",
    )


@blueprint.post("/me/questions/<code>/delete")
@requires("profile:edit")
def delete_answer(code: str) -> ResponseReturnValue:
    """Delete an answered question for ever."""
    found = _to_me(code)
    return _settled(
        lambda: questions.take_answer_away(db(), found), gettext("Deleted."), "my_questions"
    )


def _to_me(code: str) -> Asked:
    found = questions.question_by_code(db(), code) or abort(404)
    is_mine = found.expert.person_id == me().id and found.state in {"passed", "answered"}
    return found if is_mine else abort(404)


def _settled(step: Callable[[], None], done: str, page: str) -> ResponseReturnValue:
    """Take a step, or say that it was taken already."""
    try:
        step()
    except questions.Settled:
        db().rollback()
        flash(gettext("Somebody was faster. This is how it stands now."), "alert")
    else:
        db().commit()
        flash(done)
    return redirect(url_for(f"experts.{page}"), 303)
