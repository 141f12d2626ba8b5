"""Comments on passages: an editor makes them, an author answers them or says that they are done."""

from __future__ import annotations

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base.permissions import requires
from careers.base.web import NotTaken, db, keeps_form, me
from careers.blog import comments, passages, publishing, queries
from careers.blog.editing_pages import review_page, too_late
from careers.blog.forms import AnswerForm, CommentForm, number
from careers.blog.models import Article, Comment
from careers.blog.pages import blueprint


@blueprint.post("/editing/articles/<code>/comments")
@requires("article:review")
@keeps_form
def comment_on_article(code: str) -> ResponseReturnValue:
    """Say something about a passage of what waits for an editor."""
    found = queries.article_by_code(db(), code) or abort(404)
    form = CommentForm(passages.blocks_of(found.body_html))
    if found.state != "submitted" or number(request.form.get("version")) != found.version:
        return too_late(found, form.words.data or "", about=form)
    if g.form_has_expired:
        return review_page(found, about=form, expired=True), 400
    if not form.validate():
        return review_page(found, about=form), 422
    try:
        made = comments.comment_on(
            db(), me(), found, form.words.data or "", form.passage(), form.at()
        )
    except comments.Gone:
        db().rollback()
        return too_late(queries.article_by_code(db(), code) or abort(404), form.words.data or "")
    except comments.NotThere:
        form.about.errors = [gettext("These words do not stand in the article like this.")]
        return review_page(found, about=form), 422
    except comments.TooMany:
        form.words.errors = [gettext("This article has a great many comments already.")]
        return review_page(found, about=form), 422
    said, told = made.code, comments.comments_of(db(), found, sent=False)
    shown = comments.read_with(found, told).comments
    at = next((one.number for one in shown if one.comment.code == said), 1)
    db().commit()
    return redirect(url_for("blog.review", code=code, _anchor=f"comment-{at}"))


@blueprint.post("/editing/articles/<code>/comments/<comment>/take-back")
@requires("article:review")
def take_back_comment(code: str, comment: str) -> ResponseReturnValue:
    """Take back what the author has not heard yet."""
    found, said = _reviewed(code, comment)
    try:
        comments.take_back_comment(db(), me(), found, said)
    except comments.Gone:
        db().rollback()
        flash(gettext("Somebody was faster. This is how it stands now."), "alert")
    else:
        db().commit()
        flash(gettext("Taken back."))
    return redirect(url_for("blog.review", code=code))


@blueprint.post("/editing/articles/<code>/comments/<comment>/answer")
@requires("article:review")
def answer_author(code: str, comment: str) -> ResponseReturnValue:
    """Answer an author."""
    _, said = _reviewed(code, comment)
    return _answer(said, url_for("blog.review", code=code))


@blueprint.post("/me/articles/<code>/comments/<comment>/answer")
@requires("article:write")
def answer_editor(code: str, comment: str) -> ResponseReturnValue:
    """Answer an editor."""
    said = _told(code, comment)
    return _answer(said, url_for("blog.edit_article", code=code, _anchor="comments"))


@blueprint.post("/me/articles/<code>/comments/<comment>/settle")
@requires("article:write")
def settle_comment(code: str, comment: str) -> ResponseReturnValue:
    """Say that a comment is done, or is not after all."""
    said = _told(code, comment)
    done = bool(request.form.get("done"))
    comments.settle(db(), said, done=done)
    db().commit()
    flash(gettext("Marked as done.") if done else gettext("It is to be done again."))
    return redirect(url_for("blog.edit_article", code=code, _anchor="comments"))


def _answer(said: Comment, then: str) -> ResponseReturnValue:
    form, back = AnswerForm(), (gettext("Back to the article"), then)
    if not form.validate():
        raise NotTaken(str(form.words.errors[0]), back)
    try:
        comments.answer(db(), me(), said, form.words.data or "")
    except comments.Gone:
        abort(404)
    except comments.TooMany:
        raise NotTaken(gettext("This comment has a great many answers already."), back) from None
    db().commit()
    flash(gettext("Answered."))
    return redirect(then)


def _reviewed(code: str, comment: str) -> tuple[Article, Comment]:
    """What an editor may read, and a comment on it."""
    found = queries.article_by_code(db(), code)
    if found is None or found.state in publishing.EDITABLE:
        abort(404)
    return found, comments.comment_of(db(), found, comment) or abort(404)


def _told(code: str, comment: str) -> Comment:
    """A comment that the author of the article has heard."""
    mine = queries.article_of(db(), me(), code) or abort(404)
    found = comments.comment_of(db(), mine, comment)
    if found is None or found.sent_at is None:
        abort(404)
    return found
