"""What an article said before, for its author and for the editor who reads it again."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base.permissions import requires
from careers.base.web import db, me
from careers.blog import comments, history, publishing, queries
from careers.blog.differences import differences
from careers.blog.forms import number
from careers.blog.models import Article, Revision
from careers.blog.pages import blueprint
from careers.blog.publishing import Conflict


@blueprint.get("/me/articles/<code>/history")
@requires("article:write")
def article_history(code: str) -> ResponseReturnValue:
    """Every earlier text of one's article, and what editors said about it."""
    mine = _mine(code)
    return render_template(
        "blog/article_history.html",
        article=mine,
        revisions=history.revisions_of(db(), mine),
        read=comments.read_with(mine, comments.comments_of(db(), mine)),
    )


@blueprint.route("/me/articles/<code>/history/<int:version>", methods=["GET", "POST"])
@requires("article:write")
def article_revision(code: str, version: int) -> ResponseReturnValue:
    """What has changed since an earlier text, which may be taken up again."""
    mine = _mine(code)
    found = history.revision_of(db(), mine, version) or abort(404)
    if request.method == "POST":
        try:
            seen = number(request.form.get("version"))
            publishing.restore_revision(db(), me(), mine, found, seen)
        except Conflict:
            db().rollback()
            flash(gettext("Somebody was faster. This is how it stands now."), "alert")
        else:
            db().commit()
            flash(gettext("It says again what it said then. What it said until now is kept too."))
        return redirect(url_for("blog.edit_article", code=code))
    return render_template(
        "blog/article_revision.html",
        article=mine,
        revision=found,
        changes=_changes(mine, found),
        editable=mine.state in publishing.EDITABLE,
    )


@blueprint.get("/editing/articles/<code>/changes")
@requires("article:review")
def article_changes(code: str) -> ResponseReturnValue:
    """What the author has changed since an editor was given the article the last time."""
    found = queries.article_by_code(db(), code)
    if found is None or found.state in publishing.EDITABLE:
        abort(404)
    before = history.handed_in_before(db(), found) or abort(404)
    return render_template(
        "blog/article_changes.html", article=found, revision=before, changes=_changes(found, before)
    )


def _changes(article: Article, before: Revision) -> list[tuple[str, list[object]]]:
    """(what, pieces) of each part of the article that is no longer the same."""
    parts = (
        (gettext("Title"), before.title, article.title),
        (gettext("Summary"), before.summary, article.summary),
        (gettext("Text"), before.body, article.body),
    )
    return [(words, [*differences(old, new)]) for words, old, new in parts if old != new]


def _mine(code: str) -> Article:
    return queries.article_of(db(), me(), code) or abort(404)
