"""An author's articles: written with a preview beside, kept while they are typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_time, gettext

from careers.base import codes, prose
from careers.base.permissions import requires
from careers.base.pictures import NotAPicture
from careers.base.web import changes_nothing, db, form_token, keeps_form, limiter, me, settings
from careers.blog import authors, comments, pictures, publishing, queries
from careers.blog.forms import ArticleForm
from careers.blog.models import Article
from careers.blog.pages import blueprint
from careers.blog.publishing import Conflict

PICTURES = "60 per hour"  # of one person: each costs the processor a second


@blueprint.get("/me/articles")
@requires("article:write")
def my_articles() -> ResponseReturnValue:
    """Everything the person who asks has written here, and who has it in hand."""
    return render_template(
        "blog/my_articles.html",
        articles=queries.articles_of(db(), me()),
        invitations=authors.invitations_of(db(), me()),
    )


@blueprint.post("/me/articles/preview")
@requires("article:write")
@changes_nothing
def preview_article() -> ResponseReturnValue:
    """What is being written, as it would be read: for the page beside the form."""
    of_it = queries.article_of(db(), me(), request.form.get("code", "")[:16])
    show = pictures.shown_in_text(pictures.pictures_of(db(), of_it) if of_it else ())
    try:
        html = prose.markdown_to_html(request.form.get("body", ""), show)
    except ValueError:
        return {"error": _nested()}, 422
    if of_it:  # with the passages that editors commented on
        said = comments.comments_of(db(), of_it)
        html = comments.read_with(of_it, said, html).body_html
    return {"html": html, "minutes": prose.reading_minutes(prose.plain_text(html))}


def _nested() -> str:
    return str(gettext("This text cannot be shown: its parts are too nested."))


@blueprint.route("/me/articles/new", methods=["GET", "POST"])
@requires("article:write")
@keeps_form
@limiter.limit(PICTURES, methods=["POST"], exempt_when=lambda: "add_picture" not in request.form)
def new_article() -> ResponseReturnValue:
    """Begin an article. Sent twice, because no answer came, it is one."""
    others = queries.articles_of(db(), me())
    form = ArticleForm(
        others=others, language=me().language, code=codes.code(), tab=codes.code()
    )  # fmt: skip
    if request.method != "POST":
        return _edit(None, form)
    code = form.read_code()
    if code and queries.article_of(db(), me(), code):
        return _write(_mine(code), form)
    if refused := _refused(None, form):
        return refused
    if not form.says_something():
        return _wrong(None, form)
    try:
        try:
            started = publishing.start_article(db(), me(), form.text(), code, form.read_tab())
        except Conflict:  # a code of somebody else's, or the same at once: nothing is lost by two
            started = publishing.start_article(db(), me(), form.text(), None, form.read_tab())
    except ValueError:
        return _too_nested(None, form)
    if "submit" in request.form:
        publishing.submit(db(), me(), started)
    db().commit()
    if "add_picture" in request.form:
        return _add_picture(started, form, started.version)
    return _kept(started, gettext("Kept as a draft. Nobody else sees it yet."))


@blueprint.route("/me/articles/<code>", methods=["GET", "POST"])
@requires("article:write")
@keeps_form
@limiter.limit(PICTURES, methods=["POST"], exempt_when=lambda: "add_picture" not in request.form)
def edit_article(code: str) -> ResponseReturnValue:
    """Change a draft or a returned article, and hand it to the editors as it then is; read one
    that is in other hands.
    """
    mine = _mine(code)
    of_it = pictures.pictures_of(db(), mine)
    others = [one for one in queries.articles_of(db(), me()) if one.id != mine.id]
    form = ArticleForm(
        of_it, others, title=mine.title, summary=mine.summary, language=mine.language,
        body=mine.body, version=str(mine.version), tab=codes.code(),
        cover=next((picture.code for picture in of_it if picture.is_cover), ""),
        topics=", ".join(mine.topic_names), canonical=mine.canonical_url,
        translation=next((one.code for one in others if one.id == mine.translation_id), ""),
    )  # fmt: skip
    if request.method != "POST":
        return _edit(mine, form)
    return _write(mine, form)


def _write(mine: Article, form: ArticleForm) -> ResponseReturnValue:
    if refused := _refused(mine, form):
        return refused
    if "add_picture" in request.form:
        return _add_picture(mine, form, form.read_version())
    try:
        publishing.write_article(
            db(), me(), mine, form.text(), form.read_version(), form.read_tab()
        )
        if "submit" in request.form:
            publishing.submit(db(), me(), mine)
    except Conflict:
        db().rollback()
        return _conflict(mine, form)
    except ValueError:
        return _too_nested(mine, form)
    db().commit()
    return _kept(mine, gettext("Kept."))


def _add_picture(mine: Article, form: ArticleForm, version: int) -> ResponseReturnValue:
    """Keep a picture and the text; at its end stands the picture, unless the page's script puts it
    where the author is writing.
    """
    form.version.data = str(version)
    with form.picture.data.stream as sent:
        content = sent.read()
    db().rollback()  # nobody waits to write while the picture is made
    try:
        made = pictures.made(content)
    except NotAPicture as refused:
        form.picture.errors = [refused.in_words()]
        return _wrong(mine, form)
    if len(pictures.pictures_of(db(), mine)) >= pictures.MOST_IN_AN_ARTICLE:
        form.picture.errors = [gettext("This article has a great many pictures already.")]
        return _wrong(mine, form)
    kept = pictures.keep_picture(db(), me(), settings(), mine, made, str(form.alt.data))
    text = form.text()
    if not _by_script():
        text = replace(text, body=f"{text.body}\n\n{pictures.in_text(kept)}".lstrip())
    try:
        publishing.write_article(db(), me(), mine, text, version, form.read_tab())
    except Conflict:
        db().rollback()
        return _conflict(mine, form)
    except ValueError:
        db().rollback()
        return _too_nested(mine, form)
    db().commit()
    if _by_script():
        of_it = {"code": kept.code, "alt": kept.alt, "text": pictures.in_text(kept)}
        address = url_for("blog.edit_article", code=mine.code)
        said = gettext("The picture is in the text.")
        return {"version": mine.version, "address": address, "said": said, "picture": of_it}
    flash(gettext("The picture stands at the end of the text."))
    return redirect(url_for("blog.edit_article", code=mine.code))


def _refused(mine: Article | None, form: ArticleForm) -> ResponseReturnValue | None:
    """The answer to what is not to be kept: an expired form, something missing, a preview."""
    if g.form_has_expired:
        return _expired(mine, form)
    if not form.validate() or ("submit" in request.form and not form.is_complete()):
        return _wrong(mine, form)
    if "add_picture" in request.form and not form.has_picture():
        return _wrong(mine, form)
    if "preview" in request.form:
        show = pictures.shown_in_text(pictures.pictures_of(db(), mine) if mine else ())
        try:
            html = prose.markdown_to_html(form.text().body, show)
        except ValueError:
            return _too_nested(mine, form)
        return _edit(mine, form, preview_html=html)
    return None


def _by_script() -> bool:
    """Whether the page's script asks, and not somebody who pressed a button."""
    return request.accept_mimetypes.best == "application/json"


def _kept(mine: Article, said: str) -> ResponseReturnValue:
    if _by_script():
        address = url_for("blog.edit_article", code=mine.code)
        at = format_time(mine.changed_at, "short")
        return {
            "version": mine.version,
            "address": address,
            "said": gettext("Kept at %(at)s.", at=at),
        }
    if "submit" in request.form:
        said = gettext("The editors have it now. You will hear from them by mail.")
    flash(said)
    return redirect(url_for("blog.edit_article", code=mine.code))


def _conflict(mine: Article, form: ArticleForm) -> ResponseReturnValue:
    """Show what is kept beside what was just written; keeping it again replaces the former."""
    if _by_script():
        kept = {"title": mine.title, "summary": mine.summary, "body": mine.body}
        editable = mine.state in publishing.EDITABLE
        return {"version": mine.version, "kept": kept, "editable": editable}, 409
    form.version.data = str(mine.version)
    return _edit(mine, form, kept=mine), 409


def _too_nested(mine: Article | None, form: ArticleForm) -> ResponseReturnValue:
    form.body.errors = [_nested()]
    return _wrong(mine, form)


def _wrong(mine: Article | None, form: ArticleForm) -> ResponseReturnValue:
    if _by_script():
        return {"errors": [str(error) for field in form for error in field.errors]}, 422
    return _edit(mine, form), 422


def _expired(mine: Article | None, form: ArticleForm) -> ResponseReturnValue:
    """The page was open too long, or its session has ended: it can be sent once more from here."""
    if _by_script():
        return {"form_token": form_token()}, 400
    return _edit(mine, form, expired=True), 400


def _edit(
    mine: Article | None,
    form: ArticleForm,
    *,
    preview_html: str = "",
    kept: Article | None = None,
    expired: bool = False,
) -> str:
    said = comments.comments_of(db(), mine) if mine else ()
    read = comments.read_with(mine, said, preview_html or None) if mine else None
    return render_template(
        "blog/edit_article.html",
        article=mine,
        read=read,
        form=form,
        preview_html=read.body_html if read and preview_html else preview_html,
        kept=kept,
        expired=expired,
        editable=mine is None or mine.state in publishing.EDITABLE,
    )


@blueprint.post("/me/articles/<code>/take-back")
@requires("article:write")
def take_back_article(code: str) -> ResponseReturnValue:
    """Take a submitted article back."""
    mine = _mine(code)
    return settled(
        lambda: publishing.take_back(db(), me(), mine),
        gettext("It is in your hands again."),
        url_for("blog.edit_article", code=code),
    )


@blueprint.post("/me/articles/<code>/remove")
@requires("article:write")
def remove_article(code: str) -> ResponseReturnValue:
    """Take one's own published article away from everybody."""
    mine = _mine(code)
    return settled(
        lambda: publishing.remove(db(), me(), mine),
        gettext("Removed. Whoever opens it reads that it is gone."),
        url_for("blog.edit_article", code=code),
    )


@blueprint.post("/me/articles/<code>/restore")
@requires("article:write")
def restore_article(code: str) -> ResponseReturnValue:
    """Show again what one had removed."""
    mine = _mine(code)
    return settled(
        lambda: publishing.restore(db(), me(), mine),
        gettext("It is there again, at its old address."),
        url_for("blog.edit_article", code=code),
    )


@blueprint.post("/me/articles/<code>/delete")
@requires("article:write")
def delete_article(code: str) -> ResponseReturnValue:
    """Delete a draft for ever."""
    mine = _mine(code)
    return settled(
        lambda: publishing.delete_article(db(), me(), mine),
        gettext("Deleted."),
        url_for("blog.my_articles"),
    )


def _mine(code: str) -> Article:
    return queries.article_of(db(), me(), code) or abort(404)


def settled(step: Callable[[], None], done: str, then: str) -> ResponseReturnValue:
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
