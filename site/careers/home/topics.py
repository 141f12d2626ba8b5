"""A topic: who knows about it, what they say, and where one could work with them."""

from __future__ import annotations

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from careers.base.permissions import public
from careers.base.topics import Topic, topic_by_slug
from careers.base.web import db, page_number
from careers.home import queries
from careers.home.pages import blueprint
from experts import feeding
from experts.posts import Post, posts_of_people
from experts.queries import people_on, shown_experts, topics_beside

POSTS, JOBS, BESIDE = 12, 6, 12


@blueprint.get("/topics/<slug>")
@public
def topic(slug: str) -> ResponseReturnValue:
    """A topic that somebody who is shown knows about; an old word for it leads here."""
    known = topic_by_slug(db(), slug) or abort(404)
    if known.slug != slug:
        return redirect(url_for("home.topic", slug=known.slug), 301)
    page = page_number()
    found = shown_experts(db(), topic=slug, page=page)
    if not found.count:
        abort(404)
    return render_template(
        "home/topic.html",
        topic=known,
        about=_about(known, found.count),
        found=found,
        page=page,
        posts=_posts(known, POSTS),
        jobs=queries.jobs_on_topic(db(), known, JOBS),
        beside=topics_beside(db(), known, BESIDE),
    )


def _about(known: Topic, count: int) -> str:
    return str(
        ngettext(
            "%(num)s person here knows about %(topic)s and shows it.",
            "%(num)s people here know about %(topic)s and show it.",
            count,
            topic=known.name,
        )
    )


def _posts(known: Topic, count: int) -> list[Post]:
    return posts_of_people(db(), people_on(db(), known), count)


def _feed(slug: str) -> feeding.Feed:
    known = topic_by_slug(db(), slug)
    if known is None or known.slug != slug or not people_on(db(), known):
        abort(404)
    return feeding.Feed(
        title=known.name,
        about=gettext("What people who know about %(topic)s say", topic=known.name),
        path=f"/topics/{slug}",
        posts=_posts(known, feeding.FEED_POSTS),
    )


@blueprint.get("/topics/<slug>/feed.atom")
@public
def topic_atom(slug: str) -> ResponseReturnValue:
    """What people who know about a topic say, as Atom."""
    return feeding.atom(_feed(slug))


@blueprint.get("/topics/<slug>/feed.json")
@public
def topic_json(slug: str) -> ResponseReturnValue:
    """What people who know about a topic say, as JSON Feed."""
    return feeding.json_feed(_feed(slug))
