"""What becomes of an article: which jobs are opened after it is counted; its authors see all."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import structlog
from flask import Response, abort, current_app, g, render_template, request
from flask.typing import ResponseReturnValue

from careers.base import clock
from careers.base.permissions import requires
from careers.base.web import db, me
from careers.blog.queries import article_of
from referrals.article_figures import figures_of_article
from referrals.following import Following
from referrals.jobs_seen import WITHIN, jobs_seen_after
from referrals.journal import JobOpened, microseconds
from referrals.pages.blueprint import blueprint
from referrals.pages.carrying import what_asks
from referrals.sharing import CHANNEL_NAMES

log = structlog.get_logger(__name__)


@blueprint.after_app_request
def note_job_seen(response: Response) -> Response:
    """Write down that a job was opened by a link that leads on from an article, with nothing of who
    it was but a hash that nobody can make again tomorrow. Colleagues who are signed in don't count.
    """
    is_page = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    if (
        request.endpoint == "jobs.job" and request.method == "GET" and response.status_code == 200
        and is_page and g.get("person") is None and g.get("trail")
    ):  # fmt: skip
        now = clock.now()
        for read in g.trail.reads:
            if read.of == "a" and now - read.at <= WITHIN:
                _note(read.code, (request.view_args or {})["slug"], now)
    return response


def _note(article: str, job: str, now: datetime) -> None:
    following = cast(Following, current_app.extensions["following"])
    at = microseconds(now)
    agent = request.headers.get("User-Agent", "")[:1000]
    visitor = following.visitors.visitor(at, 0, request.remote_addr or "", agent)
    try:
        following.journal.append(JobOpened(article, job, at, what_asks(), visitor))
    except OSError as error:
        log.error("that a job was opened after an article was lost", error=str(error))


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
