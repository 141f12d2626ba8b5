"""What becomes of an article: which jobs are opened after it is counted; its authors see all."""

from __future__ import annotations

from typing import cast

from flask import Flask, Response, abort, current_app, g, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from careers.base import clock
from careers.base.permissions import requires
from careers.base.waiting import Waiting
from careers.base.web import db, me
from careers.blog.queries import article_of
from referrals.article_figures import figures_of_article
from referrals.jobs_seen import WITHIN, Opening, add_openings, jobs_seen_after
from referrals.pages.blueprint import blueprint
from referrals.pages.carrying import what_asks
from referrals.sharing import CHANNEL_NAMES
from referrals.visitors import Visitors


@blueprint.record
def count_jobs_seen(state: BlueprintSetupState) -> None:
    """Have what is counted written by the application's own database."""
    app = state.app
    assert isinstance(app, Flask)
    app.extensions["jobs_seen"] = Waiting(
        app.extensions["database"], add_openings, by_itself=not app.testing
    )


@blueprint.after_app_request
def note_job_seen(response: Response) -> Response:
    """Count that a job was opened by a link that leads on from an article, and nothing of who it
    was but a hash that nobody can make again tomorrow. Colleagues who are signed in are no readers.
    """
    is_page = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    if (
        request.endpoint == "jobs.job" and request.method == "GET" and response.status_code == 200
        and is_page and g.get("person") is None and g.get("trail")
    ):  # fmt: skip
        now, kind = clock.now(), what_asks()
        read = [one.code for one in g.trail.reads if one.of == "a" and now - one.at <= WITHIN]
        waiting = cast(Waiting[Opening], current_app.extensions["jobs_seen"])
        for article in read:
            visitor = 0 if kind != "human" else _visitor()
            job = (request.view_args or {})["slug"]
            waiting.add(Opening(article, job, now, kind, visitor))
    return response


def _visitor() -> int:
    visitors = cast(Visitors, current_app.extensions["following"].visitors)
    agent = request.headers.get("User-Agent", "")[:1000]
    return visitors.visitor(clock.now(), 0, request.remote_addr or "", agent)


@blueprint.get("/me/articles/<code>/figures")
@requires("article:write")
def article_figures(code: str) -> ResponseReturnValue:
    """How many opened links to an article of one's own, then a job, and what followed."""
    article = article_of(db(), me(), code) or abort(404)
    if article.slug is None:
        abort(404)
    return render_template(
        "referrals/article_figures.html",
        article=article,
        figures=figures_of_article(db(), article),
        seen=jobs_seen_after(db(), article),
        channels=CHANNEL_NAMES,
    )
