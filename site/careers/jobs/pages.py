"""The jobs that visitors read."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from careers.base import clock
from careers.base import search as engine
from careers.base.company import the_company
from careers.base.forms import stripped
from careers.base.languages import address_in, addresses_in_each, language
from careers.base.permissions import may, public
from careers.base.prose import excerpt, plain_text
from careers.base.web import db, page_number, settings, wants_part
from careers.jobs import queries, words
from careers.jobs.catalogue import FACETS, FIXED, SORTS, catalogue_of
from careers.jobs.models import Job
from careers.jobs.posting import job_posting
from careers.jobs.sources import name_of as source_name
from experts.posts import posts_of_people

blueprint = Blueprint("jobs", __name__)
PER_PAGE = 20
POSTS = 3  # of a team, on a job's page
LONGEST = 120  # characters of a choice
MOST_CHOSEN = 20  # values of one facet
MOST_CHOICES = 60  # of one facet that are shown; a large company has hundreds of places


@blueprint.app_context_processor
def job_words() -> dict[str, Any]:
    """What templates of every package say about jobs."""
    return {
        "pay": words.pay,
        "job_place": words.where,
        "contract_name": words.contract_name,
        "facet_name": words.facet_name,
        "choice_name": words.choice_name,
        "workplace_name": words.workplace_name,
        "hours_name": words.hours_name,
        "seniority_name": words.seniority_name,
        "countries_named": words.countries_named,
        "languages_named": words.languages_named,
        "field_name": words.field_name,
        "every_hours": words.every,
        "source_name": source_name,
        "whom_to_ask": words.whom_to_ask,
        "search_in_words": words.search_in_words,
        "ask_name": words.ask_name,
        "open_jobs_of_team": lambda team, count=5: queries.open_jobs_of_team(db(), team, count),
    }


# -- visitors -------------------------------------------------------------------------------------


@blueprint.get("/jobs")
@public
def jobs() -> ResponseReturnValue:
    """The open jobs: all, or those that answer some words and choices."""
    wanted = wanted_in(request.args)
    page = page_number()
    found = queries.wanted_jobs(db(), settings(), wanted, page, PER_PAGE)

    def narrowed(**changed: Any) -> str:
        """The address of this list with some of what is wanted changed."""
        values = {**wanted.query, **changed}
        return url_for("jobs.jobs", **{name: value for name, value in values.items() if value})

    answer = make_response(
        render_template(
            "jobs/jobs.html",
            wanted=wanted,
            found=found,
            page=page,
            pages=max(1, -(-found.count // PER_PAGE)),
            most_choices=MOST_CHOICES,
            narrowed=narrowed,
            shown={job.slug: _as_found(job, wanted.words) for job in found.jobs},
        )
    )
    if wants_part():
        answer.headers["HX-Push-Url"] = narrowed()  # without what was left empty
    return answer


def wanted_in(asked: MultiDict[str, str]) -> queries.Wanted:
    """What an address or a form looks for; what makes no sense is left out."""
    chosen = {}
    for facet in FACETS:
        values = (stripped(value)[:LONGEST] for value in asked.getlist(facet)[:MOST_CHOSEN])
        known = FIXED.get(facet)
        kept = [value for value in values if value and (known is None or value in known)]
        chosen[facet] = tuple(dict.fromkeys(kept))
    sort = asked.get("sort", "best")
    return queries.Wanted(
        words=" ".join(stripped(asked.get("q")).split())[: engine.QUERY_LONGEST].strip(),
        chosen=chosen,
        sort=sort if sort in SORTS else "best",
    )


def _as_found(job: Job, words: str) -> tuple[Markup, Markup]:
    """The title, and the passage of the text with most of `words`, in which they are marked."""
    if not words:
        return Markup("").join([job.title]), Markup("")
    text = plain_text(job.description_html)
    return (
        engine.marked(words, job.language, job.title),
        engine.highlighted(words, job.language, text),
    )


@blueprint.get("/jobs/suggestions")
@public
def suggestions() -> ResponseReturnValue:
    """What somebody who has typed so far may be about to type, as a JSON list."""
    typed = request.args.get("q", "")[: engine.QUERY_LONGEST]
    return jsonify(catalogue_of(db()).suggestions(typed))


@blueprint.get("/jobs/<slug>")
@public
def job(slug: str) -> ResponseReturnValue:
    """A job; once it is closed, the page says so and shows what is like it."""
    found = queries.job_by_slug(db(), slug) or abort(404)
    if found.is_draft and not may(g.get("person"), "job:edit"):
        abort(404)
    if not found.is_open and not found.is_draft:
        similar = queries.similar_jobs(db(), found, 5)
        return render_template("jobs/closed.html", job=found, similar=similar), 410
    experts = queries.experts_of_team(db(), found.team)
    said = words.wording(found, language())
    address = address_of(found)
    posted = {code: f"/jobs/{slug}" for code, slug in queries.posted_in(db(), found).items()}
    return render_template(
        "jobs/job.html",
        job=found,
        address=address,
        wording=said,
        translations=queries.translations_of(db(), found),
        versions=addresses_in_each(posted) if posted else {},
        experts=experts,
        posts=posts_of_people(db(), [expert.person_id for expert in experts], POSTS),
        ask=words.whom_to_ask(found) or (experts[0].person if experts else None),
        similar=queries.similar_jobs(db(), found),
        summary=excerpt(plain_text(said.description_html), 200),
        posting=job_posting(
            found, said, the_company(db()), address, clock.now(), logo=_logo_address()
        ),
    )


def address_of(job: Job) -> str:
    """The public address of a job, without anything it was carried with."""
    return settings().base_url + address_in(language(), f"/jobs/{job.slug}")


def _logo_address() -> str | None:
    company = the_company(db())
    path = getattr(company, "logo_url", None)
    return f"{settings().base_url}{path}" if path else None
