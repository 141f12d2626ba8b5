"""What became of an article, for those who wrote it."""

from __future__ import annotations

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from careers.base.permissions import requires
from careers.base.web import db, me
from careers.blog.queries import article_of
from referrals.article_figures import figures_of_article
from referrals.pages.blueprint import blueprint
from referrals.sharing import CHANNEL_NAMES


@blueprint.get("/me/articles/<code>/figures")
@requires("article:write")
def article_figures(code: str) -> ResponseReturnValue:
    """Who opened links to an article of one's own, by channel, and what followed."""
    article = article_of(db(), me(), code) or abort(404)
    if article.slug is None:
        abort(404)
    return render_template(
        "referrals/article_figures.html",
        article=article,
        figures=figures_of_article(db(), article),
        channels=CHANNEL_NAMES,
    )
