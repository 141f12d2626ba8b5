"""The code of a share link travels in addresses and forms, never in a cookie."""

from __future__ import annotations

from typing import Any

from flask import (
    g,
    request,
)

from careers.base.web import db
from referrals.models import ShareLink
from referrals.pages.blueprint import blueprint
from referrals.touches import Via, carries, link_of, link_typed, via_from

CARRYING = {
    "home.home", "home.search", "experts.experts", "experts.expert", "blog.articles",
    "blog.article", "jobs.jobs", "jobs.job", "hiring.apply",
}  # fmt: skip


@blueprint.before_app_request
def notice_link() -> None:
    """Remember for this request through whose link the visit came, when its address says so."""
    g.via = None
    carried = via_from(request.args.get("via") or request.form.get("via"))
    if carried is not None:
        link = link_of(db(), carried)
        if link is not None:
            g.via = _via(link, carried, carried.token)
    if request.endpoint == "hiring.apply":
        _notice_code(request.form.get("code", "").strip())


def _notice_code(typed: str) -> None:
    """Somebody named in an application form comes before whoever's link was followed.

    `g.code_refused` tells the form that there is no such code.
    """
    g.code_refused = False
    if not typed:
        return
    link = link_typed(db(), typed)
    g.code_refused = link is None
    if link is not None and carries(link):
        g.via = _via(link, Via(link.code, None), g.via["followed"] if g.via else "")


def _via(link: ShareLink, carried: Via, followed: str) -> dict[str, Any]:
    return {
        "token": carried.token,
        "link": link.code,
        "followed": followed,  # what the address or the form carried; "" when a code was typed
        "seen": _seen_at(carried),
        "name": link.person.name if link.person.is_active else None,
        "person": link.person if link.person.page else None,
    }


def _seen_at(carried: Via) -> str | None:
    """Where the landing page says that it was rendered; other pages of the visit say nothing."""
    lands = request.headers.get("Sec-Fetch-Site", "none") != "same-origin"
    return f"/r/{carried.code}/seen/{carried.click}" if carried.click and lands else None


@blueprint.app_url_defaults
def carry_link(endpoint: str, values: dict[str, Any]) -> None:
    """Every link to a page that visitors read carries the code on."""
    if endpoint in CARRYING and g.get("via") and "via" not in values:
        values["via"] = g.via["token"]


@blueprint.app_context_processor
def show_link() -> dict[str, Any]:
    """`via` in templates: token, name and (if they show themselves) person, and where to say that
    the landing page was seen; None without a link."""
    return {"via": g.get("via")}
