"""The blog for everybody, an author's articles, the editors' desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from babel import Locale
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import prose
from careers.base.company import the_company
from careers.base.languages import address_in, language
from careers.base.permissions import public, requires
from careers.base.web import db, me, page_number, settings
from careers.blog import publishing, queries
from careers.blog.forms import ArticleForm, ReviewForm
from careers.blog.models import Article
from careers.blog.publishing import Conflict

blueprint = Blueprint("blog", __name__)


@blueprint.get("/blog")
@public
def articles() -> ResponseReturnValue:
    """What employees have written, newest first."""
    page = page_number()
    found = queries.published_articles(db(), page)
    return render_template("blog/articles.html", found=found, page=page, named=language_named)


def language_named(code: str) -> str:
    """A language, named in the reader's one."""
    return str(Locale.parse(language()).languages.get(code, code))


@blueprint.get("/blog/<slug>")
@public
def article(slug: str) -> ResponseReturnValue:
    """One article; 410 once it is withdrawn."""
    found = queries.article_by_slug(db(), slug) or abort(404)
    if found.state == "withdrawn":
        abort(410)
    return render_template("blog/article.html", article=found, described=described(found))


def described(article: Article) -> dict[str, Any]:
    """The article for machines: schema.org BlogPosting."""
    base, author = settings().base_url, article.author
    address = base + address_in(article.language, f"/blog/{article.slug}")
    ours = {"@type": "Organization", "name": the_company(db()).name, "url": base}
    by: dict[str, Any] = {"@type": "Person", "name": article.byline}
    if author.page:
        by["url"] = base + address_in(settings().default_language, f"/experts/{author.page}")
    return {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "headline": article.title,
        "description": article.summary,
        "inLanguage": article.language,
        "datePublished": article.published_at.isoformat() if article.published_at else None,
        "mainEntityOfPage": address,
        "url": address,
        "author": by if article.byline else ours,
        "publisher": ours,
    }


# -- the author --------------------------------------------------------------------------------


@blueprint.get("/me/articles")
@requires("article:write")
def my_articles() -> ResponseReturnValue:
    """Everything the person who asks has written here, and who has it in hand."""
    return render_template("blog/my_articles.html", articles=queries.articles_of(db(), me()))


@blueprint.route("/me/articles/new", methods=["GET", "POST"])
@requires("article:write")
def new_article() -> ResponseReturnValue:
    """Begin an article."""
    form = ArticleForm(language=me().language)
    if request.method != "POST":
        return _edit(None, form)
    if not form.validate():
        return _edit(None, form), 422
    try:
        if "preview" in request.form:
            return _edit(None, form, preview_html=prose.markdown_to_html(form.text().body))
        if not form.says_something():
            return _edit(None, form), 422
        started = publishing.start_article(db(), me(), form.text())
    except ValueError:
        return _too_nested(None, form)
    db().commit()
    flash(gettext("Kept as a draft. Nobody else sees it yet."))
    return redirect(url_for("blog.edit_article", code=started.code))


@blueprint.route("/me/articles/<code>", methods=["GET", "POST"])
@requires("article:write")
def edit_article(code: str) -> ResponseReturnValue:
    """Change a draft or a returned article, and hand it to the editors as it then is; read one
    that is in other hands.
    """
    mine, hands_in = _mine(code), "submit" in request.form
    form = ArticleForm(
        title=mine.title, summary=mine.summary, language=mine.language, body=mine.body,
        version=str(mine.version),
    )  # fmt: skip
    if request.method != "POST":
        return _edit(mine, form)
    if not form.validate() or (hands_in and not form.is_complete()):
        return _edit(mine, form), 422
    try:
        if "preview" in request.form:
            return _edit(mine, form, preview_html=prose.markdown_to_html(form.text().body))
        publishing.write_article(db(), me(), mine, form.text(), form.read_version())
        if hands_in:
            publishing.submit(db(), me(), mine)
    except Conflict:
        return _conflict(mine, form)
    except ValueError:
        return _too_nested(mine, form)
    db().commit()
    if hands_in:
        flash(gettext("The editors have it now. You will hear from them by mail."))
    else:
        flash(gettext("Kept."))
    return redirect(url_for("blog.edit_article", code=code))


def _conflict(mine: Article, form: ArticleForm) -> ResponseReturnValue:
    """Show what is kept beside what was just written; keeping it again replaces the former."""
    form.version.data = str(mine.version)
    return _edit(mine, form, kept=mine), 409


def _too_nested(mine: Article | None, form: ArticleForm) -> ResponseReturnValue:
    form.body.errors = [gettext("This text cannot be shown: its parts are too nested.")]
    return _edit(mine, form), 422


def _edit(
    mine: Article | None, form: ArticleForm, *, preview_html: str = "", kept: Article | None = None
) -> str:
    return render_template(
        "blog/edit_article.html",
        article=mine,
        form=form,
        preview_html=preview_html,
        kept=kept,
        editable=mine is None or mine.state in publishing.EDITABLE,
    )


@blueprint.post("/me/articles/<code>/take-back")
@requires("article:write")
def take_back_article(code: str) -> ResponseReturnValue:
    """Take a submitted article back."""
    mine = _mine(code)
    return _settled(
        lambda: publishing.take_back(db(), me(), mine),
        gettext("It is in your hands again."),
        url_for("blog.edit_article", code=code),
    )


@blueprint.post("/me/articles/<code>/delete")
@requires("article:write")
def delete_article(code: str) -> ResponseReturnValue:
    """Delete a draft for ever."""
    mine = _mine(code)
    return _settled(
        lambda: publishing.delete_article(db(), me(), mine),
        gettext("Deleted."),
        url_for("blog.my_articles"),
    )


def _mine(code: str) -> Article:
    return queries.article_of(db(), me(), code) or abort(404)


# -- the editors -------------------------------------------------------------------------------


@blueprint.get("/editing")
@requires("article:review")
def editing() -> ResponseReturnValue:
    """What waits for an editor, then what is published and what was withdrawn."""
    page = page_number()
    return render_template(
        "blog/editing.html",
        submitted=queries.submitted_articles(db()),
        published=queries.published_articles(db(), page),
        withdrawn=queries.withdrawn_articles(db()).articles,
        page=page,
        named=language_named,
    )


@blueprint.get("/editing/articles/<code>")
@requires("article:review")
def review(code: str) -> ResponseReturnValue:
    """One article as it would be read, and what an editor can do with it."""
    found = _handed_in(code)
    return _review(found, ReviewForm(version=str(found.version)))


def _review(found: Article, form: ReviewForm, *, late: bool = False) -> str:
    return render_template("blog/review.html", article=found, form=form, late=late)


@blueprint.post("/editing/articles/<code>/publish")
@requires("article:review")
def publish_article(code: str) -> ResponseReturnValue:
    """Publish what the editor has read."""
    found = _known(code)
    sent = request.form.get("version", "")
    version = int(sent[:9]) if sent.isascii() and sent.isdigit() else 0
    return _settled(
        lambda: publishing.publish(db(), me(), found, version),
        gettext("Published. The author gets a mail."),
        url_for("blog.editing"),
    )


@blueprint.post("/editing/articles/<code>/return")
@requires("article:review")
def return_article(code: str) -> ResponseReturnValue:
    """Give an article back to its author with a comment."""
    found, form = _known(code), ReviewForm()
    if found.state == "submitted" and not form.validate():
        form.version.data = str(found.version)
        return _review(found, form), 422
    sent = form.version.data or ""
    version = int(sent[:9]) if sent.isascii() and sent.isdigit() else 0
    try:
        publishing.return_article(db(), me(), found, version, str(form.comment.data))
    except Conflict:
        db().rollback()
        return _too_late(_known(code), form)
    db().commit()
    flash(gettext("Returned. The author gets your comment by mail."))
    return redirect(url_for("blog.editing"))


def _too_late(found: Article, form: ReviewForm) -> ResponseReturnValue:
    """Show how it stands now, with the comment; of what is in its author's hands, only that."""
    if found.state == "submitted":
        form.version.data = str(found.version)
        return _review(found, form, late=True), 409
    readable = found.state not in publishing.EDITABLE
    return render_template(
        "blog/return_article.html", article=found if readable else None, comment=form.comment.data
    ), 409


@blueprint.post("/editing/articles/<code>/withdraw")
@requires("article:review")
def withdraw_article(code: str) -> ResponseReturnValue:
    """Take a published article away from everybody."""
    found = _known(code)
    return _settled(
        lambda: publishing.withdraw(db(), me(), found),
        gettext("Withdrawn. Whoever opens it reads that it is gone."),
        url_for("blog.editing"),
    )


@blueprint.post("/editing/articles/<code>/put-back")
@requires("article:review")
def put_back_article(code: str) -> ResponseReturnValue:
    """Show a withdrawn article again."""
    found = _known(code)
    return _settled(
        lambda: publishing.put_back(db(), me(), found),
        gettext("It is there again, at its old address."),
        url_for("blog.editing"),
    )


def _handed_in(code: str) -> Article:
    """An article that editors may read: never somebody's draft."""
    found = queries.article_by_code(db(), code)
    if found is None or found.state in publishing.EDITABLE:
        abort(404)
    return found


def _known(code: str) -> Article:
    """An article that an editor may want to act upon; the act itself tells whether it still can."""
    return queries.article_by_code(db(), code) or abort(404)


def _settled(step: Callable[[], None], done: str, then: str) -> ResponseReturnValue:
    """Take a step, or say that somebody else was faster."""
    try:
        step()
    except Conflict:
        db().rollback()
        flash(gettext("Somebody was faster. This is how it stands now."), "alert")
        return redirect(then)
    db().commit()
    flash(done)
    return redirect(then)
