"""What became of an employee's own links."""

from __future__ import annotations

from flask import (
    abort,
    redirect,
    render_template,
    url_for,
)
from flask.typing import ResponseReturnValue

from careers.base.permissions import may, requires
from careers.base.web import PAGE_ROWS, db, me, page_number
from referrals import queries
from referrals.pages.blueprint import address_of, blueprint
from referrals.pages.sharing import share_parts
from referrals.sharing import CHANNEL_NAMES
from referrals.targets import target_of

FIRST_PAGES = (
    ("referral:read", "referrals.referrals"),  # who brought whom?
    ("article:review", "blog.editing"),  # what waits for me?
    ("person:manage", "admin.people"),
    ("link:share", "referrals.my_links"),  # what became of my links?
)


@blueprint.get("/me")
@requires("link:share")
def me_page() -> ResponseReturnValue:
    """Everybody begins with the page that answers what they came for."""
    for permission, endpoint in FIRST_PAGES:
        if may(me(), permission):
            return redirect(url_for(endpoint))
    abort(404)


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
    target = target_of(link)
    return render_template(
        "referrals/my_link.html",
        link=link,
        target=target,
        address=address,
        **share_parts(link),
        channel=CHANNEL_NAMES[link.channel],
        clicks=queries.clicks_on(db(), link),
        previews=queries.previews_of(db(), link),
    )
