"""What recruiters see: who brought whom."""

from __future__ import annotations

from datetime import date, timedelta

from flask import (
    abort,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue

from careers.base import clock
from careers.base.permissions import requires
from careers.base.web import PAGE_ROWS, db, page_number
from referrals import queries
from referrals.classifying import LISTS
from referrals.pages.blueprint import blueprint
from referrals.sharing import CHANNEL_NAMES

PERIODS = {"30": 30, "90": 90, "365": 365, "all": None}  # days


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
