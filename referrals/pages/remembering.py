"""A cookie with how somebody came, for those who agree to it; off unless the company turns it on.

It holds what the address of their visit holds, and until when: nothing that names them, and nothing
that the database knows them by. Without it nobody can be known again the next day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Response, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from careers.base import clock
from careers.base.permissions import public
from careers.base.web import limiter, no_store, safe_next, settings
from referrals.models import ShareLink
from referrals.pages.blueprint import blueprint
from referrals.trails import LONGEST, Trail, joined, trail_from


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the cookie holds."""

    trail: Trail
    until: datetime  # aware


def remembered() -> Remembered | None:
    """How this browser once came, if the company remembers, its person agreed, and it isn't over.

    A trail that somebody wrote themself is worth what it is worth in an address.
    """
    if not settings().attribution_cookie_days:
        return None
    until, _, trail = request.cookies.get(cookie_name(), "")[: LONGEST + 20].partition(".")
    if not (until.isascii() and until.isdigit() and len(until) < 12):
        return None
    found = Remembered(
        trail_from(trail, settings().signing_key), datetime.fromtimestamp(int(until), UTC)
    )
    longest = clock.now() + timedelta(days=settings().attribution_cookie_days)
    return found if clock.now() < found.until <= longest and found.trail.steps else None


def cookie_name() -> str:
    """`__Host-` binds it to this very host; browsers take that over https only."""
    return "__Host-came-by" if settings().is_https else "came-by"


@blueprint.after_app_request
def keep_up(answer: Response) -> Response:
    """Add to what is remembered what this visit brought, until the day that was agreed to."""
    held, here = g.get("remembered"), g.get("trail")
    if held is None or here is None:
        return answer
    answer.headers.setdefault("Cache-Control", "no-store")
    whole = joined(held.trail, here)
    if whole.token != held.trail.token and "Set-Cookie" not in answer.headers:
        _write(answer, whole, held.until)
    return answer


def _write(answer: Response, trail: Trail, until: datetime) -> None:
    answer.set_cookie(
        cookie_name(),
        f"{int(until.timestamp())}.{trail.token}",
        max_age=int((until - clock.now()).total_seconds()),
        path="/",
        httponly=True,
        samesite="Lax",
        secure=settings().is_https,
    )


@blueprint.post("/came-by")
@limiter.limit("30/hour")
@public
def remember() -> ResponseReturnValue:
    """Remember on this device how its person came, because they said so."""
    days = settings().attribution_cookie_days or abort(404)
    if not g.trail.links:
        abort(400)
    answer = _back()
    _write(answer, g.trail, clock.now() + timedelta(days=days))
    return answer


@blueprint.post("/came-by/removal")
@limiter.limit("30/hour")
@public
def forget() -> ResponseReturnValue:
    """Forget it, at once; the visit goes on as one that came by itself."""
    if not settings().attribution_cookie_days:
        abort(404)
    g.remembered = None
    answer = _back()
    answer.delete_cookie(cookie_name(), path="/", secure=settings().is_https)
    return answer


def _back() -> Response:
    """To the page that asked."""
    here = safe_next(request.form.get("page")) or url_for("home.home")
    return no_store(redirect(here, code=303))


@blueprint.app_template_global()
def asks_to_remember() -> int:
    """For how many days this page asks to remember how its visitor came; 0: it doesn't ask.

    Only the page where a visit lands asks, so that not to answer is a no that lasts.
    """
    came_by: ShareLink | None = g.get("came_by")
    if came_by is None or g.get("remembered") is not None or g.get("person") is not None:
        return 0
    lands = request.headers.get("Sec-Fetch-Site", "none") != "same-origin"
    return settings().attribution_cookie_days if lands else 0


@blueprint.app_template_global()
def remembered_until() -> datetime | None:
    """Until when this browser remembers how its person came; None: it doesn't."""
    held = g.get("remembered")
    return held.until if held else None


@blueprint.app_template_global()
def cookie_days() -> int:
    """For how many days those who agree are remembered; 0: nobody is asked."""
    return settings().attribution_cookie_days
