"""The jobs for machines: Indeed's XML, and an Atom feed."""

from __future__ import annotations

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from careers.base import clock
from careers.base.company import the_company
from careers.base.languages import LANGUAGES, address_in, language
from careers.base.permissions import public
from careers.base.web import db, limiter, settings
from careers.jobs import queries, words
from careers.jobs.feeding import indeed_xml
from careers.jobs.models import Job
from careers.jobs.pages import address_of, blueprint

IN_FEED = 50  # the newest; Indeed's file has all


@blueprint.get("/jobs/indeed.xml")
@limiter.limit("60/hour")  # it holds every job, and Indeed asks a few times a day
@public
def indeed() -> ResponseReturnValue:
    """Every open job, once for each of its places, as Indeed reads them: in their own language."""
    base, default = settings().base_url, settings().default_language

    def address(job: Job) -> str:
        spoken = job.language if job.language in LANGUAGES else default
        return base + address_in(spoken, f"/jobs/{job.slug}")

    with force_locale("en"):
        body = "".join(
            indeed_xml(
                queries.latest_open_jobs(db(), queries.ALL),
                the_company(db()).name,
                base,
                clock.now(),
                address,
                words.pay,
            )
        )
    return Response(body, mimetype="application/xml")


@blueprint.get("/jobs/feed.atom")
@public
def feed() -> ResponseReturnValue:
    """The newest open jobs as Atom (RFC 4287)."""
    found = queries.latest_open_jobs(db(), IN_FEED)
    base = settings().base_url
    body = render_template(
        "jobs/feed.xml",
        jobs=[(job, words.wording(job, language()), address_of(job)) for job in found],
        own=base + address_in(language(), "/jobs/feed.atom"),
        page=base + address_in(language(), "/jobs"),
        updated=max((job.changed_at for job in found), default=clock.now()),
    )
    return Response(body, mimetype="application/atom+xml")
