"""The editors' desk."""

from __future__ import annotations

from datetime import datetime

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta, gettext

from careers.base import clock
from careers.base.languages import named
from careers.base.permissions import requires
from careers.base.web import db, keeps_form, me, page_number
from careers.blog import comments, history, passages, pictures, publishing, queries
from careers.blog.addresses import Taken
from careers.blog.forms import AddressForm, CommentForm, ReviewForm, ScheduleForm, number
from careers.blog.models import Article
from careers.blog.pages import blueprint
from careers.blog.publishing import Conflict
from careers.blog.writing_pages import settled


@blueprint.get("/editing")
@requires("article:review")
def editing() -> ResponseReturnValue:
    """What waits for an editor, then what is published and what was withdrawn."""
    page = page_number()
    return render_template(
        "blog/editing.html",
        submitted=queries.submitted_articles(db()),
        scheduled=queries.scheduled_articles(db()),
        age=_age,
        published=queries.published_articles(db(), page),
        withdrawn=queries.withdrawn_articles(db()).articles,
        page=page,
        named=named,
    )


def _age(moment: datetime) -> str:
    return str(format_timedelta(clock.now() - moment, granularity="minute"))


@blueprint.get("/editing/articles/<code>")
@requires("article:review")
def review(code: str) -> ResponseReturnValue:
    """One article as it would be read, and what an editor can do with it."""
    return review_page(_handed_in(code))


def review_page(
    found: Article,
    form: ReviewForm | None = None,
    *,
    late: bool = False,
    expired: bool = False,
    day: ScheduleForm | None = None,
    about: CommentForm | None = None,
    address: AddressForm | None = None,
) -> str:
    """An article for an editor, with what they filled in, and all that was said of it."""
    cover = pictures.covers_of(db(), [found]).get(found.id)
    form = form or ReviewForm(formdata=None)
    form.version.data = str(found.version)
    is_open = found.state in {"submitted", "scheduled"}
    said = comments.comments_of(db(), found, sent=False) if is_open else ()
    return render_template(
        "blog/review.html",
        article=found,
        read=comments.read_with(found, said),
        unsent=sum(comment.sent_at is None for comment in said),
        form=form,
        day=day or ScheduleForm(),
        about=about or CommentForm(passages.blocks_of(found.body_html), formdata=None),
        address=address or AddressForm(formdata=None, slug=found.slug),
        late=late,
        expired=expired,
        came_back=history.handed_in_before(db(), found) is not None,
        cover_html=pictures.cover_html(cover) if cover else "",
    )


@blueprint.post("/editing/articles/<code>/publish")
@requires("article:review")
def publish_article(code: str) -> ResponseReturnValue:
    """Publish what the editor has read."""
    found = _known(code)
    version = number(request.form.get("version"))
    return settled(
        lambda: publishing.publish(db(), me(), found, version),
        gettext("Published. The author gets a mail."),
        url_for("blog.editing"),
    )


@blueprint.post("/editing/articles/<code>/schedule")
@requires("article:review")
def schedule_article(code: str) -> ResponseReturnValue:
    """Have what the editor has read published on a day to come."""
    found, form = _known(code), ScheduleForm()
    if found.state == "submitted" and not form.validate():
        return review_page(found, day=form), 422
    version = number(request.form.get("version"))
    return settled(
        lambda: publishing.schedule(db(), me(), found, version, form.moment()),
        gettext("It will be published by itself. The author gets a mail."),
        url_for("blog.editing"),
    )


@blueprint.post("/editing/articles/<code>/unschedule")
@requires("article:review")
def unschedule_article(code: str) -> ResponseReturnValue:
    """Have an article wait for an editor again, and not for its day."""
    found = _known(code)
    return settled(
        lambda: publishing.unschedule(db(), me(), found),
        gettext("It waits for an editor again."),
        url_for("blog.review", code=code),
    )


@blueprint.post("/editing/articles/<code>/return")
@requires("article:review")
@keeps_form
def return_article(code: str) -> ResponseReturnValue:
    """Give an article back to its author with a comment."""
    found = _known(code)
    said = comments.comments_of(db(), found, sent=False)
    form = ReviewForm(says_enough=any(comment.sent_at is None for comment in said))
    if g.form_has_expired and found.state == "submitted":
        return review_page(found, form, expired=True), 400
    if found.state == "submitted" and not form.validate():
        return review_page(found, form), 422
    version = number(request.form.get("version"))
    try:
        if g.form_has_expired:
            raise Conflict
        publishing.return_article(db(), me(), found, version, str(form.comment.data))
    except Conflict:
        db().rollback()
        return too_late(_known(code), form.comment.data or "", form)
    db().commit()
    flash(gettext("Returned. The author gets your comment by mail."))
    return redirect(url_for("blog.editing"))


def too_late(
    found: Article,
    words: str,
    form: ReviewForm | None = None,
    about: CommentForm | None = None,
) -> ResponseReturnValue:
    """Show how it stands now, with the comment; of what is in its author's hands, only that."""
    if found.state == "submitted":
        return review_page(found, form, late=True, about=about), 409
    readable = found.state not in publishing.EDITABLE
    return render_template(
        "blog/return_article.html", article=found if readable else None, comment=words
    ), 409


@blueprint.post("/editing/articles/<code>/withdraw")
@requires("article:review")
def withdraw_article(code: str) -> ResponseReturnValue:
    """Take a published article away from everybody."""
    found = _known(code)
    return settled(
        lambda: publishing.withdraw(db(), me(), found),
        gettext("Withdrawn. Whoever opens it reads that it is gone."),
        url_for("blog.editing"),
    )


@blueprint.post("/editing/articles/<code>/address")
@requires("article:review")
def move_article(code: str) -> ResponseReturnValue:
    """Give a published article another address; the old one leads to it for ever."""
    found, form = _known(code), AddressForm()
    if found.state != "published":
        abort(404)
    if not form.validate():
        return review_page(found, address=form), 422
    try:
        publishing.move(db(), me(), found, form.slug.data or "")
    except Taken:
        db().rollback()
        form.slug.errors = [gettext("Another article has this address, or had it before.")]
        return review_page(_known(code), address=form), 422
    db().commit()
    flash(gettext("It is at its new address. Whoever comes by the old one is led there."))
    return redirect(url_for("blog.review", code=code))


@blueprint.post("/editing/articles/<code>/put-back")
@requires("article:review")
def put_back_article(code: str) -> ResponseReturnValue:
    """Show a withdrawn article again."""
    found = _known(code)
    return settled(
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
