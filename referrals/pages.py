"""Pages of share links, clicks and credit, for employees, recruiters and whoever follows a link."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext

from careers.base import clock
from careers.base.config import Settings
from careers.base.database import Database
from careers.base.people import Person
from careers.base.permissions import may, public, requires
from careers.base.web import PAGE_ROWS, db, me, page_number, settings
from careers.hiring.models import Application, SharerSees
from careers.jobs.models import Job
from careers.jobs.queries import job_by_slug
from referrals import queries
from referrals.classifying import LISTS
from referrals.following import Follow, Links, way_from
from referrals.journal import Journal
from referrals.models import CHANNELS, Credit, ShareLink
from referrals.qr import qr_png, qr_svg
from referrals.sharing import CHANNEL_NAMES, share_window
from referrals.sharing import share as make_link
from referrals.touches import link_of, via_from
from referrals.visitors import Visitors

blueprint = Blueprint("referrals", __name__)
CARRYING = {
    "home.home", "home.search", "experts.experts", "experts.expert", "blog.articles",
    "blog.article", "jobs.jobs", "jobs.job", "hiring.apply",
}  # fmt: skip
FIRST_PAGES = (
    ("referral:read", "referrals.referrals"),  # who brought whom?
    ("article:review", "blog.editing"),  # what waits for me?
    ("person:manage", "admin.people"),
    ("link:share", "referrals.my_links"),  # what became of my links?
)
PERIODS = {"30": 30, "90": 90, "365": 365, "all": None}  # days


@blueprint.record
def follow_links(state: BlueprintSetupState) -> None:
    """Put the door of share links in front of the application."""
    app = state.app
    assert isinstance(app, Flask)
    settings: Settings = app.extensions["settings"]
    database: Database = app.extensions["database"]
    follow = Follow(
        app.wsgi_app,
        Links(way_from(database, settings.other_language)),
        Journal(settings.folder("journal")),
        Visitors(settings.folder("salt")),
    )
    app.extensions["follow"] = follow
    app.wsgi_app = follow  # type: ignore[method-assign]


# -- the code travels in addresses and forms, never in a cookie -------------------------------


@blueprint.before_app_request
def notice_link() -> None:
    """Remember for this request through whose link the visit came, when its address says so."""
    g.via = None
    carried = via_from(request.args.get("via") or request.form.get("via"))
    if carried is None:
        return
    link = link_of(db(), carried)
    if link is not None:
        g.via = {
            "token": carried.token,
            "name": link.person.name if link.person.is_active else None,
            "person": link.person if link.person.page else None,
        }


@blueprint.app_url_defaults
def carry_link(endpoint: str, values: dict[str, Any]) -> None:
    """Every link to a page that visitors read carries the code on."""
    if endpoint in CARRYING and g.get("via") and "via" not in values:
        values["via"] = g.via["token"]


@blueprint.app_context_processor
def show_link() -> dict[str, Any]:
    """`via` in templates: token, name and (if they show themselves) person; None without a link."""
    return {"via": g.get("via")}


# -- following --------------------------------------------------------------------------------


@blueprint.get("/r/<code>")
@public
def follow(code: str) -> ResponseReturnValue:
    """What reaches Flask: a preview to be shown, or a link that leads nowhere."""
    link = queries.link_by_code(db(), code)
    if link is None:
        return render_template("referrals/no_such_link.html"), 404
    with force_locale(link.job.language):
        return render_template("referrals/preview.html", link=link, address=address_of(link))


def address_of(link: ShareLink) -> str:
    """The short public address of a link."""
    return f"{settings().base_url}/r/{link.code}"


@blueprint.get("/r/<code>.svg")
@public
def qr_as_svg(code: str) -> ResponseReturnValue:
    """The QR code of a link, to print at any size."""
    link = queries.link_by_code(db(), code) or abort(404)
    return _picture(qr_svg(address_of(link)), "image/svg+xml")


@blueprint.get("/r/<code>.png")
@public
def qr_as_png(code: str) -> ResponseReturnValue:
    """The QR code of a link, for screens and slides."""
    link = queries.link_by_code(db(), code) or abort(404)
    return _picture(qr_png(address_of(link)), "image/png")


def _picture(content: bytes, media_type: str) -> Response:
    response = Response(content, mimetype=media_type)
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


# -- the employee -----------------------------------------------------------------------------


@blueprint.get("/me")
@requires("link:share")
def me_page() -> ResponseReturnValue:
    """Everybody begins with the page that answers what they came for."""
    for permission, endpoint in FIRST_PAGES:
        if may(me(), permission):
            return redirect(url_for(endpoint))
    abort(404)


@blueprint.route("/jobs/<slug>/share", methods=["GET", "POST"])
@requires("link:share")
def share(slug: str) -> ResponseReturnValue:
    """Pick a channel; get one's own link for it."""
    job = job_by_slug(db(), slug) or abort(404)
    if not job.is_open:
        abort(410)
    if request.method == "POST":
        channel = request.form.get("channel", "")
        if channel not in CHANNELS:
            abort(400)
        link = make_link(db(), me(), job, channel)
        db().commit()
        return redirect(url_for("referrals.my_link", code=link.code), code=303)
    return render_template("referrals/share.html", job=job, channels=CHANNEL_NAMES)


@blueprint.get("/me/links")
@requires("link:share")
def my_links() -> ResponseReturnValue:
    """What became of my links."""
    page = page_number()
    return render_template(
        "referrals/my_links.html",
        links=queries.links_of(db(), me(), PAGE_ROWS, (page - 1) * PAGE_ROWS),
        totals=queries.totals_of(db(), me()),
        credits=queries.credits_of(db(), me()),
        channels=CHANNEL_NAMES,
        page=page,
        pages=-(-queries.count_links_of(db(), me()) // PAGE_ROWS),
    )


@blueprint.get("/me/links/<code>")
@requires("link:share")
def my_link(code: str) -> ResponseReturnValue:
    """One link: its address, a text to share it with, its QR code, its clicks."""
    link = queries.link_by_code(db(), code)
    if link is None or link.person_id != me().id:
        abort(404)
    address = address_of(link)
    text = ready_text(link.job, address)
    return render_template(
        "referrals/my_link.html",
        link=link,
        address=address,
        text=text,
        window=share_window(link.channel, text, address, link.job.title),
        channel=CHANNEL_NAMES[link.channel],
        clicks=queries.clicks_on(db(), link),
        previews=queries.previews_of(db(), link),
    )


def ready_text(job: Job, address: str) -> str:
    """A text to share `job` with, in the language of the job, ending with `address`."""
    with force_locale(job.language):
        place = ", ".join(job.locations[:2])
        if place:
            words = gettext(
                "We are looking for someone: %(title)s, %(place)s. I work there, so ask me "
                "anything.",
                title=job.title,
                place=place,
            )
        else:
            words = gettext(
                "We are looking for someone: %(title)s. I work there, so ask me anything.",
                title=job.title,
            )
    return f"{words} {address}"


@blueprint.get("/me/receipts/<code>")
@requires("link:share")
def my_receipt(code: str) -> ResponseReturnValue:
    """The same receipt that recruiters see, minus what the candidate keeps to themself."""
    found = queries.receipt_for(db(), code) or abort(404)
    application, receipt = found
    if receipt is None or application.sharer_sees == SharerSees.NOTHING or application.erased_at:
        abort(404)
    if me().id not in {credit.person_id for credit in receipt.credits}:
        abort(404)
    return render_template(
        "referrals/receipt.html",
        application=application,
        receipt=receipt,
        people=queries.sharers_on(db(), receipt),
        channels=CHANNEL_NAMES,
        shows_steps=application.sharer_sees == SharerSees.STEPS,
    )


# -- the recruiter ----------------------------------------------------------------------------


@blueprint.get("/recruiting/referrals")
@requires("referral:read")
def referrals() -> ResponseReturnValue:
    """Who brought whom: by employee, job or channel, over a period."""
    group = request.args.get("by", "employee")
    period = request.args.get("period", "90")
    if group not in queries.GROUPS or period not in PERIODS:
        abort(404)
    since = since_when(period)
    page = page_number()
    return render_template(
        "referrals/referrals.html",
        rows=queries.brought(db(), group, since, PAGE_ROWS, (page - 1) * PAGE_ROWS),
        total=queries.brought_in_all(db(), since),
        group=group,
        period=period,
        channels=CHANNEL_NAMES,
        page=page,
        pages=-(-queries.count_brought(db(), group) // PAGE_ROWS),
        lists=LISTS,
    )


def since_when(period: str) -> date | None:
    """The first day (UTC) of a period that ends today; None for all time."""
    days = PERIODS[period]
    return clock.now().date() - timedelta(days=days) if days else None


@blueprint.get("/recruiting/referrals/<by>/<key>")
@requires("referral:read")
def credited(by: str, key: str) -> ResponseReturnValue:
    """The credited applications behind one row of `referrals`."""
    name = queries.group_name(db(), by, key) if by in queries.GROUPS else None
    period = request.args.get("period", "all")
    if name is None or period not in PERIODS:
        abort(404)
    page = page_number()
    since = since_when(period)
    rows, total = queries.credited(db(), by, key, since, PAGE_ROWS, (page - 1) * PAGE_ROWS)
    return render_template(
        "referrals/credited.html",
        rows=rows,
        group=by,
        key=key,
        period=period,
        name=CHANNEL_NAMES[key] if by == "channel" else name,
        channels=CHANNEL_NAMES,
        page=page,
        pages=-(-total // PAGE_ROWS),
    )


@blueprint.app_template_global()
def sharers_of(application: Application) -> list[Person]:
    """Through whom an application came, for the candidate's own page."""
    return queries.sharers_of(db(), application)


@blueprint.app_template_filter("credit_share")
def credit_share(credit: Credit) -> tuple[Person, float, str]:
    """A credit as the macro `shares` shows it."""
    words = gettext("all of it") if credit.whole == 1 else f"{credit.part}/{credit.whole}"
    return credit.person, credit.part / credit.whole, words


@blueprint.get("/recruiting/receipts/<code>")
@requires("referral:read")
def receipt(code: str) -> ResponseReturnValue:
    """How an application came to us, and who is credited for it, with every reason."""
    application, found = queries.receipt_for(db(), code) or abort(404)
    return render_template(
        "referrals/receipt.html",
        application=application,
        receipt=found,
        people=queries.sharers_on(db(), found) if found else {},
        channels=CHANNEL_NAMES,
        shows_steps=True,
    )


def lost_clicks() -> int:
    """Clicks that this process could not write since it started."""
    door: Follow = current_app.extensions["follow"]
    return door.lost
