"""The editors' view of the vocabulary: other words for a topic, and two that are one."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import topics
from careers.base.permissions import requires
from careers.base.web import db, me
from experts import queries
from experts.pages import blueprint


@blueprint.get("/editing/topics")
@requires("topic:edit")
def edit_topics() -> ResponseReturnValue:
    """Every word of the vocabulary, and for those in use how many experts who are shown have it."""
    shown = {topic.slug: topic.experts for topic in queries.topics_shown(db())}
    return render_template("experts/edit_topics.html", topics=topics.words(db()), shown=shown)


@blueprint.post("/editing/topics/<slug>/merge")
@requires("topic:edit")
def merge_topic(slug: str) -> ResponseReturnValue:
    """Make a topic another word for the one that is named, which may be new."""
    topic = topics.topic_by_slug(db(), slug)
    if topic is None or topic.slug != slug:
        abort(404)
    was = topic.name
    try:
        (into,) = topics.topics_named(db(), [request.form.get("into", "")])
        if into is topic:
            topic.name = " ".join(request.form["into"].split())
        else:
            topics.merge_topics(db(), me(), topic, into)
    except ValueError:
        db().rollback()
        flash(gettext("Please write one topic of at most 60 characters."), "alert")
        return redirect(url_for("experts.edit_topics"), 303)
    db().commit()
    flash(gettext("Whoever knew “%(word)s” knows “%(topic)s” now.", word=was, topic=into.name))
    return redirect(url_for("experts.edit_topics"), 303)
