"""What became of an employee's own links."""

from __future__ import annotations

from collections.abc import Collection

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from careers.base.permissions import may, requires
from careers.base.web import PAGE_ROWS, db, me, page_number
from referrals import queries
from referrals.bonuses.brought import Came, came_through, told
from referrals.campaigns import campaigns_of
from referrals.classifying import LISTS
from referrals.losses import lost_since
from referrals.models import CHANNELS, TARGETS, ShareLink
from referrals.pages.blueprint import address_of, blueprint
from referrals.pages.periods import chosen_period
from referrals.pages.sharing import share_parts
from referrals.periods import Period
from referrals.sharing import CHANNEL_NAMES
from referrals.targets import target_of
from referrals.totals import clicks_of

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
    """What became of my links, all of them or some."""
    campaigns = campaigns_of(db(), me())
    narrowed = {
        "target": _one_of("target", TARGETS),
        "channel": _one_of("channel", CHANNELS),
        "campaign": _one_of("campaign", [campaign.code for campaign in campaigns]),
    }
    wanted = queries.own(me(), **narrowed)
    came = came_through(db(), me())
    brought = [one for one in came if one.share or not one.read]
    readers = [one for one in came if one.read]
    at_brought, at_readers = page_number("brought"), page_number("readers")
    choice = chosen_period("30")
    page = page_number()
    count = queries.count_links(db(), wanted)
    is_narrowed = any(narrowed.values())
    return render_template(
        "referrals/my_links.html",
        links=queries.link_rows(db(), wanted, Period(), PAGE_ROWS, (page - 1) * PAGE_ROWS),
        count=count,
        has_links=count > 0 or queries.count_links(db(), queries.own(me())) > 0,
        # Over all links the totals of the person hold the sum already.
        totals=queries.clicks_on(db(), wanted, Period()) if is_narrowed else clicks_of(db(), me()),
        trend=queries.clicks_by_day(db(), wanted, choice.period),
        lost=lost_since(db(), None),
        came=sum(1 for one in brought if one.share),
        brought=told(db(), me(), _rows_of_page(brought, at_brought)),
        brought_pages=(at_brought, -(-len(brought) // PAGE_ROWS)),
        readers=told(db(), me(), _rows_of_page(readers, at_readers)),
        readers_pages=(at_readers, -(-len(readers) // PAGE_ROWS)),
        campaigns=[(campaign.code, campaign.name) for campaign in campaigns],
        narrowed=narrowed,
        choice=choice,
        channels=CHANNEL_NAMES,
        page=page,
        pages=-(-count // PAGE_ROWS),
        lists=LISTS,
    )


def _rows_of_page(rows: list[Came], page: int) -> list[Came]:
    return rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]


def _one_of(name: str, known: Collection[str]) -> str:
    """What the query string says of `name`, if it is one of `known`; "" when it says nothing."""
    asked = request.args.get(name, "")
    return asked if asked == "" or asked in known else abort(404)


@blueprint.get("/me/links/<code>")
@requires("link:share")
def my_link(code: str) -> ResponseReturnValue:
    """One link: its address, a text to share it with, its QR code, its clicks."""
    link = queries.link_by_code(db(), code)
    if link is None or link.person_id != me().id or link.parent_id is not None:
        abort(404)
    address = address_of(link)
    target = target_of(link)
    this = [ShareLink.id == link.id]
    choice = chosen_period("30")
    sources = queries.sources_of(db(), link)
    return render_template(
        "referrals/my_link.html",
        link=link,
        target=target,
        address=address,
        **share_parts(link),
        channel=CHANNEL_NAMES[link.channel],
        channels=CHANNEL_NAMES,
        figures=queries.clicks_on(db(), this, Period()),
        trend=queries.clicks_by_day(db(), this, choice.period),
        choice=choice,
        lost=lost_since(db(), link.created_at.date()),
        sources=sources,
        check=queries.checked(link.channel, sources["human"]),
        versions=queries.lists_of(db(), link),
        children=queries.children_of(db(), link),
    )
