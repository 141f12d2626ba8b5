"""Several authors: who is asked to be one, agrees, and leaves the article to the others."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base.people import person_by_code
from careers.base.permissions import requires
from careers.base.web import db, limiter, me
from careers.blog import authors, leaving, queries
from careers.blog.models import Article
from careers.blog.pages import blueprint
from careers.blog.writing_pages import settled

INVITATIONS = "30 per hour"  # of one person: each is a mail


@blueprint.get("/me/articles/<code>/authors")
@requires("article:write")
def article_authors(code: str) -> ResponseReturnValue:
    """Who writes an article together, and who is asked to."""
    return _page(_mine(code))


def _page(mine: Article, words: str = "", error: str = "") -> str:
    return render_template("blog/article_authors.html", article=mine, words=words, error=error)


@blueprint.post("/me/articles/<code>/authors")
@requires("article:write")
@limiter.limit(INVITATIONS)
def invite_author(code: str) -> ResponseReturnValue:
    """Ask an expert to be another author."""
    mine, words = _mine(code), request.form.get("name", "")[:300]
    try:
        authors.invite(db(), me(), mine, authors.expert_named(db(), words))
    except authors.NotNamed:
        said = gettext(
            "Nobody with a page has this name, or several have. The address of their page says it."
        )
        return _page(mine, words, said), 422
    except authors.TooMany:
        return _page(mine, words, gettext("This article has as many authors as it may have.")), 422
    db().commit()
    flash(gettext("Asked by mail. Their name stands under the article once they agree."))
    return redirect(url_for("blog.article_authors", code=code))


@blueprint.post("/me/articles/<code>/authors/<key>/take-back")
@requires("article:write")
def take_back_invitation(code: str, key: str) -> ResponseReturnValue:
    """Ask somebody no longer."""
    mine, person = _mine(code), person_by_code(db(), key) or abort(404)
    authors.decline(db(), person, mine)
    db().commit()
    return redirect(url_for("blog.article_authors", code=code))


@blueprint.post("/me/articles/<code>/authors/leave")
@requires("article:write")
def leave_article(code: str) -> ResponseReturnValue:
    """Leave an article to its other authors."""
    mine = _mine(code)
    return settled(
        lambda: leaving.leave_to_others(db(), me(), mine),
        gettext("Your name no longer stands under it."),
        url_for("blog.my_articles"),
    )


@blueprint.route("/me/articles/<code>/invitation", methods=["GET", "POST"])
@requires("article:write")
def invitation(code: str) -> ResponseReturnValue:
    """Read what one is asked to be an author of, and agree or not."""
    found = authors.invitation_of(db(), me(), code)
    if request.method != "POST":
        if found is None and queries.article_of(db(), me(), code):
            return redirect(url_for("blog.edit_article", code=code))
        return render_template("blog/invitation.html", article=found or abort(404))
    found = found or abort(404)
    if not request.form.get("agree"):
        authors.decline(db(), me(), found)
        db().commit()
        flash(gettext("Declined. Nobody is told."))
        return redirect(url_for("blog.my_articles"))
    if me().page is None:
        flash(gettext("Authors show themselves: please show your page first."), "alert")
        return redirect(url_for("blog.invitation", code=code))
    return settled(
        lambda: leaving.join(db(), me(), found),
        gettext("You are one of its authors."),
        url_for("blog.edit_article", code=code),
    )


def _mine(code: str) -> Article:
    return queries.article_of(db(), me(), code) or abort(404)
