"""The homepage, the search over everything public, and what machines ask of a site."""

from __future__ import annotations

import shutil

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from careers.base import search as engine
from careers.base.languages import LANGUAGES, address_in, addresses_in_each
from careers.base.migrating import is_current
from careers.base.permissions import public
from careers.base.web import database, db, settings
from careers.home import queries
from careers.home.searching import found_for, suggestions_for

blueprint = Blueprint("home", __name__)

IN_SITEMAP = 20_000  # pages, each with two addresses; the protocol allows 50,000 of these in a file
PREVIEW_FETCHERS = ("Twitterbot", "LinkedInBot", "facebookexternalhit")  # they obey robots.txt


@blueprint.get("/search")
@public
def search() -> ResponseReturnValue:
    """Jobs, experts and posts together."""
    words = " ".join(request.args.get("q", "").split())[: engine.QUERY_LONGEST]
    return render_template(
        "home/search.html",
        words=words,
        found=found_for(db(), settings(), words) if words else None,
        marked=engine.marked,
    )


@blueprint.get("/search/suggestions")
@public
def suggestions() -> ResponseReturnValue:
    """What somebody who has typed so far may be about to type, as a JSON list."""
    typed = request.args.get("q", "")[: engine.QUERY_LONGEST]
    return jsonify(suggestions_for(db(), typed))


@blueprint.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """What is kept of visitors and candidates, for how long, and how to have it erased."""
    return render_template("home/privacy.html")


@blueprint.get("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    """What crawlers may read: everything public but share links and forms.

    A preview of a share link is what its fetchers come for.
    """
    lines = [f"User-agent: {name}" for name in PREVIEW_FETCHERS]
    lines += ["Allow: /", "", "User-agent: *"]
    lines += [f"Disallow: {path}" for path in ("/r/", "/me", "/recruiting", "/admin", "/editing")]
    lines += ["Disallow: /applications/", "Disallow: /alerts/", "Disallow: /jobs/follow"]
    lines += [f"Sitemap: {settings().base_url}/sitemap.xml", ""]
    return Response("\n".join(lines), mimetype="text/plain")


@blueprint.get("/sitemap.xml")
@public
def sitemap() -> ResponseReturnValue:
    """Every public page in its languages, with the time it really changed.

    Where these are more than one file may name, it names files that each have a part of them.
    """
    base = settings().base_url
    found = queries.public_pages(db())
    parts = [found[first : first + IN_SITEMAP] for first in range(0, len(found), IN_SITEMAP)]
    asked = request.args.get("part")
    if asked is None and len(parts) > 1:
        files = [
            (
                f"{base}/sitemap.xml?part={number}",
                max(filter(None, (page.changed_at for page in part)), default=None),
            )
            for number, part in enumerate(parts, 1)
        ]
        body = render_template("home/sitemaps.xml", files=files)
        return Response(body, mimetype="application/xml")
    names = [str(number) for number in range(1, len(parts) + 1)]
    if asked is not None and asked not in names:
        abort(404)
    pages = [
        (*_addresses(page), page.changed_at)
        for page in (parts[names.index(asked)] if asked else found)
    ]
    body = render_template("home/sitemap.xml", pages=pages, base=base)
    return Response(body, mimetype="application/xml")


def _addresses(page: queries.PublicPage) -> tuple[list[str], dict[str, str]]:
    """The addresses of `page`, and those of all that says the same, by language."""
    own = {code: address_in(code, page.path) for code in LANGUAGES if page.only in {"", code}}
    versions = addresses_in_each(page.versions) if page.versions else dict(own)
    if len(versions) > 1:
        versions["x-default"] = versions[settings().default_language]
    return [address for address in own.values() if address in versions.values()], versions


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Whether the database answers and is up to date, the disk has room, and no click was lost.

    It takes no lock: a probe must not make anybody wait.
    """
    wrong = []
    try:
        db().execute(text("SELECT 1"))
        if not is_current(database()):
            wrong.append("migrations are missing")
    except Exception:
        wrong.append("the database does not answer")
    if shutil.disk_usage(settings().folder()).free < 200 * 1024 * 1024:
        wrong.append("the disk is nearly full")
    lost = current_app.extensions["following"].journal.lost
    if lost:
        wrong.append(f"{lost} clicks could not be written")
    answer = "\n".join(wrong or ["ready"]) + "\n"
    return Response(answer, status=503 if wrong else 200, mimetype="text/plain")
