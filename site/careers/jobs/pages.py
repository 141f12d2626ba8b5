"""The jobs that visitors read, and the recruiter's list of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from careers.base import audit, clock
from careers.base import search as engine
from careers.base.company import the_company
from careers.base.languages import address_in, language
from careers.base.people import person_by_code
from careers.base.permissions import public, requires
from careers.base.prose import excerpt, plain_text
from careers.base.web import PAGE_ROWS, db, me, page_number, settings
from careers.jobs import queries, words
from careers.jobs.models import CONTRACTS, Job
from careers.jobs.posting import job_posting

blueprint = Blueprint("jobs", __name__)
PER_PAGE = 20
FACETS = 12  # shown at once; the rest unfolds
LONGEST = 120  # characters of a filter
IMPORTS = 10


@blueprint.app_context_processor
def job_words() -> dict[str, Any]:
    """What templates of every package say about jobs."""
    return {
        "pay": words.pay,
        "job_place": words.where,
        "contract_name": words.contract_name,
        "workplace_name": words.workplace_name,
        "whom_to_ask": words.whom_to_ask,
        "open_jobs_of_team": lambda team, count=5: queries.open_jobs_of_team(db(), team, count),
    }


# -- visitors -------------------------------------------------------------------------------------


@blueprint.get("/jobs")
@public
def jobs() -> ResponseReturnValue:
    """The open jobs: all, or those that answer some words and filters."""
    asked = request.args
    contract = asked.get("contract", "")
    wanted = queries.Wanted(
        words=" ".join(asked.get("q", "").split())[: engine.QUERY_LONGEST],
        team=asked.get("team", "").strip()[:LONGEST],
        place=asked.get("place", "").strip()[:LONGEST],
        contract=contract if contract in CONTRACTS else "",
    )
    page = page_number()
    found = queries.wanted_jobs(db(), settings(), wanted, page, PER_PAGE)

    def narrowed(**changed: str | int) -> str:
        """The address of this list with some of what is wanted changed."""
        values: dict[str, Any] = {
            "q": wanted.words,
            "team": wanted.team,
            "place": wanted.place,
            "contract": wanted.contract,
            **changed,
        }
        return url_for("jobs.jobs", **{name: value for name, value in values.items() if value})

    return render_template(
        "jobs/jobs.html",
        wanted=wanted,
        found=found,
        page=page,
        pages=max(1, -(-found.count // PER_PAGE)),
        narrowed=narrowed,
        facets_shown=FACETS,
    )


@blueprint.get("/jobs/<slug>")
@public
def job(slug: str) -> ResponseReturnValue:
    """A job; once it is closed, the page says so and shows what is like it."""
    found = queries.job_by_slug(db(), slug) or abort(404)
    if not found.is_open:
        similar = queries.similar_jobs(db(), found, 5)
        return render_template("jobs/closed.html", job=found, similar=similar), 410
    experts = queries.experts_of_team(db(), found.team)
    return render_template(
        "jobs/job.html",
        job=found,
        experts=experts,
        ask=words.whom_to_ask(found) or (experts[0].person if experts else None),
        similar=queries.similar_jobs(db(), found),
        summary=excerpt(plain_text(found.description_html), 200),
        posting=job_posting(
            found, the_company(db()), address_of(found), clock.now(), logo=_logo_address()
        ),
    )


def address_of(job: Job) -> str:
    """The public address of a job, without anything it was carried with."""
    return settings().base_url + address_in(language(), f"/jobs/{job.slug}")


def _logo_address() -> str | None:
    company = the_company(db())
    path = getattr(company, "logo_url", None)
    return f"{settings().base_url}{path}" if path else None


# -- recruiters -----------------------------------------------------------------------------------


@blueprint.get("/recruiting/jobs")
@requires("job:edit")
def recruiting_jobs() -> ResponseReturnValue:
    """All jobs, whom to ask about each, and what the last imports brought."""
    state = request.args.get("state", "open")
    if state not in {"open", "closed", "unpaid"}:
        state = "open"
    page = page_number()
    counts = queries.job_counts(db())
    count = {"open": counts.open, "closed": counts.closed, "unpaid": counts.without_salary}[state]
    return render_template(
        "jobs/recruiting_jobs.html",
        jobs=queries.jobs_in_state(db(), state, PAGE_ROWS, (page - 1) * PAGE_ROWS),
        counts=counts,
        state=state,
        page=page,
        pages=max(1, -(-count // PAGE_ROWS)),
        people=queries.people_to_ask(db()),
        imports=queries.recent_imports(db(), IMPORTS),
    )


@blueprint.post("/recruiting/jobs/<code>/contact")
@requires("job:edit")
def set_contact(code: str) -> ResponseReturnValue:
    """Say whom candidates can ask about a job; nobody when the choice is left empty."""
    found = queries.job_by_code(db(), code) or abort(404)
    chosen = request.form.get("person", "")
    contact = person_by_code(db(), chosen) if chosen else None
    if chosen and (contact is None or not contact.is_active):
        abort(400)
    found.contact = contact
    audit.record(db(), me(), "job:contact", found.code, contact=contact.code if contact else None)
    db().commit()
    flash(
        gettext("Whom to ask about “%(job)s”: %(name)s.", job=found.title, name=contact.name)
        if contact
        else gettext("Nobody in particular is to be asked about “%(job)s”.", job=found.title)
    )
    return redirect(url_for("jobs.recruiting_jobs"), code=303)
