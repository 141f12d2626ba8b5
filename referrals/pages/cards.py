"""Share cards: the pictures that link previews show, each at an address of its own for ever."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wrappers import Response as BaseResponse

from careers.base.company import the_company
from careers.base.languages import LANGUAGES, language
from careers.base.permissions import public
from careers.base.web import db, limiter, settings
from careers.blog.models import Article
from careers.blog.queries import article_by_slug
from careers.jobs.models import Job
from careers.jobs.queries import count_open_jobs, job_by_slug
from experts.models import Expert
from experts.photograph import photographs_of
from experts.queries import shown_expert, was_shown
from referrals import card_store, queries
from referrals.card_contents import Contents, brand_of, contents_of, contents_of_link
from referrals.cards import HEIGHT, WIDTH, card_png, digest
from referrals.models import ShareLink
from referrals.pages.blueprint import blueprint
from referrals.targets import Standing, target_of

DRAWINGS = "60/minute"  # of one address; what is kept already is served without limit
PATIENCE = 5.0  # seconds that a request waits for its turn to draw
IMMUTABLE = "public, max-age=31536000, immutable"
FOR_A_MINUTE = "public, max-age=60"  # who or what is seen may be taken back
_drawing = threading.Lock()  # one card at a time in a process: the processor has clicks to serve


@dataclass(frozen=True, slots=True)
class Picture:
    """A card as templates need it: its whole address, and itself in words."""

    address: str
    alt: str
    width: int = WIDTH
    height: int = HEIGHT


@blueprint.get("/r/<code>/card.<language>.<asked>.png")
@public
def link_card(code: str, language: str, asked: str) -> ResponseReturnValue:
    """The card of a share link. An old address leads to the present one."""
    link = queries.link_by_code(db(), code) if language in LANGUAGES else None
    if link is None:
        abort(404)
    if target_of(link).standing is Standing.WITHDRAWN:
        abort(410)
    contents = contents_of_link(db(), link, brand_of(the_company(db())), language)
    return _card(f"r-{code}", f"/r/{code}/card", contents, asked)


@blueprint.get("/cards/<kind>.<language>.<asked>.png", defaults={"slug": None})
@blueprint.get("/cards/<kind>/<slug>.<language>.<asked>.png")
@public
def page_card(kind: str, slug: str | None, language: str, asked: str) -> ResponseReturnValue:
    """The card of a page that nobody in particular shares. An old address leads to the present."""
    if language not in LANGUAGES:
        abort(404)
    page = _page(kind, slug)
    return _card(_name_of(page), _stem_of(page), _contents(page, language), asked)


def _page(kind: str, slug: str | None) -> Job | Article | Expert | str:
    """The page that a card is asked for, as `contents_of` wants it."""
    if slug is None:
        return kind if kind in {"home", "jobs"} else abort(404)
    if kind == "job":
        return job_by_slug(db(), slug) or abort(404)
    if kind == "article":
        article = article_by_slug(db(), slug) or abort(404)
        return article if article.state == "published" else abort(410)
    if kind == "expert":
        return shown_expert(db(), slug) or abort(410 if was_shown(db(), slug) else 404)
    abort(404)


def _contents(page: Job | Article | Expert | str, language: str) -> Contents:
    open_jobs = count_open_jobs(db()) if page == "jobs" else 0
    return contents_of(page, brand_of(the_company(db())), language, open_jobs)


def _stem_of(page: Job | Article | Expert | str) -> str:
    """What the path of a page's cards begins with."""
    if isinstance(page, str):
        return f"/cards/{page}"
    kind = {Job: "job", Article: "article", Expert: "expert"}[type(page)]
    return f"/cards/{kind}/{page.slug}"


def _name_of(page: Job | Article | Expert | str) -> str:
    return _stem_of(page).removeprefix("/cards/").replace("/", "-")


def _path(stem: str, contents: Contents) -> str:
    return f"{stem}.{contents.card.language}.{digest(contents.card)}.png"


def _card(name: str, stem: str, contents: Contents, asked: str) -> BaseResponse:
    """The card as it is now: kept, or drawn and kept; a redirect when another one was asked for."""
    folder, present = settings().folder("cards"), digest(contents.card)
    name = f"{name}.{contents.card.language}"
    if asked != present:
        card_store.forget_others(folder, name, present)
        return _for_others(redirect(_path(stem, contents)), "no-cache")
    content = card_store.find(folder, name, present, contents.shows)
    if content is None:
        content = _drawn(contents)
        card_store.keep(folder, name, present, contents.shows, content)
    response = Response(content, mimetype="image/png")
    response.set_etag(present)
    caching = FOR_A_MINUTE if contents.shows else IMMUTABLE
    return _for_others(response.make_conditional(request), caching)


def _drawn(contents: Contents) -> bytes:
    with limiter.limit(DRAWINGS):
        logo = the_company(db()).logo if contents.card.logo else None
        photographs = photographs_of(db(), settings(), contents.card.faces)
    if not _drawing.acquire(timeout=PATIENCE):
        raise ServiceUnavailable(retry_after=5)
    try:
        return card_png(contents.card, logo, photographs)
    finally:
        _drawing.release()


def _for_others(response: BaseResponse, caching: str) -> BaseResponse:
    """`response` as other sites may show it: this one picture, and nothing else of ours."""
    head = response.headers
    head["Cache-Control"] = caching
    head["Cross-Origin-Resource-Policy"] = "cross-origin"
    head["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    if request.path.startswith("/r/"):  # whoever shares is no answer to a search
        head["X-Robots-Tag"] = "noindex"
    return response


# -- for templates ---------------------------------------------------------------------------------


def picture_for_link(link: ShareLink, contents: Contents) -> Picture:
    """The card of a share link."""
    path = _path(f"/r/{link.code}/card", contents)
    return Picture(settings().base_url + path, contents.alt)


def card_for(page: Job | Article | Expert | str) -> Picture:
    """The card of a page, in its own language or the reader's: a row, `"jobs"` or `"home"`."""
    spoken = page.language if isinstance(page, (Job, Article)) else ""
    spoken = spoken if spoken in LANGUAGES else language()
    contents = _contents(page, spoken)
    return Picture(settings().base_url + _path(_stem_of(page), contents), contents.alt)


@blueprint.app_context_processor
def show_cards() -> dict[str, Any]:
    """`card_for` in templates of every package."""
    return {"card_for": card_for}
