"""The trail of a visit travels in addresses and forms; in a cookie only where the company offers it
and the visitor agreed (`remembering`)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import (
    g,
    request,
)
from sqlalchemy import select

from careers.base import clock
from careers.base.people import Person
from careers.base.web import db, settings
from careers.blog.models import Article
from experts.queries import may_be_named
from feeds.models import Entry, Feed
from referrals.classifying import classify
from referrals.models import ShareLink
from referrals.pages.blueprint import blueprint
from referrals.pages.remembering import remembered
from referrals.touches import carries, links_of
from referrals.trails import Read, Trail, Via, joined, read_at, trail_from, trail_of

CARRYING = {
    "home.home", "home.search", "experts.experts", "experts.expert", "experts.entry",
    "blog.articles", "blog.article", "jobs.jobs", "jobs.job", "hiring.apply", "referrals.code",
    "referrals.pass_on", "alerts.follow", "alerts.asked",
}  # fmt: skip
READ = {"experts.expert", "experts.entry", "blog.article"}  # what an application remembers
REMEMBERING = {"home.privacy", "referrals.remember", "referrals.forget"}


@blueprint.before_app_request
def notice_trail() -> None:
    """Remember for this request how the visit came here, as far as its address says so."""
    g.via = g.came_by = None
    g.remembered = remembered() if request.endpoint in CARRYING | REMEMBERING else None
    here = _trail_of_request()
    trail = joined(g.remembered.trail, here) if g.remembered else here
    links = links_of(db(), trail)
    known = [step for step in trail.steps if isinstance(step, Read) or step.code in links]
    g.trail = trail_of(known)
    if g.trail.links:
        latest = g.trail.links[-1]
        g.came_by = links[latest.code]
        g.via = _via(g.came_by, latest, is_here=latest in here.links)
    read = _read_here()
    g.carried = joined(g.trail, Trail((read,))) if read else g.trail


def _trail_of_request() -> Trail:
    """What the address carries, or the form; before it what the page carried that led here.

    Whoever follows a second share link on a page of ours would lose the first otherwise: a share
    link leads on with its own click alone. Browsers name our own pages in full (Referrer-Policy).
    """
    key = settings().signing_key
    here = trail_from(request.args.get("via") or request.form.get("via"), key)
    if request.method != "GET":
        return here
    before = urlsplit(request.headers.get("Referer", "")[:3000])
    if before.netloc != request.host:
        return here
    return joined(trail_from(parse_qs(before.query).get("via", [""])[0], key), here)


def _read_here() -> Read | None:
    """The step of the page that is asked for, if it is an expert's or an article; what an expert
    republishes here counts as their page.

    Only a person reads: for robots the addresses on a page stay what they are. And only whoever
    follows a link on the page carries on that they were there.
    """
    if request.endpoint not in READ or not is_a_person():
        return None
    (named,) = (request.view_args or {}).values()
    of = "a" if request.endpoint == "blog.article" else "e"
    if request.endpoint == "experts.expert":
        asked = select(Person.code).where(Person.page == named)
    elif request.endpoint == "experts.entry":
        asked = select(Person.code).join(Feed).join(Entry).where(Entry.code == named)
    else:
        asked = select(Article.code).where(Article.slug == named, Article.state == "published")
    code = db().scalar(asked)
    return read_at(of, code, clock.now(), settings().signing_key) if code else None


def what_asks() -> str:
    """What sends this request, by the lists that tell clicks apart: human, preview, prefetch or
    bot."""
    headers = request.headers
    purpose = headers.get("Sec-Purpose") or headers.get("Purpose") or headers.get("X-Moz") or ""
    agent = headers.get("User-Agent", "")[:1000]
    return classify(request.method, agent, purpose).kind


def is_a_person() -> bool:
    """Whether this request looks like a person's."""
    return what_asks() == "human"


def _via(link: ShareLink, latest: Via, *, is_here: bool) -> dict[str, Any]:
    return {
        "seen": _seen_at(latest) if is_here else None,
        "name": link.person.name if may_be_named(db(), link.person) else None,
        "person": link.person if link.person.page else None,
        "passes_on": carries(link) and not (g.person and g.person.id == link.person_id),
    }


def _seen_at(latest: Via) -> str | None:
    """Where the landing page says that it was rendered; other pages of the visit say nothing."""
    lands = request.headers.get("Sec-Fetch-Site", "none") != "same-origin"
    return f"/r/{latest.code}/seen/{latest.click}" if latest.how == "click" and lands else None


@blueprint.app_url_defaults
def carry_trail(endpoint: str, values: dict[str, Any]) -> None:
    """Every link to a page that visitors read carries the trail on."""
    if endpoint in CARRYING and g.get("carried") and "via" not in values and g.carried.steps:
        values["via"] = g.carried.token


@blueprint.app_template_filter()
def carrying_on(html: str) -> str:
    """Safe `html` of an article, whose own links to jobs carry the trail on as the page's do."""
    if not g.get("carried") or not g.carried.steps:
        return html
    ours = re.escape(settings().base_url)
    links = rf'href="((?:{ours})?(?:/fr|/en)?/jobs(?:/[a-z0-9-]+)?)(#[^"?]*)?"'
    return re.sub(links, rf'href="\1?via={g.carried.token}\2"', html)


@blueprint.app_context_processor
def show_trail() -> dict[str, Any]:
    """For templates: `via`, the link that was followed last, with name and (if they show
    themselves) person, whether the visitor may pass it on, and where to say that the landing page
    was seen; `carried`, the trail as forms carry it on."""
    return {"via": g.get("via"), "carried": g.carried.token if g.get("carried") else ""}
