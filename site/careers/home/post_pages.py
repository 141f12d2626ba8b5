"""What became of posts: opened, counted, seen by whom they are of, featured by editors."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import structlog
from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import clock
from careers.base.permissions import public, requires
from careers.base.web import PAGE_ROWS, changes_nothing, db, limiter, me, page_number, sealed
from careers.home import featuring, seeing
from careers.home.front_page import classified
from careers.home.pages import blueprint
from experts.posts import newest_posts, posts_by_code, posts_of, surfaced
from referrals.following import Following
from referrals.journal import Opened, is_code

log = structlog.get_logger(__name__)
DAYS = 30


@blueprint.post("/posts/<code>/opened")
@public
@sealed
@changes_nothing
@limiter.limit("120 per minute")
def post_opened(code: str) -> ResponseReturnValue:
    """Somebody follows a link to a post: our script says so while the browser goes there.

    On disk before it is answered, with nothing of who it was but a hash that nobody can make again
    tomorrow. The database is not asked: it may be away, and nobody learns here what there is.
    """
    if not is_code(code) or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        abort(404)
    at, agent = clock.microseconds(), request.headers.get("User-Agent", "")[:1000]
    following = cast(Following, current_app.extensions["following"])
    visitor = following.visitors.visitor(at, 0, request.remote_addr or "", agent)
    try:
        following.journal.append(Opened(code, at, classified(), visitor))
    except OSError as error:
        log.error("an opening was lost", error=str(error))
        return Response(status=503)
    return Response(status=204)


@blueprint.get("/me/posts")
@requires("self:read")
def my_posts() -> ResponseReturnValue:
    """How often the person who asks was on the homepage, and how often their posts were opened."""
    today = clock.now().date()
    since = today - timedelta(days=DAYS - 1)
    shown = seeing.days_shown(db(), me(), since)
    opened = seeing.posts_opened(db(), me(), since)
    posts = posts_by_code(db(), sorted(opened, key=lambda code: -opened[code].people))
    return render_template(
        "home/my_posts.html",
        days=[
            (since + timedelta(days=n), shown.get(since + timedelta(days=n), 0))
            for n in range(DAYS)
        ],
        shown=sum(shown.values()),
        opened=opened,
        posts=posts,
        has_posts=bool(posts_of(db(), me(), 1)),
        number=DAYS,
    )


@blueprint.get("/editing/homepage")
@requires("post:feature")
def edit_homepage() -> ResponseReturnValue:
    """What editors feature, what could be drawn, and how much of it was seen in sum."""
    since = clock.now().date() - timedelta(days=DAYS - 1)
    page = page_number()
    posts = newest_posts(db(), PAGE_ROWS + 1, (page - 1) * PAGE_ROWS)
    return render_template(
        "home/edit_homepage.html",
        featured=featuring.featured_posts(db()),
        most=featuring.MOST,
        posts=posts[:PAGE_ROWS],
        page=page,
        pages=page + (len(posts) > PAGE_ROWS),
        people=len({one.author for one in surfaced(db())}),
        shown=seeing.shown_in_sum(db(), since),
        opened=seeing.opened_in_sum(db(), since),
        number=DAYS,
    )


@blueprint.post("/editing/homepage/<code>/feature")
@requires("post:feature")
def feature_post(code: str) -> ResponseReturnValue:
    """Put a post on the homepage."""
    (post,) = posts_by_code(db(), [code]) or abort(404)
    try:
        changed = featuring.feature(db(), me(), post)
    except featuring.TooMany:
        db().rollback()
        words = gettext(
            "At most %(most)s posts are featured: take one away first.", most=featuring.MOST
        )
        flash(words, "alert")
    else:
        _kept(gettext("It is featured now."), changed)
    return redirect(url_for("home.edit_homepage", page=page_number()), 303)


@blueprint.post("/editing/homepage/<code>/no-longer")
@requires("post:feature")
def no_longer_feature(code: str) -> ResponseReturnValue:
    """Leave a post to the draw again."""
    _kept(gettext("It is drawn like all others again."), featuring.no_longer(db(), me(), code))
    return redirect(url_for("home.edit_homepage", page=page_number()), 303)


def _kept(done: str, changed: bool) -> None:
    db().commit()
    if changed:
        flash(done)
    else:
        flash(gettext("Nothing has changed. This is how it stands now."), "alert")
